/** What one visitor of a device that many people use does: in memory, and gone when they go. */

import type { Bytes } from "../../kernel/bytes.ts";
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
  /** Whose code was read, and whose share this is. */
  #asking: SigningKey | null = null;
  #credential: SigningKey | null = null;
  /** The record in the queue of the ballot that is on its way. */
  #queued: string | null = null;
  #isOver = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(queue: Queue, left: Left) {
    this.#queue = queue;
    this.#left = left;
  }

  read(): Promise<Kept> {
    return Promise.resolve(this.#kept);
  }

  change(step: (kept: Kept) => Kept): Promise<Kept> {
    if (this.#isOver) return Promise.reject(new Error("expected a visitor who is still there"));
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
    this.#asking = credential;
    return this.#left.find(credential);
  }

  /** The visitor goes: a share that was not used waits under their code. A ballot on its way is in the queue. */
  async leave(): Promise<void> {
    this.#isOver = true;
    await this.#last;
    if (this.#credential !== null) await this.#left.put(this.#credential, this.#kept);
    if (this.#queued !== null && this.#queue.own === this.#queued) this.#queue.own = "";
    await this.clear();
  }

  async #change(step: (kept: Kept) => Kept): Promise<Kept> {
    const before = this.#kept.sending;
    const after = step(this.#kept);
    const { sending } = after;
    if (sending !== null && sending !== before) {
      this.#queued = await this.#queue.put(sending.entry);
      this.#queue.own = this.#queued;
    }
    if (before !== null && sending === null && this.#queued !== null) {
      await this.#queue.remove(this.#queued);
      this.#queued = null;
    }
    if (this.#credential === null && (after.asking !== null || after.share !== null)) this.#credential = this.#asking;
    this.#kept = after;
    if (after.share !== null && this.#credential !== null) this.#left.remove(this.#credential);
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
