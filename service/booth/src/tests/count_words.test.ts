/** What people read of a count, in the words of the catalogue. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Outcome } from "../kernel/outcome.ts";
import type { Source } from "../kernel/source.ts";
import { sayComparison, sayReason, sayRule } from "../page/count_words.ts";
import type { Texts } from "../page/texts.ts";
import { NotingSource } from "../page/titles.ts";
import { COMPLETE, textsIn } from "./catalogues.ts";
import { GREEDY, PHRAGMEN, SHARES } from "./counts.ts";

type Counted = Outcome["contests"][number]["counts"][number];
type Counting = Counted["projects"][number];

const DUTCH = textsIn("texts.recount", "nl");

function reason(texts: Texts, reason: Counting["reason"], numbers: Partial<Counting> = {}): string {
  return sayReason(texts, 2_100, { missing: 0, project: "a", reason, supporters: 3, supporters_left: 0, votes: 3, ...numbers });
}

test("every reason is said in words of its own, with its numbers, in each language", () => {
  const all = COMPLETE.map((language) => {
    const texts = textsIn("texts.recount", language);
    const said = [
      reason(texts, "chosen"), reason(texts, "does-not-fit"), reason(texts, "does-not-fit", { missing: 250 }),
      reason(texts, "no-votes"), reason(texts, "costs-nothing"), reason(texts, "below-threshold"),
      reason(texts, "alternative-chosen"), reason(texts, "need-not-chosen"),
      reason(texts, "supporters-cannot-pay", { missing: 100, supporters_left: 2_000 }),
    ];
    assert.ok(!said.some((each) => /[{}]/u.test(each)), "a field is not filled in");
    return said;
  });
  assert.equal(new Set(all.flat()).size, all.flat().length);
  const [dutch = [], english = []] = all;
  assert.equal(dutch.at(-1), "Niet gekozen. 3 voorstanders konden samen nog €\u00a020 betalen van de €\u00a021. Dat was €\u00a01 te weinig.");
  assert.equal(english.at(-1), "Not chosen. 3 supporters could still pay €20 together of the €21. That was €1 too little.");
  assert.equal(dutch[2], "Niet gekozen: er was niet genoeg geld meer. Er was nog €\u00a018,50 over. Dat was €\u00a02,50 te weinig.");
});

test("a rule is said with every setting that people can notice", () => {
  assert.match(sayRule(DUTCH, GREEDY), /^Het project met de meeste stemmen gaat eerst\. .*naar het volgende\.$/u);
  const strict = sayRule(DUTCH, { ...GREEDY, minimum_share: 250, minimum_votes: 1, misfits: "stop", order: "votes-per-cost", zero_cost: "skip", zero_votes: "take" });
  for (const part of ["stemmen per euro gaat eerst", "dan stopt het tellen", "minstens 1 stem nodig", "als minstens 2,5%", "zonder stemmen", "niets kosten"]) {
    assert.ok(strict.includes(part), part);
  }
  const grown = sayRule(DUTCH, { ...SHARES, comparison: "exclusion", completion: "add1-greedy", utility: "points" });
  for (const part of ["even groot stuk van het geld", "per stem of punt het minste", "stap voor stap groter", "meeste stemmen per euro eerst", "dan geldt die"]) assert.ok(grown.includes(part), part);
  assert.ok(!/stap voor stap|per euro|per stem|vergelijken/u.test(sayRule(DUTCH, SHARES)));
  assert.match(sayRule(DUTCH, PHRAGMEN), /dragen samen de kosten/u);
  assert.equal(sayRule(DUTCH, { ...SHARES, zero_votes: "take" }), sayRule(DUTCH, SHARES), "without a greedy part it has no effect");
});

test("a comparison says which winners stand", () => {
  const compared = (prefer: number, against: number) =>
    sayComparison(DUTCH, { comparison: [{ against, by: "satisfaction", cost: 1, prefer, winners: [] }] } as unknown as Counted)[0] ?? "";
  assert.match(compared(2, 2), /2 stembiljetten hebben meer aan de telling met gelijke stukken.*Daarom blijft het hierbij\.$/u);
  assert.match(compared(0, 1), /1 stembiljet heeft meer aan de andere telling\. Daarom geldt die telling\.$/u);
  assert.deepEqual(sayComparison(DUTCH, { comparison: [] as Counted["comparison"] } as Counted), []);
});

test("the rule is read with the titles, and what is no rule is left out", async () => {
  for (const [rule, known] of [[GREEDY, GREEDY], [{ name: "greedy" }, null], [undefined, null]] as const) {
    const entry = new TextEncoder().encode(JSON.stringify({ id: "wijk", kind: "contest", rule }));
    const bundle = Uint8Array.of(entry.length >> 8, entry.length & 0xff, ...entry);
    const inner: Source = { paths: () => Promise.resolve(null), read: () => Promise.resolve(bundle) };
    const source = new NotingSource(inner);
    await source.read("tile/entries/000.p/1", 1_000_000);
    assert.deepEqual(source.titles.contests.get("wijk")?.rule, known);
  }
});
