/**
 * Which of two outcomes gives more ballots more (PROTOCOL.md section 12, "Comparison").
 */
import type { Comparison, Matter } from "./types.ts";

/** What each group of equal ballots has from some winners. Weights times costs may pass 2^53. */
function gains({ candidates, profile }: Matter, by: Comparison["by"], winners: readonly number[]): bigint[] {
  const found = new Array<bigint>(profile.times.length).fill(0n);
  for (const winner of winners) {
    const { groups, weights } = profile.supports[winner]!;
    const cost = by === "cost-satisfaction" ? BigInt(candidates[winner]!.cost) : 1n;
    groups.forEach((group, i) => {
      if (by === "exclusion") found[group] = 1n;
      else found[group] = found[group]! + BigInt(weights[i]!) * cost;
    });
  }
  return found;
}

/** Counts the ballots that have more from `own` winners than from `others`, and the other way round. */
export function compareOutcomes(
  matter: Matter, by: Comparison["by"], own: readonly number[], others: readonly number[],
): Comparison {
  const [ours, theirs] = [gains(matter, by, own), gains(matter, by, others)];
  let [prefer, against] = [0, 0];
  matter.profile.times.forEach((times, group) => {
    if (ours[group]! > theirs[group]!) prefer += times;
    if (ours[group]! < theirs[group]!) against += times;
  });
  return { by, prefer, against, winners: own };
}
