// Draw the 64 marks as one file of symbols: a page shows one with <use href="/static/booth/marks.svg#mark-12">.
// The lines come from a set of drawings, the tile around them from us. They take the text's colour, and the page
// puts the glaze behind them; so they are the same drawings in light, in dark and in print.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MARKS } from "./src/booth/marks.ts";

/** The package with the drawings; each is a field of 24 by 24. */
export const DRAWINGS = "@tabler/icons";
const LINE = /<path d="(M[^"]+)" \/>/gu;
const GROUND = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />';
const NAME = /^[a-z]+(?:-[a-z]+)*$/u;
const CORNERS = [
  "M4 16C10 16 16 10 16 4M4 10C7 10 10 7 10 4",
  "M84 4C84 10 90 16 96 16M90 4C90 7 93 10 96 10",
  "M96 84C90 84 84 90 84 96M96 90C93 90 90 93 90 96",
  "M16 96C16 90 10 84 4 84M10 96C10 93 7 90 4 90",
].join("");
const FRAME = `<rect x="1.5" y="1.5" width="97" height="97" rx="3"/><path d="${CORNERS}"/>`;
const PEN = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
const DOT = '<circle cx="50" cy="93" r="2" fill="var(--wijk-fired, currentColor)"/>';

/** Return the lines of a drawing as one path; an Error if it has anything but lines. */
async function readLines(modules, icon) {
  if (!NAME.test(icon)) throw new Error(`expected the name of a drawing, got ${icon}`);
  const text = await readFile(join(modules, DRAWINGS, "icons", "outline", `${icon}.svg`), "utf8");
  const inner = /^<svg[^>]*>(.*)<\/svg>\s*$/su.exec(text)?.[1]?.replace(GROUND, "");
  const lines = [...(inner?.matchAll(LINE) ?? [])].map(([, line]) => line);
  if (lines.length === 0 || inner.replaceAll(LINE, "").trim() !== "") throw new Error(`expected lines alone in ${icon}`);
  return lines.join("");
}

function drawMark(number, name, lines) {
  const picture = `<path transform="translate(14 14) scale(3)" stroke-width="1.6" d="${lines}"/>`;
  const tile = `<g ${PEN}><g stroke-width="2.2">${FRAME}</g>${picture}</g>${DOT}`;
  return `<symbol id="mark-${number}" data-name="${name}" viewBox="0 0 100 100">${tile}</symbol>\n`;
}

/** Return the file of all marks. */
export async function drawMarks(modules) {
  const drawn = await Promise.all(MARKS.map(({ icon }) => readLines(modules, icon)));
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${drawn.map((lines, number) => drawMark(number, MARKS[number].name, lines)).join("")}</svg>\n`;
}
