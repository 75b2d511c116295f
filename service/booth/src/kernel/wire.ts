/** JSON in its one spelling (PROTOCOL.md section 2): RFC 8785, limited to what the protocol uses. */

import { equal, fromUtf8, utf8, type Bytes } from "./bytes.ts";
import { ensure, Refused } from "./errors.ts";
import type { Json, Schema } from "./schema.ts";
import { endOfString, hasShape, isDigit } from "./shape.ts";

/** The most bytes that an entry has. */
export const ENTRY_LIMIT = 65_535;
/** The most bytes that a file has: the outcome among them. */
export const FILE_LIMIT = 2 ** 26;
/** The most bytes that an audit report has. */
export const REPORT_LIMIT = 65_536;

/** Far more than any type of the protocol nests; keeps hostile nesting away from the parser. */
const MAX_DEPTH = 32;
/** Above this many bytes a text is held against its type before it is parsed. */
const LARGE = 2 ** 20;

const [QUOTE, MINUS] = [0x22, 0x2d];
const OPENING = [0x5b, 0x7b] as const;
const CLOSING = [0x5d, 0x7d] as const;
/** Full stop, `E` and `e`. */
const FRACTION_OR_EXPONENT: readonly number[] = [0x2e, 0x45, 0x65];

/** The one spelling of a value. */
export function encode<T>(schema: Schema<T>, value: T): Bytes {
  return spell(schema.write(value));
}

/** The one spelling of JSON whose members stand in ascending order, as schemas write it. */
export function spell(json: Json): Bytes {
  // JSON.stringify escapes what RFC 8785 says, and writes integers up to 2^53-1 in plain digits.
  return utf8(JSON.stringify(json));
}

/**
 * The value that `raw` spells.
 * @param limit the most bytes
 * @throws Refused `wire-length`, `wire-malformed`, `wire-type`, `wire-spelling`, in this order
 */
export function decode<T>(schema: Schema<T>, raw: Uint8Array, limit: number): T {
  ensure(raw.length > 0 && raw.length <= limit, "wire-length", `${raw.length} bytes of 1 to ${limit}`);
  const text = fromUtf8(raw);
  ensure(text !== null, "wire-malformed", "no UTF-8");
  const { depth, hasPlainNumbers } = survey(text);
  ensure(depth <= MAX_DEPTH, "wire-malformed", "nested too deeply");
  ensure(raw.length <= LARGE || hasShape(schema, text), "wire-type", "the type's members in their order");
  const json = parse(text);
  // Of 3.0, 3e0 and -0 JSON.parse makes integers.
  ensure(hasPlainNumbers, "wire-type", "a number that is no plain integer");
  const value = schema.read(json);
  ensure(equal(encode(schema, value), raw), "wire-spelling");
  return value;
}

function parse(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refused("wire-malformed", "no JSON");
  }
  // The bytes are UTF-8, so that only an escape can hide a lone surrogate.
  ensure(!/\\u[dD]/.test(text) || isWellFormed(json), "wire-malformed", "a lone surrogate");
  return json;
}

function isWellFormed(json: unknown): boolean {
  if (typeof json === "string") return json.isWellFormed();
  if (Array.isArray(json)) return json.every(isWellFormed);
  if (typeof json !== "object" || json === null) return true;
  return Object.entries(json).every(([name, value]) => name.isWellFormed() && isWellFormed(value));
}

/** How deeply a text nests, and, if it is JSON, whether its numbers have no sign, fraction or exponent. */
function survey(text: string): { depth: number; hasPlainNumbers: boolean } {
  let depth = 0;
  let deepest = 0;
  let hasPlainNumbers = true;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i);
    else if (unit === OPENING[0] || unit === OPENING[1]) deepest = Math.max(deepest, ++depth);
    else if (unit === CLOSING[0] || unit === CLOSING[1]) depth--;
    else if (unit === MINUS || (FRACTION_OR_EXPONENT.includes(unit) && isDigit(before))) hasPlainNumbers = false;
    before = unit;
  }
  return { depth: deepest, hasPlainNumbers };
}
