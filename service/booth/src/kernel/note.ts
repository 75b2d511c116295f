/** Signed notes and verifier keys (PROTOCOL.md section 3; C2SP signed-note and tlog-cosignature). */

import { base64, concat, equal, fromBase64, fromHex, fromUtf8, hex, toInteger, utf8, type Bytes } from "./bytes.ts";
import { ensure, refusedAs } from "./errors.ts";
import { sha256 } from "./hash.ts";
import { checkEd25519Key } from "./points.ts";
import { sign, verifySignature } from "./signing.ts";

const NOTE_LIMIT = 131_072;
const MOST_SIGNATURES = 64;
const DASH = "\u2014";
const ID_LENGTH = 4;
const KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;
const TIME_LENGTH = 8;
const LAST_TIME = 2n ** 63n - 1n;

/** What a key name has not: a plus, or white space of Unicode that is no control character. */
const NOT_IN_NAMES = /[+\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Types of keys: Ed25519 over the text, or over a cosignature of it. */
export const KEY_TYPES = { note: 1, cosignature: 4 } as const;
/** A type of key. */
export type KeyType = (typeof KEY_TYPES)[keyof typeof KEY_TYPES];

/** A key whose signatures on notes can be verified. */
export interface NoteKey {
  readonly name: string;
  /** 4 bytes. */
  readonly id: Uint8Array;
  readonly type: KeyType;
  /** An Ed25519 key: 32 bytes. */
  readonly key: Uint8Array;
}

/** A line of a note by a known key, verified. */
export interface NoteSignature {
  readonly key: NoteKey;
  /** A cosignature's time, in seconds since 1970, from 1 to 2^63-1; 0 for an ordinary signature. */
  readonly time: bigint;
}

/** A note with its verified signatures by known keys, in the order of the lines. */
export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** The note key of an Ed25519 key (32 bytes). */
export function noteKey(name: string, type: KeyType, key: Uint8Array): NoteKey {
  const id = sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), key)).subarray(0, ID_LENGTH);
  return { name, id, type, key };
}

/** A verifier key's one spelling. */
export function formatNoteKey({ name, id, type, key }: NoteKey): string {
  return `${name}+${hex(id)}+${base64(concat(Uint8Array.of(type), key))}`;
}

/**
 * The note key of `name+id+base64`.
 * @throws Refused in this order: `note-vkey`, `note-key-type`, `note-vkey-id`, the reasons of an Ed25519 key
 */
export function parseNoteKey(text: string): NoteKey {
  const [, name = "", idHex = "", encoded = ""] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) ?? [];
  const id = fromHex(idHex);
  const decoded = fromBase64(encoded);
  ensure(isName(name) && id?.length === ID_LENGTH && decoded?.length === 1 + KEY_LENGTH, "note-vkey");
  const type = Object.values(KEY_TYPES).find((known) => known === decoded[0]);
  ensure(type !== undefined, "note-key-type");
  const key = noteKey(name, type, decoded.slice(1));
  ensure(equal(key.id, id), "note-vkey-id");
  checkEd25519Key(key.key);
  return key;
}

/**
 * The note with its verified signatures by known keys.
 * @throws Refused the reasons of a note's form (see {@link parseNote}), `note-ambiguous`, `cosignature-time`,
 * `note-signature`, and `note-unsigned` if no known key signed
 */
export function openNote(raw: Uint8Array, known: readonly NoteKey[]): Note {
  const { text, lines } = parseNote(raw);
  const byName = new Map<string, NoteKey>();
  for (const key of known) {
    const label = labelOf(key.name, key.id);
    const other = byName.get(label);
    ensure(other === undefined || (other.type === key.type && equal(other.key, key.key)), "note-ambiguous");
    byName.set(label, key);
  }
  const signatures = lines.flatMap(({ name, id, signature }) => {
    const key = byName.get(labelOf(name, id));
    return key === undefined ? [] : [{ key, time: verifyLine(key, text, signature) }];
  });
  ensure(signatures.length > 0, "note-unsigned");
  return { text, signatures };
}

/** The line of an Ed25519 signature (type 1) of a text, with its newline. */
export function signNote(name: string, seed: Uint8Array, publicKey: Uint8Array, text: string): string {
  const { id } = noteKey(name, KEY_TYPES.note, publicKey);
  return formatLine(name, concat(id, sign(seed, utf8(text))));
}

/** What a cosignature (type 4) at a time signs. */
export function cosignedMessage(text: string, time: bigint): Bytes {
  return utf8(`cosignature/v1\ntime ${time.toString()}\n${text}`);
}

/** A signature line of a note; nothing of it is verified. */
export interface Line {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The text of a note and its signature lines; nothing is verified.
 * @throws Refused `note-length`, `note-utf8`, `note-control`, `note-form`, `note-signatures`, `note-name`,
 * `note-base64`, whatever line is at fault
 */
export function parseNote(raw: Uint8Array): { text: string; lines: readonly Line[] } {
  ensure(raw.length <= NOTE_LIMIT, "note-length");
  const note = fromUtf8(raw);
  ensure(note !== null, "note-utf8");
  ensure(!CONTROL.test(note), "note-control");
  const end = note.lastIndexOf("\n\n");
  ensure(end >= 0 && note.endsWith("\n") && note.length > end + 2, "note-form");
  const parts = note.slice(end + 2, -1).split("\n").map(splitLine);
  ensure(parts.length <= MOST_SIGNATURES, "note-signatures");
  ensure(parts.every(({ name }) => isName(name)), "note-name");
  const lines = parts.map(({ name, encoded }) => {
    const decoded = fromBase64(encoded);
    ensure(decoded !== null && decoded.length > ID_LENGTH, "note-base64");
    return { name, id: decoded.subarray(0, ID_LENGTH), signature: decoded.subarray(ID_LENGTH) };
  });
  return { text: note.slice(0, end + 1), lines };
}

function splitLine(line: string): { name: string; encoded: string } {
  const [dash, name = "", encoded = "", ...more] = line.split(" ");
  ensure(dash === DASH && name !== "" && encoded !== "" && more.length === 0, "note-form");
  return { name, encoded };
}

/** The cosignature's time, or 0. @throws Refused `note-signature`, `cosignature-time` */
function verifyLine(key: NoteKey, text: string, signature: Uint8Array): bigint {
  const timed = key.type === KEY_TYPES.cosignature;
  const timeLength = timed ? TIME_LENGTH : 0;
  ensure(signature.length === timeLength + SIGNATURE_LENGTH, "note-signature");
  const time = toInteger(signature.subarray(0, timeLength));
  ensure(!timed || (time >= 1n && time <= LAST_TIME), "cosignature-time");
  const message = timed ? cosignedMessage(text, time) : utf8(text);
  refusedAs("note-signature", () => {
    verifySignature(key.key, message, signature.subarray(timeLength));
  });
  return time;
}

function formatLine(name: string, signature: Uint8Array): string {
  return `${DASH} ${name} ${base64(signature)}\n`;
}

/** Whether a text can name a key: not empty, no plus, no white space, no control character. */
export function isName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !NOT_IN_NAMES.test(name) && !CONTROL.test(name) && !name.includes("\n");
}

/** A name has no newline, so that no two pairs have one label. */
function labelOf(name: string, id: Uint8Array): string {
  return `${name}\n${hex(id)}`;
}
