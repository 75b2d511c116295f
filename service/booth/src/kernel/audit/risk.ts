/**
 * Whether the slack could have changed the outcome (PROTOCOL.md section 13, "Risk").
 */
import type { State } from "../board.ts";
import type { Election } from "../election.ts";
import type { Contest } from "../manifest.ts";
import type { Count } from "../outcome.ts";
import type { Recount } from "./counting.ts";

/** What is said of a count: it cannot have changed, it could have, or nothing. */
type Verdict = "safe" | "at risk" | "nothing said";

/** Requests without a ballot, replacements and walk-ins of one style. */
export function slackOf(style: State["styles"][number]): number {
  return Math.max(0, style.requests - style.voters) + style.replacements;
}

/** m: the most votes that one ballot of the styles can give one project. */
function mostVotes(contest: Contest, election: Election, styles: readonly string[]): number {
  const most = styles.map((id) => {
    const method = election.styles.get(id)?.contests.find((c) => c.contest.id === contest.id)?.method;
    if (method?.method === "points") return method.maximum;
    return method?.method === "ranking" ? contest.projects.length - 1 : 1;
  });
  return Math.max(...most);
}

/** Whether a greedy count comes out the same whatever d ballots of at most m votes a project do. */
function isGreedySafe(contest: Contest, count: Count, m: number, d: number): boolean {
  const votes = new Map(count.projects.map((p) => [p.project, p.votes]));
  const cost = new Map(contest.projects.map((p) => [p.id, p.cost]));
  const winners = new Set(count.winners);
  if (!count.winners.every((w) => (votes.get(w) ?? 0) > m * d)) return false;
  return count.projects.every(({ project, votes: own }) => {
    if (winners.has(project)) return true;
    const ahead = count.winners.filter((w) => (votes.get(w) ?? 0) - own > 2 * m * d);
    const left = count.budget - ahead.reduce((sum, w) => sum + (cost.get(w) ?? 0), 0);
    return (cost.get(project) ?? 0) > left;
  });
}

/** Whether a contest is counted by the greedy rule of which something can be said: more votes are always better. */
function isPlainGreedy({ alternatives, needs, rule }: Contest): boolean {
  return alternatives.length === 0 && needs.length === 0
    && rule.name === "greedy" && rule.order === "votes" && rule.misfits === "skip"
    && rule.minimum_votes === 0 && rule.minimum_share === 0
    && rule.zero_cost === "take" && rule.zero_votes === "skip";
}

function hasLot(count: Count): boolean {
  return count.rounds.some((round) => round.tie.some((tie) => tie.step === "lot"));
}

/** Whether a lot may have decided in a run of which the outcome file has no rounds. */
function hasUnwrittenRuns({ rule }: Contest): boolean {
  return rule.name === "equal-shares"
    && (rule.comparison !== "none" || rule.completion === "add1" || rule.completion === "add1-greedy");
}

/** What is said of a count by itself: d is the slack of its styles and their invalid ballots. */
function verdictOf(contest: Contest, count: Count, m: number, d: number): Verdict {
  if (d === 0) return "safe";
  if (!isPlainGreedy(contest)) return "nothing said";
  return isGreedySafe(contest, count, m, d) ? "safe" : "at risk";
}

/** Whether the outcome could have come out otherwise; null where nothing is said. */
export function outcomeAtRisk(state: State, { outcome, invalid }: Recount): boolean | null {
  const { election } = state;
  const slack = new Map([...election.styles.values()].map(({ style, place }) =>
    [style.id, slackOf(state.styles[place]!) + (invalid.get(place) ?? 0)]));
  if ([...slack.values()].every((d) => d === 0)) return false;
  const verdicts: Verdict[] = [];
  for (const { contest: id, counts } of outcome.contests) {
    const contest = election.contests.get(id);
    if (contest === undefined) continue;
    let dependsOnUnsafe = false;
    for (const count of counts) {
      const m = mostVotes(contest, election, count.styles);
      const own = verdictOf(contest, count, m, count.styles.reduce((sum, style) => sum + (slack.get(style) ?? 0), 0));
      // A changed ballot anywhere changes every lot, and a count apart depends on what earlier ones chose.
      const isDrawn = hasLot(count) || hasUnwrittenRuns(contest);
      const verdict: Verdict = own === "safe" && (dependsOnUnsafe || isDrawn) ? "nothing said" : own;
      dependsOnUnsafe ||= verdict !== "safe";
      verdicts.push(verdict);
    }
  }
  if (verdicts.includes("at risk")) return true;
  return verdicts.includes("nothing said") ? null : false;
}
