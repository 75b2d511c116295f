/**
 * One voter's way through the booth, without its pages: every step is on this device before anything is sent, and
 * what is sent again is always the same bytes (PROTOCOL.md sections 6 to 9).
 */

import { base64url, concat, hex, utf8, type Bytes, type Random } from "../kernel/bytes.ts";
import type { BallotStyle, Election } from "../kernel/election.ts";
import { H } from "../kernel/hash.ts";
import { checkPromise } from "../kernel/receipt.ts";
import { array, bool, hash, id, object, rsa } from "../kernel/schema.ts";
import { publicKeyOf } from "../kernel/signing.ts";
import type { Source } from "../kernel/source.ts";
import { askForShare, credentialOf, finishShare, vote, type SigningKey } from "../kernel/voter.ts";
import { decode, encode } from "../kernel/wire.ts";
import { emptyDraft, toChoices, type Draft } from "./draft.ts";
import {
  beginAsking, beginSending, NOTHING, takeBack, takePromise, takeShare, type Kept, type Sending,
} from "./kept.ts";
import { pause, send, type Waiting } from "./server.ts";
import { readHead } from "./setup.ts";
import type { Drafts } from "./drafts.ts";
import type { Keeper } from "./store.ts";

const ANSWER_LIMIT = 65_536;
const ASK_AGAIN = 1_000;

const credentialSchema = object({ credential: hash });
const lineSchema = object({ asked: bool, style: id });
const waitingSchema = object({ signed: array(id) });
const answerSchema = object({ blind_signatures: array(rsa) });

/** The roll's number has a share already, asked for on another device or in another browser. */
export class AskedElsewhere extends Error {
  override readonly name = "AskedElsewhere";
}

export interface Ground {
  readonly election: Election;
  readonly store: Keeper;
  readonly drafts: Drafts;
  /** Of the service: no slash at the end. */
  readonly api: string;
  /** The record. */
  readonly source: Source;
  /** Proof files, by the entry's hash in hexadecimal. */
  readonly proofs: Source;
  readonly random: Random;
}

export class Session {
  readonly #ground: Ground;
  #kept: Kept;

  private constructor(ground: Ground, kept: Kept) {
    this.#ground = ground;
    this.#kept = kept;
  }

  static async open(ground: Ground): Promise<Session> {
    const kept = await ground.store.read();
    return new Session(ground, { ...kept, draft: kept.share === null ? null : ground.drafts.read(nextRevision(kept)) });
  }

  get kept(): Kept {
    return this.#kept;
  }

  get election(): Election {
    return this.#ground.election;
  }

  /** The ballot style of the voter, once a share was asked for. */
  get style(): BallotStyle {
    const name = this.#kept.share?.style ?? this.#kept.asking?.pending.style;
    const style = name === undefined ? undefined : this.election.styles.get(name);
    if (style === undefined) throw new Error("expected a share, or a request for one");
    return style;
  }

  /** The voting key, which the board will show beside the ballot; before there is a share, 32 zero bytes. */
  get votingKey(): Bytes {
    const seed = this.#kept.share?.votingSeed ?? this.#kept.asking?.pending.votingSeed;
    return seed === undefined ? new Uint8Array(32) : publicKeyOf(seed);
  }

  /**
   * The serial number of the share on paper: 12 symbols that only the share itself gives. Nothing on the board has
   * them, so that whoever sees the paper does not find the ballot, which everybody can read once it is opened.
   */
  get serial(): string {
    const { share } = this.#kept;
    if (share === null) throw new Error("expected a share");
    return base64url(H("certificate-serial", share.votingSeed)).slice(0, 12);
  }

  /** The draft, or an empty ballot. */
  get draft(): Draft {
    return this.#kept.draft ?? emptyDraft(this.style);
  }

  /**
   * From a code to a request that is kept, and not sent yet.
   * @throws Refused `code-...`; Denied `request-unknown`, `request-revoked`; AskedElsewhere
   */
  async begin(code: string, waiting: Waiting): Promise<void> {
    const credential = credentialOf(code, this.election.manifestHash);
    const left = await this.#ground.store.recall(credential);
    waiting.signal.throwIfAborted();
    if (left !== null) {
      await this.#change((kept) => (kept.asking === null && kept.share === null ? { ...left, seen: kept.seen } : kept));
      return;
    }
    const { asked, style } = await this.#findLine(credential, waiting);
    waiting.signal.throwIfAborted();
    if (asked) throw new AskedElsewhere();
    const { entry, blinded, pending } = askForShare(this.election, style, credential, this.#ground.random);
    await this.#change((kept) => beginAsking(kept, { pending, request: spellRequest(entry, blinded) }));
  }

  async #findLine(credential: SigningKey, waiting: Waiting): Promise<{ asked: boolean; style: string }> {
    const body = encode(credentialSchema, { credential: credential.publicKey });
    const answer = await send(`${this.#ground.api}/roll-lines`, body, waiting);
    return decode(lineSchema, answer.body, ANSWER_LIMIT);
  }

