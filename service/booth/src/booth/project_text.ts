/**
 * A project's text in parts. The text is plain (PROTOCOL.md section 4); lines that begin with one of our labels are
 * shown at their own place, all other lines stay as they are. Pure, and nothing is lost.
 */

import { findArea, findPoint, type Area, type Point } from "./map/point.ts";

const LABELS = { "Waar:": "place", "Wat doen bewoners zelf?": "own", "Wat:": "what" } as const;
/** Where the project is. */
const ON_MAP = "Op de kaart:";
/** The project's picture is a map of this area, north up, and serves as the ground under all places. */
const IS_MAP = "Plaatje is een kaart:";

type Part = (typeof LABELS)[keyof typeof LABELS];

/** The parts; empty, or null, where the text has no such line. */
export interface ProjectText {
  readonly what: string;
  readonly place: string;
  /** What residents will do themselves. */
  readonly own: string;
  /** All other lines, but for the title. */
  readonly rest: string;
  readonly point: Point | null;
  readonly ground: Area | null;
}

/** The parts of a text. @param title of the project; a first line that repeats it is left out */
export function splitText(text: string, title: string): ProjectText {
  const parts: Record<Part, string> = { own: "", place: "", what: "" };
  const onMap: { point: Point | null; ground: Area | null } = { point: null, ground: null };
  const rest: string[] = [];
  text.split("\n").forEach((line, number) => {
    const label = (Object.keys(LABELS) as (keyof typeof LABELS)[]).find((each) => line.startsWith(each));
    const point = onMap.point === null ? findPoint(after(line, ON_MAP)) : null;
    const ground = onMap.ground === null ? findArea(after(line, IS_MAP)) : null;
    if (number === 0 && line.trim() === title) return;
    if (point !== null) onMap.point = point;
    else if (ground !== null) onMap.ground = ground;
    else if (label === undefined || parts[LABELS[label]] !== "") rest.push(line);
    else parts[LABELS[label]] = line.slice(label.length).trim();
  });
  return { ...parts, ...onMap, rest: rest.join("\n").trim() };
}

/** What a line says behind a label, nothing if it does not begin with it. */
function after(line: string, label: string): string {
  return line.startsWith(label) ? line.slice(label.length).trim() : "";
}
