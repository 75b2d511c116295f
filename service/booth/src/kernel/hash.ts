/** SHA-256, H and HKDF (PROTOCOL.md sections 2 and 8). */

import { expand as nobleExpand, extract as nobleExtract } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { concat, u32, u64, utf8, type Bytes } from "./bytes.ts";

/** What every label of this protocol begins with. */
export const PREFIX = "wijkaandeel/v1/";

const ZERO = new Uint8Array(1);

/** SHA-256: 32 bytes. */
export function sha256(bytes: Uint8Array): Bytes {
  return nobleSha256(bytes);
}

/** SHA-256 of bytes that come piece by piece. */
export function sha256Stream(): { update(bytes: Uint8Array): void; digest(): Bytes } {
  const state = nobleSha256.create();
  return {
    update: (bytes) => {
      state.update(bytes);
    },
    digest: () => state.digest(),
  };
}

/**
 * H(label, part, ...): 32 bytes.
 * @param parts bytes, a text (as UTF-8), or an integer from 0 to 2^53-1 (as 8 bytes big-endian)
 */
export function H(label: string, ...parts: readonly (Uint8Array | string | number)[]): Bytes {
  const pieces: Uint8Array[] = [utf8(PREFIX + label), ZERO];
  for (const part of parts) {
    const bytes = typeof part === "string" ? utf8(part) : typeof part === "number" ? u64(part) : part;
    pieces.push(u32(bytes.length), bytes);
  }
  return sha256(concat(...pieces));
}

/** HKDF-Extract with SHA-256 (RFC 5869): 32 bytes. */
export function hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Bytes {
  return nobleExtract(nobleSha256, ikm, salt);
}

/** HKDF-Expand with SHA-256 (RFC 5869): `length` bytes, at most 8,160. */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Bytes {
  return nobleExpand(nobleSha256, prk, info, length);
}
