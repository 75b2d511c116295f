/**
 * What the board remembers of people: credentials on the roll and voting keys (PROTOCOL.md section 5).
 *
 * They are kept in tables of numbers, and styles by their place in logged order, so that a roll of a hundred thousand
 * lines stays small.
 */
import type { Bytes } from "./bytes.ts";
import { Pieces, Table } from "./table.ts";

/** Bytes as a text of one character each, which maps and sets can compare. */
export function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** A line of the roll, or one that a replacement added. */
export interface Credential {
  readonly style: number;
  readonly revoked: boolean;
  readonly requested: boolean;
}

/** A voting key that stands on the board. */
export interface Voter {
  readonly style: number;
  /** Number of its ballots, which is its highest revision. */
  readonly ballots: number;
  /** Entry hash of the last one. */
  readonly last: Bytes;
  /** Index in the log of the last one. */
  readonly index: number;
  /** The release (counted from 1) in which its last ballot stands. */
  readonly release: number;
}

/** The ballots that count, those with the highest revisions of their voting keys, in board order. */
export interface LastBallots {
  /** Their indices in the log. */
  readonly indices: Float64Array;
  /** Their styles' places in logged order. */
  readonly styles: Uint16Array;
}

/** All credentials by their keys. */
export class Credentials {
  readonly #table = new Table(3);

  /** Whether a key is there. */
  has(key: Uint8Array): boolean {
    return this.#table.find(key) >= 0;
  }

  /** What is known of a key; null if it is not there. */
  find(key: Uint8Array): Credential | null {
    const at = this.#table.find(key);
    if (at < 0) return null;
    const [style, revoked, requested] = this.#table.get(at);
    return { style: style!, revoked: revoked === 1, requested: requested === 1 };
  }

  /** Notes what is known of a key, instead of what was known before. */
  put(key: Uint8Array, { style, revoked, requested }: Credential): void {
    this.#table.set(this.#table.add(key), [style, Number(revoked), Number(requested)]);
  }
}

/** The last ballots of all voting keys. */
export class Voters {
  readonly #table = new Table(4);
  readonly #last = new Pieces();

  /** What is known of a voting key; null if it has not voted. */
  find(key: Uint8Array): Voter | null {
    const at = this.#table.find(key);
    if (at < 0) return null;
    const [style, ballots, index, release] = this.#table.get(at);
    return { style: style!, ballots: ballots!, last: this.#last.get(at), index: index!, release: release! };
  }

  /** Notes what is known of a voting key, instead of what was known before. */
  put(key: Uint8Array, { style, ballots, last, index, release }: Voter): void {
    const at = this.#table.add(key);
    this.#table.set(at, [style, ballots, index, release]);
    this.#last.set(at, last);
  }

  /** All last ballots. */
  last(): LastBallots {
    const numbers = (column: number) => Float64Array.from({ length: this.#table.size }, (_, at) => this.#table.get(at)[column]!);
    const [styles, indices] = [numbers(0), numbers(2)];
    const order = Uint32Array.from(indices.keys()).sort((a, b) => indices[a]! - indices[b]!);
    return { indices: Float64Array.from(order, (at) => indices[at]!), styles: Uint16Array.from(order, (at) => styles[at]!) };
  }
}

/** Counts of one style. */
export interface StyleState {
  /** Lines of the roll's pages: what the seal's `size` counts. */
  lines: number;
  /** People who could have had a credential, as the seal says; 0 before it. */
  population: number;
  replacements: number;
  walkIns: number;
  requests: number;
  ballots: number;
  voters: number;
  /** The number of its last release, 0 before the first. */
  released: number;
}

/** A style that nobody is in yet. */
export function emptyStyle(): StyleState {
  return {
    lines: 0, population: 0, replacements: 0, walkIns: 0, requests: 0, ballots: 0, voters: 0, released: 0,
  };
}
