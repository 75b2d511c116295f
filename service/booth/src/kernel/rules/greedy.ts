/**
 * The rule `greedy` (PROTOCOL.md section 12; Talmon and Faliszewski 2019, greedy rule).
 *
 * Equal Shares uses it too, for what it leaves and to be compared with.
 */
import type { GreedyRule } from "../manifest.ts";
import { byTieRule, settle } from "./ties.ts";
import { because, type Candidate, type Matter, type Reason, type Round, type RuleResult, type Status } from "./types.ts";

/** What greedy begins with: all of a budget and nobody chosen, or what another rule left. */
export interface Beginning {
  readonly money: number;
  readonly winners: readonly number[];
}

/** Why a candidate is not eligible, null if it is. */
function ruledOut({ candidates, profile, totals }: Matter, rule: GreedyRule, i: number): Reason | null {
  const [votes, supporters] = [totals.votes[i]!, totals.supporters[i]!];
  if (rule.zero_votes === "skip" && votes === 0) return "no-votes";
  if (rule.zero_cost === "skip" && candidates[i]!.cost === 0) return "costs-nothing";
  const isShareTooSmall = BigInt(supporters) * 10_000n < BigInt(rule.minimum_share) * BigInt(profile.ballots);
  return votes < rule.minimum_votes || isShareTooSmall ? "below-threshold" : null;
}

/** A comparison of two candidates by their worth, the greater first. */
function byWorth({ candidates, totals: { votes } }: Matter, order: GreedyRule["order"]) {
  const isAboveAll = (i: number) => candidates[i]!.cost === 0 && votes[i]! > 0;
  return (a: number, b: number): number => {
    const [one, other] = [isAboveAll(a), isAboveAll(b)];
    if (order === "votes" || (one && other)) return votes[b]! - votes[a]!;
    if (one !== other) return one ? -1 : 1;
    const worth = (i: number, cost: Candidate["cost"]) => BigInt(votes[i]!) * BigInt(Math.max(1, cost));
    // Without votes a worth is 0 whatever the cost.
    const difference = worth(b, candidates[a]!.cost) - worth(a, candidates[b]!.cost);
    return difference > 0n ? 1 : difference < 0n ? -1 : 0;
  };
}

/** Candidates in descending order of worth, equal ones together and in the order of the tie rule. */
function ranked(matter: Matter, rule: GreedyRule, eligible: readonly number[]): number[][] {
  const [worth, tieRule] = [byWorth(matter, rule.order), byTieRule(matter.candidates, matter.totals.votes)];
  const levels: number[][] = [];
  for (const i of [...eligible].sort((a, b) => worth(a, b) || tieRule(a, b))) {
    const level = levels.at(-1);
    if (level !== undefined && worth(level[0]!, i) === 0) level.push(i);
    else levels.push([i]);
  }
  return levels;
}

/** The greatest of the candidates that still wait and are open, with all that stand equal with it. */
function next(levels: readonly number[][], isOpen: (candidate: number) => boolean): number[] {
  for (const level of levels) {
    const open = level.filter(isOpen);
    if (open.length > 0) return open;
  }
  return [];
}

/**
 * Chooses what fits in the money left, in descending order of worth.
 * @param beginning what is there already; its winners are no candidates any more, and not among the result's winners
 */
export function greedy(matter: Matter, rule: GreedyRule, beginning?: Beginning): RuleResult {
  const { candidates, relations, totals } = matter;
  const before = beginning?.winners ?? [];
  const won = new Set(before);
  const reasons = candidates.map((_, i) => ruledOut(matter, rule, i));
  const considered = new Map<number, Status>(before.map((i) => [i, because("chosen")]));
  const levels = ranked(matter, rule, [...candidates.keys()].filter((i) => reasons[i] === null));
  const waits = (i: number) => !considered.has(i) && relations.closed(i, won) === null;
  const [rounds, winners]: [Round[], number[]] = [[], []];
  let money = beginning?.money ?? matter.budget;
  let isStopped = false;
  for (let equal = next(levels, waits); equal.length > 0; equal = next(levels, waits)) {
    const tie = settle(equal, candidates, totals.votes);
    const project = equal[0]!;
    const { cost } = candidates[project]!;
    const chosen = !isStopped && cost <= money;
    considered.set(project, chosen ? because("chosen")
      : { reason: "does-not-fit", missing: Math.max(0, cost - money), supportersLeft: null });
    if (chosen) {
      money -= cost;
      won.add(project);
      winners.push(project);
    } else isStopped ||= rule.misfits === "stop";
    rounds.push({ project, chosen, completion: false, moneyLeft: money, price: null, payments: [], tie });
  }
  const leftOut = (i: number) => because(reasons[i] ?? relations.closed(i, won) ?? "does-not-fit");
  const statuses = candidates.map((_, i) => considered.get(i) ?? leftOut(i));
  return { rounds, statuses, winners };
}
