/**
 * The judge's calls for PROTOCOL.md sections 5, 8, 10, 11, 12 and 14: board, choices, sealing, opening, counting.
 */
import { fromUtf8, hex, utf8 } from "../kernel/bytes.ts";
import { pad, readChoices, spellChoices } from "../kernel/choices.ts";
import { ballotNumber } from "../kernel/codes.ts";
import { Counting } from "../kernel/counting.ts";
import type { BallotStyle, Election } from "../kernel/election.ts";
import { parseEntry, signedMessage, spellEntry, type Ballot } from "../kernel/entries.ts";
import { Refused } from "../kernel/errors.ts";
import { leafHash } from "../kernel/merkle.ts";
import { Opener } from "../kernel/opening.ts";
import { rule as ruleSchema } from "../kernel/manifest.ts";
import { outcome } from "../kernel/outcome.ts";
import { Ballots, profile, totals } from "../kernel/profile.ts";
import { spell } from "../kernel/rules/fraction.ts";
import { countBy } from "../kernel/rules/index.ts";
import { Relations } from "../kernel/rules/relations.ts";
import type { Candidate, Comparison, RuleResult, Totals } from "../kernel/rules/types.ts";
import { ballotContext, rehearse, seal } from "../kernel/sealing.ts";
import { publicKeyOf, sign } from "../kernel/signing.ts";
import { array, id, object } from "../kernel/schema.ts";
import { encode } from "../kernel/wire.ts";
import { boardOf, bytesOf, electionOf, entriesOf, listOf, numberOf, objectOf, textOf, type Call, type Given } from "./given.ts";

function asText(bytes: Uint8Array): string {
  const text = fromUtf8(bytes);
  if (text === null) throw new TypeError("expected UTF-8");
  return text;
}

function styleOf(election: Election, id: string): BallotStyle {
  const style = election.styles.get(id);
  if (style === undefined) throw new TypeError(`no style ${id}`);
  return style;
}

const board: Call = async (given) => {
  const standing = await boardOf(entriesOf(given["entries"]));
  await standing.append(utf8(textOf(given["entry"])));
  return { phase: standing.phase, root: hex(standing.root), size: standing.size };
};

const choices: Call = async (given) => {
  const style = styleOf(await electionOf(given["setup"]), textOf(given["style"]));
  return { choices: asText(spellChoices(readChoices(style, bytesOf(given["padded"])))) };
};

const sealCall: Call = async (given) => {
  const election = await electionOf(given["setup"]);
  const votingSeed = bytesOf(given["voting_seed"]);
  const place = {
    manifestHash: election.manifestHash,
    style: textOf(given["style"]),
    votingKey: publicKeyOf(votingSeed),
    revision: numberOf(given["revision"]),
    previous: bytesOf(given["previous"]),
  };
  const ctx = ballotContext(place);
  const trustees = { keys: election.partners.map((p) => p.trustee), threshold: election.trustees };
  const { boxes, body } = await seal(ctx, bytesOf(given["padded"]), bytesOf(given["seed"]), trustees);
  const ballot: Ballot = {
    body: body,
    boxes: boxes,
    kind: "ballot",
    previous: place.previous,
    revision: place.revision,
    share: listOf(given["share"]).map(bytesOf),
    signature: new Uint8Array(64),
    style: place.style,
    voting_key: place.votingKey,
  };
  const signed = { ...ballot, signature: sign(votingSeed, signedMessage(ballot, election.manifestHash)) };
  const entry = spellEntry(signed);
  return { ctx: hex(ctx), entry: asText(entry), number: ballotNumber(leafHash(entry)) };
};

const open: Call = async (given) => {
  const election = await electionOf(given["setup"]);
  const ballot = parseEntry(utf8(textOf(given["ballot"])));
  if (ballot.kind !== "ballot") throw new TypeError("expected a ballot");
  const keys = listOf(given["keys"]).map(objectOf);
  const opener = await Opener.create(election, new Map(keys.map((k) => [numberOf(k["number"]), bytesOf(k["key"])])));
  const opened = await opener.open(ballot);
  if ("reason" in opened) throw new Refused(opened.reason);
  return { choices: asText(spellChoices(opened.choices)), seed: hex(opened.seed) };
};

const rehearsal: Call = async (given) => {
  const { manifestHash, partners } = await electionOf(given["setup"]);
  const place = partners.findIndex((p) => p.id === textOf(given["partner"]));
  const { box, fragment } = await rehearse(manifestHash, place + 1, partners[place]!, bytesOf(given["seed"]));
  return { box: hex(box), fragment: hex(fragment) };
};

