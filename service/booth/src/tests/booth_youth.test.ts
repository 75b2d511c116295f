/** The children's pages without a browser: the way through the ballot, coins, and addresses of lessons. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { coinsOf } from "../booth/youth/coins.ts";
import { parseJoin, readJoin, spellJoin } from "../booth/youth/joined.ts";
import { pagesOf, Walk } from "../booth/youth/walk.ts";
import { orderFor } from "../booth/order.ts";
import type { BallotStyle } from "../kernel/election.ts";

const KEY = new Uint8Array(32).fill(7);
const JOIN = "53MH7Y3F";

/** A style as far as the way through it needs one. */
function styleOf(...sizes: readonly number[]): BallotStyle {
  const contests = sizes.map((size, place) => ({
    contest: { id: `wijk-${place}`, projects: Array.from({ length: size }, (_, i) => ({ id: `idee-${place}-${i}` })) },
  }));
  return { contests } as unknown as BallotStyle;
}

test("every project has one screen, in the voter's own order, between its rule and what is chosen", () => {
  const pages = pagesOf(styleOf(5, 3), KEY);
  assert.deepEqual(pages.map(({ kind }) => kind), [
    "rule", ...Array<string>(5).fill("project"), "chosen", "rule", ...Array<string>(3).fill("project"), "chosen",
  ]);
  const shown = pages.flatMap((page) => (page.kind === "project" ? [page.project.id] : []));
  const first = ["idee-0-0", "idee-0-1", "idee-0-2", "idee-0-3", "idee-0-4"];
  assert.deepEqual(shown.slice(0, 5), orderFor(KEY, "wijk-0", first));
  assert.equal(new Set(shown).size, 8);
});

function kindOf(walk: Walk): string {
  return walk.page.kind;
}

test("the way goes on to the end, back to the start, and no further", () => {
  const walk = new Walk(pagesOf(styleOf(2), KEY));
  assert.equal(walk.isFirst, true);
  walk.back();
  assert.equal(kindOf(walk), "rule");
  for (let step = 0; step < 3; step++) assert.equal(walk.next(), true);
  assert.equal(kindOf(walk), "chosen");
  assert.equal(walk.next(), false);
  assert.equal(kindOf(walk), "chosen");
});

test("to look once more leads to the first project of the same contest", () => {
  const walk = new Walk(pagesOf(styleOf(2, 2), KEY));
  while (walk.next());
  walk.again();
  const { page } = walk;
  assert.ok(page.kind === "project" && page.place === 0);
  assert.equal(page.rules.contest.id, "wijk-1");
});

test("coins are none for nothing, one at least for something, and more than all for too much", () => {
  const cases = [[0, 100, 0], [1, 100, 1], [50, 100, 5], [100, 100, 10], [101, 100, 11], [5, 0, 11]] as const;
  for (const [cost, money, coins] of cases) assert.equal(coinsOf(cost, money), coins);
});

test("an address joins a lesson in its one spelling alone", () => {
  assert.equal(parseJoin(spellJoin(JOIN)), JOIN);
  for (const hash of ["", "#", `#${JOIN}`, "#5C56-13R3-VPR0-RBNT.00"]) assert.equal(parseJoin(hash), null);
  const wrong = ["#les", "#les.", "#lesson", "#les.53MH-7Y3F", "#les.53mh7y3f", "#les.53MH7Y3G", `#les.${JOIN}.x`, `#les.${JOIN} `];
  for (const hash of wrong) assert.equal(parseJoin(hash), "wrong", hash);
});

test("a join code is read as people type it, and every wrong symbol and swap is caught", () => {
  for (const typed of [JOIN, "53mh-7y3f", " 53MH 7Y3F "]) assert.equal(readJoin(typed), JOIN);
  for (let place = 0; place < JOIN.length; place++) {
    for (const symbol of "0123456789ABCDEFGHJKMNPQRSTVWXYZU") {
      if (symbol !== JOIN[place]) assert.equal(readJoin(JOIN.slice(0, place) + symbol + JOIN.slice(place + 1)), null);
    }
    const [one, two] = [JOIN[place], JOIN[place + 1]];
    if (two !== undefined && one !== two) assert.equal(readJoin(`${JOIN.slice(0, place)}${two}${one}${JOIN.slice(place + 2)}`), null);
  }
});
