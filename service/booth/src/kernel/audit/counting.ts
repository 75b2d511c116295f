/**
 * The count's part of an audit (PROTOCOL.md sections 11 to 14; T02 to T07): reads the bundles a second time, opens every
 * ballot that counts, counts again, and compares the outcome file and the tally with it.
 */
import type { State } from "../board.ts";
import { equal } from "../bytes.ts";
import { Counting } from "../counting.ts";
import type { BallotStyle } from "../election.ts";
import type { EntryOf } from "../entries.ts";
import { Refused } from "../errors.ts";
import type { Opened } from "../opening.ts";
import { outcome as outcomeSchema, type Outcome } from "../outcome.ts";
import type { Pool } from "../pool.ts";
import type { LastBallots } from "../roll.ts";
import { readIfThere, TooLarge, type Source } from "../source.ts";
import { tilePath } from "../tiles.ts";
import { decode, FILE_LIMIT } from "../wire.ts";
import { hasHashOfName } from "./files.ts";
import type { Findings } from "./findings.ts";
import { bundles, type HashTree } from "./log.ts";
import { filePath } from "./named.ts";

/** What the count needs: a board with a tally. */
export interface CountJob {
  readonly source: Source;
  readonly state: State;
  readonly tally: NonNullable<State["tally"]>;
  readonly tree: HashTree;
  readonly ballots: LastBallots;
  readonly pool: Pool;
  readonly findings: Findings;
  readonly onOpened: (done: number) => void;
}

/** The outcome counted again, and the invalid ballots by the style's place. */
export interface Recount {
  readonly outcome: Outcome;
  readonly invalid: ReadonlyMap<number, number>;
}

/** Bundles whose ballots are with the pool at the same time. */
const AHEAD = 3;

/** Checks T02. */
async function readOutcome({ source, tally, findings }: CountJob): Promise<Outcome | null> {
  const path = filePath(tally.entry.outcome);
  let bytes: Uint8Array | null = null;
  try {
    bytes = await readIfThere(source, path, FILE_LIMIT);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
  }
  // A file that is missing or another one is for F02 and F03.
  if (bytes === null || !hasHashOfName(path, bytes)) return null;
  try {
    const read = decode(outcomeSchema, bytes, FILE_LIMIT);
    findings.pass("T02");
    return read;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fail("T02", path, error.reason, error.message);
    return null;
  }
}

/** A ballot that counts. */
interface LastBallot {
  readonly index: number;
  /** The style's place in logged order. */
  readonly style: number;
}

/** Ballots of one bundle, and what the pool makes of them. */
interface Batch {
  readonly ballots: readonly LastBallot[];
  readonly opened: Promise<Opened[]>;
}

/**
 * All ballots that count, opened, in board order.
 * @throws ChangedRecord
 */
async function* openAll({ source, state, tree, ballots, pool, findings }: CountJob): AsyncGenerator<readonly [LastBallot, Opened]> {
  const keys = new Map([...state.keys].slice(0, state.election.trustees));
  const { indices, styles } = ballots;
  const ahead: Batch[] = [];
  let next = 0;
  const drain = async function* () {
    const batch = ahead.shift();
    for (const [i, opened] of (await batch?.opened ?? []).entries()) yield [batch!.ballots[i]!, opened] as const;
  };
  for await (const { place, start, entries } of bundles(source, tree.size, findings)) {
    if (!tree.holds(start, entries)) {
      findings.fail("L04", tilePath(place), "", "the bundle changed while it was read");
      return;
    }
    const own: LastBallot[] = [];
    for (; next < indices.length && indices[next]! < start + entries.length; next++) {
      own.push({ index: indices[next]!, style: styles[next]! });
    }
    if (own.length === 0) continue;
    const opened = pool.open(own.map(({ index }) => entries[index - start]!), keys);
    opened.catch(() => undefined);
    ahead.push({ ballots: own, opened });
    if (ahead.length > AHEAD) yield* drain();
  }
  while (ahead.length > 0) yield* drain();
}

