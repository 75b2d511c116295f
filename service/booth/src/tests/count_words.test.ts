/** What people read of a count, in words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Outcome } from "../kernel/outcome.ts";
import type { Source } from "../kernel/source.ts";
import { sayComparison, sayReason, sayRule } from "../page/count_words.ts";
import { NotingSource } from "../page/titles.ts";
import { GREEDY, PHRAGMEN, SHARES } from "./counts.ts";

type Counted = Outcome["contests"][number]["counts"][number];
type Counting = Counted["projects"][number];

function reason(reason: Counting["reason"], numbers: Partial<Counting> = {}): string {
  return sayReason({ missing: 0, project: "a", reason, supporters: 3, supporters_left: 0, votes: 3, ...numbers });
}

test("every reason is said in words of its own, with its numbers", () => {
  const said = [
    reason("chosen"), reason("does-not-fit"), reason("does-not-fit", { missing: 250 }), reason("no-votes"), reason("costs-nothing"),
    reason("below-threshold"), reason("alternative-chosen"), reason("need-not-chosen"),
    reason("supporters-cannot-pay", { missing: 100, supporters_left: 2_000 }),
  ];
  assert.equal(new Set(said).size, said.length);
  assert.equal(said.at(-1), "niet gekozen: 3 voorstanders konden samen nog €\u00a020 betalen, €\u00a01 te weinig");
  assert.equal(said[2], "niet gekozen: het paste niet meer, er was €\u00a02,50 te weinig");
});

test("a rule is said with every setting that people can notice", () => {
  assert.match(sayRule(GREEDY), /^Het project met de meeste stemmen gaat eerst\. .*naar het volgende\.$/u);
  const strict = sayRule({ ...GREEDY, minimum_share: 250, minimum_votes: 1, misfits: "stop", order: "votes-per-cost", zero_cost: "skip", zero_votes: "take" });
  for (const part of ["stemmen per euro gaat eerst", "dan stopt het tellen", "minstens 1 stem nodig", "als minstens 2,5\u00a0%", "zonder stemmen", "niets kosten"]) {
    assert.ok(strict.includes(part), part);
  }
  const grown = sayRule({ ...SHARES, comparison: "exclusion", completion: "add1-greedy", utility: "points" });
  for (const part of ["even groot stuk van het geld", "per stem of punt het minste", "stap voor stap groter", "meeste stemmen per euro eerst", "dan geldt die"]) assert.ok(grown.includes(part), part);
  assert.ok(!/stap voor stap|per euro|per stem|vergelijken/u.test(sayRule(SHARES)));
  assert.match(sayRule(PHRAGMEN), /dragen samen de kosten/u);
  assert.equal(sayRule({ ...SHARES, zero_votes: "take" }), sayRule(SHARES), "without a greedy part it has no effect");
});

test("a comparison says which winners stand", () => {
  const compared = (prefer: number, against: number) =>
    sayComparison({ comparison: [{ against, by: "satisfaction", cost: 1, prefer, winners: [] }] } as unknown as Counted)[0] ?? "";
  assert.match(compared(2, 2), /2 stembiljetten hebben meer aan de telling met gelijke stukken.*Daarom blijft het hierbij\.$/u);
  assert.match(compared(0, 1), /1 stembiljet heeft meer aan de andere telling\. Daarom geldt die telling\.$/u);
  assert.deepEqual(sayComparison({ comparison: [] as Counted["comparison"] } as Counted), []);
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
