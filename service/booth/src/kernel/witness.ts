/** A witness's decision (PROTOCOL.md section 3; C2SP tlog-witness). Storing and cosigning are for the caller. */

import { fromDecimal, splitAtEmptyLine, type Bytes } from "./bytes.ts";
import { parseHead, type TreeHead } from "./checkpoint.ts";
import { ensure, Refused, refusedAs } from "./errors.ts";
import { EMPTY_ROOT, verifyConsistency } from "./merkle.ts";
import { openNote, parseNote, type NoteKey } from "./note.ts";
import { parseHash } from "./proof.ts";

const BODY_LIMIT = 262_144;
const OLD = "old ";
const MOST_HASHES = 63;
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
  readonly head: TreeHead;
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
    const { head } = request;
    if (head.origin !== origin) return refusal(404, "witness-origin");
    return answering(403, () => {
      openNote(request.note, [operator]);
      if (request.oldSize > head.size) return refusal(400, "witness-old-size");
      if (request.oldSize !== oldSize) return { status: 409, contentType: SIZE, body: `${oldSize}\n` };
      return answering(422, () => {
        verifyConsistency(oldSize, oldRoot, head.size, head.root, request.proof);
        return { status: 200, contentType: PLAIN, body: "", head };
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
 * @throws Refused `witness-length`, `witness-form`, the reasons of a note's form and of a checkpoint's lines
 */
function parseRequest(body: Uint8Array): Request {
  ensure(body.length <= BODY_LIMIT, "witness-length");
  const parts = splitAtEmptyLine(body);
  ensure(parts !== null, "witness-form");
  const [text, note] = parts;
  const head = parseHead(parseNote(note).text);
  const [oldLine = "", ...hashLines] = text.split("\n");
  const oldSize = oldLine.startsWith(OLD) ? fromDecimal(oldLine.slice(OLD.length)) : null;
  ensure(oldSize !== null && hashLines.length <= MOST_HASHES, "witness-form");
  return { oldSize, proof: refusedAs("witness-form", () => hashLines.map(parseHash)), note, head };
}
