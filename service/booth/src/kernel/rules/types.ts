/**
 * What goes into a count and what comes out (PROTOCOL.md sections 12 and 14), before it is written as an outcome file.
 */
import type { Fraction } from "./fraction.ts";
import type { Closed, Relations } from "./relations.ts";

/** A project that takes part in a count. `cost` in cents; `lot` is 32 bytes, compared as bytes. */
export interface Candidate {
  readonly id: string;
  readonly cost: number;
  readonly lot: Uint8Array;
}

/**
 * Who supports a project: `groups[i]` is a group of equal ballots, which gives it the weight `weights[i]` (at least 1).
 * Sorted by descending weight.
 */
export interface Support {
  readonly groups: Int32Array;
  readonly weights: Int32Array;
}

/** Ballots in columns: `times[g]` ballots are equal to group g; `supports` has one member a candidate. */
export interface Profile {
  readonly ballots: number;
  readonly times: Int32Array;
  readonly supports: readonly Support[];
}

/** How a tie ended: all that stood equal in the order of the tie rule (indices), and the step that left one alone. */
export interface Tie {
  readonly between: readonly number[];
  readonly step: "cost" | "votes" | "lot";
}

/** What supporters of one weight paid in a round: in cents, exactly; `least` and `most` a ballot, `total` together. */
export interface Payment {
  readonly weight: number;
  readonly ballots: number;
  readonly emptied: boolean;
  readonly total: Fraction;
  readonly least: Fraction;
  readonly most: Fraction;
}

/**
 * One step of a rule: a project was considered. `price` is null for greedy and for projects without supporters;
 * `moneyLeft` in cents after it; `completion` where greedy spends what Equal Shares left.
 */
export interface Round {
  readonly project: number;
  readonly chosen: boolean;
  readonly completion: boolean;
  readonly moneyLeft: number;
  readonly price: Fraction | null;
  readonly payments: readonly Payment[];
  readonly tie: Tie | null;
}

/** Why a project was chosen or not. */
export type Reason =
  "chosen" | "does-not-fit" | "no-votes" | "costs-nothing" | "below-threshold" | Closed | "supporters-cannot-pay";

/** What became of a project; numbers (cents) that the reason has no use for are null. */
export interface Status {
  readonly reason: Reason;
  readonly missing: number | null;
  readonly supportersLeft: number | null;
}

/** The status of a reason without numbers. */
export function because(reason: Reason): Status {
  return { reason, missing: null, supportersLeft: null };
}

/** How the winners of Equal Shares compare with greedy's: ballots that have more from the ones, and from the others. */
export interface Comparison {
  readonly by: "satisfaction" | "cost-satisfaction" | "exclusion";
  readonly prefer: number;
  readonly against: number;
  /** The winners of Equal Shares, in order of choice. */
  readonly winners: readonly number[];
}

/** With what purse the run that stands began, and by how many increments it had grown. */
export interface Purse {
  readonly purse: Fraction;
  readonly increments: number;
}

/** What a rule gives: `statuses` has one member a candidate, `winners` are indices in order of choice. */
export interface RuleResult {
  readonly rounds: readonly Round[];
  readonly statuses: readonly Status[];
  readonly winners: readonly number[];
  /** Of Equal Shares alone. */
  readonly began?: Purse;
  /** Where a rule compares. */
  readonly comparison?: Comparison;
}

/** Votes (sum of weights) and supporters (ballots) of every candidate. */
export interface Totals {
  readonly votes: readonly number[];
  readonly supporters: readonly number[];
}

/** What a rule counts: money (cents), candidates with how they depend on each other, and ballots. */
export interface Matter {
  readonly budget: number;
  readonly candidates: readonly Candidate[];
  readonly profile: Profile;
  readonly relations: Relations;
  readonly totals: Totals;
}

/** A rule of section 12 with its parameters: a pure function. */
export type CountRule<Parameters> = (matter: Matter, parameters: Parameters) => RuleResult;
