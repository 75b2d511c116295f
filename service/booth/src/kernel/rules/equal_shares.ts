/**
 * The rule `equal-shares-cost` (PROTOCOL.md section 12; Method of Equal Shares, Peters, Pierczynski and Skowron 2021,
 * cost utilities, no completion), in exact arithmetic.
 *
 * With t = r * c, the cents a supporter pays a unit of weight, the least t with sum of min(purse, t * weight) = c is
 * found from below: all pay in full, then those whose purse is too small pay what they have and the others share the
 * rest, until nobody's purse is too small. Purses only shrink, so a project's price only rises: an old price is a lower
 * bound, and a project whose bound lies above the best price needs no new look.
 */
import { approximate, bits, fraction, type Fraction } from "./fraction.ts";
import { Purses, type PurseClass } from "./purses.ts";
import { settle } from "./ties.ts";
import type { Candidate, Payment, Profile, Round, RuleResult, Status, Support, Totals } from "./types.ts";

/** A project still waiting; `price` is exact or a lower bound from an earlier round, `unit` what a unit of weight pays. */
interface Waiting {
  readonly index: number;
  readonly cost: number;
  price: Fraction;
  unit: Fraction;
}

const ZERO: Fraction = { n: 0n, d: 1n };

function compare(a: Fraction, b: Fraction): number {
  const [left, right] = [a.n * b.d, b.n * a.d];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What each unit of weight pays (cents), so that the classes pay `cost` together; null when they cannot. */
function unitPayment(purses: Purses, classes: readonly PurseClass[], cost: number): Fraction | null {
  let rest = classes;
  let units = rest.reduce((sum, c) => sum + c.weight * c.count, 0);
  const denominator = purses.denominator;
  const size = bits(denominator);
  let owed = BigInt(cost) * denominator;
  while (units > 0) {
    const near = approximate(owed, denominator, size) / units;
    const many = BigInt(units);
    const able: PurseClass[] = [];
    let emptied = 0n;
    let gone = 0;
    for (const c of rest) {
      if (purses.below(c.state, c.weight, owed, many, near)) {
        emptied += purses.exact(c.state) * BigInt(c.count);
        gone += c.weight * c.count;
      } else able.push(c);
    }
    if (gone === 0) return { n: owed, d: denominator * many };
    owed -= emptied;
    units -= gone;
    rest = able;
  }
  return null;
}

/** Brings a project's price up to date; false when it is not affordable, which it never is again. */
function reprice(project: Waiting, purses: Purses, support: Support): boolean {
  if (project.cost === 0) return support.groups.length > 0;
  const unit = unitPayment(purses, purses.classes(support), project.cost);
  if (unit === null) return false;
  project.unit = unit;
  project.price = { n: unit.n, d: unit.d * BigInt(project.cost) };
  return true;
}

/** All waiting projects with the least price; those that are not affordable are taken out of `waiting`. */
function cheapest(waiting: Set<Waiting>, purses: Purses, supports: readonly Support[]): Waiting[] {
  let best: Waiting[] = [];
  for (const project of [...waiting].sort((a, b) => compare(a.price, b.price))) {
    const least = best[0]?.price;
    if (least && compare(project.price, least) > 0) break;
    if (!reprice(project, purses, supports[project.index]!)) {
      waiting.delete(project);
      continue;
    }
    const order = least ? compare(project.price, least) : -1;
    if (order < 0) best = [project];
    else if (order === 0) best.push(project);
  }
  return best;
}

/** The payments of a round, in descending order of weight and those not emptied first; before anybody has paid. */
function payments(purses: Purses, classes: readonly PurseClass[], unit: Fraction): Payment[] {
  const found: Payment[] = [];
  const denominator = purses.denominator;
  const near = Number(unit.n) === 0 ? 0 : approximate(unit.n, unit.d, bits(unit.d));
  for (let start = 0; start < classes.length;) {
    const weight = (classes[start]!).weight;
    const full = fraction(unit.n * BigInt(weight), unit.d);
    let [paid, emptied, sum] = [0, 0, 0n];
    let [least, most]: [bigint | null, bigint] = [null, 0n];
    for (; start < classes.length && classes[start]?.weight === weight; start++) {
      const c = classes[start]!;
      // Emptied: purse <= weight * unit, which is not (purse > weight * unit).
      if (unit.n === 0n || purses.above(c.state, weight, unit.n * denominator, unit.d, near)) paid += c.count;
      else {
        const purse = purses.exact(c.state);
        emptied += c.count;
        sum += purse * BigInt(c.count);
        if (least === null || purse < least) least = purse;
        if (purse > most) most = purse;
      }
    }
    if (paid > 0) {
      const total = fraction(full.n * BigInt(paid), full.d);
      found.push({ weight, ballots: paid, emptied: false, total, least: full, most: full });
    }
    if (emptied > 0) {
      const [total, low, high] = [sum, least ?? 0n, most].map((n) => fraction(n, denominator)) as [Fraction, Fraction, Fraction];
      found.push({ weight, ballots: emptied, emptied: true, total, least: low, most: high });
    }
  }
  return found;
}

/** The status of a project that was not chosen. */
function leftOut(candidate: Candidate, support: Support, purses: Purses | null): Status {
  if (purses === null || support.groups.length === 0) return { reason: "no-votes", missing: null, supportersLeft: null };
  let sum = 0n;
  for (const c of purses.classes(support)) sum += purses.exact(c.state) * BigInt(c.count);
  const left = Number(sum / purses.denominator);
  return { reason: "supporters-cannot-pay", missing: candidate.cost - left, supportersLeft: left };
}

/**
 * Chooses round by round the project with the least price, until none is affordable.
 * @param budget cents
 */
export function equalSharesCost(
  budget: number, candidates: readonly Candidate[], profile: Profile, totals: Totals,
): RuleResult {
  const purses = profile.ballots > 0 ? new Purses(budget, profile.ballots, profile.times) : null;
  const waiting = new Set<Waiting>(candidates.map((c, index) => ({ index, cost: c.cost, price: ZERO, unit: ZERO })));
  const rounds: Round[] = [];
  const winners: number[] = [];
  let moneyLeft = budget;
  while (purses !== null) {
    const best = cheapest(waiting, purses, profile.supports);
    if (best.length === 0) break;
    const tie = settle(best.map((p) => p.index), candidates, totals.votes);
    const first = best.find((p) => p.index === tie?.between[0]) ?? (best[0]!);
    const support = profile.supports[first.index]!;
    const unit = fraction(first.unit.n, first.unit.d);
    moneyLeft -= first.cost;
    rounds.push({
      project: first.index, chosen: true, moneyLeft, price: fraction(first.price.n, first.price.d),
      payments: payments(purses, purses.classes(support), unit), tie,
    });
    if (unit.n > 0n) purses.pay(support, unit.n, unit.d);
    winners.push(first.index);
    waiting.delete(first);
  }
  const chosen: Status = { reason: "chosen", missing: null, supportersLeft: null };
  const statuses = candidates.map((c, i) =>
    winners.includes(i) ? chosen : leftOut(c, profile.supports[i]!, purses));
  return { rounds, statuses, winners };
}