/** Compares the invalid ballots with those listed, while they come in board order (T03). */
class InvalidList {
  readonly #listed: Outcome["invalid"];
  #next = 0;
  /** Index of the first ballot about which the list says something else. */
  wrong: number | null = null;

  constructor(listed: Outcome["invalid"]) {
    this.#listed = listed;
  }

  take(index: number, hash: Uint8Array, opened: Opened): void {
    const listed = this.#listed[this.#next];
    const isListed = listed !== undefined && equal(listed.ballot, hash);
    if (isListed) this.#next++;
    const right = "reason" in opened ? isListed && listed.reason === opened.reason : !isListed;
    if (!right) this.wrong ??= index;
  }

  /** Whether the list has nothing more. */
  get isAtEnd(): boolean {
    return this.#next === this.#listed.length;
  }
}

/** All contests with all counts of an outcome, as text. */
function spellContests(contests: Outcome["contests"]): string {
  return JSON.stringify(outcomeSchema.write({ ...EMPTY, contests }));
}

const EMPTY: Outcome = {
  contests: [], counted: 0, invalid: [], kind: "outcome", lot: new Uint8Array(32), manifest: new Uint8Array(32), superseded: 0,
};

/** Whether a tally says what an outcome file says. */
function saysTheSame(tally: EntryOf<"tally">, file: Outcome): boolean {
  const winners = file.contests.map(({ contest, counts }) => ({ contest, winners: counts.flatMap((c) => c.winners) }));
  return tally.counted === file.counted && tally.superseded === file.superseded && tally.invalid === file.invalid.length
    && JSON.stringify(tally.contests.map((c) => [c.contest, c.winners]))
      === JSON.stringify(winners.map((c) => [c.contest, c.winners]));
}

/** Checks T04 to T07. */
function compare(job: CountJob, file: Outcome, own: Outcome): void {
  const { findings, state, tally } = job;
  const judge = (id: string, right: boolean, times: number, message: string) => {
    if (right) findings.pass(id, times);
    else findings.fail(id, tally.index, "", message);
  };
  const numbers = file.counted === own.counted && file.superseded === own.superseded;
  judge("T04", numbers, own.counted + own.superseded, `${own.counted} counted, ${own.superseded} superseded`);
  const isOfThis = equal(file.manifest, state.election.manifestHash) && equal(file.lot, own.lot);
  judge("T05", isOfThis, 1, "another manifest or lot");
  const counts = own.contests.reduce((sum, c) => sum + c.counts.length, 0);
  judge("T06", spellContests(file.contests) === spellContests(own.contests), counts, "a count comes out otherwise");
  judge("T07", saysTheSame(tally.entry, file), 1, "the tally says something else than the outcome file");
}

const AFTER_T02 = ["T03", "T04", "T05", "T06", "T07"];

/** Checks T02 to T07; null if the outcome could not be counted again. */
export async function recount(job: CountJob): Promise<Recount | null> {
  const { findings, state, tree, ballots, tally } = job;
  const file = await readOutcome(job);
  if (file === null) {
    findings.leave("T02", ...AFTER_T02);
    return null;
  }
  const styles: readonly BallotStyle[] = [...state.election.styles.values()];
  const counting = new Counting(state.election);
  const list = new InvalidList(file.invalid);
  const invalid = new Map<number, number>();
  let done = 0;
  for await (const [{ index, style }, opened] of openAll(job)) {
    const hash = tree.leaf(index);
    counting.add(styles[style]!, hash, opened);
    list.take(index, hash, opened);
    if ("reason" in opened) invalid.set(style, (invalid.get(style) ?? 0) + 1);
    job.onOpened(++done);
  }
  if (done < ballots.indices.length) {
    findings.leave(...AFTER_T02);
    return null;
  }
  if (list.wrong === null && list.isAtEnd) findings.pass("T03", done);
  else findings.fail("T03", list.wrong ?? tally.index, "", "other invalid ballots than the outcome file lists");
  const total = state.styles.reduce((sum, style) => sum + style.ballots, 0);
  const own = counting.finish(total - ballots.indices.length);
  compare(job, file, own);
  return { outcome: own, invalid };
}
