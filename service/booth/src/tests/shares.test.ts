/** The rule `equal-shares` (PROTOCOL.md section 12): growth, rest and comparison. All numbers are by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { compareOutcomes } from "../kernel/rules/comparison.ts";
import { approve, matterOf, SHARES, tell, type Small } from "./counts.ts";

/** 30 cents a ballot: b's supporter can pay at once, those of d (32.5 each) have to wait. */
const GROWING: Small = { budget: 90, projects: { b: 30, d: 65 }, ballots: approve("bd", "d", "") };

test("exhaustive growth ends as soon as nothing that is left fits the money that is left", () => {
  const told = tell(GROWING, { ...SHARES, completion: "add1" });
  assert.deepEqual([told.winners, told.began], ["b", "30/1 after 0"]);
  assert.deepEqual(told.reasons, { d: "supporters-cannot-pay 35 30" });
});

test("growth until a run costs too much takes the run before it, with its purses", () => {
  // From 35 cents on d is chosen first; from 62.5 on b too, and both cost 95. So 60 is the last purse.
  const told = tell(GROWING, { ...SHARES, completion: "add1", stop: "overspend" });
  assert.deepEqual([told.winners, told.began], ["d", "60/1 after 6"]);
  assert.deepEqual(told.rounds, ["d+ 1/2"]);
  assert.deepEqual(told.reasons, { b: "supporters-cannot-pay 3 27" });
});

test("growth ends when nobody is left who could be paid for", () => {
  const told = tell({ ...GROWING, budget: 95 }, { ...SHARES, completion: "add1", stop: "overspend" });
  // 95/3 + 5 t reaches 62.5 at t = 7, and both cost 95.
  assert.deepEqual([told.winners, told.began, told.reasons], ["d b", "200/3 after 7", {}]);
});

test("a project that is closed does not keep purses growing", () => {
  const told = tell({ ...GROWING, budget: 95, alternatives: [["b", "d"]] }, { ...SHARES, completion: "add1", stop: "overspend" });
  assert.deepEqual([told.winners, told.began], ["b", "95/3 after 0"]);
  assert.deepEqual(told.reasons, { d: "alternative-chosen" });
});

test("purses begin with whole increments if they are to", () => {
  const told = tell(GROWING, { ...SHARES, increment: 7, start: "whole" });
  assert.deepEqual([told.winners, told.began], ["", "28/1 after 0"]);
  assert.equal(tell({ ...GROWING, ballots: [] }, { ...SHARES, increment: 7, start: "whole" }).began, "84/1 after 0");
});

test("a chain of needs is paid in its order, and each price is what it is by then", () => {
  const small = { budget: 300, projects: { a: 100, b: 100, c: 100 }, ballots: approve("abc", "bc", "c") };
  const free = tell(small, SHARES);
  assert.deepEqual(free.rounds, ["c+ 1/3", "b+ 1/2"]);
  assert.deepEqual(free.reasons, { a: "supporters-cannot-pay 84 16" });
  const chained = tell({ ...small, needs: [{ project: "b", needs: "a" }, { project: "c", needs: "b" }] }, SHARES);
  assert.deepEqual(chained.rounds, ["a+ 1/1", "b+ 1/1", "c+ 1/1"]);
});

test("with points as utility a price does not depend on what a project costs", () => {
  const small = { budget: 100, projects: { a: 10, b: 40 }, ballots: [{ a: 1, b: 3 }, { b: 2 }] };
  // Cost: r = 1/1 for a, 1/5 for b. Points: 10/1 for a, 8/1 for b.
  assert.deepEqual(tell(small, SHARES).rounds, ["b+ 1/5", "a+ 1/1"]);
  assert.deepEqual(tell(small, { ...SHARES, utility: "points" }).rounds, ["b+ 8/1", "a+ 10/1"]);
});

test("greedy spends what a run left, and says so of its rounds", () => {
  const small = { ...GROWING, projects: { b: 30, c: 40, d: 65 }, ballots: approve("bd", "d", "c") };
  const told = tell(small, { ...SHARES, completion: "greedy" });
  assert.deepEqual(told.rounds, ["b+ 1/1", "d", "c+"]);
  assert.deepEqual([told.winners, told.completions, told.reasons], ["b c", 2, { d: "does-not-fit 5" }]);
});

test("the rest goes to the most votes, or with points as utility to the most votes a cent", () => {
  const small = { budget: 60, projects: { x: 50, y: 20 }, ballots: approve("x", "x", "y", "") };
  assert.deepEqual(tell(small, { ...SHARES, completion: "greedy" }).rounds, ["x+", "y"]);
  assert.deepEqual(tell(small, { ...SHARES, completion: "greedy", utility: "points" }).rounds, ["y+", "x"]);
});

