/**
 * Sealed ballots that wait for the network. Each is on this device, encrypted, before it is sent for the first time,
 * and goes when it is promised: a kiosk that loses its network, its visitor or its power sends it later, always the
 * same bytes. Nothing here says whose a ballot is or what is in it: what waits is what the board will show, under a name that was
 * drawn for it.
 */

import { hex, type Bytes } from "../../kernel/bytes.ts";
import type { Election } from "../../kernel/election.ts";
import { leafHash } from "../../kernel/merkle.ts";
import { checkPromise } from "../../kernel/receipt.ts";
import { Denied, pause, send } from "../server.ts";
import { answered, done, NoStore } from "../store.ts";

const DATABASE = "wijkaandeel-kiosk";
const BALLOTS = "ballots";
const KEYS = "keys";
const KEY = "queue";
const CIPHER = "AES-GCM";
const NONCE = 12;
const NAME = 16;
const LOOK_AGAIN = 5_000;
/** One ballot that gets no answer holds up the others for this long, in milliseconds. */
const PATIENCE = 60_000;
/** What the service says of a ballot that it will never take. All else is tried again. */
const FINAL = ["ballot-fork", "ballot-previous", "ballot-revision", "phase"];

interface Waiting {
  readonly nonce: Bytes;
  readonly sealed: ArrayBuffer;
  /** Why the service did not take it; null while it may. */
  readonly refused: string | null;
}

/** How many ballots wait, and how many the service did not take. */
export interface Counts {
  readonly waiting: number;
  readonly refused: number;
}

export class Queue {
  readonly #database: IDBDatabase;
  readonly #key: CryptoKey;
  /** The record of the ballot that a visitor's own screen is sending now. */
  own = "";
  /** Told of each ballot that was delivered from here. */
  onDelivered: () => void = () => undefined;

  private constructor(database: IDBDatabase, key: CryptoKey) {
    this.#database = database;
    this.#key = key;
  }

  /** @throws NoStore */
  static async open(): Promise<Queue> {
    try {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(BALLOTS);
        asked.result.createObjectStore(KEYS);
      };
      const database = await answered(asked);
      return new Queue(database, await findKey(database));
    } catch {
      throw new NoStore();
    }
  }

  /** Keep a ballot until it is promised. @returns the name of its record, which says nothing. @throws NoStore */
  async put(entry: Bytes): Promise<string> {
    const name = hex(crypto.getRandomValues(new Uint8Array(NAME)));
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = await crypto.subtle.encrypt({ name: CIPHER, iv: nonce }, this.#key, entry);
    await this.#write((ballots) => ballots.put({ nonce, refused: null, sealed } satisfies Waiting, name));
    return name;
  }

  async remove(name: string): Promise<void> {
    await this.#write((ballots) => ballots.delete(name));
  }

  async count(): Promise<Counts> {
    const all = (await answered(this.#read().getAll())) as Waiting[];
    const refused = all.filter((each) => each.refused !== null).length;
    return { refused, waiting: all.length - refused };
  }

  /** Send what waits, for ever. @param api of the service: no slash at the end */
  async work(api: string, election: Election, signal: AbortSignal): Promise<void> {
    for (;;) {
      for (const name of (await answered(this.#read().getAllKeys())) as string[]) {
        if (name === this.own) continue;
        try {
          await this.#deliver(name, api, election, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
        } catch {
          signal.throwIfAborted();
        }
      }
      await pause(LOOK_AGAIN, signal);
    }
  }

  async #deliver(name: string, api: string, election: Election, signal: AbortSignal): Promise<void> {
    const found = (await answered(this.#read().get(name))) as Waiting | undefined;
    if (found?.refused !== null) return;
    const entry = new Uint8Array(await crypto.subtle.decrypt({ name: CIPHER, iv: found.nonce }, this.#key, found.sealed));
    try {
      const { body } = await send(`${api}/ballots`, entry, { signal, onAway: () => undefined });
      checkPromise(election, leafHash(entry), body);
      await this.remove(name);
      this.onDelivered();
    } catch (error) {
      if (!(error instanceof Denied && FINAL.includes(error.reason))) throw error;
      const refused = error.reason;
      await this.#write((ballots) => ballots.put({ ...found, refused } satisfies Waiting, name));
    }
  }

  #read(): IDBObjectStore {
    return this.#database.transaction(BALLOTS, "readonly").objectStore(BALLOTS);
  }

  async #write(act: (ballots: IDBObjectStore) => unknown): Promise<void> {
    const transaction = this.#database.transaction(BALLOTS, "readwrite", { durability: "strict" });
    const ended = done(transaction);
    act(transaction.objectStore(BALLOTS));
    await ended;
  }
}

/** The kiosk's own key: made once, and no script can read its bytes. */
async function findKey(database: IDBDatabase): Promise<CryptoKey> {
  const fresh = await crypto.subtle.generateKey({ name: CIPHER, length: 256 }, false, ["encrypt", "decrypt"]);
  const transaction = database.transaction(KEYS, "readwrite", { durability: "strict" });
  const ended = done(transaction);
  const keys = transaction.objectStore(KEYS);
  const found = (await answered(keys.get(KEY))) as CryptoKey | undefined;
  if (found === undefined) keys.put(fresh, KEY);
  await ended;
  return found ?? fresh;
}
