/** A QR code as a drawing: black on white in every theme, with its quiet zone, and words for who does not see it. */

import encodeQR from "qr";

import type { Frame } from "./app.ts";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

export function drawQr(frame: Frame, text: string): Element {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const size = rows.length;
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "qr");
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", frame.say("booth.check.qr"));
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", String(size));
  ground.setAttribute("height", String(size));
  ground.setAttribute("fill", "#ffffff");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join(""));
  path.setAttribute("fill", "#000000");
  path.setAttribute("shape-rendering", "crispEdges");
  drawing.append(ground, path);
  return drawing;
}
