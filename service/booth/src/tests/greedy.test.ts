/** The rule `greedy`, and which projects relations leave open (PROTOCOL.md section 12). All numbers are by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { approve, GREEDY, PHRAGMEN, SHARES, tell } from "./counts.ts";

const CHAIN = [{ project: "b", needs: "a" }, { project: "c", needs: "b" }];

test("of alternatives the first one wins, and the others are closed by it", () => {
  const told = tell({
    budget: 300, projects: { a: 100, b: 100, c: 100 }, ballots: approve("a", "a", "a", "b", "b", "c"), alternatives: [["a", "b"]],
  }, GREEDY);
  assert.equal(told.winners, "a c");
  assert.deepEqual(told.reasons, { b: "alternative-chosen" });
  assert.deepEqual(told.rounds, ["a+", "c+"]);
});

test("two projects that share no group are no alternatives, though a third is one of both", () => {
  const told = tell({
    budget: 300, projects: { a: 100, b: 100, c: 100 }, ballots: approve("a", "a", "a", "b", "b", "c"),
    alternatives: [["a", "b"], ["b", "c"]],
  }, GREEDY);
  assert.equal(told.winners, "a c");
});

test("a chain of needs is chosen from its beginning, whatever has the most votes", () => {
  const small = { budget: 200, projects: { a: 100, b: 100, c: 100 }, ballots: approve("a", "b", "b", "c", "c", "c"), needs: CHAIN };
  const told = tell(small, GREEDY);
  assert.deepEqual(told.rounds, ["a+", "b+", "c"]);
  assert.deepEqual(told.reasons, { c: "does-not-fit 100" });
});

test("what needs a project that does not fit is never considered", () => {
  const told = tell({ budget: 300, projects: { a: 400, b: 100, c: 100 }, ballots: approve("a", "b", "c"), needs: CHAIN }, GREEDY);
  assert.deepEqual(told.rounds, ["a"]);
  assert.deepEqual(told.reasons, { a: "does-not-fit 100", b: "need-not-chosen", c: "need-not-chosen" });
});

test("a project that is closed twice over has an alternative that was chosen", () => {
  const told = tell({
    budget: 100, projects: { a: 400, b: 100, c: 100 }, ballots: approve("a", "b", "b", "c"),
    alternatives: [["b", "c"]], needs: [{ project: "c", needs: "a" }],
  }, GREEDY);
  assert.deepEqual(told.reasons, { a: "does-not-fit 400", c: "alternative-chosen" });
});

test("a tie is between open projects alone", () => {
  const told = tell({
    budget: 300, projects: { a: 100, b: 100, c: 100 }, ballots: approve("ab", "c"), needs: [{ project: "c", needs: "a" }],
  }, GREEDY);
  assert.deepEqual(told.rounds, ["a+ (a b: lot)", "b+ (b c: lot)", "c+"]);
});

test("the first misfit may stop the count: what comes after it is passed over though it would fit", () => {
  const small = { budget: 100, projects: { a: 60, b: 50, c: 30, d: 70 }, ballots: approve("a", "a", "a", "a", "b", "b", "b", "c", "c", "d") };
  assert.equal(tell(small, GREEDY).winners, "a c");
  const stopped = tell(small, { ...GREEDY, misfits: "stop" });
  assert.equal(stopped.winners, "a");
  assert.deepEqual(stopped.reasons, { b: "does-not-fit 10", c: "does-not-fit 0", d: "does-not-fit 30" });
});

test("by votes a cent a project is worth more that costs less, and one that costs nothing the most", () => {
  const small = { budget: 100, projects: { a: 60, b: 20, c: 0, d: 0, e: 40 }, ballots: approve("ab", "ab", "a", "c", "de", "d", "e") };
  const told = tell(small, { ...GREEDY, order: "votes-per-cost" });
  // c and d cost nothing (1 and 2 votes); b: 2/20 = 0.1; a: 3/60 and e: 2/40 are both 0.05.
  assert.deepEqual(told.rounds, ["d+", "c+", "b+", "e+ (e a: cost)", "a"]);
  assert.deepEqual(told.reasons, { a: "does-not-fit 20" });
});

test("projects without votes are worth nothing, also where they cost nothing", () => {
  const small = { budget: 100, projects: { a: 60, b: 20, c: 0 }, ballots: approve("a") };
  const told = tell(small, { ...GREEDY, order: "votes-per-cost", zero_votes: "take" });
  assert.deepEqual(told.rounds, ["a+", "c+ (c b: cost)", "b+"]);
  assert.deepEqual(tell(small, GREEDY).reasons, { b: "no-votes", c: "no-votes" });
});

test("a project has a minimum of votes, and of supporters in ten thousandths of the ballots", () => {
  const small = { budget: 100, projects: { a: 10, b: 10 }, ballots: [{ a: 1 }, { a: 1 }, { b: 2 }, {}] };
  assert.deepEqual(tell(small, { ...GREEDY, minimum_votes: 2 }).reasons, {});
  assert.deepEqual(tell(small, { ...GREEDY, minimum_votes: 3 }).reasons, { a: "below-threshold", b: "below-threshold" });
  assert.deepEqual(tell(small, { ...GREEDY, minimum_share: 5000 }).reasons, { b: "below-threshold" });
  assert.deepEqual(tell(small, { ...GREEDY, minimum_share: 5001 }).reasons, { a: "below-threshold", b: "below-threshold" });
});

test("the reasons of a project that could not be chosen come in one order", () => {
  const strict = { ...GREEDY, minimum_votes: 9, zero_cost: "skip" } as const;
  const told = tell({ budget: 100, projects: { a: 10, b: 0, c: 0, d: 5 }, ballots: approve("abd"), needs: [{ project: "d", needs: "a" }] }, strict);
  assert.deepEqual(told.reasons, { a: "below-threshold", b: "costs-nothing", c: "no-votes", d: "below-threshold" });
});

test("what costs nothing is chosen for nothing, or never, by every rule", () => {
  const small = { budget: 100, projects: { a: 10, b: 0 }, ballots: approve("ab", "a") };
  for (const [rule, first] of [[GREEDY, "a+"], [SHARES, "b+ 0/1"], [PHRAGMEN, "b+ 0/1"]] as const) {
    assert.equal(tell(small, rule).rounds[0], first, rule.name);
    const told = tell(small, { ...rule, zero_cost: "skip" });
    assert.deepEqual([told.winners, told.reasons], ["a", { b: "costs-nothing" }], rule.name);
  }
});
