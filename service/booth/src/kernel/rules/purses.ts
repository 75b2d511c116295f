/**
 * The purses of the Method of Equal Shares (PROTOCOL.md section 12), exactly and for many ballots.
 *
 * Ballots that paid the same so far share a *state*. A purse is an integer over a common denominator, which grows from
 * round to round; a state is brought to the present denominator only when its exact value is asked for. Beside it stands
 * an approximation, which decides most comparisons.
 */
import { approximate, bits, gcd, type Fraction } from "./fraction.ts";
import type { Support } from "./types.ts";

/** `count` ballots of one state that give a project one weight. */
export interface PurseClass {
  readonly state: number;
  readonly weight: number;
  readonly count: number;
}

/** Comparisons of approximations nearer than this, and of values smaller than TINY, are done exactly. */
const NEAR = 1e-12;
const TINY = 1e-200;

/** All purses of a count. Amounts are in cents. */
export class Purses {
  private readonly times: Int32Array;
  private readonly stateOf: Int32Array;
  private numerators: bigint[] = [];
  private epochs: number[] = [];
  private approximations: number[] = [];
  private readonly denominators: bigint[] = [];
  private ratios: bigint[] = [];
  private scratch = new Int32Array(1);

  /**
   * @param purse what each ballot begins with, in lowest terms
   * @param times how many ballots each group has
   */
  constructor(purse: Fraction, times: Int32Array) {
    this.times = times;
    this.stateOf = new Int32Array(times.length);
    this.denominators.push(purse.d);
    this.ratios.push(1n);
    this.add(purse.n);
  }

  /** The present denominator. */
  get denominator(): bigint {
    return this.denominators[this.denominators.length - 1]!;
  }

  /** A state's purse, exactly, over the present denominator. */
  exact(state: number): bigint {
    const now = this.denominators.length - 1;
    const epoch = this.epochs[state]!;
    if (epoch !== now) {
      this.numerators[state] = (this.numerators[state]!) * (this.ratios[epoch]!);
      this.epochs[state] = now;
    }
    return this.numerators[state]!;
  }

  /**
   * Whether a state's purse is less than `weight` shares of unit/units cents (`unit` over the present denominator).
   * @param near unit/units as floating point number
   */
  below(state: number, weight: number, unit: bigint, units: bigint, near: number): boolean {
    const [a, b] = [this.approximations[state]!, near * weight];
    if (Math.abs(a - b) > NEAR * Math.max(a, b) && Math.max(a, b) > TINY) return a < b;
    return this.exact(state) * units < unit * BigInt(weight);
  }

  /** Whether a state's purse is more than `weight` shares of unit/units cents; as `below`. */
  above(state: number, weight: number, unit: bigint, units: bigint, near: number): boolean {
    const [a, b] = [this.approximations[state]!, near * weight];
    if (Math.abs(a - b) > NEAR * Math.max(a, b) && Math.max(a, b) > TINY) return a > b;
    return this.exact(state) * units > unit * BigInt(weight);
  }

  /** The supporters of a project by weight (descending) and state. */
  classes(support: Support): PurseClass[] {
    const { groups, weights } = support;
    const counts = this.scratch;
    const found: PurseClass[] = [];
    for (let start = 0; start < groups.length;) {
      const weight = weights[start]!;
      const states: number[] = [];
      let end = start;
      for (; end < groups.length && weights[end] === weight; end++) {
        const group = groups[end]!;
        const state = this.stateOf[group]!;
        if (counts[state] === 0) states.push(state);
        counts[state] = (counts[state]!) + (this.times[group]!);
      }
      for (const state of states) {
        found.push({ state, weight, count: counts[state]! });
        counts[state] = 0;
      }
      start = end;
    }
    return found;
  }

  /** What the supporters of a project have together, rounded down to cents. */
  together(support: Support): number {
    const sum = this.classes(support).reduce((all, c) => all + this.exact(c.state) * BigInt(c.count), 0n);
    return Number(sum / this.denominator);
  }

  /**
   * Supporters pay min(purse, weight * n/d cents); n/d is in lowest terms. The denominator grows to have room for it.
   */
  pay(support: Support, n: bigint, d: bigint): void {
    const old = this.denominator;
    const grown = (old / gcd(old, d)) * d;
    this.grow(grown);
    const share = n * (grown / d);
    const { groups, weights } = support;
    const known = new Map<number, number>();
    for (let i = 0, weight = -1; i < groups.length; i++) {
      if (weights[i] !== weight) known.clear();
      weight = weights[i]!;
      const group = groups[i]!;
      const state = this.stateOf[group]!;
      let next = known.get(state);
      if (next === undefined) {
        const left = this.exact(state) - share * BigInt(weight);
        next = this.add(left > 0n ? left : 0n);
        known.set(state, next);
      }
      this.stateOf[group] = next;
    }
    this.compact();
  }

  private grow(denominator: bigint): void {
    if (denominator === this.denominator) return;
    this.denominators.push(denominator);
    this.ratios = this.denominators.map((d) => denominator / d);
  }

  private add(numerator: bigint): number {
    const state = this.numerators.length;
    this.numerators.push(numerator);
    this.epochs.push(this.denominators.length - 1);
    this.approximations.push(approximate(numerator, this.denominator, bits(this.denominator)));
    if (this.scratch.length <= state) this.scratch = new Int32Array(2 * state + 2);
    return state;
  }

  /** Forgets the states in which no ballot is any more, so that memory does not grow with the rounds. */
  private compact(): void {
    const names = new Int32Array(this.numerators.length).fill(-1);
    const kept: number[] = [];
    for (let g = 0; g < this.stateOf.length; g++) {
      const state = this.stateOf[g]!;
      if (names[state] === -1) {
        names[state] = kept.length;
        kept.push(state);
      }
      this.stateOf[g] = names[state]!;
    }
    this.numerators = kept.map((s) => this.numerators[s]!);
    this.epochs = kept.map((s) => this.epochs[s]!);
    this.approximations = kept.map((s) => this.approximations[s]!);
  }
}
