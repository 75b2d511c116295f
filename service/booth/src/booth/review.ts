/**
 * What a voter is shown before casting, and by whoever checks afterwards: always made from the very bytes that are
 * sealed, never from what was ticked. Pure.
 */

import { readChoices, pad, spellChoices, type Choices } from "../kernel/choices.ts";
import type { BallotStyle } from "../kernel/election.ts";
import type { Project } from "../kernel/manifest.ts";

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

/** The plaintext that will be sealed, and what it says. */
export function reviewOf(style: BallotStyle, choices: Choices): readonly ReviewedContest[] {
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
