/** Ed25519 signatures, and what the protocol's own records sign (PROTOCOL.md section 2). */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, toIntegerLE, type Bytes } from "./bytes.ts";
import { ensure, Refused } from "./errors.ts";
import { H } from "./hash.ts";
import { decodePoint, hasPrimeOrder, publicPoint, type Point } from "./points.ts";
import type { Json } from "./schema.ts";
import { spell } from "./wire.ts";

const { BASE, Fn } = ed25519.Point;

/** The public key (32 bytes) of a seed (32 bytes, RFC 8032). */
export function publicKeyOf(seed: Uint8Array): Bytes {
  return ed25519.getPublicKey(seed);
}

/** The signature (64 bytes) of a message by the key of a seed (32 bytes). */
export function sign(seed: Uint8Array, message: Uint8Array): Bytes {
  return ed25519.sign(message, seed);
}

/**
 * Makes sure that a signature of a message is by a key.
 * @throws Refused `signature-length`, the reasons of the key, `signature-r`, `signature-s`, `signature-wrong`
 */
export function verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  ensure(signature.length === 64, "signature-length");
  const point = publicPoint(key);
  const r = commitment(signature.subarray(0, 32));
  const s = toIntegerLE(signature.subarray(32));
  const inRange = s < Fn.ORDER;
  // The key has order L: if the equation holds, R has too, or is the identity. So R's order need only be
  // computed for a signature that is wrong anyway.
  if (inRange && !r.is0() && holds(point, r, s, concat(signature.subarray(0, 32), key, message))) return;
  ensure(hasPrimeOrder(r), "signature-r");
  throw new Refused(inRange ? "signature-wrong" : "signature-s");
}

function commitment(encoded: Uint8Array): Point {
  try {
    return decodePoint(encoded);
  } catch {
    throw new Refused("signature-r");
  }
}

/** [s]B = R + [SHA-512(hashed)]A, without cofactor. */
function holds(a: Point, r: Point, s: bigint, hashed: Uint8Array): boolean {
  const h = Fn.create(toIntegerLE(sha512(hashed)));
  return BASE.multiplyUnsafe(s).equals(r.add(a.multiplyUnsafe(h)));
}

/** Members that hold signatures over the others. */
const SIGNATURES: ReadonlySet<string> = new Set(["signature", "signatures"]);
/** Kinds of record in which the member `registrar` is a signature too. */
const REGISTRAR_SIGNS: ReadonlySet<string> = new Set(["seal", "replace"]);

/**
 * What the signatures of a record sign: 32 bytes.
 * @param record the record's JSON as its schema writes it, with or without its signature members
 * @param manifestHash 32 bytes; not used for a manifest, which is signed with none
 */
export function recordMessage(
  kind: string,
  record: Readonly<Record<string, Json>>,
  manifestHash: Uint8Array,
): Bytes {
  const signed = Object.entries(record).filter(
    ([name]) => !SIGNATURES.has(name) && !(name === "registrar" && REGISTRAR_SIGNS.has(kind)),
  );
  const hash = kind === "manifest" ? new Uint8Array() : manifestHash;
  return H("signature", kind, hash, spell(Object.fromEntries(signed)));
}
