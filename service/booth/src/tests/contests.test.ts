/** What a contest may say, and how its pots are counted one after the other (PROTOCOL.md sections 4, 8, 12 and 13). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { outcomeAtRisk } from "../kernel/audit/risk.ts";
import type { State } from "../kernel/board.ts";
import { Counting } from "../kernel/counting.ts";
import { Election } from "../kernel/election.ts";
import { contest as schema, type Contest, type Manifest, type Method, type Rule, type Style } from "../kernel/manifest.ts";
import { longestChoices, methodsFit, potsFit, type Subject } from "../kernel/manifest_checks.ts";
import { COUNTS_LIMIT, longestCounts } from "../kernel/outcome_room.ts";
import { SetUp } from "../kernel/setup.ts";
import { GREEDY, PHRAGMEN, SHARES } from "./counts.ts";
import { reasonOf } from "./refusals.ts";

const HASH = new Uint8Array(32);

function potNamed(id: string, cents = 500): Contest["pots"][number] {
  return { cents, funders: [{ id: "city", title: "City", weight: 1 }], id, label: "", right: "decide", title: id };
}

function project(id: string, cost: number, ...pots: readonly string[]): Contest["projects"][number] {
  return { cost, id, picture: HASH, pots, text: HASH, title: id };
}

/** Two pots; b is an alternative of a, d needs a, e needs b. */
const TWO_POTS: Contest = {
  alternatives: [["a", "b"]],
  counted: "together",
  id: "wijk",
  kind: "contest",
  needs: [{ needs: "a", project: "d" }, { needs: "b", project: "e" }],
  pots: [potNamed("p"), potNamed("q")],
  projects: [project("a", 300, "p"), project("b", 300, "q"), project("c", 400, "p", "q"), project("d", 100, "q"), project("e", 100, "p")],
  rule: GREEDY,
  styles: ["s"],
  title: "Wijk",
};

function refusal(contest: Contest): string {
  return reasonOf(() => {
    new SetUp().addContest(contest, HASH);
  });
}

test("a contest with relations and several pots is taken", () => {
  assert.equal(refusal(TWO_POTS), "");
});

const [A, B, , D] = TWO_POTS.projects as readonly [Contest["projects"][number], Contest["projects"][number], unknown, Contest["projects"][number]];
const need = (needs: string, project: string) => ({ needs, project });

const BAD: Readonly<Record<string, readonly [reason: string, change: Partial<Contest>]>> = {
  "pots of 2^53 cents together": ["contest-pots", { pots: [potNamed("p", 2 ** 53 - 1), potNamed("q", 1)] }],
  "pots that overflow even floating point": ["contest-pots", { pots: [potNamed("p", 2 ** 53 - 1), potNamed("q", 2 ** 53 - 1)] }],
  "advice beside a pot that is decided on": ["contest-pots", { pots: [potNamed("p"), { ...potNamed("q"), right: "advice" }] }],
  "advice beside a labelled pot": ["contest-pots", { pots: [{ ...potNamed("p"), label: "L", right: "labelled" }, { ...potNamed("q"), right: "advice" }] }],
  "a project without a pot": ["contest-projects", { projects: [A, B, project("c", 400), D, project("e", 1, "p")] }],
  "a pot that is not there": ["contest-projects", { projects: [project("a", 1, "r")], alternatives: [], needs: [] }],
  "pots in another order": ["contest-projects", { projects: [project("a", 1, "q", "p")], alternatives: [], needs: [] }],
  "a pot twice": ["contest-projects", { projects: [project("a", 1, "p", "p")], alternatives: [], needs: [] }],
  "an alternative alone": ["contest-relations", { alternatives: [["a"]] }],
  "no alternatives in a group": ["contest-relations", { alternatives: [[]] }],
  "alternatives in another order": ["contest-relations", { alternatives: [["b", "a"]] }],
  "an alternative twice": ["contest-relations", { alternatives: [["a", "a"]] }],
  "an alternative that is not there": ["contest-relations", { alternatives: [["a", "z"]] }],
  "one group twice": ["contest-relations", { alternatives: [["a", "b"], ["c", "d"], ["a", "b"]] }],
  "a need of what is not there": ["contest-relations", { needs: [need("z", "d")] }],
  "a need by what is not there": ["contest-relations", { needs: [need("a", "z")] }],
  "a need of itself": ["contest-relations", { needs: [need("a", "a")] }],
  "a need of a project that comes after it": ["contest-relations", { needs: [need("d", "a")] }],
  "one need twice": ["contest-relations", { needs: [need("a", "d"), need("a", "d")] }],
  "a need of an alternative": ["contest-relations", { needs: [need("a", "b")] }],
  "Phragmen with alternatives": ["contest-rule", { needs: [], rule: PHRAGMEN }],
  "Phragmen with needs": ["contest-rule", { alternatives: [], rule: PHRAGMEN }],
};

for (const [name, [reason, change]] of Object.entries(BAD)) {
  test(`a contest with ${name} is refused`, () => {
    assert.equal(refusal({ ...TWO_POTS, ...change }), reason);
  });
}

