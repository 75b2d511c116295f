/**
 * How long an outcome file can become, as the set-up alone decides it (PROTOCOL.md section 4).
 *
 * No count is written in more bytes, whatever is voted: ties grow with the square of the candidates, payments with the
 * weights that ballots can give. The proof stands in ballots/outcome_room.py.
 */
import type { Contest, Method, Style } from "./manifest.ts";

/** The most bytes that all counts may take. */
export const COUNTS_LIMIT = 2 ** 25;

function weightsOf(method: Method): number {
  return method.method === "points" || method.method === "ranking" ? method.maximum : 1;
}

/** By contest, the most weights that ballots of any style can give in it. */
function mostWeights(styles: readonly Style[]): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { contest, method } of styles.flatMap((style) => style.contests)) {
    most.set(contest, Math.max(most.get(contest) ?? 0, weightsOf(method)));
  }
  return most;
}

function candidatesByPot({ projects }: Contest): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  for (const pot of projects.flatMap(({ pots }) => pots)) named.set(pot, (named.get(pot) ?? 0) + 1);
  return named;
}

/** The most bytes that the counts of all contests can take in an outcome file. */
export function longestCounts(styles: readonly Style[], contests: readonly Contest[]): number {
  const weights = mostWeights(styles);
  let bytes = 0;
  for (const contest of contests) {
    const named = candidatesByPot(contest);
    const styled = contest.counted === "apart" ? 1 : contest.styles.length;
    const paid = contest.rule.name === "equal-shares" ? weights.get(contest.id) ?? 0 : 0;
    for (const { id } of contest.pots) {
      const q = named.get(id) ?? 0;
      bytes += 1_000 + 50 * styled + 800 * q + 40 * q * q + 200 * q * paid;
    }
  }
  return bytes;
}
