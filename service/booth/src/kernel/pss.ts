/** EMSA-PSS (RFC 8017 section 9.1) with SHA-384 and MGF1 with SHA-384, for PROTOCOL.md section 7. */

import { sha384 } from "@noble/hashes/sha2.js";

import { concat, equal, u32, type Bytes } from "./bytes.ts";

const HASH_LENGTH = 48;
const TRAILER = 0xbc;

/**
 * EMSA-PSS-ENCODE: the message's encoding, below 2^bits, as bytes big-endian.
 * @param salt any number of bytes
 * @param bits one less than the modulus has
 */
export function pssEncode(message: Uint8Array, salt: Uint8Array, bits: number): Bytes {
  const length = Math.ceil(bits / 8);
  const padding = new Uint8Array(length - salt.length - HASH_LENGTH - 2);
  const hash = hashWithSalt(message, salt);
  const data = xor(concat(padding, Uint8Array.of(1), salt), hash);
  data[0]! &= topMask(bits);
  return concat(data, hash, Uint8Array.of(TRAILER));
}

/**
 * EMSA-PSS-VERIFY: whether bytes encode the message with a salt of exactly that length.
 * @param encoded as many bytes as `bits` need
 */
export function pssVerify(message: Uint8Array, encoded: Uint8Array, saltLength: number, bits: number): boolean {
  const length = Math.ceil(bits / 8);
  const split = length - HASH_LENGTH - 1;
  if (encoded.length !== length || split < saltLength + 1 || encoded[length - 1] !== TRAILER) return false;
  const masked = encoded.subarray(0, split);
  const hash = encoded.subarray(split, length - 1);
  if ((masked[0]! & ~topMask(bits)) !== 0) return false;
  const data = xor(masked, hash);
  data[0]! &= topMask(bits);
  const one = split - saltLength - 1;
  if (data[one] !== 1 || data.subarray(0, one).some((byte) => byte !== 0)) return false;
  return equal(hash, hashWithSalt(message, data.subarray(one + 1)));
}

function hashWithSalt(message: Uint8Array, salt: Uint8Array): Uint8Array {
  return sha384(concat(new Uint8Array(8), sha384(message), salt));
}

/** The bits of the first byte that an encoding below 2^bits may use. */
function topMask(bits: number): number {
  return 0xff >> (8 * Math.ceil(bits / 8) - bits);
}

/** Data, each byte combined with that of MGF1 over a seed. */
function xor(data: Uint8Array, seed: Uint8Array): Bytes {
  const out = new Uint8Array(data);
  for (let start = 0; start < out.length; start += HASH_LENGTH) {
    const mask = sha384(concat(seed, u32(start / HASH_LENGTH)));
    const end = Math.min(start + HASH_LENGTH, out.length);
    for (let i = start; i < end; i++) out[i]! ^= mask[i - start]!;
  }
  return out;
}
