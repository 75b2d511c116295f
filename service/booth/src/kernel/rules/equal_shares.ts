/**
 * The rule `equal-shares` (PROTOCOL.md section 12): with what purses a run is made, which run stands as purses grow
 * (Peters and Skowron, equalshares.net), how the rest is spent, and whether greedy's outcome is preferred.
 */
import type { EqualSharesRule, GreedyRule } from "../manifest.ts";
import { compareOutcomes } from "./comparison.ts";
import { fraction, type Fraction } from "./fraction.ts";
import { greedy } from "./greedy.ts";
import { canBePaid, run, type Run } from "./shares_run.ts";
import { because, type Matter, type Purse, type RuleResult, type Status } from "./types.ts";

/** s + t * increment, for t increments. */
function purseOf({ budget, profile }: Matter, rule: EqualSharesRule, increments: number): Fraction {
  const [money, increment] = [BigInt(budget), BigInt(rule.increment)];
  const ballots = BigInt(Math.max(1, profile.ballots));
  const grown = BigInt(increments) * increment;
  if (rule.start === "exact") return fraction(money + grown * ballots, ballots);
  return { n: money / (ballots * increment) * increment + grown, d: 1n };
}

/** The open candidates that a run could have chosen and did not. */
function leftBy(matter: Matter, rule: EqualSharesRule, winners: readonly number[]): number[] {
  const won = new Set(winners);
  return [...matter.candidates.keys()].filter((i) =>
    !won.has(i) && canBePaid(matter, rule, i) && matter.relations.closed(i, won) === null);
}

/** Whether purses that grow further are not asked for. */
function isEnough(matter: Matter, rule: EqualSharesRule, { winners, moneyLeft }: Run): boolean {
  const left = leftBy(matter, rule, winners).map((i) => matter.candidates[i]!.cost);
  return left.length === 0 || (rule.stop === "exhaustive" && !left.some((cost) => cost > 0 && cost <= moneyLeft));
}

/** The t of the run that stands. */
function incrementsOf(matter: Matter, rule: EqualSharesRule): number {
  if (rule.completion !== "add1" && rule.completion !== "add1-greedy") return 0;
  for (let increments = 0; ; increments++) {
    const found = run(matter, rule, purseOf(matter, rule, increments), false);
    if (found === null) return increments - 1;
    if (isEnough(matter, rule, found)) return increments;
  }
}

/** The greedy rule that goes with a contest's Equal Shares. */
function greedyBeside({ zero_cost, zero_votes }: EqualSharesRule, order: GreedyRule["order"]): GreedyRule {
  return { minimum_share: 0, minimum_votes: 0, misfits: "skip", name: "greedy", order, zero_cost, zero_votes };
}

/** Whether greedy spends what Equal Shares leaves. */
function hasRest({ completion }: EqualSharesRule): boolean {
  return completion === "greedy" || completion === "add1-greedy";
}

/** What greedy makes of the money that a run left; null where it has nothing to consider. */
function spendRest(matter: Matter, rule: EqualSharesRule, { winners, moneyLeft }: Run): RuleResult | null {
  if (!hasRest(rule)) return null;
  const fits = leftBy(matter, rule, winners).map((i) => matter.candidates[i]!.cost).some((cost) => cost > 0 && cost <= moneyLeft);
  if (rule.zero_votes === "skip" && !fits) return null;
  const order = rule.utility === "points" ? "votes-per-cost" : "votes";
  return greedy(matter, greedyBeside(rule, order), { money: moneyLeft, winners });
}

/** The status of a candidate that neither the run chose nor greedy considered. */
function leftOut(matter: Matter, rule: EqualSharesRule, { purses }: Run, won: ReadonlySet<number>, i: number): Status {
  const { cost } = matter.candidates[i]!;
  if (matter.totals.votes[i] === 0 && !(hasRest(rule) && rule.zero_votes === "take")) return because("no-votes");
  if (rule.zero_cost === "skip" && cost === 0) return because("costs-nothing");
  const closed = matter.relations.closed(i, won);
  if (closed !== null) return because(closed);
  const left = purses.together(matter.profile.supports[i]!);
  return { reason: "supporters-cannot-pay", missing: cost - left, supportersLeft: left };
}

/** A run with what greedy did afterwards. */
function complete(matter: Matter, rule: EqualSharesRule, found: Run): RuleResult {
  const rest = spendRest(matter, rule, found);
  const winners = [...found.winners, ...(rest?.winners ?? [])];
  const won = new Set(winners);
  const considered = new Set(rest?.rounds.map((round) => round.project));
  const statuses = matter.candidates.map((_, i) => {
    if (won.has(i)) return because("chosen");
    return considered.has(i) ? rest!.statuses[i]! : leftOut(matter, rule, found, won, i);
  });
  const spent = rest?.rounds.map((round) => ({ ...round, completion: true })) ?? [];
  return { rounds: [...found.rounds, ...spent], statuses, winners };
}

/** Chooses what supporters can pay with equal shares of the money. */
export function equalShares(matter: Matter, rule: EqualSharesRule): RuleResult {
  const increments = incrementsOf(matter, rule);
  const began: Purse = { purse: purseOf(matter, rule, increments), increments };
  const found = run(matter, rule, began.purse, true);
  if (found === null) throw new RangeError("a run that stands costs at most the budget");
  const own = complete(matter, rule, found);
  if (rule.comparison === "none") return { ...own, began };
  const other = greedy(matter, greedyBeside(rule, "votes"));
  const comparison = compareOutcomes(matter, rule.comparison, own.winners, other.winners);
  return { ...(comparison.against > comparison.prefer ? other : own), began, comparison };
}
