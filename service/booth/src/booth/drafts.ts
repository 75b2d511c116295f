/**
 * What is ticked and not sent yet, kept on this device at the very moment of ticking: not a single tick is lost by a
 * reload or a closed tab. It belongs to one revision; once that is promised it goes, and one that was left over by
 * a crash is thrown away where it is found.
 */

import { Refused } from "../kernel/errors.ts";
import { array, count, id, object } from "../kernel/schema.ts";
import { decode, encode } from "../kernel/wire.ts";
import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import type { Draft } from "./draft.ts";

const NAME = "wijkaandeel-draft";
const LIMIT = 262_144;

const schema = object({
  contests: array(object({ contest: id, picks: array(object({ points: count, project: id })) })),
  mark: array(count),
  revision: count,
});

/** Keeps the draft of one election. */
export interface Drafts {
  /** The draft of a revision; null if there is none. */
  read(revision: number): Draft | null;
  /** Throws where the browser lets a page keep nothing. */
  write(revision: number, draft: Draft): void;
  clear(): void;
}

/** On this device. */
export class KeptDrafts implements Drafts {
  readonly #key: string;

  /** @param election its manifest hash, in hexadecimal */
  constructor(election: string) {
    this.#key = `${NAME}-${election}`;
  }

  read(revision: number): Draft | null {
    const text = localStorage.getItem(this.#key);
    if (text === null) return null;
    try {
      const { revision: own, ...draft } = decode(schema, utf8(text), LIMIT);
      if (own === revision) return draft;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    this.clear();
    return null;
  }

  write(revision: number, draft: Draft): void {
    localStorage.setItem(this.#key, fromUtf8(encode(schema, { ...draft, revision })) ?? "");
  }

  clear(): void {
    localStorage.removeItem(this.#key);
  }
}
