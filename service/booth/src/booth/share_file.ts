/**
 * A share as a file, to keep or to take to another device: one spelling, as all records have. Secret: who has it
 * can vote with it. It says nothing of what was chosen.
 */

import { equal, hex, type Bytes } from "../kernel/bytes.ts";
import type { Election } from "../kernel/election.ts";
import { parseEntry } from "../kernel/entries.ts";
import { ensure, Refused } from "../kernel/errors.ts";
import { array, bytes, count, hash, id, literal, object, rsa } from "../kernel/schema.ts";
import { verifyShare } from "../kernel/shares.ts";
import { shareMessage } from "../kernel/shares.ts";
import { ballotNumber } from "../kernel/codes.ts";
import { leafHash } from "../kernel/merkle.ts";
import { checkPromise } from "../kernel/receipt.ts";
import { publicKeyOf } from "../kernel/signing.ts";
import { decode, encode } from "../kernel/wire.ts";
import { NOTHING, type Kept, type Promised } from "./kept.ts";

const LIMIT = 131_072;

const schema = object({
  cast: array(object({ entry: bytes(), promise: bytes(), revision: count }), { max: 1 }),
  kind: literal("wijkaandeel"),
  manifest: hash,
  share: array(rsa),
  style: id,
  voting_seed: hash,
});

/** The file of what is kept; null while there is no share. */
export function spellShareFile({ share, promised }: Kept, election: Election): Bytes | null {
  if (share === null) return null;
  const cast = promised === null ? [] : [{ entry: promised.entry, promise: promised.promise, revision: promised.revision }];
  return encode(schema, {
    cast, kind: "wijkaandeel", manifest: election.manifestHash, share: share.signatures, style: share.style,
    voting_seed: share.votingSeed,
  });
}

/** What a file holds, all of it verified; null if it is no share of this election. */
export function readShareFile(raw: Uint8Array, election: Election): Kept | null {
  try {
    const { cast, manifest, share, style, voting_seed: votingSeed } = decode(schema, raw, LIMIT);
    const issuers = election.styles.get(style)?.style.issuers;
    if (hex(manifest) !== hex(election.manifestHash) || issuers?.length !== share.length) return null;
    const message = shareMessage(election.manifestHash, style, publicKeyOf(votingSeed));
    issuers.forEach(({ key }, i) => {
      verifyShare(key, message, share[i]!);
    });
    const [last] = cast;
    const promised = last === undefined ? null : readCast(last, { style, votingSeed }, election);
    return { ...NOTHING, promised, share: { style, votingSeed, signatures: share } };
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** @throws Refused `wire-type` for anything but a ballot by this voting key, of this style and revision; the promise's */
function readCast(
  cast: { entry: Bytes; promise: Bytes; revision: number },
  { style, votingSeed }: { style: string; votingSeed: Bytes },
  election: Election,
): Promised {
  const ballot = parseEntry(cast.entry);
  ensure(ballot.kind === "ballot" && ballot.style === style && ballot.revision === cast.revision, "wire-type");
  ensure(equal(ballot.voting_key, publicKeyOf(votingSeed)), "wire-type");
  const entryHash = leafHash(cast.entry);
  checkPromise(election, entryHash, cast.promise);
  return { ...cast, hash: entryHash, number: ballotNumber(entryHash) };
}
