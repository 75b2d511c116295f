/** Small counts for tests: projects with their costs and what each ballot gives, without an election. */

import type { EqualSharesRule, GreedyRule, PhragmenRule, Rule } from "../kernel/manifest.ts";
import { Ballots, profile, totals } from "../kernel/profile.ts";
import { spell } from "../kernel/rules/fraction.ts";
import { countBy } from "../kernel/rules/index.ts";
import { Relations } from "../kernel/rules/relations.ts";
import type { Matter } from "../kernel/rules/types.ts";

/** What is counted: ids with costs in cents, the lowest lot first; of each ballot the weights that it gives. */
export interface Small {
  readonly budget: number;
  readonly projects: Readonly<Record<string, number>>;
  readonly ballots: readonly Readonly<Record<string, number>>[];
  readonly alternatives?: readonly (readonly string[])[];
  readonly needs?: readonly { readonly project: string; readonly needs: string }[];
}

/** What came of it, in words that are easily compared. */
export interface Told {
  readonly winners: string;
  /** Of each project that was not chosen, its reason and the numbers that go with it. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Of each round, what was considered, `+` if it was chosen, its price, and how a tie was settled. */
  readonly rounds: readonly string[];
  readonly completions: number;
  readonly began: string;
  readonly compared: string;
}

export const GREEDY: GreedyRule = {
  minimum_share: 0, minimum_votes: 0, misfits: "skip", name: "greedy", order: "votes", zero_cost: "take", zero_votes: "skip",
};

export const SHARES: EqualSharesRule = {
  comparison: "none", completion: "none", increment: 5, name: "equal-shares", start: "exact", stop: "exhaustive",
  utility: "cost", zero_cost: "take", zero_votes: "skip",
};

export const PHRAGMEN: PhragmenRule = { name: "phragmen-sequential", zero_cost: "take", zero_votes: "skip" };

/** Ballots that give 1 to each letter's project: `approve("ab", "", "b")`. */
export function approve(...chosen: readonly string[]): Record<string, number>[] {
  return chosen.map((letters) => Object.fromEntries(Array.from(letters, (letter) => [letter, 1])));
}

/** What a rule is given. */
export function matterOf(small: Small): Matter {
  const ids = Object.keys(small.projects);
  const ballots = new Ballots();
  for (const ballot of small.ballots) ballots.add(Object.entries(ballot).map(([id, weight]) => [ids.indexOf(id), weight]));
  const columns = profile([ballots], [...ids.keys()]);
  return {
    budget: small.budget,
    candidates: ids.map((id, place) => ({ id, cost: small.projects[id]!, lot: Uint8Array.of(place) })),
    profile: columns,
    relations: Relations.of({ alternatives: small.alternatives ?? [], needs: small.needs ?? [] }, ids, new Set()),
    totals: totals(columns),
  };
}

/** Counts by a rule. */
export function tell(small: Small, rule: Rule): Told {
  const ids = Object.keys(small.projects);
  const result = countBy(rule, matterOf(small));
  const names = (places: readonly number[]) => places.map((place) => ids[place]!).join(" ");
  const { began, comparison } = result;
  return {
    winners: names(result.winners),
    reasons: Object.fromEntries(result.statuses.flatMap(({ reason, missing, supportersLeft }, i) =>
      reason === "chosen" ? [] : [[ids[i]!, [reason, missing, supportersLeft].filter((part) => part !== null).join(" ")]])),
    rounds: result.rounds.map(({ chosen, price, project, tie }) => [
      `${ids[project]!}${chosen ? "+" : ""}`,
      ...(price === null ? [] : [spell(price)]),
      ...(tie === null ? [] : [`(${names(tie.between)}: ${tie.step})`]),
    ].join(" ")),
    completions: result.rounds.filter((round) => round.completion).length,
    began: began === undefined ? "" : `${spell(began.purse)} after ${began.increments}`,
    compared: comparison === undefined ? "" : `${comparison.prefer} to ${comparison.against}: ${names(comparison.winners)}`,
  };
}
