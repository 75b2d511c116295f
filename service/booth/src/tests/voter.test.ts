/** The voter's way through an election, and everybody who could deceive them on it. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { fromInteger, toInteger, type Bytes } from "../kernel/bytes.ts";
import type { Choices } from "../kernel/choices.ts";
import { manifestHashOf, type Election } from "../kernel/election.ts";
import { parseEntry, spellEntry, type Ballot } from "../kernel/entries.ts";
import { leafHash } from "../kernel/merkle.ts";
import { Opener } from "../kernel/opening.ts";
import { checkPromise, checkReceipt, deadlineOf, makePromise } from "../kernel/receipt.ts";
import { blindSign } from "../kernel/shares.ts";
import { publicKeyOf } from "../kernel/signing.ts";
import {
  askForShare, checkBallot, credentialOf, finishShare, followCheckpoint, readSetUp, vote, type CastBallot, type Share,
} from "../kernel/voter.ts";
import { verifyAlone } from "../kernel/verification.ts";
import { reasonOf, reasonOfAsync } from "./refusals.ts";
import { bytesOf, casesOf, counting, electionOf, factorsOf, setUpOf, textBytes, type Case } from "./vectors.ts";

const RECEIPT = casesOf("receipts.json", "receipt")[0]!;
const OPERATOR = bytesOf(casesOf("receipts.json", "promise")[0]!.given["operator"]);
const OPENING = casesOf("sealing.json", "open")[0]!;
const CHOICES: Choices = { contests: [{ contest: "wijkbudget", points: [], projects: ["plein", "bankjes"] }], mark: [3, 10] };

let election: Election;
let share: Share;
let first: CastBallot;

function keysOf({ given }: Case): Map<number, Bytes> {
  const keys = given["keys"] as readonly { readonly number: number; readonly key: string }[];
  return new Map(keys.map(({ number, key }) => [number, bytesOf(key)]));
}

function answersOf(blinded: readonly Bytes[]): Bytes[] {
  const { issuers } = election.styles.get("adult")!.style;
  return issuers.map(({ key }, i) => blindSign(...factorsOf(key), blinded[i]!));
}

function ask(seed = counting()) {
  return askForShare(election, "adult", credentialOf("0000-0000-0000-0012", election.manifestHash), seed);
}

before(async () => {
  election = electionOf(OPENING);
  const asked = ask();
  await verifyAlone(parseEntry(asked.entry), election);
  share = finishShare(election, asked.pending, answersOf(asked.blinded));
  first = await vote(election, share, CHOICES, null, counting());
});

test("a ballot passes the board's checks, opens, and says what was chosen", async () => {
  const ballot = parseEntry(first.entry) as Ballot;
  await verifyAlone(ballot, election);
  const opened = await (await Opener.create(election, keysOf(OPENING))).open(ballot);
  assert.ok("choices" in opened);
  assert.deepEqual(opened.choices, CHOICES);
});

test("voting again names the ballot before; a tenth time is refused", async () => {
  const second = await vote(election, share, CHOICES, first, counting());
  const ballot = parseEntry(second.entry) as Ballot;
  assert.equal(ballot.revision, 2);
  assert.deepEqual(ballot.previous, first.hash);
  assert.equal(await reasonOfAsync(() => vote(election, share, CHOICES, { ...first, revision: 9 }, counting())), "ballot-revision");
});

test("the voter finds their choices again, from the secret and from the plaintext", async () => {
  const own = publicKeyOf(share.votingSeed);
  assert.deepEqual(await checkBallot(election, own, first.entry, { secret: first.secret }), CHOICES);
  assert.deepEqual(await checkBallot(election, own, first.entry, first.opened), CHOICES);
});

test("another ballot than one's own is refused", async () => {
  const own = publicKeyOf(share.votingSeed);
  const stranger = textBytes(OPENING.given["ballot"]);
  const second = await vote(election, share, CHOICES, first, (length) => counting()(length + 1).slice(1));
  const reason = (entry: Bytes, known: Parameters<typeof checkBallot>[3]) =>
    reasonOfAsync(() => checkBallot(election, own, entry, known));
  assert.equal(await reason(stranger, { secret: first.secret }), "sealing");
  assert.equal(await reason(stranger, first.opened), "sealing");
  assert.equal(await reason(second.entry, { secret: first.secret }), "sealing");
  assert.equal(await reason(second.entry, first.opened), "sealing");
  assert.equal(await reason(first.entry, { secret: first.secret.slice(1) }), "sealing");
  assert.equal(await reason(first.entry, { ...first.opened, seed: new Uint8Array(32) }), "sealing");
  const ballot = parseEntry(first.entry) as Ballot;
  const changed = spellEntry({ ...ballot, boxes: [...ballot.boxes].reverse() });
  assert.equal(await reason(changed, { secret: first.secret }), "signature-wrong");
  assert.equal(await reason(setUpOf(OPENING)[0]!, { secret: first.secret }), "wire-type");
});

test("answers by strangers, in another order, missing or out of shape are refused", () => {
  const asked = ask();
  const answers = answersOf(asked.blinded);
  const reason = (given: readonly Uint8Array[]) => reasonOf(() => finishShare(election, asked.pending, given));
  assert.equal(reason(answers), "");
  assert.equal(reason([...answers].reverse()), "share-wrong");
  assert.equal(reason(answers.slice(1)), "share-length");
  assert.equal(reason([answers[0]!.slice(1), answers[1]!]), "share-length");
  assert.equal(reason([answers[0]!, new Uint8Array(384).fill(0xff)]), "share-wrong");
  assert.equal(reason([answers[0]!, new Uint8Array(384)]), "share-wrong");
  const other = ask((length) => counting()(length + 1).slice(1));
  assert.equal(reason(answersOf(other.blinded)), "share-wrong");
  const { key } = election.styles.get("adult")!.style.issuers[1]!;
  assert.equal(reason([blindSign(...factorsOf(key), fromInteger(toInteger(asked.blinded[0]!) % toInteger(key), 384)), answers[1]!]), "share-wrong");
});

test("another manifest, and set-up entries that are not the manifest's, are refused", () => {
  const entries = setUpOf(OPENING);
  const anchor = manifestHashOf(entries.at(-1)!);
  const reason = (given: readonly Bytes[], hash: Bytes = anchor) => reasonOf(() => readSetUp(given, hash));
  assert.equal(reason(entries), "");
  assert.equal(reason(entries, leafHash(entries.at(-1)!)), "manifest-hash");
  assert.equal(reason([]), "manifest-hash");
  assert.equal(reason(entries.slice(1)), "manifest-setup");
  assert.equal(reason([entries[1]!, entries[0]!, ...entries.slice(2)]), "manifest-setup");
  assert.equal(reason([entries[0]!, ...entries]), "style-id");
  assert.equal(reason([entries.at(-1)!, entries.at(-1)!]), "phase");
});

test("a swapped promise is refused", () => {
  const promise = makePromise(election, first.hash, OPERATOR);
  assert.equal(checkPromise(election, first.hash, promise).deadline, deadlineOf(election));
  const reason = (ballot: Bytes, raw: Bytes) => reasonOf(() => checkPromise(election, ballot, raw));
  assert.equal(reason(leafHash(first.entry.slice(1)), promise), "promise");
  assert.equal(reason(first.hash, makePromise(election, first.hash, share.votingSeed)), "signature-wrong");
  const other = electionOf(casesOf("choices.json", "choices").at(-1)!);
  assert.notDeepEqual(other.manifestHash, election.manifestHash);
  assert.equal(reason(first.hash, makePromise(other, first.hash, OPERATOR)), "signature-wrong");
  assert.equal(reason(first.hash, first.entry), "wire-type");
});

test("a receipt with another proof, ballot or checkpoint is refused", () => {
  const log = electionOf(RECEIPT);
  const [ballot, promise] = [bytesOf(RECEIPT.given["ballot"]), textBytes(RECEIPT.given["promise"])];
  const proof = RECEIPT.given["proof"] as string;
  const reason = (changed: string) => reasonOf(() => checkReceipt(log, ballot, promise, textBytes(changed)));
  assert.equal(reason(proof), "");
  assert.equal(reason(proof.replace("index 20", "index 21")), "proof-root");
  assert.equal(reason(proof.replace("index 20", "index 41")), "proof-index");
  assert.equal(reason(proof.replace(/\n[^\n]+\n\n/, "\n\n")), "proof-length");
  assert.equal(reason(proof.replace("\n41\n", "\n40\n")), "note-signature");
  assert.equal(reasonOf(() => checkReceipt(log, first.hash, promise, textBytes(proof))), "promise");
  const swapped = makePromise(log, first.hash, OPERATOR);
  assert.equal(reasonOf(() => checkReceipt(log, first.hash, swapped, textBytes(proof))), "proof-root");
});

test("an older checkpoint, and one of another history, are refused", () => {
  const log = electionOf(RECEIPT);
  const note = textBytes((RECEIPT.given["proof"] as string).split("\n\n").slice(1).join("\n\n"));
  const head = followCheckpoint(log, note, null, []);
  assert.equal(head.size, 41);
  const reason = (size: number, root: Uint8Array) => reasonOf(() => followCheckpoint(log, note, { ...head, size, root }, []));
  assert.equal(reason(41, head.root), "");
  assert.equal(reason(42, head.root), "proof-size");
  assert.equal(reason(41, leafHash(head.root)), "proof-root");
  assert.equal(reason(40, head.root), "proof-length");
});
