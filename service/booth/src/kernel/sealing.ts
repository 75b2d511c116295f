/**
 * Sealing and opening a ballot, and the rehearsal box (PROTOCOL.md sections 8, 10 and 11).
 *
 * Sealing is a function of context, plaintext, seed and the trustees' keys: who knows the first three can make all
 * bytes again, and that is how opening makes sure that any k keys lead to the same verdict.
 */

import { gcm } from "@noble/ciphers/aes.js";

import { concat, equal, toInteger, utf8, type Bytes } from "./bytes.ts";
import { ensure, Refused } from "./errors.ts";
import { H, hkdfExpand, hkdfExtract, PREFIX } from "./hash.ts";
import { hpkeOpen, hpkeSeal } from "./hpke.ts";
import { P } from "./points.ts";
import { box, bytes, id, literal, object, type Infer } from "./schema.ts";
import { recover, split, type Fragment } from "./sharing.ts";
import { recordMessage } from "./signing.ts";
import type { KeyPair } from "./x25519.ts";

const SEED_LENGTH = 32;
const TAG_LENGTH = 16;
const ZERO_NONCE = new Uint8Array(12);
const BODY_INFO = utf8(`${PREFIX}body\0`);

/** To whom ballots are sealed. */
export interface Trustees {
  /** The X25519 keys of all n trustees, 32 bytes each, in the partners' order. */
  readonly keys: readonly Uint8Array[];
  /** k: how many of them open. */
  readonly threshold: number;
}

/** What a ballot's sealing is bound to. */
export interface BallotPlace {
  readonly manifestHash: Uint8Array;
  /** Its id. */
  readonly style: string;
  /** 32 bytes. */
  readonly votingKey: Uint8Array;
  /** From 1. */
  readonly revision: number;
  /** The entry hash of the revision before, 32 zero bytes for the first. */
  readonly previous: Uint8Array;
}

/** The sealed members of a ballot. */
export interface Sealed {
  /** One box of 80 bytes a trustee. */
  readonly boxes: readonly Uint8Array[];
  /** 48 bytes longer than the padded choices. */
  readonly body: Uint8Array;
}

/** A fresh sealing. */
export interface FreshlySealed extends Sealed {
  readonly boxes: readonly Bytes[];
  readonly body: Bytes;
  /** s, which opens the body: 32 bytes. Secret. */
  readonly secret: Bytes;
}

/** What a sealed ballot holds. */
export interface Opened {
  /** As many bytes as the style's pad. */
  readonly padded: Bytes;
  /** 32 bytes. */
  readonly seed: Bytes;
}

/** ctx: 32 bytes. */
export function ballotContext(place: BallotPlace): Bytes {
  return H("ballot", place.manifestHash, place.style, place.votingKey, place.revision, place.previous);
}

/**
 * Seals padded choices.
 * @param ctx see {@link ballotContext}
 * @param seed 32 bytes, fresh at every sealing
 */
export async function seal(
  ctx: Uint8Array,
  padded: Uint8Array,
  seed: Uint8Array,
  trustees: Trustees,
): Promise<FreshlySealed> {
  const prk = hkdfExtract(ctx, concat(seed, padded));
  const coefficients = Array.from(
    { length: trustees.threshold },
    (_, j) => toInteger(derive(prk, "coefficient", j, 48)) % P,
  );
  const fragments = split(coefficients, trustees.keys.length);
  const boxes = await Promise.all(
    trustees.keys.map((key, i) =>
      hpkeSeal(key, derive(prk, "ephemeral", i + 1, 32), boxInfo(ctx, i + 1), fragments[i]!),
    ),
  );
  const secret = split(coefficients.slice(0, 1), 1)[0]!;
  return { boxes, body: bodyCipher(ctx, secret).encrypt(concat(padded, seed)), secret };
}

/**
 * Opens a ballot with the keys of k trustees and seals it again, so that the verdict does not depend on which.
 * @param openers key pairs by the trustees' numbers, from 1; at least k; those of the lowest numbers are used
 * @throws Refused `sealing`
 */
