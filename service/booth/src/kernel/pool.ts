/**
 * Who does an audit's heavy work (PROTOCOL.md sections 5 and 11): the checks of entries that need nothing but the set-up,
 * and the opening of ballots. It is done in place, or by workers that get messages.
 */
import { Board } from "./board.ts";
import { concat } from "./bytes.ts";
import type { Election } from "./election.ts";
import { parseEntry } from "./entries.ts";
import { Refused } from "./errors.ts";
import { Opener, type Opened } from "./opening.ts";
import { verifyAlone } from "./verification.ts";

/** The first refused one of some entries, by its place among them, and the reason. */
export interface Refusal {
  readonly index: number;
  readonly reason: string;
}

/** Heavy work that needs no place on the board. */
export interface Pool {
  /** How many pieces of work go on at the same time. */
  readonly width: number;
  /**
   * Begins an election.
   * @param setup the bytes of all styles, contests and the manifest, as they stand on the board of this origin
   */
  start(origin: string, setup: readonly Uint8Array[]): Promise<void>;
  /** The first refused entry, if any. */
  verify(entries: readonly Uint8Array[]): Promise<Refusal | null>;
  /**
   * Opens ballots that stand on the board, in order.
   * @param keys private keys by partners' numbers from 1, at least k of them
   */
  open(ballots: readonly Uint8Array[], keys: ReadonlyMap<number, Uint8Array>): Promise<Opened[]>;
  close(): void;
}

/** Milliseconds of work after which others on the same thread, such as a page, have their turn. */
const PATIENCE = 100;

/** A pool that does the work itself, where it is called. */
export class LocalPool implements Pool {
  readonly width = 1;
  #election: Election | null = null;
  #opener: { readonly spelled: string; readonly opener: Opener } | null = null;

  async start(origin: string, setup: readonly Uint8Array[]): Promise<void> {
    const board = new Board(origin);
    for (const entry of setup) await board.append(entry);
    this.#election = board.election;
    this.#opener = null;
  }

  #started(): Election {
    if (this.#election === null) throw new RangeError("a pool begins with an election's set-up");
    return this.#election;
  }

  async verify(entries: readonly Uint8Array[]): Promise<Refusal | null> {
    const election = this.#started();
    let since = performance.now();
    for (const [index, raw] of entries.entries()) {
      if (performance.now() - since > PATIENCE) {
        await new Promise((resolve) => setTimeout(resolve));
        since = performance.now();
      }
      try {
        await verifyAlone(parseEntry(raw), election);
      } catch (error) {
        if (error instanceof Refused) return { index, reason: error.reason };
        throw error;
      }
    }
    return null;
  }

  async open(ballots: readonly Uint8Array[], keys: ReadonlyMap<number, Uint8Array>): Promise<Opened[]> {
    const opener = await this.#openerOf(keys);
    const opened: Opened[] = [];
    for (const raw of ballots) {
      const ballot = parseEntry(raw);
      if (ballot.kind !== "ballot") throw new RangeError("only ballots are opened");
      opened.push(await opener.open(ballot));
    }
    return opened;
  }

  async #openerOf(keys: ReadonlyMap<number, Uint8Array>): Promise<Opener> {
    const spelled = [...keys].map(([number, key]) => `${number}:${key.join()}`).join(" ");
    if (this.#opener?.spelled !== spelled) {
      this.#opener = { spelled, opener: await Opener.create(this.#started(), keys) };
    }
    return this.#opener.opener;
  }

  close(): void {
    this.#election = null;
    this.#opener = null;
  }
}

/** Many byte strings as one, so that one buffer goes over to a worker and none is copied there. */
interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
}

function pack(parts: readonly Uint8Array[]): Packed {
  return { bytes: concat(...parts), lengths: Uint32Array.from(parts, (part) => part.length) };
}

function unpack({ bytes, lengths }: Packed): Uint8Array[] {
  let offset = 0;
  return Array.from(lengths, (length) => bytes.subarray(offset, (offset += length)));
}

/** What a worker is asked. */
type Work =
  | { readonly call: "start"; readonly origin: string; readonly setup: Packed }
  | { readonly call: "verify"; readonly entries: Packed }
  | { readonly call: "open"; readonly ballots: Packed; readonly keys: ReadonlyMap<number, Uint8Array> };

/** A question with its number, which its answer repeats. */
type Question = { readonly id: number } & Work;
/** An answer; `crashed` is a fault of the program. */
type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly crashed: string });

/** The worker's own end: `self` of a web worker, or `parentPort` of node:worker_threads. */
export interface WorkerScope {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
  start?: () => void;
}

