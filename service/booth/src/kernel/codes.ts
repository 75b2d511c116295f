/** Codes, credentials and ballot numbers (PROTOCOL.md section 6 and the end of section 8). */

import { argon2id } from "@noble/hashes/argon2.js";

import { toInteger, utf8, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { H } from "./hash.ts";

/** Crockford's base32. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS = 15;
const NUMBER_SYMBOLS = 10;
const BITS = 5;
/** Of GF(32): x^5 + x^2 + 1. */
const POLYNOMIAL = 0b100101;

/** What reading a code skips: white space and dashes. */
const FORGIVEN = /[ \t\r\n\u00a0\u002d\u2010-\u2015]/g;
const LOOKALIKES: ReadonlyMap<string, string> = new Map([
  ["O", "0"],
  ["I", "1"],
  ["L", "1"],
]);

/** The code of a number of 75 bits, as it is printed: four groups of four, the last symbol of which is the check. */
export function formatCode(bits: bigint): string {
  if (bits < 0n || bits >= 1n << BigInt(SYMBOLS * BITS)) throw new RangeError("a code has 75 bits");
  const values = Array.from({ length: SYMBOLS }, (_, i) => Number((bits >> BigInt(BITS * (SYMBOLS - 1 - i))) & 31n));
  // The check symbol itself counts once, so that it is the remainder of the others.
  const symbols = [...values, remainder([...values, 0])].map((value) => ALPHABET.charAt(value)).join("");
  return (symbols.match(/.{4}/g) ?? []).join("-");
}

/**
 * The 15 upper-case symbols of a code as somebody typed it.
 * @throws Refused `code-length`, `code-symbol`, `code-check`
 */
export function parseCode(text: string): string {
  const symbols = Array.from(text.replace(FORGIVEN, ""), readSymbol);
  ensure(symbols.length === SYMBOLS + 1, "code-length");
  const values = symbols.map((symbol) => (symbol.length === 1 ? ALPHABET.indexOf(symbol) : -1));
  ensure(!values.includes(-1), "code-symbol");
  ensure(remainder(values) === 0, "code-check");
  return symbols.slice(0, SYMBOLS).join("");
}

/**
 * The symbols of a shorter code as somebody typed it, whose last one checks the others; null if it is none.
 * @param length how many symbols it has, the last one included
 */
export function readShortCode(text: string, length: number): string | null {
  const symbols = Array.from(text.replace(FORGIVEN, ""), readSymbol);
  const values = symbols.map((symbol) => (symbol.length === 1 ? ALPHABET.indexOf(symbol) : -1));
  return symbols.length === length && !values.includes(-1) && remainder(values) === 0 ? symbols.join("") : null;
}

/**
 * The Ed25519 seed (32 bytes) of a credential. Takes some tenths of a second.
 * @param symbols see {@link parseCode}
 */
export function credentialSeed(symbols: string, manifestHash: Uint8Array): Bytes {
  if (symbols.length !== SYMBOLS) throw new RangeError("a code has 15 symbols");
  const salt = H("code", manifestHash).subarray(0, 16);
  return argon2id(utf8(symbols), salt, { version: 0x13, m: 19_456, t: 2, p: 1, dkLen: 32 });
}

/** The number by which people know a ballot: 10 symbols of its entry hash (32 bytes). */
export function ballotNumber(entryHash: Uint8Array): string {
  if (entryHash.length !== 32) throw new RangeError("an entry hash has 32 bytes");
  let rest = toInteger(entryHash) >> BigInt(256 - NUMBER_SYMBOLS * BITS);
  let out = "";
  for (let i = 0; i < NUMBER_SYMBOLS; i++) {
    out = ALPHABET.charAt(Number(rest & 31n)) + out;
    rest >>= BigInt(BITS);
  }
  return out;
}

/** A symbol as the alphabet has it. Only ASCII letters have a case here. */
function readSymbol(typed: string): string {
  const upper = /^[a-z]$/.test(typed) ? typed.toUpperCase() : typed;
  return LOOKALIKES.get(upper) ?? upper;
}

/** The sum of a^(15-i) * s_i in GF(32), by Horner's rule: 0 for a code without a mistake. */
function remainder(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const doubled = sum << 1;
    return (doubled >= 32 ? doubled ^ POLYNOMIAL : doubled) ^ value;
  }, 0);
}

