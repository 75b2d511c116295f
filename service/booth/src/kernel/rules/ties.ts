/**
 * The tie rule `cost-votes-lot` (PROTOCOL.md section 12): the lowest cost, then the most votes, then the lowest lot.
 */
import type { Candidate, Tie } from "./types.ts";

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const d = (a[i] ?? 0) - (b[i] ?? 0);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/**
 * A comparison of two candidates (indices) by the tie rule. Equal lots, which SHA-256 does not give, leave the
 * contest's order.
 */
export function byTieRule(candidates: readonly Candidate[], votes: readonly number[]) {
  return (a: number, b: number): number => {
    const [p, q] = [candidates[a]!, candidates[b]!];
    return p.cost - q.cost || (votes[b] ?? 0) - (votes[a] ?? 0) || compareBytes(p.lot, q.lot) || a - b;
  };
}

/**
 * The tie between candidates that stand equal, or null when there is only one.
 * @param equal indices of all that stand equal, at least one; it is sorted by the tie rule in place.
 */
export function settle(equal: number[], candidates: readonly Candidate[], votes: readonly number[]): Tie | null {
  if (equal.length < 2) return null;
  equal.sort(byTieRule(candidates, votes));
  const [first, second] = [equal[0]!, equal[1]!];
  if (candidates[first]?.cost !== candidates[second]?.cost) return { between: equal, step: "cost" };
  return { between: equal, step: votes[first] !== votes[second] ? "votes" : "lot" };
}
