/** A ballot under way: every step of every method, and what is said of it before it can be cast. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  costOf, emptyDraft, givePoints, moveTo, picksOf, pointsOf, problemsOf, toChoices, toggle, toggleMark, type Draft, type Problem,
} from "../booth/draft.ts";
import type { BallotContest, BallotStyle } from "../kernel/election.ts";
import type { Method } from "../kernel/manifest.ts";
import { drawDraft, drawElection, Draws, drawStep, drawStyle } from "./draws.ts";
import { reasonOf } from "./refusals.ts";

const BASE = drawElection(new Draws(1)).styles.get("s")!.contests[0]!;

/** A style of one contest `k`, with projects a to e that cost 100 to 500 cents, and 600 to spend. */
function styleOf(method: Method): BallotStyle {
  const { contest } = BASE;
  const projects = Array.from("abcde", (id, i) => ({ ...contest.projects[0]!, cost: 100 * (i + 1), id }));
  const rules: BallotContest = { contest: { ...contest, id: "k", projects }, method, money: 600 };
  const style = { areas: ["w"], contests: [{ contest: "k", method }], id: "s", issuers: [], kind: "style", pad: 512, title: "S", voters: "adult" } as const;
  return { contests: [rules], place: 0, style };
}

const APPROVAL = styleOf({ maximum: 3, method: "approval", minimum: 1 });
const KNAPSACK = styleOf({ method: "knapsack" });
const POINTS = styleOf({ maximum: 3, method: "points", total: 5 });
const RANKING = styleOf({ maximum: 3, method: "ranking", minimum: 0 });

function frozen(draft: Draft): Draft {
  for (const { picks } of draft.contests) Object.freeze(picks);
  Object.freeze(draft.contests);
  Object.freeze(draft.mark);
  return Object.freeze(draft);
}

function ticked(style: BallotStyle, letters: string, draft = emptyDraft(style)): Draft {
  return Array.from(letters).reduce((before, letter) => toggle(frozen(before), style.contests[0]!, letter), draft);
}

function given(points: Readonly<Record<string, number>>, draft = emptyDraft(POINTS)): Draft {
  return Object.entries(points).reduce((before, [project, n]) => givePoints(frozen(before), "k", project, n), draft);
}

/** The picks as letters, with their points where there are any. */
function told(draft: Draft): string {
  return picksOf(draft, "k").map(({ project, points }) => (points === 0 ? project : `${project}${points}`)).join(" ");
}

test("nothing is ticked at first, in any contest", () => {
  const style = drawStyle(new Draws(9));
  const ids = style.contests.map(({ contest }) => contest.id);
  assert.deepEqual(emptyDraft(style), { contests: ids.map((contest) => ({ contest, picks: [] })), mark: [] });
  assert.deepEqual(picksOf(emptyDraft(style), "elsewhere"), []);
});

test("what is ticked comes last, and is gone when it is ticked again", () => {
  for (const style of [APPROVAL, KNAPSACK, RANKING]) {
    assert.equal(told(ticked(style, "cab")), "c a b");
    assert.equal(told(ticked(style, "cabc")), "a b");
    assert.equal(told(ticked(style, "cabcc")), "a b c");
  }
  assert.equal(told(ticked(POINTS, "ca")), "c1 a1");
  assert.equal(told(ticked(POINTS, "cac")), "a1");
});

test("points are given where they were, or last; at 0 the project is gone", () => {
  assert.equal(told(given({ b: 2, a: 1, d: 3 })), "b2 a1 d3");
  assert.equal(told(given({ a: 3 }, given({ b: 2, a: 1, d: 3 }))), "b2 a3 d3");
  assert.equal(told(given({ b: 0, d: -1 }, given({ b: 2, a: 1, d: 3 }))), "a1");
  assert.equal(told(given({ a: 0 })), "");
  assert.equal(pointsOf(picksOf(given({ b: 2, a: 1 }), "k")), 3);
});

const MOVES: readonly (readonly [project: string, place: number, ranking: string])[] = [
  ["a", 0, "a b c d"], ["a", 1, "b a c d"], ["a", 3, "b c d a"], ["d", 0, "d a b c"], ["c", 2, "a b c d"], ["b", 2, "a c b d"],
  ["a", 9, "b c d a"], ["d", -1, "d a b c"], ["e", 0, "a b c d"],
];

test("a project moves to its place of the ranking, or to the end that is nearest", () => {
  for (const [project, place, ranking] of MOVES) {
    assert.equal(told(moveTo(frozen(ticked(RANKING, "abcd")), "k", project, place)), ranking, `${project} to ${place}`);
  }
});

test("a mark has two pictures; a third is not taken, and each can be taken back", () => {
  const marked = (...pictures: readonly number[]) => pictures.reduce((draft, n) => toggleMark(frozen(draft), n), emptyDraft(APPROVAL)).mark;
  assert.deepEqual(marked(7), [7]);
  assert.deepEqual(marked(7, 3), [7, 3]);
  assert.deepEqual(marked(7, 3, 5), [7, 3]);
  assert.deepEqual(marked(7, 3, 7), [3]);
  assert.deepEqual(marked(0, 0), []);
});

