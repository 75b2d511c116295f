/** What one visitor of a device that many people use does: in memory, and gone when they go. */

import { hex, type Bytes } from "../../kernel/bytes.ts";
import type { SigningKey } from "../../kernel/voter.ts";
import type { Draft } from "../draft.ts";
import type { Drafts } from "../drafts.ts";
import { NOTHING, type Kept, type Sending } from "../kept.ts";
import type { Secrets } from "../secrets.ts";
import type { Keeper } from "../store.ts";
import type { Left } from "./left.ts";
import type { Queue } from "./queue.ts";

/** Keeps a visitor's state; a sealed ballot is in the queue before it is sent, and until it is promised. */
export class MemoryKeeper implements Keeper {
  readonly #queue: Queue;
  readonly #left: Left;
  #kept: Kept = NOTHING;
  #credential: SigningKey | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(queue: Queue, left: Left) {
    this.#queue = queue;
    this.#left = left;
  }

  read(): Promise<Kept> {
    return Promise.resolve(this.#kept);
  }

  change(step: (kept: Kept) => Kept): Promise<Kept> {
    const changed = this.#last.then(() => this.#change(step));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  clear(): Promise<void> {
    this.#kept = NOTHING;
    this.#credential = null;
    return Promise.resolve();
  }

  recall(credential: SigningKey): Promise<Kept | null> {
    this.#credential = credential;
    return this.#left.take(credential);
  }

  /** The visitor goes: a share that was not used waits under their code. A ballot on its way is in the queue. */
  async leave(): Promise<void> {
    await this.#last;
    if (this.#credential !== null) await this.#left.put(this.#credential, this.#kept);
    this.#queue.own = "";
    await this.clear();
  }

  async #change(step: (kept: Kept) => Kept): Promise<Kept> {
    const before = this.#kept.sending;
    const after = step(this.#kept);
    const { sending } = after;
    if (sending !== null && sending !== before) {
      this.#queue.own = hex(sending.hash);
      await this.#queue.put(sending.hash, sending.entry);
    }
    if (before !== null && sending === null) await this.#queue.remove(before.hash);
    this.#kept = after;
    return after;
  }
}

export class MemoryDrafts implements Drafts {
  #kept: { readonly revision: number; readonly draft: Draft } | null = null;

  read(revision: number): Draft | null {
    return this.#kept?.revision === revision ? this.#kept.draft : null;
  }

  write(revision: number, draft: Draft): void {
    this.#kept = { revision, draft };
  }

  clear(): void {
    this.#kept = null;
  }
}

export class MemorySecrets implements Secrets {
  #sent: Sending | null = null;

  keep(sent: Sending): void {
    this.#sent = sent;
  }

  find(number: string): Bytes | null {
    return this.#sent?.number === number ? this.#sent.secret : null;
  }

  forget(): void {
    this.#sent = null;
  }
}
