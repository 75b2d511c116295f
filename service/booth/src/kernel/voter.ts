/**
 * The voter's side (PROTOCOL.md sections 6 to 9): from code to credential, share, ballot, promise and receipt, and
 * back from a ballot on the board to the choices in it.
 *
 * Everything that a server says is checked against the manifest hash, which the voter has from elsewhere. Nothing
 * here talks, stores or draws: the caller does, and randomness is an argument.
 */

import { equal, type Bytes, type Random } from "./bytes.ts";
import { openWitnessed, witnessesOf, type TreeHead, type WitnessedHead } from "./checkpoint.ts";
import { checkChoices, pad, readChoices, spellChoices, type Choices } from "./choices.ts";
import { ballotNumber, credentialSeed, parseCode } from "./codes.ts";
import { manifestHashOf, type BallotStyle, type Election } from "./election.ts";
import { parseEntry, signedMessage, spellEntry, type Ballot, type EntryOf } from "./entries.ts";
import { ensure, Refused } from "./errors.ts";
import { leafHash, verifyConsistency } from "./merkle.ts";
import {
  ballotContext, checkSealing, openWithSecret, seal, type BallotPlace, type Opened, type Trustees,
} from "./sealing.ts";
import { SetUp } from "./setup.ts";
import { blindedHash, blindFresh, finalize, shareMessage } from "./shares.ts";
import { publicKeyOf, sign } from "./signing.ts";
import { verifyAlone } from "./verification.ts";

const SEED_LENGTH = 32;
const NO_SIGNATURE = new Uint8Array(64);
const NO_PREVIOUS = new Uint8Array(32);

/** A seed (32 bytes, secret) and the Ed25519 key of it. */
export interface SigningKey {
  readonly seed: Bytes;
  readonly publicKey: Bytes;
}

/** What a voter keeps while the issuers sign. Secret. */
export interface PendingShare {
  readonly style: string;
  /** Of the voting key: 32 bytes. */
  readonly votingSeed: Bytes;
  /** What unblinds each issuer's answer, in the style's order: 384 bytes each. */
  readonly inverses: readonly Bytes[];
}

/** What a voter votes with. Secret. */
export interface Share {
  readonly style: string;
  /** Of the voting key: 32 bytes. */
  readonly votingSeed: Bytes;
  /** A signature an issuer, in the style's order: 384 bytes each. */
  readonly signatures: readonly Bytes[];
}

/** A ballot, and what only its voter knows. */
export interface CastBallot {
  /** The entry's bytes, to send. */
  readonly entry: Bytes;
  /** The entry's hash. */
  readonly hash: Bytes;
  /** By which people know it. */
  readonly number: string;
  readonly revision: number;
  /** Secret. */
  readonly opened: Opened;
  /** s: 32 bytes. Secret. */
  readonly secret: Bytes;
}

/**
 * The election of set-up entries as a server gave them.
 * @param entries the bytes of all styles and contests in logged order, then of the manifest
 * @param manifestHash 32 bytes, from elsewhere: the trust anchor
 * @throws Refused `manifest-hash` (another election), or what the board refuses of set-up entries
 */
export function readSetUp(entries: readonly Uint8Array[], manifestHash: Uint8Array): Election {
  const last = entries.at(-1) ?? new Uint8Array();
  ensure(equal(manifestHashOf(last), manifestHash), "manifest-hash");
  const setUp = new SetUp();
  for (const raw of entries.slice(0, -1)) {
    const entry = parseEntry(raw);
    if (entry.kind === "style") setUp.addStyle(entry, leafHash(raw));
    else if (entry.kind === "contest") setUp.addContest(entry, leafHash(raw));
    else throw new Refused("phase");
  }
  const manifest = parseEntry(last);
  ensure(manifest.kind === "manifest", "phase");
  return setUp.elect(manifest, last, manifest.origin);
}

/**
 * The credential of a code, as somebody typed it. Takes some tenths of a second.
 * @throws Refused `code-length`, `code-symbol`, `code-check`
 */
export function credentialOf(code: string, manifestHash: Uint8Array): SigningKey {
  return signingKey(credentialSeed(parseCode(code), manifestHash));
}

/**
 * A request for a share, and the blinded messages that go beside it to the issuers, in the style's order.
 * @param style its id
 * @throws Refused `request-style` if there is no such style
 */
export function askForShare(
  election: Election,
  style: string,
  credential: SigningKey,
  random: Random,
): { readonly entry: Bytes; readonly blinded: readonly Bytes[]; readonly pending: PendingShare } {
  const { issuers } = styleOf(election, style, "request-style").style;
  const voting = signingKey(new Uint8Array(random(SEED_LENGTH)));
  const message = shareMessage(election.manifestHash, style, voting.publicKey);
  const parts = issuers.map(({ key }) => blindFresh(key, message, random));
  const draft: EntryOf<"request"> = {
    blinded: parts.map(({ blinded }) => blindedHash(blinded)),
    credential: credential.publicKey,
    kind: "request",
    signature: NO_SIGNATURE,
    style,
  };
  const signature = sign(credential.seed, signedMessage(draft, election.manifestHash));
  return {
    entry: spellEntry({ ...draft, signature }),
    blinded: parts.map(({ blinded }) => blinded),
    pending: { style, votingSeed: voting.seed, inverses: parts.map(({ inverse }) => inverse) },
  };
}

