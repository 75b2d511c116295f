/**
 * What a voter is shown before casting, and by whoever checks afterwards: always made from the very bytes that are
 * sealed, never from what was ticked. Pure.
 */

import { readChoices, pad, spellChoices, type Choices } from "../kernel/choices.ts";
import type { BallotStyle } from "../kernel/election.ts";
import type { Project } from "../kernel/manifest.ts";
import { toChoices, type Draft } from "./draft.ts";

export interface ReviewedProject {
  readonly project: Project;
  /** 0 where the method has none. */
  readonly points: number;
}

export interface ReviewedContest {
  readonly title: string;
  readonly isRanked: boolean;
  readonly projects: readonly ReviewedProject[];
}

/**
 * What a draft says, read from its plaintext. The mark comes after the review, and half of one keeps nobody from it.
 * @throws Refused the reasons of choices, for a draft with problems
 */
export function reviewOf(style: BallotStyle, draft: Draft): readonly ReviewedContest[] {
  const choices = toChoices(style, { ...draft, mark: [] });
  return describe(style, readChoices(style, pad(spellChoices(choices), style.style.pad)));
}

/** Choices with the projects that they name. */
export function describe(style: BallotStyle, { contests }: Choices): readonly ReviewedContest[] {
  return style.contests.map(({ contest, method }, place) => {
    const { projects, points } = contests[place]!;
    return {
      title: contest.title,
      isRanked: method.method === "ranking",
      projects: projects.map((id, i) => ({
        project: contest.projects.find((each) => each.id === id)!,
        points: points[i] ?? 0,
      })),
    };
  });
}
