/**
 * The replay of the board (PROTOCOL.md sections 5 and 13): every entry is checked and put on a board, in order, until one
 * is refused. Work that needs no place goes to the pool, a few bundles ahead of the board.
 */
import { Board, type Phase } from "../board.ts";
import { parseEntry, type Entry, type Kind } from "../entries.ts";
import { Refused } from "../errors.ts";
import { leafHash } from "../merkle.ts";
import type { Pool, Refusal } from "../pool.ts";
import { checkOfficials } from "../signatures.ts";
import { CHECKS, failedBy, type Signer } from "./checks.ts";
import type { Findings } from "./findings.ts";
import type { HashTree } from "./log.ts";
import { Named } from "./named.ts";

/** Bundles that are with the pool while the board waits for the first of them. */
const AHEAD = 3;

/** Entries that stand one after the other, and what the pool says of them. */
interface Stretch {
  readonly start: number;
  readonly entries: readonly Uint8Array[];
  readonly verdict: Promise<Refusal | null>;
}

/** Checks that an accepted entry has not passed by being accepted. */
const APART: ReadonlySet<string> = new Set(["S10", "S11", "B10"]);
/** The checks that each kind of entry passes by being accepted. */
const CHECKS_OF = new Map<Kind, readonly string[]>();
for (const { id, kinds } of CHECKS) {
  for (const kind of kinds) if (!APART.has(id)) CHECKS_OF.set(kind, [...(CHECKS_OF.get(kind) ?? []), id]);
}

/** Checks that count the lines of a page, not the page. */
const BY_LINE: ReadonlySet<string> = new Set(["R02", "R03"]);

/** The replay of one record. */
export class Replay {
  readonly board: Board;
  readonly tree: HashTree;
  /** The files that the accepted entries name. */
  readonly named = new Named();
  /** Index of the manifest; null before it. */
  manifestIndex: number | null = null;
  /** The phase in which the replay stopped at a refused entry; null if it did not. */
  stopped: Phase | null = null;
  readonly #findings: Findings;
  readonly #pool: Pool;
  readonly #setUp: Uint8Array[] = [];
  readonly #ahead: Stretch[] = [];

  /** @param origin of the log */
  constructor(origin: string, tree: HashTree, pool: Pool, findings: Findings) {
    this.board = new Board(origin);
    this.tree = tree;
    this.#pool = pool;
    this.#findings = findings;
  }

  /**
   * Takes in the next bundle. After a refused entry, only its hashes.
   * @param start index of its first entry
   */
  async take(start: number, entries: readonly Uint8Array[]): Promise<void> {
    for (const entry of entries) this.tree.append(leafHash(entry));
    let done = 0;
    while (this.stopped === null && this.board.election === null && done < entries.length) {
      await this.#takeAlone(start + done, entries[done]!);
      done++;
    }
    const rest = entries.slice(done);
    if (this.stopped !== null || rest.length === 0) return;
    const verdict = this.#pool.verify(rest);
    // Its failure comes out where it is awaited; this keeps it from being called unhandled until then.
    verdict.catch(() => undefined);
    this.#ahead.push({ start: start + done, entries: rest, verdict });
    if (this.#ahead.length > AHEAD) await this.#settle();
  }

  /** Waits for everything that was taken in. */
  async finish(): Promise<void> {
    while (this.#ahead.length > 0) await this.#settle();
  }

  /** An entry before there is an election, which the pool cannot look at. */
  async #takeAlone(index: number, raw: Uint8Array): Promise<void> {
    this.#place(index, raw, null);
    if (this.stopped !== null) return;
    this.#setUp.push(raw.slice());
    if (this.board.election === null) return;
    this.manifestIndex = index;
    await this.#pool.start(this.board.origin, this.#setUp);
  }

  async #settle(): Promise<void> {
    const stretch = this.#ahead.shift();
    if (stretch === undefined) return;
    const refusal = await stretch.verdict;
    for (const [i, raw] of stretch.entries.entries()) {
      if (this.stopped !== null) return;
      this.#place(stretch.start + i, raw, refusal?.index === i ? refusal.reason : null);
    }
  }

  /** @param refused the reason for which the pool refused the entry */
  #place(index: number, raw: Uint8Array, refused: string | null): void {
    let entry: Entry | null = null;
    try {
      entry = parseEntry(raw);
      this.board.checkPhase(entry.kind);
      if (refused !== null) throw new Refused(refused);
      this.board.place(entry, raw, this.tree.leaf(index));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.stopped = this.board.phase;
      this.#findings.fail(failedBy(entry?.kind ?? null, error.reason, this.#signer(entry)), index, error.reason, error.message);
      return;
    }
    this.named.add(entry);
    this.#passed(entry, index);
  }

  /** Whose signature is at fault, should it be one: the officials' if theirs do not verify. */
  #signer(entry: Entry | null): Signer {
    const election = this.board.election;
    if (election === null || entry === null || !("signatures" in entry)) return "officials";
    try {
      checkOfficials(entry, election.manifest, election.manifestHash);
      return "other";
    } catch (error) {
      if (error instanceof Refused) return "officials";
      throw error;
    }
  }

  #passed(entry: Entry, index: number): void {
    const lines = entry.kind === "roll" ? entry.credentials.length : 1;
    for (const id of CHECKS_OF.get(entry.kind) ?? []) this.#findings.pass(id, BY_LINE.has(id) ? lines : 1);
    if (entry.kind !== "ballot") return;
    const state = this.board.state;
    const style = state?.styles[state.election.styles.get(entry.style)?.place ?? -1];
    if (style !== undefined && style.voters <= style.requests) this.#findings.pass("B10");
    else this.#findings.fail("B10", index, "", "a style has more voting keys than requests");
  }
}
