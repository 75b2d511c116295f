/**
 * The board's state machine (PROTOCOL.md section 5): which entry may follow, and what it changes.
 *
 * Checks that need nothing but the set-up are done before those that need the place, by {@link verifyAlone}, here or in a
 * pool. An entry that is refused changes nothing.
 */
import { equal, type Bytes } from "./bytes.ts";
import { close, ballot, bundle, certify, release, replace, request, roll, seal, start, tally, trusteeKey } from "./steps.ts";
import type { Election } from "./election.ts";
import { parseEntry, type Entry, type EntryOf, type Kind } from "./entries.ts";
import { ensure, Refused } from "./errors.ts";
import { keysOf } from "./manifest_checks.ts";
import { Frontier, leafHash } from "./merkle.ts";
import { Credentials, emptyStyle, nameOf, Voters, type StyleState } from "./roll.ts";
import { SetUp } from "./setup.ts";
import { verifyAlone } from "./verification.ts";

/** The phases in their order; `releasing` goes back to `voting`. */
export const PHASES = [
  "set-up", "roll", "sealed", "voting", "releasing", "closed", "opened", "counted", "certified",
] as const;
/** A phase of the board. */
export type Phase = (typeof PHASES)[number];

/** The phases that accept a kind. */
export const ACCEPTED: Readonly<Record<Kind, readonly Phase[]>> = {
  style: ["set-up"],
  contest: ["set-up"],
  manifest: ["set-up"],
  roll: ["roll"],
  seal: ["roll"],
  start: ["sealed"],
  bundle: ["voting"],
  replace: ["voting"],
  request: ["voting"],
  release: ["voting"],
  close: ["voting"],
  ballot: ["releasing"],
  "trustee-key": ["closed", "opened", "counted"],
  tally: ["opened"],
  certify: ["counted"],
};

/** The release whose ballots are coming in. */
export interface Release {
  readonly number: number;
  readonly style: number;
  /** Ballots that are still to come. */
  left: number;
  /** Different voting keys so far. */
  voters: number;
  /** What the next ballot has to stand after: revision and name of the entry hash. */
  after: readonly [revision: number, name: string];
}

/** What stands on the board once there is a manifest. Written by `steps.ts` alone. */
export interface State {
  readonly election: Election;
  readonly styles: readonly StyleState[];
  /** Names of all keys in the manifest. */
  readonly manifestKeys: ReadonlySet<string>;
  readonly credentials: Credentials;
  readonly pages: Frontier;
  bundles: number;
  readonly voters: Voters;
  release: Release | null;
  /** How many releases there were, and the highest number among them. */
  releases: number;
  highest: number;
  /** Private keys by the partner's place from 1, in the order in which they were published. */
  readonly keys: Map<number, Bytes>;
  tally: { readonly entry: EntryOf<"tally">; readonly hash: Bytes; readonly index: number } | null;
  certify: { readonly entry: EntryOf<"certify">; readonly index: number } | null;
}

/** Where an entry would stand: its index and hash, and the size and root just before it. */
export interface Place {
  readonly phase: Phase;
  readonly index: number;
  readonly hash: Bytes;
  /** Whether size and root are those just before the entry. */
  readonly isHead: (size: number, root: Uint8Array) => boolean;
}

/** Checks that need the place, then the change; gives the phase that follows. Throws Refused before any change. */
export type Step<K extends Kind> = (state: State, entry: EntryOf<K>, place: Place) => Phase;

type StateKind = Exclude<Kind, "style" | "contest" | "manifest">;

const STEPS: { readonly [K in StateKind]: Step<K> } = {
  roll, seal, start, bundle, replace, request, release, ballot, close, "trustee-key": trusteeKey, tally, certify,
};

function begin(election: Election): State {
  const { ed25519, x25519 } = keysOf(election.manifest);
  return {
    election,
    styles: [...election.styles.keys()].map(emptyStyle),
    manifestKeys: new Set([...ed25519, ...x25519].map(nameOf)),
    credentials: new Credentials(),
    pages: new Frontier(),
    bundles: 0,
    voters: new Voters(),
    release: null,
    releases: 0,
    highest: 0,
    keys: new Map(),
    tally: null,
    certify: null,
  };
}

/** A board that entries are put on, one after the other. */
export class Board {
  /** The log's origin. */
  readonly origin: string;
  readonly #setUp = new SetUp();
  readonly #tree = new Frontier();
  #phase: Phase = "set-up";
  #state: State | null = null;

  /** @param origin of the log, as its checkpoint has it */
  constructor(origin: string) {
    this.origin = origin;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The number of entries. */
  get size(): number {
    return this.#tree.size;
  }

  /** The root over all entries: 32 bytes. */
  get root(): Uint8Array {
    return this.#tree.root();
  }

  /** What stands on the board; null before the manifest. */
  get state(): State | null {
    return this.#state;
  }

  /** The election; null before the manifest. */
  get election(): Election | null {
    return this.#state?.election ?? null;
  }

  /**
   * Checks one entry wholly and puts it on the board.
   * @throws Refused; then nothing has changed
   */
  async append(raw: Uint8Array): Promise<Entry> {
    const entry = parseEntry(raw);
    this.checkPhase(entry.kind);
    if (this.#state !== null) await verifyAlone(entry, this.#state.election);
    this.place(entry, raw, leafHash(raw));
    return entry;
  }

  /** @throws Refused `phase` unless the present phase accepts the kind */
  checkPhase(kind: Kind): void {
    ensure(ACCEPTED[kind].includes(this.#phase), "phase", `${kind} in ${this.#phase}`);
  }

  /**
   * Puts an entry on the board that {@link verifyAlone} passed already.
   * @param raw the bytes that `entry` was parsed from
   * @param hash its entry hash, 32 bytes
   * @throws Refused; then nothing has changed
   */
  place(entry: Entry, raw: Uint8Array, hash: Bytes): void {
    this.checkPhase(entry.kind);
    if (entry.kind === "style" || entry.kind === "contest" || entry.kind === "manifest") {
      this.#setUpStep(entry, raw, hash);
    } else {
      const state = this.#state;
      if (state === null) throw new Refused("phase", "no manifest yet");
      this.#phase = (STEPS[entry.kind] as Step<Kind>)(state, entry, this.#placeOf(hash));
    }
    this.#tree.append(hash);
  }

  #setUpStep(entry: EntryOf<"style" | "contest" | "manifest">, raw: Uint8Array, hash: Bytes): void {
    switch (entry.kind) {
      case "style":
        this.#setUp.addStyle(entry, hash);
        break;
      case "contest":
        this.#setUp.addContest(entry, hash);
        break;
      case "manifest":
        this.#state = begin(this.#setUp.elect(entry, raw, this.origin));
        this.#phase = "roll";
    }
  }

  #placeOf(hash: Bytes): Place {
    const isHead = (size: number, root: Uint8Array) => size === this.size && equal(root, this.root);
    return { phase: this.#phase, index: this.size, hash, isHead };
  }
}
