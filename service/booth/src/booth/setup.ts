/**
 * Read the election from the record, anchored at the manifest hash: what the board says of itself is not believed.
 */

import { fromUtf8, hex } from "../kernel/bytes.ts";
import { parseHead } from "../kernel/checkpoint.ts";
import { CHECKPOINT } from "../kernel/audit/checkpoint.ts";
import { readBundle } from "../kernel/audit/log.ts";
import type { Election } from "../kernel/election.ts";
import { parseEntry } from "../kernel/entries.ts";
import { Refused } from "../kernel/errors.ts";
import { sha256 } from "../kernel/hash.ts";
import { followCheckpoint, readSetUp } from "../kernel/voter.ts";
import { bundlesOf } from "../kernel/tiles.ts";
import type { Source } from "../kernel/source.ts";
import type { TreeHead } from "../kernel/checkpoint.ts";
import { proveConsistency } from "./consistency.ts";

const NOTE_LIMIT = 65_536;
const TEXT_LIMIT = 65_536;
const PICTURE_LIMIT = 2 ** 22;
/** Set-ups are shorter than this many bundles of 256 entries. */
const MOST_BUNDLES = 8;

/**
 * The election whose manifest has this hash.
 * @param manifestHash 32 bytes, from the letter or the page
 * @throws Refused `manifest-hash` if the board has another one, and what the board refuses of set-ups; MissingFile
 */
export async function readElection(source: Source, manifestHash: Uint8Array): Promise<Election> {
  const note = await source.read(CHECKPOINT, NOTE_LIMIT);
  const text = fromUtf8(note) ?? "";
  const { size } = parseHead(text.slice(0, text.indexOf("\n\n") + 1));
  const entries: Uint8Array[] = [];
  for (const place of [...bundlesOf(size)].slice(0, MOST_BUNDLES)) {
    for (const entry of await readBundle(source, place)) {
      entries.push(entry);
      if (parseEntry(entry).kind === "manifest") return readSetUp(entries, manifestHash);
    }
  }
  throw new Refused("manifest-hash", `no manifest with hash ${hex(manifestHash)}`);
}

/**
 * The board's witnessed head, which continues the one that was seen before.
 * @throws Refused the reasons of a witnessed checkpoint; `proof-size` and those of consistency for an old or other board
 */
export async function readHead(source: Source, election: Election, seen: TreeHead | null): Promise<TreeHead> {
  const note = await source.read(CHECKPOINT, NOTE_LIMIT);
  const fresh = followCheckpoint(election, note, null, []);
  const proof = seen === null ? [] : await proveConsistency(source, seen.size, fresh.size);
  const { origin, root, size } = followCheckpoint(election, note, seen, proof);
  return { origin, root, size };
}

/** A project's text, null if the file is not what the contest names. */
export async function readText(source: Source, hash: Uint8Array): Promise<string | null> {
  const bytes = await readNamed(source, hash, TEXT_LIMIT);
  return bytes === null ? null : fromUtf8(bytes);
}

/** A project's picture as an image, null if the file is not what the contest names. */
export async function readPicture(source: Source, hash: Uint8Array): Promise<Blob | null> {
  const bytes = await readNamed(source, hash, PICTURE_LIMIT);
  return bytes === null ? null : new Blob([bytes], { type: typeOf(bytes) });
}

async function readNamed(source: Source, hash: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(await source.read(`files/${hex(hash)}`, limit));
  return hex(sha256(bytes)) === hex(hash) ? bytes : null;
}

function typeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x89) return "image/png";
  return bytes[0] === 0xff ? "image/jpeg" : "image/svg+xml";
}

