/**
 * Every kind of entry (PROTOCOL.md sections 4 and 5): its members and types, its parsing, and what its signatures sign.
 */
import { type Bytes } from "./bytes.ts";
import { contest, manifest, signatures, style } from "./manifest.ts";
import {
  array, box, bytes, count, hash, id, integer, literal, object, oneOf, rsa, signature, text, type Infer, type Json,
} from "./schema.ts";
import { recordMessage } from "./signing.ts";
import { decode, encode, ENTRY_LIMIT } from "./wire.ts";

const kinds = {
  style,
  contest,
  manifest,
  roll: object({
    credentials: array(object({ key: hash, style: id }), { min: 1, max: 400 }),
    kind: literal("roll"),
    page: count,
    signature,
  }),
  seal: object({
    kind: literal("seal"),
    registrar: signature,
    root: hash,
    signatures,
    styles: array(object({ population: count, size: count, style: id })),
  }),
  start: object({
    bundle: hash,
    kind: literal("start"),
    rehearsals: array(object({ partner: id, seed: hash, signature })),
    root: hash,
    signatures,
    size: count,
  }),
  bundle: object({
    hash,
    kind: literal("bundle"),
    number: count,
    reason: text({ min: 1, max: 2000 }),
    signatures,
  }),
  replace: object({
    adds: hash,
    kind: literal("replace"),
    registrar: signature,
    revokes: array(hash, { max: 1 }),
    signatures,
    style: id,
  }),
  request: object({ blinded: array(hash), credential: hash, kind: literal("request"), signature, style: id }),
  release: object({ count, kind: literal("release"), number: count, style: id }),
  ballot: object({
    body: bytes(),
    boxes: array(box),
    kind: literal("ballot"),
    previous: hash,
    revision: integer(1, 9),
    share: array(rsa),
    signature,
    style: id,
    voting_key: hash,
  }),
  close: object({
    counts: array(object({ ballots: count, requests: count, style: id, voters: count })),
    kind: literal("close"),
    root: hash,
    signatures,
    size: count,
  }),
  "trustee-key": object({ key: hash, kind: literal("trustee-key"), partner: id, signature }),
  tally: object({
    contests: array(object({ contest: id, winners: array(id) })),
    counted: count,
    invalid: count,
    kind: literal("tally"),
    outcome: hash,
    superseded: count,
  }),
  certify: object({
    kind: literal("certify"),
    reports: array(object({ hash, official: id }), { min: 2, max: 2 }),
    root: hash,
    signatures,
    size: count,
    tally: hash,
  }),
};

const entry = oneOf("kind", kinds);

/** An entry of any kind, told apart by `kind`. */
export type Entry = Infer<typeof entry>;
/** The name of a kind of entry. */
export type Kind = Entry["kind"];
/** The entries of one kind. */
export type EntryOf<K extends Kind> = Extract<Entry, { readonly kind: K }>;
/** A `ballot` entry. */
export type Ballot = EntryOf<"ballot">;

/** An entry that at least one party signs. */
export type SignedEntry = Extract<Entry, { readonly signature: unknown } | { readonly signatures: unknown }>;

/**
 * The entry that the bytes spell.
 * @throws Refused `wire-length`, `wire-malformed`, `wire-type`, `wire-spelling`
 */
export function parseEntry(raw: Uint8Array): Entry {
  return decode(entry, raw, ENTRY_LIMIT);
}

/** The one spelling of an entry. */
export function spellEntry(value: Entry): Bytes {
  return encode(entry, value);
}

/**
 * The 32 bytes that signatures of an entry sign (section 2).
 * @param manifestHash 32 bytes; not used for a manifest, which is signed with none
 */
export function signedMessage(value: Entry, manifestHash: Uint8Array): Bytes {
  return recordMessage(value.kind, entry.write(value) as Readonly<Record<string, Json>>, manifestHash);
}