async function work(pool: LocalPool, question: Question): Promise<unknown> {
  switch (question.call) {
    case "start":
      return pool.start(question.origin, unpack(question.setup));
    case "verify":
      return pool.verify(unpack(question.entries));
    case "open":
      return pool.open(unpack(question.ballots), question.keys);
  }
}

/** Answers a {@link MessagePool}'s questions, one after the other. */
export function serveWorker(scope: WorkerScope): void {
  const pool = new LocalPool();
  let last: Promise<void> = Promise.resolve();
  scope.addEventListener("message", ({ data }) => {
    const question = data as Question;
    last = last.then(async () => {
      let reply: Reply;
      try {
        reply = { id: question.id, value: await work(pool, question) };
      } catch (error) {
        reply = { id: question.id, crashed: String(error) };
      }
      scope.postMessage(reply);
    });
  });
  scope.start?.();
}

/** The other end of a worker. */
export interface Endpoint {
  post(message: unknown, transfer: ArrayBuffer[]): void;
  /** Says what to do with answers, and when the worker fails. */
  listen(onMessage: (message: unknown) => void, onFailure: (error: Error) => void): void;
  close(): void;
}

/** The endpoint of a web worker. */
export function webEndpoint(worker: Worker): Endpoint {
  return {
    post: (message, transfer) => {
      worker.postMessage(message, transfer);
    },
    listen: (onMessage, onFailure) => {
      worker.addEventListener("message", (event) => {
        onMessage(event.data);
      });
      worker.addEventListener("error", (event) => {
        onFailure(new Error(`a worker failed: ${event.message}`));
      });
    },
    close: () => {
      worker.terminate();
    },
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Questions that a worker has at most at a time: one at work, and some so that it does not wait for the next. */
const WINDOW = 3;

/** One worker, its questions under way, and those that wait for room. */
class Line {
  readonly #endpoint: Endpoint;
  readonly #open = new Map<number, Waiting>();
  readonly #queue: (() => void)[] = [];
  #failure: Error | null = null;
  #next = 0;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    endpoint.listen((message) => {
      this.#settle(message as Reply);
    }, (error) => {
      this.fail(error);
    });
  }

  ask(question: Work, transfer: ArrayBuffer[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const send = () => {
        const id = this.#next++;
        this.#open.set(id, { resolve, reject });
        this.#endpoint.post({ id, ...question }, transfer);
      };
      if (this.#open.size < WINDOW) send();
      else this.#queue.push(send);
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#open.get(reply.id);
    this.#open.delete(reply.id);
    if ("crashed" in reply) waiting?.reject(new Error(reply.crashed));
    else waiting?.resolve(reply.value);
    this.#queue.shift()?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
    for (const send of this.#queue.splice(0)) send();
  }

  close(): void {
    this.#endpoint.close();
    this.fail(new Error("the pool is closed"));
  }
}

/** A pool of workers, each at the other end of an endpoint and served by {@link serveWorker}. */
export class MessagePool implements Pool {
  readonly width: number;
  readonly #lines: readonly Line[];

  /** @param endpoints at least one; the pool closes them */
  constructor(endpoints: readonly Endpoint[]) {
    if (endpoints.length === 0) throw new RangeError("a pool has at least one worker");
    this.width = endpoints.length;
    this.#lines = endpoints.map((endpoint) => new Line(endpoint));
  }

  async start(origin: string, setup: readonly Uint8Array[]): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.ask({ call: "start", origin, setup: pack(setup) }, [])));
  }

  /** Cuts work into one stretch a worker; gives the answers in order, with the place where each stretch begins. */
  async #share(
    items: readonly Uint8Array[], ask: (packed: Packed) => Work,
  ): Promise<{ readonly start: number; readonly value: unknown }[]> {
    const size = Math.ceil(items.length / this.width);
    return Promise.all(this.#lines.flatMap((line, i) => {
      const start = i * size;
      const stretch = items.slice(start, start + size);
      if (stretch.length === 0) return [];
      const packed = pack(stretch);
      const transfer = [packed.bytes.buffer, packed.lengths.buffer];
      return [line.ask(ask(packed), transfer).then((value) => ({ start, value }))];
    }));
  }

  async verify(entries: readonly Uint8Array[]): Promise<Refusal | null> {
    const answers = await this.#share(entries, (packed) => ({ call: "verify", entries: packed }));
    for (const { start, value } of answers) {
      const refusal = value as Refusal | null;
      if (refusal !== null) return { index: start + refusal.index, reason: refusal.reason };
    }
    return null;
  }

  async open(ballots: readonly Uint8Array[], keys: ReadonlyMap<number, Uint8Array>): Promise<Opened[]> {
    const answers = await this.#share(ballots, (packed) => ({ call: "open", ballots: packed, keys }));
    return answers.flatMap(({ value }) => value as Opened[]);
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}