test("two groups may share projects, and a project may need several", () => {
  const change = { alternatives: [["a", "b"], ["a", "b", "c"]], needs: [need("a", "d"), need("b", "d"), need("c", "d")] };
  assert.equal(refusal({ ...TWO_POTS, ...change }), "");
  assert.equal(refusal({ ...TWO_POTS, pots: [potNamed("p", 2 ** 53 - 2), potNamed("q", 1)] }), "");
  assert.equal(refusal({ ...TWO_POTS, pots: [potNamed("p"), { ...potNamed("q"), label: "L", right: "labelled" }] }), "");
  assert.equal(refusal({ ...TWO_POTS, pots: ["p", "q"].map((id) => ({ ...potNamed(id), right: "advice" })) }), "");
});

test("a rule has all of its parameters, within their ranges", () => {
  const written = schema.write(TWO_POTS) as Record<string, unknown>;
  const accepts = (rule: unknown) => reasonOf(() => schema.read({ ...written, rule })) === "";
  for (const rule of [GREEDY, SHARES, PHRAGMEN]) assert.ok(accepts(rule), rule.name);
  for (const rule of [
    { ...GREEDY, minimum_share: 10_001 }, { ...GREEDY, misfits: "none" }, { ...SHARES, increment: 0 }, { ...PHRAGMEN, order: "votes" },
    { name: "greedy" }, { name: "greedy-votes" }, { name: "equal-shares-cost" }, { ...SHARES, name: "phragmen-sequential" },
  ]) assert.ok(!accepts(rule), JSON.stringify(rule));
});

function styleWith(method: Method): Style {
  return { areas: ["w"], contests: [{ contest: "wijk", method }], id: "s", issuers: [], kind: "style", pad: 4096, title: "S", voters: "adult" };
}

const APPROVAL: Method = { maximum: 5, method: "approval", minimum: 0 };
const POINTS: Method = { maximum: 3, method: "points", total: 9 };

function subjectOf(contest: Contest, method: Method): Subject {
  return { manifest: {} as Manifest, origin: "", styles: [styleWith(method)], contests: [contest], entryHashes: [] };
}

test("counted together, a contest may have several pots; apart, it has one a style", () => {
  assert.ok(potsFit(subjectOf(TWO_POTS, APPROVAL)));
  assert.ok(!potsFit(subjectOf({ ...TWO_POTS, counted: "apart" }, APPROVAL)));
  assert.ok(potsFit(subjectOf({ ...TWO_POTS, counted: "apart", pots: [potNamed("p")] }, APPROVAL)));
});

test("Phragmen counts approval and knapsack alone", () => {
  const contest = { ...TWO_POTS, rule: PHRAGMEN };
  const ranking: Method = { maximum: 5, method: "ranking", minimum: 0 };
  assert.ok(methodsFit(subjectOf(contest, APPROVAL)) && methodsFit(subjectOf(contest, { method: "knapsack" })));
  assert.ok(!methodsFit(subjectOf(contest, POINTS)) && !methodsFit(subjectOf(contest, ranking)));
  assert.ok(methodsFit(subjectOf(TWO_POTS, POINTS)) && methodsFit(subjectOf(TWO_POTS, ranking)));
  assert.ok(!methodsFit(subjectOf(TWO_POTS, { ...APPROVAL, maximum: 6 })));
  assert.ok(longestChoices([styleWith(POINTS)], [contest]).every((length) => length < 4096));
});

function wide(rule: Rule, projects: number, pots: number): Contest {
  const names = Array.from({ length: pots }, (_, i) => `q${i}`);
  const all = Array.from({ length: projects }, (_, i) => project(`p${i}`, 1, ...names));
  return { ...TWO_POTS, alternatives: [], needs: [], pots: names.map((id) => potNamed(id)), projects: all, rule };
}

test("counts take so many bytes at most as the specification says", () => {
  const styles = [styleWith({ ...POINTS, maximum: 7 })];
  for (const rule of [GREEDY, PHRAGMEN]) assert.equal(longestCounts(styles, [wide(rule, 10, 2)]), 2 * (1_000 + 50 + 8_000 + 4_000));
  const shares = wide(SHARES, 10, 2);
  assert.equal(longestCounts(styles, [shares]), 2 * (1_000 + 50 + 8_000 + 4_000 + 14_000));
  const two = { ...shares, styles: ["s", "t"] };
  assert.equal(longestCounts([...styles, styleWith({ ...POINTS, maximum: 9 })], [two]), 2 * (1_000 + 100 + 8_000 + 4_000 + 18_000));
  assert.equal(longestCounts(styles, [{ ...two, counted: "apart" }]), longestCounts(styles, [shares]));
  assert.ok(longestCounts([styleWith(APPROVAL)], [wide(GREEDY, 200, 19)]) <= COUNTS_LIMIT);
  assert.ok(longestCounts([styleWith(APPROVAL)], [wide(GREEDY, 200, 20)]) > COUNTS_LIMIT);
  assert.equal(longestCounts(styles, [TWO_POTS]), 2 * (1_000 + 50 + 2_400 + 360));
});

