/**
 * The rule `greedy-votes` (PROTOCOL.md section 12; Talmon and Faliszewski 2019, greedy rule).
 */
import { byTieRule, settle } from "./ties.ts";
import type { Candidate, Profile, Round, RuleResult, Status, Totals } from "./types.ts";

const NO_VOTES: Status = { reason: "no-votes", missing: null, supportersLeft: null };
const CHOSEN: Status = { reason: "chosen", missing: null, supportersLeft: null };

/**
 * Chooses in descending order of votes whatever fits in the money left; projects without votes never.
 * @param budget cents
 */
export function greedyVotes(
  budget: number, candidates: readonly Candidate[], _profile: Profile, totals: Totals,
): RuleResult {
  const { votes } = totals;
  const tieRule = byTieRule(candidates, votes);
  const order = candidates.map((_, i) => i).filter((i) => (votes[i] ?? 0) > 0);
  order.sort((a, b) => (votes[b] ?? 0) - (votes[a] ?? 0) || tieRule(a, b));
  const statuses: Status[] = candidates.map(() => NO_VOTES);
  const rounds: Round[] = [];
  const winners: number[] = [];
  let money = budget;
  order.forEach((project, place) => {
    let end = place + 1;
    while (end < order.length && votes[order[end]!] === votes[project]) end++;
    const cost = (candidates[project]!).cost;
    const chosen = cost <= money;
    statuses[project] = chosen ? CHOSEN : { reason: "does-not-fit", missing: cost - money, supportersLeft: null };
    if (chosen) {
      money -= cost;
      winners.push(project);
    }
    const tie = settle(order.slice(place, end), candidates, votes);
    rounds.push({ project, chosen, moneyLeft: money, price: null, payments: [], tie });
  });
  return { rounds, statuses, winners };
}
