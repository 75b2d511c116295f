/**
 * The outcome file (PROTOCOL.md section 14): its members, and how a count is written in it.
 */
import type { PlannedCount } from "./election.ts";
import type { Contest } from "./manifest.ts";
import { profile, totals, type Ballots } from "./profile.ts";
import { spell } from "./rules/fraction.ts";
import { countBy } from "./rules/index.ts";
import { Relations } from "./rules/relations.ts";
import type { Candidate, Comparison, Payment, Round, RuleResult, Totals } from "./rules/types.ts";
import { array, bool, count as number, hash, id, literal, object, text, type Infer } from "./schema.ts";

const payment = object({ ballots: number, cents: number, emptied: bool, weight: number });

const round = object({
  chosen: bool,
  completion: bool,
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
  reason: literal(
    "chosen", "does-not-fit", "no-votes", "costs-nothing", "below-threshold", "alternative-chosen", "need-not-chosen",
    "supporters-cannot-pay",
  ),
  supporters: number,
  supporters_left: number,
  votes: number,
});

const comparison = object({
  against: number,
  by: literal("satisfaction", "cost-satisfaction", "exclusion"),
  cost: number,
  prefer: number,
  winners: array(id),
});

const count = object({
  ballots: number,
  budget: number,
  comparison: array(comparison, { max: 1 }),
  cost: number,
  increments: number,
  pot: id,
  projects: array(project),
  purse: text(),
  rounds: array(round),
  rule: literal("greedy", "equal-shares", "phragmen-sequential"),
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

/** One count: of a contest's pot, with all its ballots or those of one style. */
export type Count = Infer<typeof count>;
/** An outcome file. */
export type Outcome = Infer<typeof outcome>;

/**
 * What one count is made of; `candidates` are the projects at `places` of the contest, `won` those that earlier counts
 * of it chose.
 */
export interface CountInput extends PlannedCount {
  readonly contest: Contest;
  readonly ballots: readonly Ballots[];
  readonly places: readonly number[];
  readonly candidates: readonly Candidate[];
  readonly won: ReadonlySet<string>;
}

function writePayment(from: Payment): Count["rounds"][number]["payments"][number] {
  const cents = Number(from.total.n / from.total.d);
  return { ballots: from.ballots, cents, emptied: from.emptied, weight: from.weight };
}

type Name = (candidate: number) => string;

function writeRound(from: Round, name: Name, { votes, supporters }: Totals): Count["rounds"][number] {
  return {
    chosen: from.chosen,
    completion: from.completion,
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

function writeComparison(from: Comparison, costOf: (winners: readonly number[]) => number, name: Name): Count["comparison"][number] {
  const { against, by, prefer, winners } = from;
  return { against, by, cost: costOf(winners), prefer, winners: winners.map(name) };
}

/** Counts once, by the contest's rule, and writes it down. */
export function writeCount(input: CountInput): Count {
  const { contest: { alternatives, needs, rule }, pot, candidates } = input;
  const columns = profile(input.ballots, input.places);
  const sums = totals(columns);
  const relations = Relations.of({ alternatives, needs }, candidates.map(({ id }) => id), input.won);
  const result = countBy(rule, { budget: pot.cents, candidates, profile: columns, relations, totals: sums });
  const name: Name = (i) => candidates[i]?.id ?? "";
  const costOf = (winners: readonly number[]) => winners.reduce((sum, i) => sum + (candidates[i]?.cost ?? 0), 0);
  const { began, comparison: compared } = result;
  return {
    ballots: columns.ballots,
    budget: pot.cents,
    comparison: compared === undefined ? [] : [writeComparison(compared, costOf, name)],
    cost: costOf(result.winners),
    increments: began?.increments ?? 0,
    pot: pot.id,
    projects: writeProjects(result, name, sums),
    purse: began === undefined ? "" : spell(began.purse),
    rounds: result.rounds.map((r) => writeRound(r, name, sums)),
    rule: rule.name,
    styles: input.styles,
    winners: result.winners.map(name),
  };
}
