/**
 * What a voter has ticked so far, and what is still wrong with it (PROTOCOL.md section 8: choices and their rules).
 *
 * Pure. A step never repairs what somebody chose: too many stay too many, and are told. Only `toChoices` of a draft
 * without problems can be sealed.
 */

import { checkChoices, type Choices } from "../kernel/choices.ts";
import type { BallotContest, BallotStyle } from "../kernel/election.ts";
import type { Project } from "../kernel/manifest.ts";

/** A project that was picked; points are 1 or more in a contest of points, else 0. */
export interface Pick {
  readonly project: string;
  readonly points: number;
}

/** What was picked in one contest, in the order of picking: for a ranking that is the ranking. */
export interface ContestDraft {
  readonly contest: string;
  readonly picks: readonly Pick[];
}

/** A whole ballot under way. */
export interface Draft {
  /** In the style's order. */
  readonly contests: readonly ContestDraft[];
  /** None, one or two of the 64 pictures. */
  readonly mark: readonly number[];
}

/** Why a ballot cannot be cast as it is; the numbers say how far it is off. */
export type Problem =
  | { readonly contest: string; readonly kind: "too-few"; readonly picked: number; readonly least: number }
  | { readonly contest: string; readonly kind: "too-many"; readonly picked: number; readonly most: number }
  | { readonly contest: string; readonly kind: "too-dear"; readonly over: number }
  | { readonly contest: string; readonly kind: "too-many-points"; readonly over: number };

export const MARK_LENGTH = 2;

/** A ballot on which nothing is ticked. */
export function emptyDraft({ contests }: BallotStyle): Draft {
  return { contests: contests.map(({ contest }) => ({ contest: contest.id, picks: [] })), mark: [] };
}

/** The picks of one contest; none if the draft does not have the contest. */
export function picksOf(draft: Draft, contest: string): readonly Pick[] {
  return draft.contests.find((each) => each.contest === contest)?.picks ?? [];
}

/** The draft with a project picked that was not, or the other way round. */
export function toggle(draft: Draft, { contest, method }: BallotContest, project: string): Draft {
  const points = method.method === "points" ? 1 : 0;
  return change(draft, contest.id, (picks) =>
    picks.some((pick) => pick.project === project)
      ? picks.filter((pick) => pick.project !== project)
      : [...picks, { project, points }],
  );
}

/** The draft with so many points for a project; without it at 0. */
export function givePoints(draft: Draft, contest: string, project: string, points: number): Draft {
  return change(draft, contest, (picks) => {
    if (points <= 0) return picks.filter((pick) => pick.project !== project);
    return picks.some((pick) => pick.project === project)
      ? picks.map((pick) => (pick.project === project ? { project, points } : pick))
      : [...picks, { project, points }];
  });
}

/** The draft with a project at another place of the ranking, from 0; places past an end are that end. */
export function moveTo(draft: Draft, contest: string, project: string, place: number): Draft {
  return change(draft, contest, (picks) => {
    const moved = picks.find((pick) => pick.project === project);
    if (moved === undefined) return picks;
    const others = picks.filter((pick) => pick !== moved);
    const at = Math.min(Math.max(place, 0), others.length);
    return [...others.slice(0, at), moved, ...others.slice(at)];
  });
}

/** The draft with a picture in the mark that was not, or the other way round; a third one is not taken. */
export function toggleMark(draft: Draft, picture: number): Draft {
  const { mark } = draft;
  if (mark.includes(picture)) return { ...draft, mark: mark.filter((each) => each !== picture) };
  return mark.length < MARK_LENGTH ? { ...draft, mark: [...mark, picture] } : draft;
}

/** What must change before this can be cast, in the style's order; nothing if it can. */
export function problemsOf(style: BallotStyle, draft: Draft): Problem[] {
  return style.contests.flatMap((contest) => problemsIn(contest, picksOf(draft, contest.contest.id)));
}

function problemsIn({ contest: { id, projects }, method, money }: BallotContest, picks: readonly Pick[]): Problem[] {
  const picked = picks.length;
  switch (method.method) {
    case "approval":
    case "ranking":
      if (picked < method.minimum) return [{ contest: id, kind: "too-few", picked, least: method.minimum }];
      if (picked > method.maximum) return [{ contest: id, kind: "too-many", picked, most: method.maximum }];
      return [];
    case "knapsack": {
      const over = costOf(projects, picks) - money;
      return over > 0 ? [{ contest: id, kind: "too-dear", over }] : [];
    }
    case "points": {
      // Points above what one project gets are too many, even where the whole would fit.
      const above = picks.reduce((sum, { points }) => sum + Math.max(points - method.maximum, 0), 0);
      const over = Math.max(pointsOf(picks) - method.total, above);
      return over > 0 ? [{ contest: id, kind: "too-many-points", over }] : [];
    }
  }
}

/** What all picked projects cost together, in cents. */
export function costOf(projects: readonly Project[], picks: readonly Pick[]): number {
  return projects.reduce((sum, { id, cost }) => (picks.some(({ project }) => project === id) ? sum + cost : sum), 0);
}

/** All points that were given. */
export function pointsOf(picks: readonly Pick[]): number {
  return picks.reduce((sum, { points }) => sum + points, 0);
}

/**
 * The choices that a draft without problems says: a ranking in its own order, all else in the contest's.
 * @throws Refused the reasons of choices, for a draft with problems
 */
export function toChoices(style: BallotStyle, draft: Draft): Choices {
  const contests = style.contests.map(({ contest, method }) => {
    const picks = picksOf(draft, contest.id);
    const sorted =
      method.method === "ranking"
        ? picks
        : contest.projects.flatMap(({ id }) => picks.filter(({ project }) => project === id));
    return {
      contest: contest.id,
      points: method.method === "points" ? sorted.map(({ points }) => points) : [],
      projects: sorted.map(({ project }) => project),
    };
  });
  const choices = { contests, mark: draft.mark };
  checkChoices(style, choices);
  return choices;
}

function change(draft: Draft, contest: string, step: (picks: readonly Pick[]) => readonly Pick[]): Draft {
  return {
    ...draft,
    contests: draft.contests.map((each) =>
      each.contest === contest ? { contest, picks: step(each.picks) } : each,
    ),
  };
}
