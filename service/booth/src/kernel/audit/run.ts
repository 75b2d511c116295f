/**
 * The audit (PROTOCOL.md section 13): replays the board, repeats the count, looks at every file, and says what it found.
 */
import type { State } from "../board.ts";
import { equal, hex } from "../bytes.ts";
import { KEY_TYPES, parseNoteKey, type NoteKey } from "../note.ts";
import type { Outcome } from "../outcome.ts";
import { LocalPool, type Pool } from "../pool.ts";
import type { Source } from "../source.ts";
import { CHECKPOINT, checkSignatures, readHead, type Head } from "./checkpoint.ts";
import { CHECKS } from "./checks.ts";
import { recount, type Recount } from "./counting.ts";
import { checkNamedFiles, checkStrays } from "./files.ts";
import { Findings, type CheckResult, type Fault } from "./findings.ts";
import { bundles, checkOldTiles, checkTiles, HashTree } from "./log.ts";
import { Replay } from "./replay.ts";
import { checkReports } from "./reports.ts";
import { outcomeAtRisk, slackOf } from "./risk.ts";

/** How far an audit has got: entries, ballots, or files. */
export type Stage = "replay" | "open and count" | "files";

/** What an audit may be given. */
export interface AuditOptions {
  /** The manifest hash that the auditor has from elsewhere: 32 bytes. */
  readonly manifest?: Uint8Array;
  /** The operator's verifier key that the auditor has from elsewhere. */
  readonly operator?: string;
  /** Who does the heavy work; in place by default. The caller closes it. */
  readonly pool?: Pool;
  readonly progress?: (stage: Stage, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Numbers of one style on the board. */
export interface Turnout {
  readonly style: string;
  readonly population: number;
  readonly credentials: number;
  readonly requests: number;
  readonly voters: number;
  readonly ballots: number;
}

/** What an audit says. */
export interface AuditResult {
  readonly valid: boolean;
  readonly anchored: boolean;
  readonly slack: number;
  readonly checks: readonly CheckResult[];
  readonly faults: readonly Fault[];
  /** As far as the replay came; "" without a checkpoint. */
  readonly phase: string;
  /** As the checkpoint says. */
  readonly size: number;
  /** As the checkpoint says, in hexadecimal digits; "" without one. */
  readonly root: string;
  /** In hexadecimal digits; "" before there is one. */
  readonly manifest: string;
  readonly turnout: readonly Turnout[];
  readonly invalid_ballots: number;
  /** null where nothing is said, or nothing was counted. */
  readonly outcome_at_risk: boolean | null;
  /** As counted again; null if it did not come so far. */
  readonly outcome: Outcome | null;
}

const FILE_CHECKS = ["F01", "F02", "F03", "F04", "F05"];
const AFTER_BUNDLES = ["L05", "L06", "L07"];

/** One audit under way. */
class Audit {
  readonly #source: Source;
  readonly #options: AuditOptions;
  readonly #operator: NoteKey | null;
  readonly #pool: Pool;
  readonly #findings = new Findings();

  constructor(source: Source, options: AuditOptions) {
    this.#source = source;
    this.#options = options;
    this.#operator = options.operator === undefined ? null : parseNoteKey(options.operator);
    this.#pool = options.pool ?? new LocalPool();
  }

  async run(): Promise<AuditResult> {
    const head = await readHead(this.#source, this.#findings);
    if (head === null) {
      this.#findings.leave(...CHECKS.map((check) => check.id));
      return this.#result(null, null, null);
    }
    const { replay, isWhole } = await this.#replay(head);
    const isComplete = isWhole && replay.stopped === null;
    if (!isComplete) this.#findings.cut(replay.stopped ?? replay.board.phase);
    this.#checkAnchors(replay, isComplete);
    checkSignatures(head, replay.board.election, this.#operator, this.#findings);
    if (!isComplete && replay.board.election === null) this.#findings.leave("L02", "L03");
    await this.#checkLog(head, replay, isWhole);
    const counted = await this.#count(replay, isComplete);
    await this.#checkCertification(replay, isComplete);
    await this.#checkFiles(head, replay, isComplete);
    return this.#result(head, replay, counted);
  }

  #progress(stage: Stage, done: number, total: number): void {
    this.#options.signal?.throwIfAborted();
    this.#options.progress?.(stage, done, total);
  }

  /** Reads all bundles; `isWhole` if they were all there. */
  async #replay(head: Head): Promise<{ replay: Replay; isWhole: boolean }> {
    const tree = new HashTree();
    const replay = new Replay(head.origin, tree, this.#pool, this.#findings);
    this.#progress("replay", 0, head.size);
    for await (const { start, entries } of bundles(this.#source, head.size, this.#findings)) {
      await replay.take(start, entries);
      this.#findings.pass("L04");
      this.#progress("replay", replay.stopped === null ? replay.board.size : tree.size, head.size);
    }
    await replay.finish();
    this.#progress("replay", tree.size, head.size);
    return { replay, isWhole: tree.size === head.size };
  }

  /** Checks S10 and S11. */
  #checkAnchors({ board, manifestIndex }: Replay, isComplete: boolean): void {
    const { manifest } = this.#options;
    const { election } = board;
    if (election === null || manifestIndex === null) {
      if (!isComplete) this.#findings.leave("S10", "S11");
      else if (manifest !== undefined) this.#findings.fail("S10", board.size, "", "there is no manifest yet");
      return;
    }
    if (manifest !== undefined) this.#judge("S10", equal(election.manifestHash, manifest), manifestIndex);
    if (this.#operator === null) return;
    const { name, type, key } = this.#operator;
    const isSame = name === election.origin && type === KEY_TYPES.note && equal(key, election.manifest.operator);
    this.#judge("S11", isSame, manifestIndex);
  }

  #judge(id: string, right: boolean, at: number | string, reason = "", message = "not what the auditor gave"): void {
    if (right) this.#findings.pass(id);
    else this.#findings.fail(id, at, reason, message);
  }

  /** Checks L05 to L07. */
  async #checkLog(head: Head, { tree }: Replay, isWhole: boolean): Promise<void> {
    if (!isWhole) {
      this.#findings.leave(...AFTER_BUNDLES);
      return;
    }
    this.#judge("L05", equal(tree.root, head.root), CHECKPOINT, "tile-root", "the entries lead to another root");
    await checkTiles(this.#source, tree, this.#findings);
    if (!this.#findings.isOk("L06")) {
      // What the fuller tiles say is not known to be right.
      this.#findings.leave("L07");
      return;
    }
    const paths = await this.#source.paths();
    if (paths !== null) await checkOldTiles(this.#source, paths, tree, this.#findings);
  }

  /** Checks T02 to T07, if there is a tally. */
  async #count({ board, tree }: Replay, isComplete: boolean): Promise<Recount | null> {
    const { state } = board;
    const tally = state?.tally ?? null;
    if (state === null || tally === null) {
      if (!isComplete) this.#findings.leave("T02", "T03", "T04", "T05", "T06", "T07");
      return null;
    }
    const ballots = state.voters.last();
    const { length } = ballots.indices;
    this.#progress("open and count", 0, length);
    return recount({
      source: this.#source, state, tally, tree, ballots, pool: this.#pool, findings: this.#findings,
      onOpened: (done) => {
        this.#progress("open and count", done, length);
      },
    });
  }

  /** Checks K02 and K03, if there is a certification. */
  async #checkCertification({ board }: Replay, isComplete: boolean): Promise<void> {
    const { state } = board;
    const certify = state?.certify ?? null;
    if (state === null || certify === null) {
      if (!isComplete) this.#findings.leave("K02", "K03");
      return;
    }
    const slack = slackIn(state);
    await checkReports(this.#source, certify.entry, state.election.manifestHash, slack, this.#findings);
  }

  /** Checks F01 to F05. */
  async #checkFiles(head: Head, { named }: Replay, isComplete: boolean): Promise<void> {
    let done = 0;
    this.#progress("files", 0, named.size);
    await checkNamedFiles(this.#source, named, this.#findings, () => {
      this.#progress("files", ++done, named.size);
    });
    const paths = await this.#source.paths();
    if (paths !== null) {
      await checkStrays(this.#source, paths, { head, named, isComplete }, this.#findings);
    }
    if (!isComplete) this.#findings.leave(...FILE_CHECKS);
  }

  #result(head: Head | null, replay: Replay | null, counted: Recount | null): AuditResult {
    const state = replay?.board.state ?? null;
    const checks = this.#findings.results();
    return {
      valid: checks.every((check) => check.ok),
      anchored: this.#options.manifest !== undefined && this.#findings.isOk("S10"),
      slack: state === null ? 0 : slackIn(state),
      checks,
      faults: this.#findings.faults(),
      phase: replay?.board.phase ?? "",
      size: head?.size ?? 0,
      root: head === null ? "" : hex(head.root),
      manifest: state === null ? "" : hex(state.election.manifestHash),
      turnout: state === null ? [] : turnoutOf(state),
      invalid_ballots: counted?.outcome.invalid.length ?? 0,
      outcome_at_risk: counted === null || state === null ? null : outcomeAtRisk(state, counted),
      outcome: counted?.outcome ?? null,
    };
  }
}

function slackIn(state: State): number {
  return state.styles.reduce((sum, style) => sum + slackOf(style), 0);
}

function turnoutOf(state: State): Turnout[] {
  return [...state.election.styles.keys()].map((style, i) => {
    const { population, lines, walkIns, requests, voters, ballots } = state.styles[i]!;
    return { style, population, credentials: lines + walkIns, requests, voters, ballots };
  });
}

/**
 * Audits a record. Any bytes lead to a verdict.
 * @throws Refused `note-vkey`, `note-key-type`, `note-vkey-id` for an operator's key that is none; the signal's reason when
 * it is aborted; whatever the source throws that is no RecordError
 */
export async function audit(source: Source, options: AuditOptions = {}): Promise<AuditResult> {
  return new Audit(source, options).run();
}

