/**
 * Talk to the service: send bytes until there is an answer, always the same bytes, never twice at once.
 *
 * What may be sent again is the caller's to know: requests and ballots may, by the protocol. No address holds
 * anything secret.
 */

import { fromUtf8, type Bytes } from "../kernel/bytes.ts";

const PATIENCE = 20_000;
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
const MOST_BYTES = 262_144;

/** The service said no; `reason` is the protocol's word. */
export class Denied extends Error {
  override readonly name = "Denied";
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Bytes;
}

export interface Waiting {
  /** Stops all trying. */
  readonly signal: AbortSignal;
  /** Told before each pause: nothing was lost, and it is tried again. */
  onAway(): void;
}

/** Send until the service answers 2xx. @throws Denied; the signal's reason when told to stop */
export async function send(path: string, body: Uint8Array<ArrayBuffer>, waiting: Waiting): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    waiting.signal.throwIfAborted();
    const answer = await attemptOnce(path, body, waiting.signal);
    if (answer !== null) return answer;
    waiting.onAway();
    await pause(PAUSES[Math.min(attempt, PAUSES.length - 1)]!, waiting.signal);
  }
}

/** Null where there was no answer, or one that says: later. @throws Denied */
async function attemptOnce(path: string, body: Bytes, signal: AbortSignal): Promise<Answer | null> {
  let status: number;
  let content: Bytes;
  try {
    const answer = await fetch(path, {
      method: "POST",
      body,
      cache: "no-store",
      credentials: "omit",
      headers: { "content-type": "application/json" },
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    status = answer.status;
    content = new Uint8Array(await answer.arrayBuffer());
  } catch {
    signal.throwIfAborted();
    return null;
  }
  if (content.length > MOST_BYTES || !isAnswer(status)) return null;
  if (status < 400) return { status, body: content };
  const reason = reasonOf(content);
  if (reason === null) return null;
  throw new Denied(reason);
}

/** Yes or no, and not: later, or something that only a browser or a proxy would mean. */
function isAnswer(status: number): boolean {
  return (status >= 200 && status < 300) || (status >= 400 && status < 500 && status !== 429);
}

/** The reason in problem details (RFC 9457); null for what is none, and so not the service's word. */
function reasonOf(content: Uint8Array): string | null {
  try {
    const problem: unknown = JSON.parse(fromUtf8(content) ?? "");
    const isNamed = typeof problem === "object" && problem !== null && "reason" in problem;
    return isNamed && typeof problem.reason === "string" ? problem.reason : null;
  } catch {
    return null;
  }
}

/** Wait, or less when the network comes back. @throws the signal's reason */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = (): void => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
