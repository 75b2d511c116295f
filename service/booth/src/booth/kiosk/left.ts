/**
 * Shares of visitors who left before they cast: each is sealed under the visitor's own code, in memory alone, so
 * that the same code goes on at this kiosk until it is switched off. Nothing of it comes on disk, as the registrar
 * knows the codes.
 */

import { hex, type Bytes } from "../../kernel/bytes.ts";
import type { Election } from "../../kernel/election.ts";
import { H } from "../../kernel/hash.ts";
import type { SigningKey } from "../../kernel/voter.ts";
import type { Kept } from "../kept.ts";
import { readShareFile, spellShareFile } from "../share_file.ts";

const CIPHER = "AES-GCM";
const NONCE = 12;
/** The oldest goes first. */
const MOST = 500;

interface Sealed {
  readonly nonce: Bytes;
  readonly content: ArrayBuffer;
}

export class Left {
  readonly #election: Election;
  readonly #sealed = new Map<string, Sealed>();

  constructor(election: Election) {
    this.#election = election;
  }

  /** Keep a visitor's share; nothing of one who has none, or whose ballot was promised or is on its way. */
  async put(credential: SigningKey, kept: Kept): Promise<void> {
    const file = kept.promised === null && kept.sending === null ? spellShareFile(kept, this.#election) : null;
    if (file === null) return;
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const content = await crypto.subtle.encrypt({ name: CIPHER, iv: nonce }, await keyOf(credential), file);
    this.#sealed.set(nameOf(credential), { nonce, content });
    const [oldest] = this.#sealed.keys();
    if (this.#sealed.size > MOST && oldest !== undefined) this.#sealed.delete(oldest);
  }

  get isEmpty(): boolean {
    return this.#sealed.size === 0;
  }

  /** What the visitor with this credential left; null if nothing. */
  async find(credential: SigningKey): Promise<Kept | null> {
    const found = this.#sealed.get(nameOf(credential));
    if (found === undefined) return null;
    const file = await crypto.subtle.decrypt({ name: CIPHER, iv: found.nonce }, await keyOf(credential), found.content);
    return readShareFile(new Uint8Array(file), this.#election);
  }

  /** The visitor has it again. */
  remove(credential: SigningKey): void {
    this.#sealed.delete(nameOf(credential));
  }
}

function nameOf({ seed }: SigningKey): string {
  return hex(H("kiosk-left-name", seed));
}

function keyOf({ seed }: SigningKey): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", H("kiosk-left", seed), CIPHER, false, ["encrypt", "decrypt"]);
}