test("greedy considers nothing where nothing with supporters fits, unless it may choose what nobody wants", () => {
  const small = { budget: 60, projects: { x: 61, z: 5 }, ballots: approve("x", "x", "", "") };
  const skipped = tell(small, { ...SHARES, completion: "greedy" });
  assert.deepEqual([skipped.rounds, skipped.reasons], [[], { x: "supporters-cannot-pay 31 30", z: "no-votes" }]);
  const taken = tell(small, { ...SHARES, completion: "greedy", zero_votes: "take" });
  assert.deepEqual([taken.rounds, taken.reasons], [["x", "z+"], { x: "does-not-fit 1" }]);
});

test("what the rest's winners need or rule out is looked at anew", () => {
  const needs = [{ project: "d", needs: "c" }];
  const small = { budget: 120, projects: { b: 40, c: 50, d: 20 }, ballots: approve("b", "c", "d"), needs };
  // Purses of 40: b is paid; c is not, and d waits for it. The rest of 80 goes to c, and then to d.
  const told = tell(small, { ...SHARES, completion: "greedy" });
  assert.deepEqual(told.rounds, ["b+ 1/1", "c+", "d+"]);
});

/** Equal Shares gives b, which one ballot wants; greedy gives a, which has most votes and takes all money. */
const COMPARED: Small = { budget: 90, projects: { a: 90, b: 30 }, ballots: [{ a: 1, b: 2 }, { a: 3 }, {}] };

test("an outcome stands if as many ballots have more from it as have more from greedy's", () => {
  const told = tell(COMPARED, { ...SHARES, comparison: "satisfaction" });
  assert.deepEqual([told.winners, told.compared], ["b", "1 to 1: b"]);
  assert.deepEqual(told.reasons, { a: "supporters-cannot-pay 60 30" });
});

test("greedy's winners stand if more ballots have more from them, by costs or by having a winner at all", () => {
  const byCost = tell(COMPARED, { ...SHARES, comparison: "cost-satisfaction" });
  assert.deepEqual([byCost.winners, byCost.compared, byCost.began], ["a", "0 to 2: b", "30/1 after 0"]);
  assert.deepEqual([byCost.rounds, byCost.reasons], [["a+", "b"], { b: "does-not-fit 30" }]);
  const byExclusion = tell(COMPARED, { ...SHARES, comparison: "exclusion" });
  assert.deepEqual([byExclusion.winners, byExclusion.compared], ["a", "0 to 1: b"]);
});

test("what is compared is the outcome with its rest", () => {
  // Purses of 89/3 pay for nothing; the rest goes to b, as greedy's money does.
  const small = { budget: 89, projects: { a: 60, b: 30 }, ballots: approve("a", "", "b") };
  assert.equal(tell(small, { ...SHARES, comparison: "satisfaction" }).compared, "0 to 1: ");
  assert.equal(tell(small, { ...SHARES, comparison: "satisfaction", completion: "greedy" }).compared, "0 to 0: b");
});

test("weights times costs are compared exactly beyond 2^53", () => {
  // 10,000 * (1 + 9,999 * 10^11) is one more than 9,999 * (1 + 10,000 * 10^11), and nearly 10^19.
  const costs = { a: 999_900_000_000_001, b: 1_000_000_000_000_001 };
  const matter = matterOf({ budget: 2 ** 53 - 1, projects: costs, ballots: [{ a: 10_000, b: 9_999 }] });
  const { prefer, against } = compareOutcomes(matter, "cost-satisfaction", [1], [0]);
  assert.deepEqual([prefer, against], [0, 1]);
});

test("growth with many runs, costs near 2^53 and runs that cost too much stays exact", () => {
  // Each of two ballots begins with 2^51 and pays alone from 2^51 + 2^50 on: both together cost more than there is.
  const told = tell({ budget: 2 ** 52, projects: { a: 2 ** 51 + 2 ** 50, b: 2 ** 51 + 2 ** 50 + 1 }, ballots: approve("a", "b") },
    { ...SHARES, completion: "add1", increment: 2 ** 40, stop: "overspend" });
  assert.deepEqual([told.winners, told.began], ["a", `${2 ** 51 + 2 ** 50}/1 after 1024`]);
  assert.deepEqual(told.reasons, { b: `supporters-cannot-pay 1 ${2 ** 51 + 2 ** 50}` });
});
