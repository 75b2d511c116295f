/** Checkpoints and their witnesses (PROTOCOL.md section 3; C2SP tlog-checkpoint and tlog-cosignature). */

import { base64, fromBase64, fromDecimal, hex, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { isName, KEY_TYPES, noteKey, openNote, type Note, type NoteKey } from "./note.ts";

/** The head of a log: what a checkpoint says. */
export interface TreeHead {
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** When a witness first cosigned, in seconds since 1970: 1 to 2^63-1. */
export interface WitnessTime {
  /** Of the witness's key. */
  readonly name: string;
  readonly time: bigint;
}

/** The head of a witnessed checkpoint. */
export interface WitnessedHead extends TreeHead {
  /** At least w different witnesses, in the order in which the caller names them. */
  readonly times: readonly WitnessTime[];
}

/** Whose signatures make a checkpoint good. */
export interface Witnesses {
  /** Type 1; its name is the log's origin. */
  readonly operator: NoteKey;
  /** Type 4. */
  readonly witnesses: readonly NoteKey[];
  /** w. */
  readonly threshold: number;
}

/** Members of a manifest that name the log's keys. */
interface LogParties {
  readonly origin: string;
  readonly operator: Bytes;
  readonly partners: readonly { readonly id: string; readonly witness: Bytes }[];
  readonly thresholds: { readonly witnesses: number };
}

/** The keys of a manifest's operator and partners. */
export function witnessesOf({ origin, operator, partners, thresholds }: LogParties): Witnesses {
  return {
    operator: noteKey(origin, KEY_TYPES.note, operator),
    witnesses: partners.map(({ id, witness }) => noteKey(`${origin}/${id}`, KEY_TYPES.cosignature, witness)),
    threshold: thresholds.witnesses,
  };
}

/** The text of a checkpoint. */
export function formatCheckpoint({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${base64(root)}\n`;
}

/**
 * The head in a checkpoint's text, whatever log it is of.
 * @throws Refused `checkpoint-form`, `checkpoint-size`, `checkpoint-hash`
 */
export function parseHead(text: string): TreeHead {
  const lines = text.split("\n");
  ensure(lines.length === 4 && lines[3] === "" && isName(lines[0] ?? ""), "checkpoint-form");
  const [origin, sizeLine, rootLine] = lines as [string, string, string];
  const size = fromDecimal(sizeLine);
  ensure(size !== null, "checkpoint-size");
  const root = fromBase64(rootLine);
  ensure(root?.length === 32, "checkpoint-hash");
  return { origin, size, root };
}

/**
 * The head in a checkpoint's text.
 * @param origin the log's
 * @throws Refused `checkpoint-form`, `checkpoint-size`, `checkpoint-hash`, `checkpoint-origin`
 */
export function parseCheckpoint(text: string, origin: string): TreeHead {
  const head = parseHead(text);
  ensure(head.origin === origin, "checkpoint-origin");
  return head;
}

/**
 * The head of a checkpoint that the operator signed.
 * @throws Refused `note-key-type`, the reasons of a note, `note-unsigned`, the reasons of {@link parseCheckpoint}
 */
export function openCheckpoint(note: Uint8Array, operator: NoteKey): TreeHead {
  ensure(operator.type === KEY_TYPES.note, "note-key-type");
  return parseCheckpoint(openNote(note, [operator]).text, operator.name);
}

/**
 * The head of a witnessed checkpoint: signed by the operator, and cosigned by at least w witnesses.
 * @throws Refused `note-key-type`, `witness-keys`, the reasons of a note, `note-unsigned`, the reasons of
 * {@link parseCheckpoint}, `witness-threshold`
 */
export function openWitnessed(raw: Uint8Array, { operator, witnesses, threshold }: Witnesses): WitnessedHead {
  const typed = operator.type === KEY_TYPES.note && witnesses.every(({ type }) => type === KEY_TYPES.cosignature);
  ensure(typed, "note-key-type");
  const keys = [operator, ...witnesses];
  ensure(new Set(keys.map(({ key }) => hex(key))).size === keys.length, "witness-keys");
  const note = openNote(raw, keys);
  ensure(note.signatures.some(({ key }) => key === operator), "note-unsigned");
  const head = parseCheckpoint(note.text, operator.name);
  const times = timesOf(note, witnesses);
  ensure(threshold >= 1 && times.length >= threshold, "witness-threshold");
  return { ...head, times };
}

function timesOf(note: Note, witnesses: readonly NoteKey[]): WitnessTime[] {
  return [...new Set(witnesses.map(({ name }) => name))].flatMap((name) => {
    const [first, ...others] = note.signatures.filter(({ key }) => key.name === name && key.type === KEY_TYPES.cosignature)
      .map(({ time }) => time);
    if (first === undefined) return [];
    return [{ name, time: others.reduce((a, b) => (b < a ? b : a), first) }];
  });
}

/**
 * Whether at least w cosignature times are at or past a time in seconds since 1970.
 */
export function isWitnessedSince({ times }: WitnessedHead, since: number, threshold: number): boolean {
  return times.filter(({ time }) => time >= BigInt(since)).length >= threshold;
}
