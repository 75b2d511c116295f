/**
 * The checkpoint's part of an audit (PROTOCOL.md section 13: L01 to L03).
 */
import { openCheckpoint, openWitnessed, parseCheckpoint, witnessesOf, type TreeHead } from "../checkpoint.ts";
import type { Election } from "../election.ts";
import { Refused } from "../errors.ts";
import { openNote, parseNote, type NoteKey } from "../note.ts";
import { MissingFile, TooLarge, type Source } from "../source.ts";
import type { Findings } from "./findings.ts";

/** Where the checkpoint stands. */
export const CHECKPOINT = "checkpoint";
const NOTE_LIMIT = 131_072;

/** What the checkpoint says, and its bytes. */
export interface Head extends TreeHead {
  readonly note: Uint8Array;
}

/**
 * Checks L01.
 * @returns the checkpoint's head; null if there is none that can be read
 */
export async function readHead(source: Source, findings: Findings): Promise<Head | null> {
  try {
    const note = await source.read(CHECKPOINT, NOTE_LIMIT);
    const { text } = parseNote(note);
    const head = parseCheckpoint(text, text.slice(0, text.indexOf("\n")));
    findings.pass("L01");
    return { ...head, note };
  } catch (error) {
    if (error instanceof MissingFile) findings.fail("L01", CHECKPOINT, "", "there is no checkpoint");
    else if (error instanceof TooLarge) findings.fail("L01", CHECKPOINT, "note-length", error.message);
    else if (error instanceof Refused) findings.fail("L01", CHECKPOINT, error.reason, error.message);
    else throw error;
    return null;
  }
}

/** Runs a check of the checkpoint; whether it passed. */
function attempt(findings: Findings, id: string, check: () => number): boolean {
  try {
    findings.pass(id, check());
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fail(id, CHECKPOINT, error.reason, error.message);
    return false;
  }
}

/**
 * Checks L02 and L03 by the manifest's keys; before there is a manifest, L02 by the key that the auditor gave.
 * @param operator the auditor's key, if any
 */
export function checkSignatures(head: Head, election: Election | null, operator: NoteKey | null, findings: Findings): void {
  if (election === null) {
    if (operator === null) return;
    if (!attempt(findings, "L02", () => (openCheckpoint(head.note, operator), 1))) findings.leave("L03");
    return;
  }
  const witnesses = witnessesOf(election.manifest);
  if (attempt(findings, "L02", () => openNote(head.note, [witnesses.operator]).signatures.length > 0 ? 1 : 0)) {
    attempt(findings, "L03", () => openWitnessed(head.note, witnesses).times.length);
  } else findings.leave("L03");
}