  /**
   * Get the share: ask until all issuers have signed. @param onSigned told how many have
   * @throws Denied; Refused `share-...` for signatures that do not hold
   */
  async getShare(onSigned: (signed: readonly string[]) => void, waiting: Waiting): Promise<void> {
    for (;;) {
      const { asking } = this.#kept;
      if (asking === null) return;
      const answer = await send(`${this.#ground.api}/requests`, asking.request, waiting);
      if (answer.status === 200) {
        const { blind_signatures: signatures } = decode(answerSchema, answer.body, ANSWER_LIMIT);
        const share = finishShare(this.election, asking.pending, signatures);
        await this.#change((kept) => takeShare(kept, share));
        return;
      }
      onSigned(decode(waitingSchema, answer.body, ANSWER_LIMIT).signed);
      await pause(ASK_AGAIN, waiting.signal);
    }
  }

  /** Keep what is ticked, at once. Throws where the browser lets a page keep nothing; the draft counts all the same. */
  edit(draft: Draft): void {
    if (this.#kept.share === null || this.#kept.sending !== null) return;
    this.#kept = { ...this.#kept, draft };
    this.#ground.drafts.write(nextRevision(this.#kept), draft);
  }

  /** Begin with an empty ballot that will take the place of the promised one. */
  voteAgain(): void {
    if (this.#kept.draft === null) this.edit(emptyDraft(this.style));
  }

  /** Leave the ballot that would have taken the place of the promised one. */
  keepPromised(): void {
    if (this.#kept.promised === null || this.#kept.sending !== null) return;
    this.#kept = { ...this.#kept, draft: null };
    this.#ground.drafts.clear();
  }

  /** Seal the draft and keep it, not sent yet. @throws Refused the reasons of choices, `ballot-revision` */
  async seal(): Promise<void> {
    const { share, promised, sending } = this.#kept;
    if (share === null || sending !== null) return;
    const choices = toChoices(this.style, this.draft);
    const ballot = await vote(this.election, share, choices, promised, this.#ground.random);
    const { entry, hash: entryHash, number, revision, secret } = ballot;
    await this.#change((kept) => beginSending(kept, { entry, hash: entryHash, number, revision, secret }));
  }

  /**
   * Send the sealed ballot until it is promised. @returns what was promised, with what opens it
   * @throws Denied; Refused for a promise that does not hold
   */
  async deliver(waiting: Waiting): Promise<Sending | null> {
    const { sending } = this.#kept;
    if (sending === null) return null;
    const { body } = await send(`${this.#ground.api}/ballots`, sending.entry, waiting);
    checkPromise(this.election, sending.hash, body);
    await this.#change((kept) => takePromise(kept, sending, body));
    return sending;
  }

  /** Take back a ballot that the service refused: what was chosen is still the draft. */
  async withdraw(): Promise<void> {
    const { sending } = this.#kept;
    if (sending !== null) await this.#change((kept) => takeBack(kept, sending));
  }

  /** Follow the board, and remember where it is. @throws Refused for an old or another board */
  async follow(): Promise<number> {
    const { source, election } = this.#ground;
    const head = await readHead(source, election, this.#kept.seen);
    await this.#change((kept) => ({ ...kept, seen: kept.seen !== null && kept.seen.size > head.size ? kept.seen : head }));
    return head.size;
  }

  /** The proof file of an entry. @throws MissingFile while the board does not show it */
  readProof(entry: Uint8Array, limit: number): Promise<Uint8Array> {
    return this.#ground.proofs.read(hex(entry), limit);
  }

  /** Take over a share from a file. */
  async restore(restored: Kept): Promise<void> {
    await this.#change((kept) => (kept.share === null ? { ...restored, seen: kept.seen } : kept));
  }

  /** Forget everything on this device. */
  async forget(): Promise<void> {
    this.#ground.drafts.clear();
    await this.#ground.store.clear();
    this.#kept = NOTHING;
  }

  /** Make a step on disk. What is ticked is not in it: it stands beside it, and goes when the step says so. */
  async #change(step: (kept: Kept) => Kept): Promise<void> {
    let after = this.#kept;
    await this.#ground.store.change((before) => {
      after = step({ ...before, draft: this.#kept.draft });
      return { ...after, draft: null };
    });
    this.#kept = after;
    if (after.draft === null) this.#ground.drafts.clear();
  }
}

/** Of the ballot that is being filled in. */
function nextRevision({ promised }: Kept): number {
  return (promised?.revision ?? 0) + 1;
}

/** A request with the blinded messages beside it, as the service takes them: the canonical spelling. */
function spellRequest(entry: Bytes, blinded: readonly Bytes[]): Bytes {
  const list = blinded.map((each) => `"${base64url(each)}"`).join(",");
  return concat(utf8(`{"blinded":[${list}],"request":`), entry, utf8("}"));
}

