/**
 * Keep a voter's state on this device, in IndexedDB, one record an election.
 *
 * A change is one transaction, so two tabs cannot both make the first step, and it is on disk before it counts
 * (`strict`): a request that was sent and forgotten would be a share that is lost.
 */

import type { SigningKey } from "../kernel/voter.ts";
import type { Kept } from "./kept.ts";
import { NOTHING } from "./kept.ts";

const DATABASE = "wijkaandeel";
const VOTERS = "voters";

/** This browser does not let the page keep anything. */
export class NoStore extends Error {
  override readonly name = "NoStore";
}

/** Where a voter's state is kept: on a device of their own, or in the memory of one that many people use. */
export interface Keeper {
  read(): Promise<Kept>;
  /** Make one step, and return what is kept now, once it counts. @throws NoStore */
  change(step: (kept: Kept) => Kept): Promise<Kept>;
  clear(): Promise<void>;
  /** What the voter with this credential left here before; null if nothing. */
  recall(credential: SigningKey): Promise<Kept | null>;
}

export class VoterStore implements Keeper {
  readonly #database: IDBDatabase;
  readonly #key: string;

  private constructor(database: IDBDatabase, key: string) {
    this.#database = database;
    this.#key = key;
  }

  /** @param key the election: its manifest hash, in hexadecimal. @throws NoStore */
  static async open(key: string): Promise<VoterStore> {
    try {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(VOTERS);
      };
      return new VoterStore(await answered(asked), key);
    } catch {
      throw new NoStore();
    }
  }

  async read(): Promise<Kept> {
    const store = this.#database.transaction(VOTERS, "readonly").objectStore(VOTERS);
    return ((await answered(store.get(this.#key))) as Kept | undefined) ?? NOTHING;
  }

  async change(step: (kept: Kept) => Kept): Promise<Kept> {
    const transaction = this.#database.transaction(VOTERS, "readwrite", { durability: "strict" });
    const ended = done(transaction);
    const store = transaction.objectStore(VOTERS);
    const before = ((await answered(store.get(this.#key))) as Kept | undefined) ?? NOTHING;
    const after = step(before);
    if (after !== before) store.put(after, this.#key);
    await ended;
    return after;
  }

  /** Forget everything of this election. */
  async clear(): Promise<void> {
    const transaction = this.#database.transaction(VOTERS, "readwrite", { durability: "strict" });
    const ended = done(transaction);
    transaction.objectStore(VOTERS).delete(this.#key);
    await ended;
  }

  /** What is kept is the voter's already, so there is nothing else. */
  recall(): Promise<null> {
    return Promise.resolve(null);
  }
}

export function answered<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => {
      resolve(asked.result);
    };
    asked.onerror = () => {
      reject(new NoStore());
    };
  });
}

export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = transaction.onerror = () => {
      reject(new NoStore());
    };
  });
}