const WRONG: readonly (readonly [style: BallotStyle, draft: Draft, problems: readonly Partial<Problem>[]])[] = [
  [APPROVAL, ticked(APPROVAL, ""), [{ contest: "k", kind: "too-few", picked: 0, least: 1 }]],
  [APPROVAL, ticked(APPROVAL, "a"), []],
  [APPROVAL, ticked(APPROVAL, "abc"), []],
  [APPROVAL, ticked(APPROVAL, "abcde"), [{ contest: "k", kind: "too-many", picked: 5, most: 3 }]],
  [RANKING, ticked(RANKING, ""), []],
  [RANKING, ticked(RANKING, "dbca"), [{ contest: "k", kind: "too-many", picked: 4, most: 3 }]],
  [KNAPSACK, ticked(KNAPSACK, ""), []],
  [KNAPSACK, ticked(KNAPSACK, "abc"), []],
  [KNAPSACK, ticked(KNAPSACK, "ea"), []],
  [KNAPSACK, ticked(KNAPSACK, "abd"), [{ contest: "k", kind: "too-dear", over: 100 }]],
  [POINTS, given({}), []],
  [POINTS, given({ a: 3, b: 2 }), []],
  [POINTS, given({ a: 3, b: 3, c: 1 }), [{ contest: "k", kind: "too-many-points", over: 2 }]],
  [POINTS, given({ a: 5 }), [{ contest: "k", kind: "too-many-points", over: 2 }]],
  [POINTS, given({ a: 5, b: 4 }), [{ contest: "k", kind: "too-many-points", over: 4 }]],
];

test("it is said what is wrong, and how far off", () => {
  for (const [style, draft, problems] of WRONG) assert.deepEqual(problemsOf(style, draft), problems, told(draft));
});

test("costs and points are those of all that was picked", () => {
  const { projects } = KNAPSACK.contests[0]!.contest;
  assert.equal(costOf(projects, picksOf(ticked(KNAPSACK, "ebd"), "k")), 1100);
  assert.equal(costOf(projects, []), 0);
});

test("a ranking is sealed in its own order, all else in the contest's", () => {
  const sealed = (style: BallotStyle, draft: Draft) => toChoices(style, draft).contests;
  assert.deepEqual(sealed(RANKING, ticked(RANKING, "dab")), [{ contest: "k", points: [], projects: ["d", "a", "b"] }]);
  assert.deepEqual(sealed(APPROVAL, ticked(APPROVAL, "dab")), [{ contest: "k", points: [], projects: ["a", "b", "d"] }]);
  assert.deepEqual(sealed(KNAPSACK, ticked(KNAPSACK, "cba")), [{ contest: "k", points: [], projects: ["a", "b", "c"] }]);
  assert.deepEqual(sealed(POINTS, given({ d: 2, a: 3 })), [{ contest: "k", points: [3, 2], projects: ["a", "d"] }]);
});

const REASONS: Readonly<Record<Problem["kind"], readonly string[]>> = {
  "too-few": ["choices-number"], "too-many": ["choices-number"], "too-dear": ["choices-budget"], "too-many-points": ["choices-points", "choices-budget"],
};

test("of 6,000 random drafts, exactly those without a problem can be sealed, and the first problem is the reason", () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 6_000; seed++) {
    const draws = new Draws(seed);
    const style = drawStyle(draws);
    const draft = drawDraft(draws, style);
    const [problem] = problemsOf(style, draft);
    const reason = reasonOf(() => toChoices(style, draft));
    if (problem === undefined) assert.equal(reason, "", `seed ${seed}`);
    else assert.ok(REASONS[problem.kind].includes(reason), `seed ${seed}: ${problem.kind}, ${reason}`);
    const kind = problem?.kind ?? "none";
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
  }
  for (const kind of ["none", ...Object.keys(REASONS)]) assert.ok((seen.get(kind) ?? 0) > 200, `${kind}: ${seen.get(kind) ?? 0}`);
});

test("half a mark is the mark's own refusal, and no problem of any contest", () => {
  const draft = toggleMark(ticked(APPROVAL, "a"), 5);
  assert.deepEqual(problemsOf(APPROVAL, draft), []);
  assert.equal(reasonOf(() => toChoices(APPROVAL, draft)), "choices-mark");
});

test("a step changes one project of one contest alone: whatever is over a limit stays", () => {
  for (let seed = 0; seed < 1_500; seed++) {
    const draws = new Draws(seed);
    const style = drawStyle(draws);
    let before = frozen(drawDraft(draws, style));
    for (let steps = 0; steps < 6; steps++) {
      const rules = draws.one(style.contests);
      const after = frozen(drawStep(draws, rules)(before));
      assert.deepEqual(after.mark, before.mark);
      for (const { contest } of style.contests) {
        const [old, now] = [picksOf(before, contest.id), picksOf(after, contest.id)];
        const changed = contest.projects.filter(({ id }) => pointsIn(old, id) !== pointsIn(now, id));
        assert.ok(changed.length <= (contest === rules.contest ? 1 : 0), `seed ${seed}`);
        assert.equal(new Set(now.map(({ project }) => project)).size, now.length);
        assert.ok(Math.abs(now.length - old.length) <= changed.length);
      }
      before = after;
    }
  }
});

function pointsIn(picks: readonly { readonly project: string; readonly points: number }[], id: string): number | undefined {
  return picks.find(({ project }) => project === id)?.points;
}
