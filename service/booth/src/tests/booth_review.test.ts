/** The review shows exactly what opening the sealed ballot will give, and nothing else can look like it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { picksOf, problemsOf, toChoices, toggle, toggleMark, emptyDraft, type Draft } from "../booth/draft.ts";
import { describe, reviewOf, type ReviewedContest } from "../booth/review.ts";
import { pad, readChoices, spellChoices } from "../kernel/choices.ts";
import type { BallotStyle, Election } from "../kernel/election.ts";
import { parseEntry, type Ballot } from "../kernel/entries.ts";
import { openWithSecret } from "../kernel/sealing.ts";
import { contextOf, trusteesOf, vote } from "../kernel/voter.ts";
import { drawDraft, drawElection, Draws, drawStyle } from "./draws.ts";
import { casesOf, counting, electionOf } from "./vectors.ts";

/** Random ballots that can be cast, from seed 0 on. */
function* castable(many: number, draw: (draws: Draws) => Election | BallotStyle): Generator<{ election: Election | null; style: BallotStyle; draft: Draft }> {
  for (let seed = 0; many > 0; seed++) {
    const draws = new Draws(seed);
    const drawn = draw(draws);
    const election = "styles" in drawn ? drawn : null;
    const style = "styles" in drawn ? drawn.styles.get("s")! : drawn;
    const draft = drawDraft(draws, style);
    if (problemsOf(style, draft).length > 0) continue;
    many--;
    yield { election, style, draft };
  }
}

function told(contests: readonly ReviewedContest[]): string[] {
  return contests.map(({ isRanked, projects, title }) =>
    `${title}${isRanked ? " ranked" : ""}: ${projects.map(({ points, project }) => `${project.id} ${points}`).join(", ")}`);
}

/** What the picks say, made without the review: a ranking in its order, all else in the contest's. */
function expected(style: BallotStyle, draft: Draft): string[] {
  return style.contests.map(({ contest, method }) => {
    const place = new Map(contest.projects.map(({ id }, i) => [id, i]));
    const picks = [...picksOf(draft, contest.id)];
    if (method.method !== "ranking") picks.sort((a, b) => place.get(a.project)! - place.get(b.project)!);
    return `${contest.title}${method.method === "ranking" ? " ranked" : ""}: ${picks.map(({ points, project }) => `${project} ${points}`).join(", ")}`;
  });
}

test("of 3,000 random ballots, the review says what was picked: its order and its points too", () => {
  for (const { style, draft } of castable(3_000, drawStyle)) assert.deepEqual(told(reviewOf(style, draft)), expected(style, draft));
});

test("of 2,000 random ballots, the review is what the padded plaintext opens to", () => {
  for (const { style, draft } of castable(2_000, drawStyle)) {
    const padded = pad(spellChoices(toChoices(style, draft)), style.style.pad);
    assert.deepEqual(reviewOf(style, draft), describe(style, readChoices(style, padded)));
  }
});

test("of 30 random ballots that are sealed and opened with their secret, the review is what comes out", async () => {
  const { manifest, manifestHash } = electionOf(casesOf("sealing.json", "open")[0]!);
  for (const { election, style, draft } of castable(30, (draws) => drawElection(draws, manifest, manifestHash))) {
    const share = { style: "s", votingSeed: new Uint8Array(32).fill(7), signatures: [] };
    const cast = await vote(election!, share, toChoices(style, draft), null, counting());
    const ballot = parseEntry(cast.entry) as Ballot;
    const { padded } = await openWithSecret(contextOf(election!, ballot), ballot, trusteesOf(election!), cast.secret);
    const opened = readChoices(style, padded);
    assert.deepEqual(reviewOf(style, draft), describe(style, opened));
    assert.deepEqual(opened.mark, draft.mark);
  }
});

test("two ballots that choose differently never look the same", () => {
  let differing = 0;
  for (const { style, draft } of castable(2_000, drawStyle)) {
    const other = drawDraft(new Draws(differing + 77_000), style);
    if (problemsOf(style, other).length > 0) continue;
    const [one, two] = [toChoices(style, draft), toChoices(style, other)];
    const isSame = JSON.stringify(one.contests) === JSON.stringify(two.contests);
    assert.equal(JSON.stringify(told(describe(style, one))) === JSON.stringify(told(describe(style, two))), isSame);
    if (!isSame) differing++;
  }
  assert.ok(differing > 800, String(differing));
});

test("the projects shown are the contest's own records", () => {
  for (const { style, draft } of castable(50, drawStyle)) {
    reviewOf(style, draft).forEach(({ projects }, i) => {
      for (const { project } of projects) assert.ok(style.contests[i]!.contest.projects.includes(project));
    });
  }
});

test("the mark comes after the review: whoever goes back with half of one still sees their choices", () => {
  for (const { style, draft } of castable(200, drawStyle)) {
    const halfway = toggleMark({ ...draft, mark: [] }, 5);
    assert.deepEqual(reviewOf(style, halfway), reviewOf(style, draft));
  }
});

test("what cannot be cast is not shown as if it could", () => {
  const style = drawStyle(new Draws(3));
  const all = style.contests.reduce(
    (draft, rules) => rules.contest.projects.reduce((before, { id }) => toggle(before, rules, id), draft), emptyDraft(style));
  assert.notDeepEqual(problemsOf(style, all), []);
  assert.throws(() => reviewOf(style, all), { name: "Refused" });
});
