/**
 * Opening a ballot for the count (PROTOCOL.md section 11).
 */
import type { Bytes } from "./bytes.ts";
import { readChoices, type Choices } from "./choices.ts";
import type { BallotStyle, Election } from "./election.ts";
import type { Ballot } from "./entries.ts";
import { Refused } from "./errors.ts";
import { ballotContext, open, type Trustees } from "./sealing.ts";
import { keyPairOf, type KeyPair } from "./x25519.ts";

/** A ballot that counts, with its seed (32 bytes), or the reason why it is invalid. */
export type Opened = { readonly choices: Choices; readonly seed: Bytes } | { readonly reason: string };

/** Opens ballots with the published keys of k trustees. */
export class Opener {
  readonly #election: Election;
  readonly #trustees: Trustees;
  readonly #pairs: ReadonlyMap<number, KeyPair>;

  private constructor(election: Election, pairs: ReadonlyMap<number, KeyPair>) {
    this.#election = election;
    this.#trustees = { keys: election.partners.map((p) => p.trustee), threshold: election.trustees };
    this.#pairs = pairs;
  }

  /** @param keys private keys by the partners' numbers from 1, at least k of them */
  static async create(election: Election, keys: ReadonlyMap<number, Uint8Array>): Promise<Opener> {
    const pairs = new Map<number, KeyPair>();
    for (const [number, key] of keys) pairs.set(number, await keyPairOf(key));
    return new Opener(election, pairs);
  }

  /** Opens a ballot that stands on the board: what it says, or why it does not count. */
  async open(ballot: Ballot): Promise<Opened> {
    try {
      const style = this.#election.styles.get(ballot.style);
      if (style === undefined) throw new RangeError("a ballot on the board is of a style of the election");
      return await this.#openOf(style, ballot);
    } catch (error) {
      if (error instanceof Refused) return { reason: error.reason };
      throw error;
    }
  }

  async #openOf(style: BallotStyle, ballot: Ballot): Promise<Opened> {
    const ctx = ballotContext({
      manifestHash: this.#election.manifestHash,
      style: ballot.style,
      votingKey: ballot.voting_key,
      revision: ballot.revision,
      previous: ballot.previous,
    });
    const { padded, seed } = await open(ctx, ballot, this.#trustees, this.#pairs);
    return { choices: readChoices(style, padded), seed };
  }
}
