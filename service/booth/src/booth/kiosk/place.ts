/** A device that many people use, as the screens see it: cards are scanned, and everybody ends their visit. */

import { make, type Child } from "../../page/dom.ts";
import type { App, Place } from "../app.ts";
import { button, lead, notice, paragraph } from "../parts.ts";
import { MemoryTrail } from "../trail.ts";
import { watchCamera } from "./camera.ts";
import { keypad } from "./keypad.ts";
import { MemorySecrets } from "./memory.ts";
import { readScanned } from "./scanned.ts";

/** What the kiosk does for a visit. */
export interface Host {
  /** The manifest hash, in hexadecimal. */
  readonly anchor: string;
  /** Whether there are keys on the screen for the code. */
  readonly hasKeys: boolean;
  /** From now on what is scanned goes here. */
  onScan(take: (text: string) => void): void;
  /** The visitor is done. */
  readonly end: () => void;
}

/** The place of one visit. */
export function sharedPlace(host: Host): Place {
  return {
    isShared: true,
    secrets: new MemorySecrets(),
    trail: new MemoryTrail(),
    waysIn: (app, take) => waysIn(app, host, take),
    whileAway: (app) => [
      paragraph(app.say("booth.kiosk.away.text")),
      button(app.say("booth.kiosk.away.leave"), () => {
        showLeft(app, host);
      }, "quiet"),
    ],
    afterwards: (app) => [
      make(
        "section", { class: "tile next", id: "klaar" },
        make("h2", {}, app.say("booth.kiosk.end.title")), paragraph(app.say("booth.kiosk.end.text")),
        button(app.say("booth.kiosk.end.go"), host.end),
      ),
    ],
  };
}

function waysIn(app: App, host: Host, take: (code: string) => void): Child[] {
  const said = make("p", { class: "said", role: "status" });
  const hear = (text: string): void => {
    const scanned = readScanned(text, host.anchor);
    if (scanned.kind === "code") take(scanned.code);
    else {
      said.className = "said complaint";
      said.textContent = app.say(scanned.kind === "other" ? "booth.kiosk.scan.other" : "booth.kiosk.scan.nothing");
    }
  };
  host.onScan(hear);
  const box = make("div", { class: "scan" });
  const scan = button(app.say("booth.kiosk.scan.go"), () => {
    watch(app, box, said, hear);
  });
  scan.id = "kaart";
  box.append(scan, said);
  return host.hasKeys ? [box, keypad(app, "code")] : [box];
}

function watch(app: App, box: HTMLElement, said: HTMLElement, hear: (text: string) => void): void {
  const video = make("video", { "aria-hidden": "true", playsinline: "" });
  video.muted = true;
  const stopping = new AbortController();
  const stop = button(app.say("booth.kiosk.scan.stop"), () => {
    stopping.abort();
  }, "quiet");
  said.className = "said";
  said.textContent = app.say("booth.kiosk.scan.hold");
  const before = [...box.children];
  box.replaceChildren(video, said, stop);
  stop.focus();
  watchCamera(video, hear, stopping.signal).then(
    () => {
      said.textContent = "";
    },
    () => {
      said.className = "said complaint";
      said.textContent = app.say("booth.kiosk.scan.none");
    },
  ).finally(() => {
    box.replaceChildren(...before);
  });
}

/** The network is away, and the visitor goes: what that means, plainly. */
function showLeft(app: App, host: Host): void {
  const { sending } = app.session.kept;
  if (sending === null) {
    app.resume();
    return;
  }
  const number = `${sending.number.slice(0, 5)}-${sending.number.slice(5)}`;
  app.show({
    title: app.say("booth.kiosk.left.title"),
    content: [
      lead(app.say("booth.kiosk.left.lead")),
      make("div", { class: "tile one" }, make("p", { class: "big-number" }, make("span", { class: "label" }, app.say("booth.done.number")), number)),
      notice("missing", app.say("booth.kiosk.left.not-yet"), paragraph(app.say("booth.kiosk.left.look"))),
      make("div", { class: "onward" }, button(app.say("booth.kiosk.end.go"), host.end), button(app.say("booth.kiosk.left.wait"), () => {
        app.resume();
      }, "quiet")),
    ],
  });
}