export async function open(
  ctx: Uint8Array,
  sealed: Sealed,
  trustees: Trustees,
  openers: ReadonlyMap<number, KeyPair>,
): Promise<Opened> {
  const chosen = Array.from(openers).sort(([a], [b]) => a - b).slice(0, trustees.threshold);
  if (chosen.length < trustees.threshold) throw new RangeError("fewer keys than open");
  try {
    const fragments = await Promise.all(
      chosen.map(async ([number, pair]): Promise<Fragment> => {
        const own = sealed.boxes[number - 1];
        ensure(own !== undefined, "box-length");
        return { number, fragment: await hpkeOpen(pair, boxInfo(ctx, number), own) };
      }),
    );
    return await openWithSecret(ctx, sealed, trustees, recover(fragments, trustees.threshold));
  } catch (error) {
    if (error instanceof Refused) throw new Refused("sealing", error.message);
    throw error;
  }
}

/**
 * Opens a ballot with its secret s (32 bytes), and seals it again.
 * @throws Refused `sealing`
 */
export async function openWithSecret(
  ctx: Uint8Array,
  sealed: Sealed,
  trustees: Trustees,
  secret: Uint8Array,
): Promise<Opened> {
  const plaintext = openBody(ctx, sealed.body, secret);
  const opened = { padded: plaintext.slice(0, -SEED_LENGTH), seed: plaintext.slice(-SEED_LENGTH) };
  await checkSealing(ctx, sealed, trustees, opened);
  return opened;
}

/**
 * Makes sure that a ballot's boxes and body are the sealing of this plaintext with this seed.
 * @throws Refused `sealing`
 */
export async function checkSealing(
  ctx: Uint8Array,
  sealed: Sealed,
  trustees: Trustees,
  opened: Opened,
): Promise<void> {
  const again = await seal(ctx, opened.padded, opened.seed, trustees);
  const same = sealed.boxes.length === again.boxes.length && again.boxes.every((one, i) => equal(one, sealed.boxes[i]!));
  ensure(same && equal(sealed.body, again.body), "sealing");
}

function openBody(ctx: Uint8Array, body: Uint8Array, secret: Uint8Array): Bytes {
  ensure(secret.length === 32 && body.length >= SEED_LENGTH + TAG_LENGTH, "sealing");
  try {
    return bodyCipher(ctx, secret).decrypt(body);
  } catch {
    throw new Refused("sealing");
  }
}

function bodyCipher(ctx: Uint8Array, secret: Uint8Array): ReturnType<typeof gcm> {
  return gcm(hkdfExpand(hkdfExtract(ctx, secret), BODY_INFO, 32), ZERO_NONCE, ctx);
}

/** X(label, number, length). */
function derive(prk: Uint8Array, label: string, number: number, length: number): Bytes {
  return hkdfExpand(prk, concat(utf8(`${PREFIX}${label}\0`), Uint8Array.of(number)), length);
}

function boxInfo(ctx: Uint8Array, number: number): Bytes {
  return H("box", ctx, number);
}

/** A partner's answer to a rehearsal box, without its signature. */
const answer = object({ box, fragment: bytes(32), kind: literal("rehearsal"), partner: id });

/** A partner's answer to a rehearsal box, without its signature. */
export type Rehearsal = Infer<typeof answer>;

/**
 * The rehearsal box of a partner and what it holds.
 * @param number the partner's, from 1
 * @param seed 32 bytes
 * @throws Refused `box-key`
 */
export async function rehearse(
  manifestHash: Uint8Array,
  number: number,
  partner: { readonly id: string; readonly trustee: Uint8Array },
  seed: Uint8Array,
): Promise<Rehearsal> {
  const fragment = H("rehearsal-fragment", manifestHash, partner.id, seed);
  const ephemeral = H("rehearsal-ephemeral", manifestHash, partner.id, seed);
  const sealed = await hpkeSeal(partner.trustee, ephemeral, H("rehearsal", manifestHash, number), fragment);
  return { box: sealed, fragment, kind: "rehearsal", partner: partner.id };
}

/** What a partner's witness key signs of its answer: 32 bytes. */
export function rehearsalMessage(manifestHash: Uint8Array, rehearsal: Rehearsal): Bytes {
  return recordMessage("rehearsal", answer.write(rehearsal) as Readonly<Record<string, string>>, manifestHash);
}
