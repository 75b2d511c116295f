/**
 * How many pixels of the page are a millimetre on this screen: the kiosk's own setting, which stays when visitors go.
 * A screen does not know it, so somebody measures it once, with a bank card.
 */

import { make, type Child } from "../../page/dom.ts";
import type { Frame } from "../app.ts";
import { button, lead, paragraph } from "../parts.ts";
import type { Counts } from "./queue.ts";

const NAME = "wijkaandeel-kiosk-mm";
/** CSS's own: 96 pixels to the inch. */
const USUAL = 96 / 25.4;
const LEAST = 1;
const MOST = 20;
/** The width of a bank card (ISO/IEC 7810, ID-1). */
const CARD = 85.6;

/** Pixels to the millimetre, as measured, or the browser's guess. */
export function readScale(): number {
  const kept = Number(localStorage.getItem(NAME));
  return kept >= LEAST && kept <= MOST ? kept : USUAL;
}

/** Have the style sheet make every size from it, and from the font's own capitals. */
export function applyScale(scale: number): void {
  const { style } = document.documentElement;
  style.setProperty("--mm", `${scale}px`);
  style.setProperty("--capital", String(capitalOf(getComputedStyle(document.body).fontFamily)));
}

/** The height of a capital as a part of the font's size. */
function capitalOf(family: string): number {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return 0.7;
  context.font = `1000px ${family}`;
  return context.measureText("H").actualBoundingBoxAscent / 1000;
}

/** The screen for who looks after the kiosk: measure, see what waits, and begin. */
export function showCalibration(frame: Frame, counts: Counts, onReady: () => void): void {
  let scale = readScale();
  const card = make("div", { class: "bank-card", "aria-hidden": "true" });
  const slider = make("input", {
    id: "schaal", type: "range", min: String(CARD * LEAST), max: String(CARD * MOST), step: "0.5", value: String(CARD * scale),
  });
  const show = (): void => {
    card.style.inlineSize = `${CARD * scale}px`;
  };
  slider.addEventListener("input", () => {
    scale = slider.valueAsNumber / CARD;
    show();
  });
  const keep = button(frame.say("booth.kiosk.set.keep"), () => {
    localStorage.setItem(NAME, scale.toFixed(3));
    applyScale(scale);
    onReady();
  });
  const full = button(frame.say("booth.kiosk.set.full"), () => {
    void document.documentElement.requestFullscreen();
  }, "quiet");
  show();
  frame.show({
    title: frame.say("booth.kiosk.set.title"),
    content: [
      lead(frame.say("booth.kiosk.set.lead")), card, make("label", { for: "schaal" }, frame.say("booth.kiosk.set.label")), slider,
      ...sayCounts(frame, counts), make("div", { class: "onward" }, keep, full),
    ],
  });
}

function sayCounts(frame: Frame, { refused, waiting }: Counts): Child[] {
  const said = paragraph(frame.say("booth.kiosk.set.waiting", {}, waiting));
  return refused === 0 ? [said] : [said, make("p", { class: "complaint" }, frame.say("booth.kiosk.set.refused", {}, refused))];
}
