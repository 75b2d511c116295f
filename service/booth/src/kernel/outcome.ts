/**
 * The outcome file (PROTOCOL.md section 14): its members, and how a count is written in it.
 */
import type { Contest, Pot } from "./manifest.ts";
import { profile, totals, type Ballots } from "./profile.ts";
import { spell } from "./rules/fraction.ts";
import { RULES } from "./rules/index.ts";
import type { Candidate, Payment, Round, RuleResult, Totals } from "./rules/types.ts";
import { array, bool, count as number, hash, id, literal, object, text, type Infer } from "./schema.ts";

const payment = object({ ballots: number, cents: number, emptied: bool, weight: number });

const round = object({
  chosen: bool,
  money_left: number,
  payments: array(payment),
  price: text(),
  project: id,
  supporters: number,
  tie: array(object({ between: array(id), step: literal("cost", "votes", "lot") }), { max: 1 }),
  votes: number,
});

const project = object({
  missing: number,
  project: id,
  reason: literal("chosen", "does-not-fit", "supporters-cannot-pay", "no-votes"),
  supporters: number,
  supporters_left: number,
  votes: number,
});

const count = object({
  ballots: number,
  budget: number,
  cost: number,
  pot: id,
  projects: array(project),
  rounds: array(round),
  rule: literal("greedy-votes", "equal-shares-cost"),
  styles: array(id),
  winners: array(id),
});

/** The outcome file. Amounts are in cents. */
export const outcome = object({
  contests: array(object({ contest: id, counts: array(count) })),
  counted: number,
  invalid: array(object({ ballot: hash, reason: text() })),
  kind: literal("outcome"),
  lot: hash,
  manifest: hash,
  superseded: number,
});

/** One count: of a contest, or of one style of it where it is counted apart. */
export type Count = Infer<typeof count>;
/** An outcome file. */
export type Outcome = Infer<typeof outcome>;

/** What one count is made of; `candidates` are the projects at `places` of the contest. */
export interface CountInput {
  readonly contest: Contest;
  readonly pot: Pot;
  readonly styles: readonly string[];
  readonly ballots: readonly Ballots[];
  readonly places: readonly number[];
  readonly candidates: readonly Candidate[];
}

function writePayment(from: Payment): Count["rounds"][number]["payments"][number] {
  const cents = Number(from.total.n / from.total.d);
  return { ballots: from.ballots, cents, emptied: from.emptied, weight: from.weight };
}

type Name = (candidate: number) => string;

function writeRound(from: Round, name: Name, { votes, supporters }: Totals): Count["rounds"][number] {
  return {
    chosen: from.chosen,
    money_left: from.moneyLeft,
    payments: from.payments.map(writePayment),
    price: from.price === null ? "" : spell(from.price),
    project: name(from.project),
    supporters: supporters[from.project] ?? 0,
    tie: from.tie === null ? [] : [{ between: from.tie.between.map(name), step: from.tie.step }],
    votes: votes[from.project] ?? 0,
  };
}

function writeProjects(result: RuleResult, name: Name, { votes, supporters }: Totals): Count["projects"] {
  return result.statuses.map((status, i) => ({
    missing: status.missing ?? 0,
    project: name(i),
    reason: status.reason,
    supporters: supporters[i] ?? 0,
    supporters_left: status.supportersLeft ?? 0,
    votes: votes[i] ?? 0,
  }));
}

/** Counts once, by the contest's rule, and writes it down. */
export function writeCount(input: CountInput): Count {
  const { contest, pot, candidates } = input;
  const columns = profile(input.ballots, input.places);
  const sums = totals(columns);
  const rule = contest.rule.name;
  const result = RULES[rule](pot.cents, candidates, columns, sums);
  const name: Name = (i) => candidates[i]?.id ?? "";
  return {
    ballots: columns.ballots,
    budget: pot.cents,
    cost: result.winners.reduce((sum, i) => sum + (candidates[i]?.cost ?? 0), 0),
    pot: pot.id,
    projects: writeProjects(result, name, sums),
    rounds: result.rounds.map((r) => writeRound(r, name, sums)),
    rule,
    styles: input.styles,
    winners: result.winners.map(name),
  };
}
