/**
 * What a browser keeps of one voter, from the request for a share to the promise; and which step comes next.
 *
 * All of it is secret but what was sent. Nothing of it says who votes, and once a ballot was promised nothing says
 * what was chosen: the draft goes, and what opens the ballot stays in the tab's own memory alone.
 */

import { equal, type Bytes } from "../kernel/bytes.ts";
import type { TreeHead } from "../kernel/checkpoint.ts";
import type { PendingShare, Share } from "../kernel/voter.ts";
import type { Draft } from "./draft.ts";

/** A request for a share that was or will be sent: always these bytes. */
export interface Asking {
  readonly pending: PendingShare;
  readonly request: Bytes;
}

/** A sealed ballot that was or will be sent: always these bytes. */
export interface Sending {
  readonly entry: Bytes;
  readonly hash: Bytes;
  readonly number: string;
  readonly revision: number;
  /** s: opens this one ballot. */
  readonly secret: Bytes;
}

/** A ballot that was promised. */
export interface Promised {
  readonly entry: Bytes;
  readonly hash: Bytes;
  readonly number: string;
  readonly promise: Bytes;
  readonly revision: number;
}

export interface Kept {
  readonly asking: Asking | null;
  readonly draft: Draft | null;
  readonly promised: Promised | null;
  readonly seen: TreeHead | null;
  readonly sending: Sending | null;
  readonly share: Share | null;
}

/** Where a voter is; what is between these is one screen after the other, and nothing is lost by going back. */
export type Step = "code" | "asking" | "ballot" | "sending" | "done";

export const NOTHING: Kept = { asking: null, draft: null, promised: null, seen: null, sending: null, share: null };

/** The step at which a voter goes on. */
export function stepOf({ asking, draft, promised, sending, share }: Kept): Step {
  if (sending !== null) return "sending";
  if (share === null) return asking === null ? "code" : "asking";
  return promised !== null && draft === null ? "done" : "ballot";
}

/** A request is made: it stays the one that there is. */
export function beginAsking(kept: Kept, asking: Asking): Kept {
  return kept.asking !== null || kept.share !== null ? kept : { ...kept, asking };
}

/** The share is here. */
export function takeShare(kept: Kept, share: Share): Kept {
  return kept.share !== null ? kept : { ...kept, asking: null, share };
}

/** A ballot is sealed: if another tab was first, its one is sent, and none of a revision that was promised. */
export function beginSending(kept: Kept, sending: Sending): Kept {
  return kept.sending !== null || (kept.promised?.revision ?? 0) >= sending.revision ? kept : { ...kept, sending };
}

/** The ballot that was sent is promised: nothing that says what was chosen is kept. Too late for another, it is let go. */
export function takePromise(kept: Kept, sent: Sending, promise: Bytes): Kept {
  if (!isSending(kept, sent)) return kept;
  const { entry, hash, number, revision } = sent;
  return { ...kept, draft: null, promised: { entry, hash, number, promise, revision }, sending: null };
}

/** The ballot that was sent is not taken: what was chosen is still the draft. Another tab's ballot stays. */
export function takeBack(kept: Kept, sent: Sending): Kept {
  return isSending(kept, sent) ? { ...kept, sending: null } : kept;
}

function isSending({ sending }: Kept, sent: Sending): boolean {
  return sending !== null && equal(sending.hash, sent.hash);
}
