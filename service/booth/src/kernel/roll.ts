/**
 * What the board remembers of people: credentials on the roll and voting keys (PROTOCOL.md section 5).
 *
 * Keys are kept as texts of 32 one-byte characters, and styles by their place in logged order, so that a roll of a
 * hundred thousand lines stays small.
 */

/** Bytes as a text of one character each, which maps and sets can compare. */
export function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** A line of the roll, or one that a replacement added. */
export interface Credential {
  readonly style: number;
  revoked: boolean;
  requested: boolean;
}

/** A voting key that stands on the board. */
export interface Voter {
  readonly style: number;
  /** Number of its ballots, which is its highest revision. */
  ballots: number;
  /** Name of the entry hash of the last one. */
  last: string;
  /** Index in the log of the last one. */
  index: number;
  /** The release (counted from 1) in which its last ballot stands. */
  release: number;
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
