/**
 * From choices to the columns that a count works on (PROTOCOL.md section 12, "Weights").
 *
 * Equal ballots are kept once, as a short text of (project, weight) pairs, so that memory grows with the number of
 * different ballots and not with that of ballots.
 */
import type { Profile, Support, Totals } from "./rules/types.ts";

/** A ballot rule as a style names it, as far as weights need it. */
type MethodName = "approval" | "knapsack" | "points" | "ranking";

/** Weights a ballot gives: pairs of a project's place in its contest and a weight of at least 0. */
export type Weights = readonly (readonly [project: number, weight: number])[];

/** One way to turn chosen projects (places in the contest, in the ballot's order) into weights. */
type Weigh = (chosen: readonly number[], points: readonly number[], projects: number) => Weights;

const one: Weigh = (chosen) => chosen.map((p) => [p, 1] as const);

/** Section 12: approval and knapsack 1, points themselves, ranking m - p for place p = 1, 2, ... of m projects. */
export const WEIGHTS: Readonly<Record<MethodName, Weigh>> = {
  approval: one,
  knapsack: one,
  points: (chosen, points) => chosen.map((p, i) => [p, points[i] ?? 0] as const),
  ranking: (chosen, _points, projects) => chosen.map((p, i) => [p, projects - (i + 1)] as const),
};

/** Weights are at most 10,000 (points) or the projects of one entry; places fit in 16 bits as well. */
function spell(weights: Weights): string {
  let text = "";
  for (const [project, weight] of weights) if (weight > 0) text += String.fromCharCode(project, weight);
  return text;
}

/** The ballots of one style in one contest, equal ones together. */
export class Ballots {
  private readonly groups = new Map<string, number>();
  private total = 0;

  /** How many ballots there are, empty ones included. */
  get size(): number {
    return this.total;
  }

  /** Adds `times` equal ballots. */
  add(weights: Weights, times = 1): void {
    const key = spell(weights);
    this.total += times;
    if (key !== "") this.groups.set(key, (this.groups.get(key) ?? 0) + times);
  }

  /** All groups of equal ballots that are not empty. */
  entries(): IterableIterator<[string, number]> {
    return this.groups.entries();
  }
}

/** One candidate's column while it grows. */
interface Column {
  groups: number[];
  weights: number[];
}

function sorted(column: Column): Support {
  const order = Uint32Array.from(column.groups.keys());
  order.sort((a, b) => (column.weights[b] ?? 0) - (column.weights[a] ?? 0) || a - b);
  return {
    groups: Int32Array.from(order, (i) => column.groups[i]!),
    weights: Int32Array.from(order, (i) => column.weights[i]!),
  };
}

/**
 * The columns of a count.
 * @param styles the ballots of each style that takes part
 * @param places the places (in the contest) of the projects that are candidates, in their order
 */
export function profile(styles: readonly Ballots[], places: readonly number[]): Profile {
  const columnOf = new Map(places.map((place, i) => [place, i]));
  const columns: Column[] = places.map(() => ({ groups: [], weights: [] }));
  const times: number[] = [];
  for (const ballots of styles) {
    for (const [key, many] of ballots.entries()) {
      for (let i = 0; i < key.length; i += 2) {
        const column = columns[columnOf.get(key.charCodeAt(i)) ?? -1];
        column?.groups.push(times.length);
        column?.weights.push(key.charCodeAt(i + 1));
      }
      times.push(many);
    }
  }
  const ballots = styles.reduce((sum, b) => sum + b.size, 0);
  return { ballots, times: Int32Array.from(times), supports: columns.map(sorted) };
}

/** Votes and supporters of every candidate. */
export function totals(of: Profile): Totals {
  const sum = (support: Support, weigh: (weight: number) => number) =>
    support.groups.reduce((n, group, i) => n + (of.times[group] ?? 0) * weigh(support.weights[i] ?? 0), 0);
  return {
    votes: of.supports.map((s) => sum(s, (w) => w)),
    supporters: of.supports.map((s) => sum(s, () => 1)),
  };
}