type CostOf = (winners: readonly number[]) => number;

function writeComparison({ against, by, prefer, winners }: Comparison, costOf: CostOf, name: (i: number) => string) {
  return { against, by, cost: costOf(winners), prefer, rival: "greedy", winners: winners.map(name) };
}

/** A rule's result with all that an outcome file leaves out. */
function writeResult(budget: number, rule: string, candidates: readonly Candidate[], result: RuleResult, sums: Totals) {
  const name = (i: number) => candidates[i]!.id;
  const costOf: CostOf = (winners) => winners.reduce((sum, i) => sum + candidates[i]!.cost, 0);
  const { began, comparison } = result;
  return {
    budget,
    comparison: comparison === undefined ? null : writeComparison(comparison, costOf, name),
    cost: costOf(result.winners),
    increments: began?.increments ?? 0,
    purse: began === undefined ? null : spell(began.purse),
    rounds: result.rounds.map((round) => ({
      chosen: round.chosen,
      completion: round.completion,
      money_left: round.moneyLeft,
      payments: round.payments.map(({ weight, ballots, emptied, total, least, most }) => (
        { ballots, emptied, least: spell(least), most: spell(most), total: spell(total), weight })),
      price: round.price === null ? null : spell(round.price),
      project: name(round.project),
      supporters: sums.supporters[round.project],
      tie: round.tie === null ? null
        : { between: round.tie.between.map(name), order: "cost-votes-lot", step: round.tie.step },
      votes: sums.votes[round.project],
    })),
    rule,
    statuses: result.statuses.map(({ missing, reason, supportersLeft }, i) => ({
      missing, project: name(i), reason, supporters: sums.supporters[i], supporters_left: supportersLeft, votes: sums.votes[i],
    })),
    ties: "cost-votes-lot",
    winners: result.winners.map(name),
  };
}

function pairOf(value: unknown): readonly [number, number] {
  const [project, weight] = listOf(value);
  return [numberOf(project), numberOf(weight)];
}

/** The members of a contest on which a count depends beside projects and ballots. */
const dependent = object({ alternatives: array(array(id)), needs: array(object({ needs: id, project: id })), rule: ruleSchema });

const count: Call = (given) => {
  const candidates = listOf(given["projects"]).map(objectOf).map((p): Candidate => (
    { id: textOf(p["id"]), cost: numberOf(p["cost"]), lot: bytesOf(p["lot"]) }));
  const ballots = new Ballots();
  for (const group of listOf(given["votes"]).map(objectOf)) {
    ballots.add(listOf(group["projects"]).map(pairOf), numberOf(group["ballots"]));
  }
  const columns = profile([ballots], [...candidates.keys()]);
  const sums = totals(columns);
  const budget = numberOf(given["budget"]);
  const { alternatives, needs, rule } = dependent.read(
    { alternatives: given["alternatives"], needs: given["needs"], rule: given["rule"] });
  const relations = Relations.of({ alternatives, needs }, candidates.map((each) => each.id), new Set());
  const result = countBy(rule, { budget, candidates, profile: columns, relations, totals: sums });
  return { result: { ballots: columns.ballots, ...writeResult(budget, rule.name, candidates, result, sums) } };
};

const outcomeCall: Call = async (given: Given) => {
  const entries = entriesOf(given["entries"]);
  const { state } = await boardOf(entries);
  if (state === null) throw new TypeError("expected a manifest");
  const last = new Set(state.voters.last().indices);
  const counting = new Counting(state.election);
  const opener = await Opener.create(state.election, state.keys);
  let superseded = 0;
  for (const [index, raw] of entries.entries()) {
    const entry = parseEntry(raw);
    if (entry.kind !== "ballot") continue;
    if (last.has(index)) counting.add(styleOf(state.election, entry.style), leafHash(raw), await opener.open(entry));
    else superseded++;
  }
  return { outcome: asText(encode(outcome, counting.finish(superseded))) };
};

/** All calls of this file. */
export const BALLOTS: Readonly<Record<string, Call>> = {
  board,
  choices,
  pad: (given) => ({ padded: hex(pad(utf8(textOf(given["choices"])), numberOf(given["pad"]))) }),
  seal: sealCall,
  open,
  rehearsal,
  count,
  outcome: outcomeCall,
};
