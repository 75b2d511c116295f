/** Read a record from a web server: nothing past its limit, no redirect, no wait without end. */

import { MissingFile, RecordError, TooLarge, type Source } from "../kernel/source.ts";
import { Unusable } from "./unusable.ts";

const ATTEMPTS = 3;
/** Milliseconds without a byte before a request is given up. */
const SILENCE = 30_000;
const PAUSE = 500;

class Failed extends Error {}

export class WebSource implements Source {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/u, "");
  }

  /** A web server does not say what it has. */
  paths(): Promise<null> {
    return Promise.resolve(null);
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    let why = "";
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        return await this.#fetch(path, limit);
      } catch (error) {
        if (error instanceof RecordError || error instanceof Unusable) throw error;
        why = error instanceof Error ? error.message : String(error);
        if (attempt < ATTEMPTS) await new Promise((resolve) => setTimeout(resolve, PAUSE * attempt));
      }
    }
    throw new Unusable("offline", `${path} cannot be read: ${why}, after ${ATTEMPTS} attempts`);
  }

  async #fetch(path: string, limit: number): Promise<Uint8Array> {
    const patience = new Patience(SILENCE);
    try {
      const answer = await fetch(`${this.#base}/${path}`, {
        cache: path === "checkpoint" ? "no-store" : "default",
        credentials: "omit",
        redirect: "manual",
        referrerPolicy: "no-referrer",
        signal: patience.signal,
      });
      if (answer.type === "opaqueredirect") throw new Unusable("elsewhere", `${path} is said to be at another address`);
      if (answer.status === 404 || answer.status === 410) throw new MissingFile(`${path} is not there`);
      if (!answer.ok) throw new Failed(`status ${answer.status}`);
      return await readBody(answer, path, limit, patience);
    } finally {
      patience.end();
    }
  }
}

async function readBody(answer: Response, path: string, limit: number, patience: Patience): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  if (answer.body === null) return new Uint8Array();
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    patience.renew();
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new TooLarge(`expected at most ${limit} bytes in ${path}`);
    }
    parts.push(value);
  }
  return join(parts, length);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Ends a request over which nothing has come for too long. */
class Patience {
  readonly #controller = new AbortController();
  readonly #limit: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Unusable("silent", `no answer for ${this.#limit / 1000} seconds`));
    }, this.#limit);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
