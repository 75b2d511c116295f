/** The ballot as a way of single screens, and where a child is on it. Pure, but for the place that it remembers. */

import type { BallotContest, BallotStyle } from "../../kernel/election.ts";
import type { Project } from "../../kernel/manifest.ts";
import { orderFor } from "../order.ts";

export type Page =
  | { readonly kind: "rule"; readonly rules: BallotContest }
  | { readonly kind: "project"; readonly rules: BallotContest; readonly project: Project; readonly place: number; readonly all: number }
  | { readonly kind: "chosen"; readonly rules: BallotContest };

/** The screens: of each contest its rule, all its projects in the voter's own order, and what is chosen. */
export function pagesOf({ contests }: BallotStyle, votingKey: Uint8Array): readonly Page[] {
  return contests.flatMap((rules) => {
    const { id, projects } = rules.contest;
    const order = orderFor(votingKey, id, projects.map((project) => project.id));
    const pages = order.map((name, place): Page => {
      const project = projects.find((each) => each.id === name)!;
      return { all: order.length, kind: "project", place, project, rules };
    });
    return [{ kind: "rule", rules } as const, ...pages, { kind: "chosen", rules } as const];
  });
}

/** Where one child is. */
export class Walk {
  readonly pages: readonly Page[];
  /** The projects to which the child has said something. */
  readonly answered = new Set<string>();
  /** The pictures of the ballot that was sealed, to be shown once more at the end. */
  mark: readonly number[] = [];
  #at = 0;

  constructor(pages: readonly Page[]) {
    this.pages = pages;
  }

  get page(): Page {
    return this.pages[this.#at]!;
  }

  get isFirst(): boolean {
    return this.#at === 0;
  }

  /** Go on. @returns false at the end, where there is no next screen */
  next(): boolean {
    if (this.#at + 1 >= this.pages.length) return false;
    this.#at += 1;
    return true;
  }

  back(): void {
    this.#at = Math.max(this.#at - 1, 0);
  }

  /** Look at the projects of this contest once more. */
  again(): void {
    const { rules } = this.page;
    this.#at = this.pages.findIndex((page) => page.kind === "project" && page.rules === rules);
  }
}
