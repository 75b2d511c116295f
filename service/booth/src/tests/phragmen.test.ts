/** The rule `phragmen-sequential` (PROTOCOL.md section 12). All numbers are by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { approve, PHRAGMEN, tell } from "./counts.ts";

/** a and b: 40 cents for two supporters each, one of whom wants both; c: 30 cents for one. */
const SMALL = { budget: 100, projects: { a: 40, b: 40, c: 30 }, ballots: approve("ab", "a", "b", "c") };

test("the least load wins, ties by cost and lot, and loads are carried on", () => {
  const told = tell(SMALL, PHRAGMEN);
  // 40/2 for a and b; then b has (40 + 20 + 0)/2 = 30, as c has.
  assert.deepEqual(told.rounds, ["a+ 20/1 (a b: lot)", "c+ 30/1 (c b: cost)"]);
  assert.deepEqual(told.reasons, { b: "does-not-fit 10" });
});

test("the count ends when one of those with the least load does not fit, though another would", () => {
  const told = tell({ ...SMALL, budget: 75 }, PHRAGMEN);
  assert.equal(told.winners, "a");
  assert.deepEqual(told.reasons, { b: "does-not-fit 5", c: "does-not-fit 0" });
});

test("a project that costs more than all money is left out, and ends nothing", () => {
  const told = tell({ ...SMALL, projects: { a: 101, b: 40, c: 30 } }, PHRAGMEN);
  assert.deepEqual(told.rounds, ["b+ 20/1", "c+ 30/1"]);
  assert.deepEqual(told.reasons, { a: "does-not-fit 71" });
});

test("a supporter's load is what the last of their projects left, not a sum", () => {
  const told = tell({ budget: 100, projects: { a: 10, b: 10, c: 12 }, ballots: approve("abc", "bc", "c") }, PHRAGMEN);
  // c: 12/3 = 4 for all three; b: (10 + 4 + 4)/2 = 9 for two; a: 10 + 9.
  assert.deepEqual(told.rounds, ["c+ 4/1", "b+ 9/1", "a+ 19/1"]);
});

test("projects without supporters come last, all as equals, if they come at all", () => {
  const small = { budget: 60, projects: { a: 30, b: 10, c: 25 }, ballots: approve("a") };
  assert.deepEqual(tell(small, PHRAGMEN).reasons, { b: "no-votes", c: "no-votes" });
  const told = tell(small, { ...PHRAGMEN, zero_votes: "take" });
  // 30 cents are left, and c would still fit: so b is chosen, and then c does not.
  assert.deepEqual(told.rounds, ["a+ 30/1", "b+ (b c: cost)"]);
  assert.deepEqual(told.reasons, { c: "no-votes" });
  assert.equal(tell({ ...small, budget: 54 }, { ...PHRAGMEN, zero_votes: "take" }).winners, "a");
});

test("without money to go on nobody without supporters is looked at", () => {
  const told = tell({ budget: 60, projects: { a: 30, b: 40, c: 5 }, ballots: approve("a", "b") }, { ...PHRAGMEN, zero_votes: "take" });
  assert.equal(told.winners, "a");
});
