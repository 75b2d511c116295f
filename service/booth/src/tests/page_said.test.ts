/** The page that counts again has no words of its own: what it says comes from the catalogue. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { COMPLETE, readCatalogue } from "./catalogues.ts";
import { findSaid } from "./page_said.ts";

const PAGE = new URL("../page/", import.meta.url);
const SOURCES = readdirSync(PAGE).filter((name) => name.endsWith(".ts"));

for (const name of SOURCES) {
  test(`no words of its own in ${name}`, () => {
    assert.deepEqual(findSaid(readFileSync(new URL(name, PAGE), "utf8")), []);
  });
}

/** What a source may not say, with what is found of it. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  'make("p", {}, "fout");': ["fout"],
  'make("p", {}, "fout bij ", place);': ["fout bij "],
  "make('p', {}, `Samen ${euros}.`);": ["Samen "],
  "make('p', {}, `${good} van de ${all}`);": [" van de "],
  'make("p", {}, isGood ? "goed" : "fout");': ["goed", "fout"],
  'make("p", {}, found ?? "niets");': ["niets"],
  'make("p", {}, ...(isGood ? ["goed"] : []));': ["goed"],
  'make("div", { "aria-label": "uitslag" });': ["uitslag"],
  'element.textContent = "klaar";': ["klaar"],
  'element.setAttribute("aria-label", "uitslag");': ["uitslag"],
  'element.append("klaar");': ["klaar"],
  'this.#announce("klaar");': ["klaar"],
  'const columns = [{ title: "Kosten" }, { title: "kosten" }];': ["Kosten", "kosten"],
  'const WORDS = { L01: "De stand is ondertekend." };': ["De stand is ondertekend."],
  'return "Er is geen uitslag";': ["Er is geen uitslag"],
};

/** What only programs read, and what comes from the catalogue. */
const ALLOWED = [
  'make("p", { class: "utrecht-alert notice verdict", id: "oordeel" }, texts.say("recount.valid"));',
  'make("span", { "aria-hidden": "true", lang: "en" }, "✓ ", ": ", sign("– "));',
  'throw new Unusable("too-many", `expected at most ${MAX} files`);',
  'throw new Error("expected a board");',
  'const stage: "open and count" = found;',
  'import { a } from "../kernel/some file.ts";',
  'make("p", {}, kind === "folder" ? one : other);',
  'const advice = { title: "recount.broken", text: "recount.broken-advice" };',
  'const SPANS = { "open and count": [45, 95] };',
  'tell({ detail: "a worker did not start", why: "broken" });',
  'form.querySelectorAll("input[name=bron]");',
];

test("words are found wherever a source may have them", () => {
  for (const [source, said] of Object.entries(FAULTS)) assert.deepEqual(findSaid(source), said, source);
  for (const source of ALLOWED) assert.deepEqual(findSaid(source), [], source);
});

test("every id that a source of the page names is in its file, in each language", () => {
  const ids = SOURCES.flatMap((name) => [...readFileSync(new URL(name, PAGE), "utf8").matchAll(/"((?:booth|cldr|page|recount)\.[a-z0-9.-]+)"/gu)]);
  assert.ok(ids.length > 150);
  for (const language of COMPLETE) {
    const { texts } = readCatalogue("texts.recount", language);
    assert.deepEqual(ids.map(([, id]) => id ?? "").filter((id) => texts[id] === undefined), []);
  }
});
