/** Proof files (PROTOCOL.md section 3; C2SP tlog-proof without `extra`). */

import { base64, concat, fromBase64, fromDecimal, isAscii, splitAtEmptyLine, utf8, type Bytes } from "./bytes.ts";
import { openWitnessed, type WitnessedHead, type Witnesses } from "./checkpoint.ts";
import { ensure } from "./errors.ts";
import { verifyInclusion } from "./merkle.ts";
import { parseNote } from "./note.ts";

const PROOF_LIMIT = 262_144;
const HEADER = "c2sp.org/tlog-proof@v1";
const INDEX = "index ";
const HASH_LENGTH = 32;
/** The most hashes of a proof in a log of fewer than 2^63 entries. */
export const MOST_HASHES = 63;

/** What a proof file says; nothing of it is verified. */
export interface ProofFile {
  /** Of the entry, from 0. */
  readonly index: number;
  /** 32 bytes each, from the leaf upward. */
  readonly hashes: readonly Uint8Array[];
  /** A signed note. */
  readonly checkpoint: Bytes;
}

/** The bytes of a proof file. */
export function formatProof({ index, hashes, checkpoint }: ProofFile): Bytes {
  const lines = [HEADER, `${INDEX}${index}`, ...hashes.map(base64), "", ""];
  return concat(utf8(lines.join("\n")), checkpoint);
}

/**
 * The parts of a proof file.
 * @throws Refused in this order: `proof-file-length`, `proof-form`, `checkpoint-size` (the index), `proof-hash`,
 * `proof-length` (more than 63 hashes), the reasons of a note's form
 */
export function parseProof(raw: Uint8Array): ProofFile {
  ensure(raw.length <= PROOF_LIMIT, "proof-file-length");
  const parts = splitAtEmptyLine(raw);
  ensure(parts !== null, "proof-form");
  const [text, checkpoint] = parts;
  ensure(isAscii(text), "proof-form");
  const [header, indexLine, ...hashLines] = text.split("\n");
  ensure(header === HEADER && indexLine?.startsWith(INDEX) === true, "proof-form");
  const hashes = hashLines.map((line) => fromBase64(line));
  ensure(hashes.every((hash) => hash !== null), "proof-form");
  const index = fromDecimal(indexLine.slice(INDEX.length));
  ensure(index !== null, "checkpoint-size");
  ensure(hashes.every(({ length }) => length === HASH_LENGTH), "proof-hash");
  ensure(hashes.length <= MOST_HASHES, "proof-length");
  parseNote(checkpoint);
  return { index, hashes, checkpoint };
}

/**
 * The place of an entry and the witnessed head in which a proof file shows it.
 * @param leaf the entry's hash
 * @throws Refused the reasons of the proof file, of a witnessed checkpoint, and of inclusion
 */
export function openProof(
  raw: Uint8Array,
  leaf: Uint8Array,
  witnesses: Witnesses,
): { readonly index: number; readonly head: WitnessedHead } {
  const { index, hashes, checkpoint } = parseProof(raw);
  const head = openWitnessed(checkpoint, witnesses);
  verifyInclusion(leaf, index, head.size, hashes, head.root);
  return { index, head };
}
