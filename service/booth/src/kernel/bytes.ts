/**
 * Bytes, and their spellings (PROTOCOL.md section 2). Every decoder accepts exactly one spelling of a value and
 * gives `null` for anything else; who calls it knows the reason to refuse with.
 */

/** Bytes with a buffer of their own, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Gives that many random bytes. Randomness is always an argument, so that vectors can fix it. */
export type Random = (length: number) => Uint8Array;

const utf8Encoder = new TextEncoder();
// ignoreBOM keeps a byte order mark as U+FEFF: it is then content, which no format of ours accepts.
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** All parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** A copy with a buffer of its own. */
export function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

/** Whether both have the same length and content. Not constant-time: for public values. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compare(a, b) === 0;
}

/** Below 0, 0 or above 0 as `a` stands before, at or after `b` in the order of bytes; a prefix stands first. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** UTF-8 of a text. @throws RangeError for a lone surrogate, which has no UTF-8 */
export function utf8(text: string): Bytes {
  if (!text.isWellFormed()) throw new RangeError("a lone surrogate has no UTF-8");
  return utf8Encoder.encode(text);
}

/** The text of UTF-8 bytes, a byte order mark kept as U+FEFF; `null` if they are no UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return null;
  }
}

const NEWLINE = 0x0a;

/**
 * What stands before the first empty line, as text without its last newline, and the bytes after that line; `null` if
 * there is no empty line, or no UTF-8 before it.
 */
export function splitAtEmptyLine(bytes: Uint8Array): readonly [string, Bytes] | null {
  const end = bytes.findIndex((byte, i) => byte === NEWLINE && bytes[i + 1] === NEWLINE);
  const before = end < 0 ? null : fromUtf8(bytes.subarray(0, end));
  return before === null ? null : [before, bytes.slice(end + 2)];
}

/** Whether a text has ASCII characters alone. */
export function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += HEX[byte] ?? "";
  return out;
}

/** Bytes of an even number of lower-case hexadecimal digits, else `null`. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

const COMMON = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_ALPHABET = `${COMMON}-_`;
const STANDARD_ALPHABET = `${COMMON}+/`;
const NO_SYMBOL = 64;
const URL_VALUES = valuesOf(URL_ALPHABET);
const STANDARD_VALUES = valuesOf(STANDARD_ALPHABET);

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(NO_SYMBOL);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

/** base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  return encode64(bytes, URL_ALPHABET);
}

/** Bytes of base64url without padding and with unused bits zero, else `null`. */
export function fromBase64url(text: string): Bytes | null {
  return decode64(text, text.length, URL_VALUES);
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function base64(bytes: Uint8Array): string {
  const text = encode64(bytes, STANDARD_ALPHABET);
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Bytes of standard base64 with padding and with unused bits zero, else `null`. */
export function fromBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0) return null;
  let end = text.length;
  while (end > text.length - 2 && text[end - 1] === "=") end--;
  return decode64(text, end, STANDARD_VALUES);
}

function encode64(bytes: Uint8Array, alphabet: string): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const symbols = Math.min(bytes.length - i, 3) + 1;
    for (let j = 0; j < symbols; j++) out += alphabet[(group >> (18 - 6 * j)) & 63] ?? "";
  }
  return out;
}

function decode64(text: string, end: number, values: Uint8Array): Bytes | null {
  if (end % 4 === 1) return null;
  const out = new Uint8Array(Math.floor((end * 3) / 4));
  let pending = 0;
  let bits = 0;
  let length = 0;
  for (let i = 0; i < end; i++) {
    const value = values[text.charCodeAt(i)] ?? NO_SYMBOL;
    if (value === NO_SYMBOL) return null;
    pending = ((pending << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = (pending >> bits) & 0xff;
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? out : null;
}

/** An integer from 0 to 2^32-1 as 4 bytes, big-endian. */
export function u32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** An integer from 0 to 2^53-1 (number) or 2^64-1 (bigint) as 8 bytes, big-endian. */
export function u64(value: number | bigint): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** The integer that the bytes spell, big-endian; 0 for no bytes. */
export function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`);
}

/** The integer that the bytes spell, little-endian. */
export function toIntegerLE(bytes: Uint8Array): bigint {
  return toInteger(Uint8Array.from(bytes).reverse());
}

/** An integer from 0 as exactly `length` bytes, big-endian. @throws RangeError if it does not fit */
export function fromInteger(value: bigint, length: number): Bytes {
  const bytes = fromHex(value.toString(16).padStart(2 * length, "0"));
  if (bytes?.length !== length) throw new RangeError(`no integer of ${length} bytes`);
  return bytes;
}

/**
 * The integer of a decimal numeral below 2^53 without sign or leading zeros, else `null`.
 */
export function fromDecimal(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