/**
 * The share that the issuers' answers become, each verified under the key that the election has for it.
 * @param answers blind signatures, in the style's order
 * @throws Refused `share-length` (also of a missing answer), `share-range`, `share-wrong`
 */
export function finishShare(election: Election, pending: PendingShare, answers: readonly Uint8Array[]): Share {
  const { style, votingSeed, inverses } = pending;
  const { issuers } = styleOf(election, style, "request-style").style;
  ensure(answers.length === issuers.length && inverses.length === issuers.length, "share-length");
  const message = shareMessage(election.manifestHash, style, publicKeyOf(votingSeed));
  const signatures = issuers.map(({ key }, i) => finalize(key, message, answers[i]!, inverses[i]!));
  return { style, votingSeed, signatures };
}

/**
 * A ballot: the first one, or the next revision of one.
 * @param before the ballot that this one replaces, `null` for the first
 * @throws Refused the reasons of choices, `choices-length`, `ballot-revision` (a tenth)
 */
export async function vote(
  election: Election,
  share: Share,
  choices: Choices,
  before: { readonly hash: Bytes; readonly revision: number } | null,
  random: Random,
): Promise<CastBallot> {
  const style = styleOf(election, share.style, "ballot-style");
  checkChoices(style, choices);
  const revision = (before?.revision ?? 0) + 1;
  ensure(revision <= 9, "ballot-revision");
  const voting = signingKey(share.votingSeed);
  const previous = before?.hash ?? NO_PREVIOUS;
  const opened = { padded: pad(spellChoices(choices), style.style.pad), seed: new Uint8Array(random(SEED_LENGTH)) };
  const place: BallotPlace = {
    manifestHash: election.manifestHash, style: share.style, votingKey: voting.publicKey, revision, previous,
  };
  const { boxes, body, secret } = await seal(ballotContext(place), opened.padded, opened.seed, trusteesOf(election));
  const entry = signBallot(election, voting, {
    body, boxes, kind: "ballot", previous, revision, share: share.signatures, signature: NO_SIGNATURE,
    style: share.style, voting_key: voting.publicKey,
  });
  const hash = leafHash(entry);
  return { entry, hash, number: ballotNumber(hash), revision, opened, secret };
}

/**
 * What a ballot on the board says, for who knows its secret s (32 bytes) or its plaintext; every byte is made again.
 * @param votingKey the voter's own, 32 bytes
 * @throws Refused what the board refuses of a ballot, `sealing` (also of somebody else's ballot), the reasons of
 * choices
 */
export async function checkBallot(
  election: Election,
  votingKey: Uint8Array,
  entry: Uint8Array,
  known: { readonly secret: Uint8Array } | Opened,
): Promise<Choices> {
  const ballot = parseEntry(entry);
  ensure(ballot.kind === "ballot", "wire-type");
  ensure(equal(ballot.voting_key, votingKey), "sealing");
  await verifyAlone(ballot, election);
  const ctx = contextOf(election, ballot);
  const trustees = trusteesOf(election);
  const opened = "secret" in known ? await openWithSecret(ctx, ballot, trustees, known.secret) : known;
  if (!("secret" in known)) await checkSealing(ctx, ballot, trustees, known);
  return readChoices(styleOf(election, ballot.style, "ballot-style"), opened.padded);
}

/**
 * The head of a witnessed checkpoint which continues the one that the voter last saw.
 * @param remembered `null` at first
 * @param proof consistency of the two
 * @throws Refused the reasons of a witnessed checkpoint, `proof-size` (an older one), those of consistency
 */
export function followCheckpoint(
  election: Election,
  raw: Uint8Array,
  remembered: TreeHead | null,
  proof: readonly Uint8Array[],
): WitnessedHead {
  const head = openWitnessed(raw, witnessesOf(election.manifest));
  if (remembered !== null) verifyConsistency(remembered.size, remembered.root, head.size, head.root, proof);
  return head;
}

/** The context of a ballot entry's sealing: 32 bytes. */
export function contextOf({ manifestHash }: Election, ballot: Ballot): Bytes {
  const { style, voting_key: votingKey, revision, previous } = ballot;
  return ballotContext({ manifestHash, style, votingKey, revision, previous });
}

/** To whom an election's ballots are sealed. */
export function trusteesOf(election: Election): Trustees {
  return { keys: election.partners.map(({ trustee }) => trustee), threshold: election.trustees };
}

function signBallot(election: Election, voting: SigningKey, draft: Ballot): Bytes {
  return spellEntry({ ...draft, signature: sign(voting.seed, signedMessage(draft, election.manifestHash)) });
}

function signingKey(seed: Bytes): SigningKey {
  return { seed, publicKey: publicKeyOf(seed) };
}

function styleOf(election: Election, style: string, reason: string): BallotStyle {
  const found = election.styles.get(style);
  ensure(found !== undefined, reason);
  return found;
}