function electionOf(contest: Contest, method: Method): Election {
  return new Election({} as Manifest, HASH, [styleWith(method)], [contest]);
}

test("a knapsack may spend the money of all pots that its ballots decide about", () => {
  const money = (contest: Contest) => electionOf(contest, { method: "knapsack" }).styles.get("s")?.contests[0]?.money;
  assert.equal(money(TWO_POTS), 1000);
  assert.equal(money({ ...TWO_POTS, counted: "apart", pots: [potNamed("p", 70)] }), 70);
});

/** Counts ballots that each choose these projects. */
function counted(contest: Contest, ballots: readonly string[]) {
  const election = electionOf(contest, APPROVAL);
  const counting = new Counting(election);
  for (const chosen of ballots) {
    const choices = { contests: [{ contest: "wijk", points: [], projects: Array.from(chosen) }], mark: [] };
    counting.add(election.styles.get("s")!, HASH, { choices, seed: HASH });
  }
  return { election, outcome: counting.finish(0) };
}

const BALLOTS = ["ab", "abc", "acde", ""];

test("each pot is counted with all ballots, by what may be paid from it and has not won; relations go across pots", () => {
  const [p, q] = counted(TWO_POTS, BALLOTS).outcome.contests[0]!.counts;
  const told = (count: typeof p) => count?.projects.map(({ missing, project: id, reason }) => `${id} ${reason} ${missing}`);
  // Pot p: a (3 votes) for 300; c does not fit in 200; e waits for b, which pot p cannot pay for.
  assert.deepEqual(told(p), ["a chosen 0", "c does-not-fit 200", "e need-not-chosen 0"]);
  // Pot q: b is closed by a, c (2 votes) takes 400, and d may have the last 100, as a won.
  assert.deepEqual(told(q), ["b alternative-chosen 0", "c chosen 0", "d chosen 0"]);
  assert.deepEqual([p?.ballots, q?.ballots, p?.pot, q?.pot, q?.cost], [4, 4, "p", "q", 500]);
  assert.deepEqual([p?.styles, q?.styles, p?.purse, p?.increments, p?.comparison], [["s"], ["s"], "", 0, []]);
});

test("a project that one pot pays for has no line in the count of the next", () => {
  const projects = [project("a", 300, "p"), project("c", 200, "p", "q")];
  const [p, q] = counted({ ...TWO_POTS, alternatives: [], needs: [], projects }, ["a", "c"]).outcome.contests[0]!.counts;
  assert.deepEqual([p?.winners, q?.winners, q?.projects, q?.rounds], [["c", "a"], [], [], []]);
});

test("an outcome tells purse, increments and comparison of Equal Shares", () => {
  const rule: Rule = { ...SHARES, comparison: "exclusion", completion: "add1", increment: 50 };
  const [p] = counted({ ...TWO_POTS, rule }, BALLOTS).outcome.contests[0]!.counts;
  // 125 each: a's three supporters pay 100 each. 200 are left; c costs 400, and e is closed.
  assert.deepEqual([p?.purse, p?.increments, p?.winners, p?.rule], ["125/1", 0, ["a"], "equal-shares"]);
  assert.deepEqual(p?.comparison, [{ against: 0, by: "exclusion", cost: 300, prefer: 0, winners: ["a"] }]);
});

/** Whether an outcome is at risk when one ballot may be missing. */
function atRisk(contest: Contest, ballots: readonly string[]): boolean | null {
  const { election, outcome } = counted(contest, ballots);
  const state = { election, styles: [{ requests: ballots.length + 1, voters: ballots.length, replacements: 0 }] };
  return outcomeAtRisk(state as unknown as State, { outcome, invalid: new Map<number, number>() });
}

test("something is said of plain greedy alone: without relations, minimum or any other setting", () => {
  const plain: Contest = { ...TWO_POTS, alternatives: [], needs: [], pots: [potNamed("p")], projects: [project("a", 300, "p"), project("b", 300, "p")] };
  assert.equal(atRisk(plain, ["a", "a", "a", "a", "b"]), false);
  assert.equal(atRisk(plain, ["a", "b", "b"]), true);
  const rules: readonly Rule[] = [
    { ...GREEDY, order: "votes-per-cost" }, { ...GREEDY, misfits: "stop" }, { ...GREEDY, minimum_votes: 1 }, { ...GREEDY, minimum_share: 1 },
    { ...GREEDY, zero_cost: "skip" }, { ...GREEDY, zero_votes: "take" }, SHARES, PHRAGMEN,
  ];
  const changes: readonly Partial<Contest>[] = [...rules.map((rule) => ({ rule })), { alternatives: [["a", "b"]] }, { needs: [need("a", "b")] }];
  for (const change of changes) {
    for (const ballots of [["a", "a", "a", "a", "b"], ["a", "b", "b"]]) {
      assert.equal(atRisk({ ...plain, ...change }, ballots), null, JSON.stringify(change));
    }
  }
});
