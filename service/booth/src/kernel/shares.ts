/**
 * Issuer keys and shares: RSABSSA-SHA384-PSS-Deterministic (PROTOCOL.md section 7, RFC 9474).
 *
 * The arithmetic is that of any modulus; {@link checkIssuerKey} is what fixes 3,072 bits for this protocol.
 */

import { fromInteger, toInteger, type Bytes, type Random } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { H } from "./hash.ts";
import { pssEncode, pssVerify } from "./pss.ts";

/** The bytes of a modulus, a blinded message and a signature. */
const LENGTH = 384;
const SALT_LENGTH = 48;
const EXPONENT = 65537n;
const SMALL_PRIMES = primesBelow(2000).slice(1).map(BigInt);

/**
 * Makes sure that bytes are an issuer's modulus.
 * @throws Refused `issuer-key-size`, `issuer-key-even`, `issuer-key-small-factor`
 */
export function checkIssuerKey(modulus: Uint8Array): void {
  ensure(modulus.length === LENGTH && modulus[0]! >= 0x80, "issuer-key-size");
  const n = toInteger(modulus);
  ensure(n % 2n === 1n, "issuer-key-even");
  ensure(SMALL_PRIMES.every((prime) => n % prime !== 0n), "issuer-key-small-factor");
}

/** What all issuers of a style sign blindly for a voting key: 32 bytes. */
export function shareMessage(manifestHash: Uint8Array, style: string, votingKey: Uint8Array): Bytes {
  return H("share", manifestHash, style, votingKey);
}

/** The hash by which a request names a blinded message: 32 bytes. */
export function blindedHash(blinded: Uint8Array): Bytes {
  return H("blinded", blinded);
}

/** A blinded message, and what only its maker knows. */
export interface Blinded {
  /** What the issuer signs: as many bytes as the modulus has. */
  readonly blinded: Bytes;
  /** The inverse of the blinding factor: as many bytes. Secret. */
  readonly inverse: Bytes;
}

/**
 * Blinds a message for an issuer with fresh randomness.
 * @throws Refused `blind-not-coprime`, which never happens with a modulus of two large primes
 */
export function blindFresh(modulus: Uint8Array, message: Uint8Array, random: Random): Blinded {
  const n = toInteger(modulus);
  const salt = random(SALT_LENGTH);
  for (;;) {
    const factor = toInteger(random(modulus.length));
    if (factor > 0n && factor < n) return blind(modulus, message, salt, fromInteger(factor, modulus.length));
  }
}

/**
 * Blind (RFC 9474 section 4.2) with a given salt and blinding factor.
 * @param salt 48 bytes
 * @param factor an integer from 1 to below the modulus, big-endian
 * @throws Refused `salt-length`, `blind-not-coprime`
 */
export function blind(modulus: Uint8Array, message: Uint8Array, salt: Uint8Array, factor: Uint8Array): Blinded {
  ensure(salt.length === SALT_LENGTH, "salt-length");
  const n = toInteger(modulus);
  const encoded = toInteger(pssEncode(message, salt, bitsOf(n) - 1));
  const r = toInteger(factor);
  const inverse = invert(r, n);
  ensure(inverse !== null && invert(encoded, n) !== null, "blind-not-coprime");
  const blinded = (encoded * raise(r, n)) % n;
  return { blinded: fromInteger(blinded, modulus.length), inverse: fromInteger(inverse, modulus.length) };
}

/**
 * Finalize (RFC 9474 section 4.4): the signature that an issuer's answer becomes, verified.
 * @param inverse see {@link Blinded}
 * @param message what was blinded
 * @throws Refused `share-length`, `share-wrong`
 */
export function finalize(
  modulus: Uint8Array,
  message: Uint8Array,
  blindSignature: Uint8Array,
  inverse: Uint8Array,
): Bytes {
  ensure(blindSignature.length === modulus.length, "share-length");
  const n = toInteger(modulus);
  const signature = fromInteger((toInteger(blindSignature) * toInteger(inverse)) % n, modulus.length);
  verifyShare(modulus, message, signature);
  return signature;
}

/**
 * Makes sure that a share signature of a message is by an issuer: RSASSA-PSS with a salt of exactly 48 bytes.
 * @param modulus of a checked issuer key
 * @throws Refused `share-length`, `share-range`, `share-wrong`
 */
export function verifyShare(modulus: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  ensure(signature.length === modulus.length, "share-length");
  const n = toInteger(modulus);
  const s = toInteger(signature);
  ensure(s < n, "share-range");
  const bits = bitsOf(n) - 1;
  const encoded = raise(s, n);
  ensure(encoded < 2n ** BigInt(bits), "share-wrong");
  ensure(pssVerify(message, fromInteger(encoded, Math.ceil(bits / 8)), SALT_LENGTH, bits), "share-wrong");
}

/**
 * BlindSign (RFC 9474 section 4.3), as an issuer does it; in this program for tests only.
 * @param p one prime factor of the modulus
 * @param q the other one
 * @throws Refused `blinded-range`, `blind-sign-fault`
 */
export function blindSign(p: bigint, q: bigint, blinded: Uint8Array): Bytes {
  const n = p * q;
  const m = toInteger(blinded);
  const length = Math.ceil(bitsOf(n) / 8);
  ensure(blinded.length === length && m > 0n && m < n, "blinded-range");
  const d = invert(EXPONENT, (p - 1n) * (q - 1n));
  ensure(d !== null, "blind-sign-fault");
  const s = power(m, d, n);
  ensure(raise(s, n) === m, "blind-sign-fault");
  return fromInteger(s, length);
}

/** base^65537 mod n */
function raise(base: bigint, n: bigint): bigint {
  let result = base;
  for (let i = 0; i < 16; i++) result = (result * result) % n;
  return (result * base) % n;
}

function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % n;
    if (bit === "1") result = (result * base) % n;
  }
  return result;
}

/** The inverse of `value` mod `n`, or `null` if they have a common factor. */
function invert(value: bigint, n: bigint): bigint | null {
  let [r, next, x, y] = [n, value % n, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, x, y] = [next, r - quotient * next, y, x - quotient * y];
  }
  if (r !== 1n) return null;
  return x < 0n ? x + n : x;
}

function bitsOf(n: bigint): number {
  return n.toString(2).length;
}

function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
