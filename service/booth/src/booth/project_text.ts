/**
 * A project's text in parts. The text is plain (PROTOCOL.md section 4); lines that begin with one of our labels are
 * shown at their own place, all other lines stay as they are. Pure, and nothing is lost.
 */

const LABELS = { "Waar:": "place", "Wat doen bewoners zelf?": "own", "Wat:": "what" } as const;

type Part = (typeof LABELS)[keyof typeof LABELS];

/** The parts; empty where the text has no such line. */
export interface ProjectText {
  readonly what: string;
  readonly place: string;
  /** What residents will do themselves. */
  readonly own: string;
  /** All other lines, but for the title. */
  readonly rest: string;
}

/** The parts of a text. @param title of the project; a first line that repeats it is left out */
export function splitText(text: string, title: string): ProjectText {
  const parts: Record<Part, string> = { own: "", place: "", what: "" };
  const rest: string[] = [];
  text.split("\n").forEach((line, number) => {
    const label = (Object.keys(LABELS) as (keyof typeof LABELS)[]).find((each) => line.startsWith(each));
    if (number === 0 && line.trim() === title) return;
    if (label === undefined || parts[LABELS[label]] !== "") rest.push(line);
    else parts[LABELS[label]] = line.slice(label.length).trim();
  });
  return { ...parts, rest: rest.join("\n").trim() };
}
