/**
 * The rule `phragmen-sequential` (PROTOCOL.md section 12; Brill, Freeman, Janson and Lackner 2024; with costs: Los,
 * Christoff and Grossi 2022), in exact arithmetic.
 *
 * All supporters of a chosen project carry one load, so there are no more different loads than rounds. No load is less
 * than one before it: whoever supports the next project carries at most what was carried last. So a load that a
 * project would have had is a lower bound, and a project whose bound lies above the least load needs no new look.
 */
import type { PhragmenRule } from "../manifest.ts";
import { compare, fraction, gcd, type Fraction } from "./fraction.ts";
import { settle } from "./ties.ts";
import { because, type Matter, type Round, type RuleResult, type Status, type Support } from "./types.ts";

/** What ballots carry, in cents. */
class Loads {
  readonly #times: Int32Array;
  /** Of each group of equal ballots, which load it carries. */
  readonly #carried: Int32Array;
  #numerators: bigint[] = [0n];
  #denominator = 1n;

  constructor(times: Int32Array) {
    this.#times = times;
    this.#carried = new Int32Array(times.length);
  }

  /** The load of a project with these supporters, in no particular terms. */
  of({ groups }: Support, cost: number): Fraction {
    const ballots = new Array<number>(this.#numerators.length).fill(0);
    let all = 0;
    for (const group of groups) {
      const [times, load] = [this.#times[group]!, this.#carried[group]!];
      ballots[load] = ballots[load]! + times;
      all += times;
    }
    const carried = ballots.reduce((sum, n, load) => n === 0 ? sum : sum + BigInt(n) * this.#numerators[load]!, 0n);
    return { n: BigInt(cost) * this.#denominator + carried, d: this.#denominator * BigInt(all) };
  }

  /** From now on these supporters carry this load, in lowest terms. */
  carry({ groups }: Support, load: Fraction): void {
    const scale = load.d / gcd(this.#denominator, load.d);
    this.#numerators = this.#numerators.map((n) => n * scale);
    this.#denominator *= scale;
    const place = this.#numerators.push(load.n * (this.#denominator / load.d)) - 1;
    for (const group of groups) this.#carried[group] = place;
  }
}

/** A project still waiting; `load` is exact or a lower bound from an earlier round. */
interface Waiting {
  readonly index: number;
  load: Fraction;
}

/** All waiting projects with the least load. */
function lightest(waiting: Waiting[], loadOf: (index: number) => Fraction): Waiting[] {
  let best: Waiting[] = [];
  for (const project of waiting.sort((a, b) => compare(a.load, b.load))) {
    const least = best[0]?.load;
    if (least && compare(project.load, least) > 0) break;
    project.load = loadOf(project.index);
    const order = least ? compare(project.load, least) : -1;
    if (order < 0) best = [project];
    else if (order === 0) best.push(project);
  }
  return best;
}

/** The state of a count: what was chosen, and what is left of the money. */
class Choosing {
  readonly rounds: Round[] = [];
  moneyLeft: number;
  readonly #matter: Matter;

  constructor(matter: Matter) {
    this.#matter = matter;
    this.moneyLeft = matter.budget;
  }

  /**
   * Chooses the first of some that stand equal.
   * @returns null, and nothing is chosen, if one of them costs more than is left
   */
  chooseOf(equal: number[], price: Fraction | null): number | null {
    const { candidates, totals } = this.#matter;
    if (equal.some((i) => candidates[i]!.cost > this.moneyLeft)) return null;
    const tie = settle(equal, candidates, totals.votes);
    const project = equal[0]!;
    this.moneyLeft -= candidates[project]!.cost;
    this.rounds.push({ project, chosen: true, completion: false, moneyLeft: this.moneyLeft, price, payments: [], tie });
    return project;
  }
}

/** Chooses among projects with supporters. @returns whether all of them were chosen */
function chooseSupported(choosing: Choosing, { candidates, profile: { supports, times } }: Matter, supported: readonly number[]): boolean {
  const loads = new Loads(times);
  let waiting = supported.map((index): Waiting => ({ index, load: { n: 0n, d: 1n } }));
  while (waiting.length > 0) {
    const best = lightest(waiting, (i) => loads.of(supports[i]!, candidates[i]!.cost));
    const load = fraction(best[0]!.load.n, best[0]!.load.d);
    const chosen = choosing.chooseOf(best.map((p) => p.index), load);
    if (chosen === null) return false;
    loads.carry(supports[chosen]!, load);
    waiting = waiting.filter((p) => p.index !== chosen);
  }
  return true;
}

/** Chooses among projects without supporters, which all stand equal. */
function chooseUnsupported(choosing: Choosing, unsupported: readonly number[]): void {
  for (let left = unsupported; left.length > 0;) {
    const chosen = choosing.chooseOf([...left], null);
    if (chosen === null) return;
    left = left.filter((i) => i !== chosen);
  }
}

/** Chooses round by round the project whose supporters then carry the least. */
export function phragmenSequential(matter: Matter, rule: PhragmenRule): RuleResult {
  const { budget, candidates, totals } = matter;
  const isRuledOut = (cost: number) => rule.zero_cost === "skip" && cost === 0;
  const eligible = [...candidates.keys()].filter((i) => candidates[i]!.cost <= budget && !isRuledOut(candidates[i]!.cost));
  const choosing = new Choosing(matter);
  const isDone = chooseSupported(choosing, matter, eligible.filter((i) => totals.supporters[i]! > 0));
  if (isDone && rule.zero_votes === "take") chooseUnsupported(choosing, eligible.filter((i) => totals.supporters[i] === 0));
  const winners = choosing.rounds.map((round) => round.project);
  const statuses = candidates.map(({ cost }, i): Status => {
    if (winners.includes(i)) return because("chosen");
    if (totals.votes[i] === 0) return because("no-votes");
    if (isRuledOut(cost)) return because("costs-nothing");
    return { reason: "does-not-fit", missing: Math.max(0, cost - choosing.moneyLeft), supportersLeft: null };
  });
  return { rounds: choosing.rounds, statuses, winners };
}
