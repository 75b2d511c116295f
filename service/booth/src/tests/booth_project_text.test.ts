/** A project's text in parts: each at its place, and nothing is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { splitText } from "../booth/project_text.ts";
import { Draws } from "./draws.ts";

const LABELS = { "Waar:": "place", "Wat doen bewoners zelf?": "own", "Wat:": "what" } as const;
const NAMES = Object.keys(LABELS) as (keyof typeof LABELS)[];
const NONE = { ground: null, own: "", place: "", point: null, rest: "", what: "" };
const POINT = { latitude: 52.01158, longitude: 4.3571 };
const GROUND = { southWest: { latitude: 52, longitude: 4.3 }, northEast: { latitude: 52.02, longitude: 4.4 } };

const CASES: Readonly<Record<string, readonly [text: string, parts: Partial<ReturnType<typeof splitText>>]>> = {
  "an empty text": ["", {}],
  "plain lines": ["Een plein.\n\nMet bomen.", { rest: "Een plein.\n\nMet bomen." }],
  "all labels": ["Plein\nWat: bomen\nWaar: hoek\nWat doen bewoners zelf? water geven\nDank!", { own: "water geven", place: "hoek", rest: "Dank!", what: "bomen" }],
  "a label twice": ["Waar: hier\nWaar: daar", { place: "hier", rest: "Waar: daar" }],
  "a label inside a line": ["Weet u Waar: ergens", { rest: "Weet u Waar: ergens" }],
  "a label in other letters": ["waar: hier", { rest: "waar: hier" }],
  "the title again, later": ["Een\nPlein", { rest: "Een\nPlein" }],
  "the title in a line": ["Plein van ons", { rest: "Plein van ons" }],
  "the title with spaces around": ["  Plein \r\nEen", { rest: "Een" }],
  "a place on the map": ["Waar: hoek\nOp de kaart: 52.01158, 4.35710\r\nDank!", { place: "hoek", point: POINT, rest: "Dank!" }],
  "a place that is none": ["Op de kaart: 52,01158, 4,35710", { rest: "Op de kaart: 52,01158, 4,35710" }],
  "two places": ["Op de kaart: 52.01158, 4.35710\nOp de kaart: 52.1000, 4.3000", { point: POINT, rest: "Op de kaart: 52.1000, 4.3000" }],
  "a place inside a line": ["Zie Op de kaart: 52.01158, 4.35710", { rest: "Zie Op de kaart: 52.01158, 4.35710" }],
  "a picture that is a map": ["Plaatje is een kaart: 52.000, 4.300 - 52.020, 4.400", { ground: GROUND }],
  "a picture that is no map": ["Plaatje is een kaart: van hier", { rest: "Plaatje is een kaart: van hier" }],
  "markup, which is text": ["<b>Wat:</b> x\nWat: <i>y</i>", { rest: "<b>Wat:</b> x", what: "<i>y</i>" }],
};

for (const [name, [text, parts]] of Object.entries(CASES)) {
  test(`${name}: each part is at its place`, () => {
    assert.deepEqual(splitText(text, "Plein"), { ...NONE, ...parts });
  });
}

function drawLine(draws: Draws, number: number): string {
  const words = draws.one(["", `een ${number}`, `  é ${number} 🌳`, `Wat? ${number}`, ` Wat: ${number}`, `${number}\r`, `\t${number}`]);
  return draws.below(2) === 0 ? words : `${draws.one(NAMES)}${draws.one(["", " ", "  "])}${words}`;
}

test("of 4,000 random texts, every line stands in the rest in its order, or in the part of its label", () => {
  for (let seed = 0; seed < 4_000; seed++) {
    const draws = new Draws(seed);
    const lines = Array.from({ length: draws.below(9) }, (_, i) => drawLine(draws, i));
    const { ground, point, rest, ...parts } = splitText(lines.join("\n"), "Plein");
    assert.deepEqual([ground, point], [null, null], "no line here is on the map");
    const left = rest.split("\n").map((line) => line.trim());
    for (const line of lines) {
      if (line.trim() === left[0]) left.shift();
      else {
        const label = NAMES.find((each) => line.startsWith(each));
        const content = line.slice(label?.length ?? 0).trim();
        assert.ok(content === "" || (label !== undefined && parts[LABELS[label]] === content), `seed ${seed}: ${JSON.stringify(line)}`);
        if (left[0] === "" && content === "") left.shift();
      }
    }
    assert.deepEqual(left.filter((line) => line !== ""), [], `seed ${seed}`);
    const kept = (text: string): number => text.replace(/\s/gu, "").length;
    assert.ok(kept(rest) + kept(Object.values(parts).join("")) <= kept(lines.join("")));
  }
});
