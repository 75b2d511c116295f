/**
 * One run of the rule `equal-shares` (PROTOCOL.md section 12; Method of Equal Shares, Peters, Pierczynski and Skowron
 * 2021), in exact arithmetic.
 *
 * The least cents t that a unit of weight pays, with sum of min(purse, t * weight) = cost, is found from below: all pay
 * in full, then those whose purse is too small pay what they have and the others share the rest, until nobody's purse
 * is too small. The price r is t / cost (utility `cost`) or t (`points`). Purses only shrink, so a project's price only
 * rises: an old price is a lower bound, and a project whose bound lies above the best price needs no new look. That
 * holds for a closed project too, which waits until it is open.
 */
import type { EqualSharesRule } from "../manifest.ts";
import { approximate, bits, compare, fraction, type Fraction } from "./fraction.ts";
import { Purses, type PurseClass } from "./purses.ts";
import { settle } from "./ties.ts";
import type { Matter, Payment, Round, Support } from "./types.ts";

/** A project still waiting; `price` is exact or a lower bound from an earlier round, `unit` what a unit of weight pays. */
interface Waiting {
  readonly index: number;
  readonly cost: number;
  price: Fraction;
  unit: Fraction;
}

/** What came of a run; `winners` in order of choice, `purses` as they are at its end. */
export interface Run {
  readonly winners: readonly number[];
  readonly moneyLeft: number;
  readonly purses: Purses;
  /** One a winner, unless only the winners were asked for. */
  readonly rounds: readonly Round[];
}

const ZERO: Fraction = { n: 0n, d: 1n };

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
function reprice(project: Waiting, utility: EqualSharesRule["utility"], purses: Purses, support: Support): boolean {
  if (project.cost === 0) return true;
  const unit = unitPayment(purses, purses.classes(support), project.cost);
  if (unit === null) return false;
  project.unit = unit;
  project.price = utility === "points" ? unit : { n: unit.n, d: unit.d * BigInt(project.cost) };
  return true;
}

/** Those with the least price; whoever cannot be paid any more is taken out of `waiting`. */
function cheapest(waiting: Set<Waiting>, open: Waiting[], reprices: (project: Waiting) => boolean): Waiting[] {
  let best: Waiting[] = [];
  for (const project of open.sort((a, b) => compare(a.price, b.price))) {
    const least = best[0]?.price;
    if (least && compare(project.price, least) > 0) break;
    if (!reprices(project)) {
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

/** Whether Equal Shares can choose a candidate at all. */
export function canBePaid({ candidates, totals }: Matter, rule: EqualSharesRule, i: number): boolean {
  return totals.supporters[i]! > 0 && (rule.zero_cost === "take" || candidates[i]!.cost > 0);
}

/**
 * Chooses round by round the open project with the least price, until none is affordable.
 * @param purse what each ballot begins with
 * @param tell whether rounds are wanted: who only asks who wins need not know what was paid
 * @returns null as soon as more than the budget is spent
 */
export function run(matter: Matter, rule: EqualSharesRule, purse: Fraction, tell: boolean): Run | null {
  const { candidates, profile: { supports, times }, relations, totals } = matter;
  const purses = new Purses(purse, times);
  const eligible = [...candidates.keys()].filter((i) => canBePaid(matter, rule, i));
  const waiting = new Set(eligible.map((index): Waiting => ({ index, cost: candidates[index]!.cost, price: ZERO, unit: ZERO })));
  const won = new Set<number>();
  const rounds: Round[] = [];
  const reprices = (project: Waiting) => reprice(project, rule.utility, purses, supports[project.index]!);
  let moneyLeft = matter.budget;
  for (;;) {
    const open = [...waiting].filter(({ index }) => relations.closed(index, won) === null);
    const best = cheapest(waiting, open, reprices);
    if (best.length === 0) return { winners: [...won], moneyLeft, purses, rounds };
    const tie = settle(best.map((p) => p.index), candidates, totals.votes);
    const first = best.find((p) => p.index === tie?.between[0]) ?? (best[0]!);
    if (first.cost > moneyLeft) return null;
    moneyLeft -= first.cost;
    const support = supports[first.index]!;
    const unit = fraction(first.unit.n, first.unit.d);
    if (tell) {
      const price = fraction(first.price.n, first.price.d);
      const paid = payments(purses, purses.classes(support), unit);
      rounds.push({ project: first.index, chosen: true, completion: false, moneyLeft, price, payments: paid, tie });
    }
    if (unit.n > 0n) purses.pay(support, unit.n, unit.d);
    won.add(first.index);
    waiting.delete(first);
  }
}
