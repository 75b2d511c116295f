/**
 * The files' part of an audit (PROTOCOL.md section 13: F01 to F05).
 */
import { equal, fromHex } from "../bytes.ts";
import { sha256 } from "../hash.ts";
import { FILE_LIMIT, REPORT_LIMIT } from "../wire.ts";
import { readIfThere, TooLarge, type Source } from "../source.ts";
import { TILE_WIDTH } from "../tiles.ts";
import { CHECKPOINT, type Head } from "./checkpoint.ts";
import type { Findings } from "./findings.ts";
import { placeOf } from "./log.ts";
import type { Named, Role } from "./named.ts";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);
const SVG = "<svg";
/** Bytes that are decoded at a time, so that a large file needs no text of its size. */
const PIECE = 65_536;
const FILE_NAME = /^files\/([0-9a-f]{64})$/;

/**
 * Whether bytes are UTF-8, and if so whether a word is in them.
 * @returns null if they are not
 */
function wordInUtf8(bytes: Uint8Array, word: string): boolean | null {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let found = false;
  let tail = "";
  try {
    for (let start = 0; start <= bytes.length; start += PIECE) {
      const piece = decoder.decode(bytes.subarray(start, start + PIECE), { stream: true });
      const text = tail + piece;
      found ||= text.includes(word);
      tail = text.slice(-word.length);
    }
    decoder.decode();
    return found;
  } catch {
    return null;
  }
}

function begins(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return equal(bytes.subarray(0, prefix.length), prefix);
}

function isPicture(bytes: Uint8Array): boolean {
  return begins(bytes, PNG) || begins(bytes, JPEG) || wordInUtf8(bytes, SVG) === true;
}

/** Whether a file's bytes have the SHA-256 that its path says. */
export function hasHashOfName(path: string, bytes: Uint8Array): boolean {
  const named = fromHex(FILE_NAME.exec(path)?.[1] ?? "");
  return named !== null && equal(sha256(bytes), named);
}

async function checkFile(source: Source, path: string, roles: ReadonlySet<Role>, findings: Findings): Promise<void> {
  const limit = roles.has("report") ? REPORT_LIMIT : FILE_LIMIT;
  let bytes: Uint8Array | null;
  try {
    bytes = await readIfThere(source, path, limit);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    findings.pass("F02");
    findings.fail("F03", path, "", `more than ${limit} bytes`);
    return;
  }
  if (bytes === null) {
    const mayBeMissing = roles.size === 1 && roles.has("script");
    if (!mayBeMissing) findings.fail("F02", path, "", "there is no such file");
    return;
  }
  findings.pass("F02");
  if (!hasHashOfName(path, bytes)) {
    findings.fail("F03", path, "", "another SHA-256 than that of its name");
    return;
  }
  findings.pass("F03");
  if (roles.has("text")) judge(findings, "F04", path, wordInUtf8(bytes, SVG) !== null);
  if (roles.has("picture")) judge(findings, "F05", path, isPicture(bytes));
}

function judge(findings: Findings, id: string, path: string, good: boolean): void {
  if (good) findings.pass(id);
  else findings.fail(id, path);
}

/** Checks F02 to F05: the files that entries name. */
export async function checkNamedFiles(
  source: Source, named: Named, findings: Findings, onFile: () => void,
): Promise<void> {
  for (const [path, roles] of named.entries()) {
    await checkFile(source, path, roles, findings);
    onFile();
  }
}

/** What decides whether a path belongs to the record. */
interface Belongings {
  readonly head: Head;
  readonly named: Named;
  /** Whether all entries were accepted: else some to come may name any file. */
  readonly isComplete: boolean;
}

/** Whether the log of a size has a tile or bundle. */
function isWithin(path: string, size: number): boolean {
  const place = placeOf(path);
  if (place === null) return false;
  let hashes = size;
  for (let level = place.level === "entries" ? 0 : place.level; level > 0; level--) {
    hashes = Math.floor(hashes / TILE_WIDTH);
  }
  return TILE_WIDTH * place.index + place.width <= hashes;
}

function belongs(path: string, { head, named, isComplete }: Belongings): boolean {
  if (path === CHECKPOINT || isWithin(path, head.size)) return true;
  return FILE_NAME.test(path) && (named.has(path) || !isComplete);
}

/** Whether a path could belong to a record that has grown. */
function mayCome(path: string): boolean {
  return placeOf(path) !== null || FILE_NAME.test(path);
}

/** Checks F01: every file of a folder is one that the protocol or an entry calls for. */
export async function checkStrays(
  source: Source, paths: readonly string[], belongings: Belongings, findings: Findings,
): Promise<void> {
  const strays: string[] = [];
  for (const path of paths) {
    if (belongs(path, belongings)) findings.pass("F01");
    else strays.push(path);
  }
  if (strays.length === 0) return;
  const now = await readIfThere(source, CHECKPOINT, FILE_LIMIT).catch(() => null);
  const hasGrown = now !== null && !equal(now, belongings.head.note);
  for (const path of strays) if (!hasGrown || !mayCome(path)) findings.fail("F01", path, "", "nothing calls for it");
}
