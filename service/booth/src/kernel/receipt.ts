/** Promises and receipts (PROTOCOL.md section 9). */

import { equal, type Bytes } from "./bytes.ts";
import { isWitnessedSince, witnessesOf, type WitnessedHead } from "./checkpoint.ts";
import type { Election } from "./election.ts";
import { ensure } from "./errors.ts";
import { openProof } from "./proof.ts";
import { count, hash, literal, object, signature, type Infer, type Json } from "./schema.ts";
import { recordMessage, sign, verifySignature } from "./signing.ts";
import { decode, encode, ENTRY_LIMIT } from "./wire.ts";

/** From when a witnessed checkpoint without the ballot breaks a promise: an hour past the deadline. */
const GRACE_SECONDS = 3_600;

const promiseSchema = object({ ballot: hash, deadline: count, kind: literal("promise"), signature });

/** The operator's word that a ballot will stand on the board. */
export type BallotPromise = Infer<typeof promiseSchema>;

/** Every promise's deadline: the time of the last release, in seconds since 1970. */
export function deadlineOf(election: Election): number {
  return Math.max(...election.manifest.releases);
}

/**
 * The promise of a ballot, as the operator makes it; in this program for tests only.
 * @param ballot entry hash, 32 bytes
 * @param operatorSeed 32 bytes
 */
export function makePromise(election: Election, ballot: Bytes, operatorSeed: Uint8Array): Bytes {
  const unsigned = { ballot, deadline: deadlineOf(election), kind: "promise" } as const;
  const draft = { ...unsigned, signature: new Uint8Array(64) };
  return encode(promiseSchema, { ...unsigned, signature: sign(operatorSeed, messageOf(election, draft)) });
}

/**
 * Makes sure that bytes are the operator's promise of a ballot.
 * @param ballot entry hash, 32 bytes
 * @throws Refused the reasons of JSON, `promise` (another ballot or deadline), those of a signature
 */
export function checkPromise(election: Election, ballot: Uint8Array, raw: Uint8Array): BallotPromise {
  const promise = decode(promiseSchema, raw, ENTRY_LIMIT);
  ensure(equal(promise.ballot, ballot) && promise.deadline === deadlineOf(election), "promise");
  verifySignature(election.manifest.operator, messageOf(election, promise), promise.signature);
  return promise;
}

/**
 * Makes sure that a receipt shows a ballot on the board, inside a witnessed checkpoint.
 * @param ballot entry hash, 32 bytes
 * @param proof a proof file
 * @returns the ballot's place on the board, from 0, and the checkpoint's head
 * @throws Refused the reasons of the promise, of the proof file, of a witnessed checkpoint, of inclusion
 */
export function checkReceipt(
  election: Election,
  ballot: Uint8Array,
  promise: Uint8Array,
  proof: Uint8Array,
): { readonly index: number; readonly head: WitnessedHead } {
  checkPromise(election, ballot, promise);
  return openProof(proof, ballot, witnessesOf(election.manifest));
}

/** Whether a witnessed checkpoint is so late that a ballot which it lacks is a broken promise. */
export function isPastGrace(election: Election, head: WitnessedHead): boolean {
  return isWitnessedSince(head, deadlineOf(election) + GRACE_SECONDS, election.witnesses);
}

function messageOf(election: Election, promise: BallotPromise): Bytes {
  const json = promiseSchema.write(promise) as Readonly<Record<string, Json>>;
  return recordMessage("promise", json, election.manifestHash);
}
