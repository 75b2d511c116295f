/**
 * After the promise: whether the ballot stands on the board, whether the promise was broken, and the file for a
 * complaint. Everything is verified here (PROTOCOL.md section 9).
 */

import { base64url, fromUtf8, hex, utf8, type Bytes } from "../kernel/bytes.ts";
import { witnessesOf } from "../kernel/checkpoint.ts";
import { checkReceipt, isPastGrace } from "../kernel/receipt.ts";
import { openWitnessed } from "../kernel/checkpoint.ts";
import { CHECKPOINT } from "../kernel/audit/checkpoint.ts";
import { MissingFile, type Source } from "../kernel/source.ts";
import type { Promised } from "./kept.ts";
import type { Session } from "./session.ts";

const NOTE_LIMIT = 65_536;
const PROOF_LIMIT = 262_144;

export type Place =
  | { readonly kind: "waiting" }
  | { readonly kind: "board"; readonly index: number }
  | { readonly kind: "broken"; readonly note: Bytes };

/**
 * Where the promised ballot is, by what the board shows now.
 * @throws Refused for an old or another board, or a proof that does not hold; Unusable without network
 */
export async function findPlace(session: Session, source: Source): Promise<Place> {
  const { promised } = session.kept;
  if (promised === null) throw new Error("expected a ballot that was promised");
  await session.follow();
  const proof = await session.readProof(promised.hash, PROOF_LIMIT).catch((error: unknown) => {
    if (error instanceof MissingFile) return null;
    throw error;
  });
  if (proof !== null) {
    const { index } = checkReceipt(session.election, promised.hash, promised.promise, proof);
    return { kind: "board", index };
  }
  const note = new Uint8Array(await source.read(CHECKPOINT, NOTE_LIMIT));
  const head = openWitnessed(note, witnessesOf(session.election.manifest));
  return isPastGrace(session.election, head) ? { kind: "broken", note } : { kind: "waiting" };
}

/** All that shows what was promised, and the checkpoint that breaks it, as readable JSON. Nothing in it is secret. */
export function complaintOf({ entry, hash, number, promise, revision }: Promised, note: Bytes | null): Bytes {
  const said = {
    ballot: fromUtf8(entry) ?? "",
    hash: hex(hash),
    number,
    promise: fromUtf8(promise) ?? "",
    revision,
    ...(note === null ? {} : { checkpoint: fromUtf8(note) ?? base64url(note) }),
  };
  return utf8(`${JSON.stringify(said, null, 2)}\n`);
}
