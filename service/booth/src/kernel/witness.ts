/** A witness's decision (PROTOCOL.md section 3; C2SP tlog-witness). Storing and cosigning are for the caller. */

import { fromBase64, fromDecimal, splitAtEmptyLine, type Bytes } from "./bytes.ts";
import { openCheckpoint, parseHead, type TreeHead } from "./checkpoint.ts";
import { ensure, Refused } from "./errors.ts";
import { EMPTY_ROOT, verifyConsistency } from "./merkle.ts";
import { openNote, parseNote, type NoteKey } from "./note.ts";
import { MOST_HASHES } from "./proof.ts";

const BODY_LIMIT = 135_168;
const OLD = "old ";
const PLAIN = "text/plain; charset=utf-8";
const SIZE = "text/x.tlog.size";

/** An HTTP answer to `POST /add-checkpoint`. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  /** The reason and a newline; of 409 the remembered size and a newline; of 200 nothing yet. */
  readonly body: string;
  /** Of 200: the head to store durably before its cosignature line goes out as the body. */
  readonly head?: TreeHead;
}

/** What the last cosigned checkpoint said. */
export type Remembered = Pick<TreeHead, "size" | "root">;

/** What a request asks for. */
interface Request {
  readonly oldSize: number;
  readonly proof: readonly Bytes[];
  readonly note: Bytes;
  /** The note's, nothing of which is verified. */
  readonly text: string;
}

/**
 * The answer to a request.
 * @param origin of the only log that this witness knows
 * @param operator its key
 * @param remembered of the last checkpoint that was cosigned, `null` before the first
 */
export function addCheckpoint(
  body: Uint8Array,
  origin: string,
  operator: NoteKey,
  remembered: Remembered | null,
): WitnessAnswer {
  const { size: oldSize, root: oldRoot } = remembered ?? { size: 0, root: EMPTY_ROOT };
  return answering(400, () => {
    const request = parseRequest(body);
    if (request.text.split("\n", 1)[0] !== origin) return refusal(404, "witness-origin");
    return answering(403, () => {
      openNote(request.note, [operator]);
      return answering(400, () => {
        const head = parseHead(request.text);
        openCheckpoint(request.note, operator);
        ensure(request.oldSize <= head.size, "witness-old-size");
        if (request.oldSize !== oldSize) return { status: 409, contentType: SIZE, body: `${oldSize}\n` };
        return answering(422, () => {
          verifyConsistency(oldSize, oldRoot, head.size, head.root, request.proof);
          return { status: 200, contentType: PLAIN, body: "", head };
        });
      });
    });
  });
}

/** What `action` answers, or a refusal in it with this status. */
function answering(status: 400 | 403 | 422, action: () => WitnessAnswer): WitnessAnswer {
  try {
    return action();
  } catch (error) {
    if (error instanceof Refused) return refusal(status, error.reason);
    throw error;
  }
}

function refusal(status: WitnessAnswer["status"], reason: string): WitnessAnswer {
  return { status, contentType: PLAIN, body: `${reason}\n` };
}

/**
 * @throws Refused in this order: `witness-length`, `witness-form`, the reasons of a note's form
 */
function parseRequest(body: Uint8Array): Request {
  ensure(body.length <= BODY_LIMIT, "witness-length");
  const parts = splitAtEmptyLine(body);
  ensure(parts !== null, "witness-form");
  const [lines, note] = parts;
  const [oldLine = "", ...hashLines] = lines.split("\n");
  const oldSize = oldLine.startsWith(OLD) ? fromDecimal(oldLine.slice(OLD.length)) : null;
  ensure(oldSize !== null && hashLines.length <= MOST_HASHES, "witness-form");
  const proof = hashLines.map((line) => fromBase64(line));
  ensure(proof.every((hash) => hash !== null), "witness-form");
  ensure(proof.every(({ length }) => length === 32), "witness-form");
  return { oldSize, proof, note, text: parseNote(note).text };
}
