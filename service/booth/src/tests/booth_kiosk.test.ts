/** The kiosk's own rules: what a card says, what a scanner types, what a visitor may set, and what is left. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Left } from "../booth/kiosk/left.ts";
import { readScanned } from "../booth/kiosk/scanned.ts";
import { firstSettings, resize, SIZES } from "../booth/kiosk/settings.ts";
import { Wedge } from "../booth/kiosk/wedge.ts";
import { NOTHING, type Kept } from "../booth/kept.ts";
import type { Bytes } from "../kernel/bytes.ts";
import { Election } from "../kernel/election.ts";
import { blindSign } from "../kernel/shares.ts";
import { askForShare, credentialOf, finishShare, type SigningKey } from "../kernel/voter.ts";
import { counting, casesOf, electionOf, factorsOf } from "./vectors.ts";

const ANCHOR = "ab".repeat(32);
const CODE = "0000-0000-0000-0012";

const CARDS: readonly (readonly [said: string, text: string, kind: string])[] = [
  ["a whole address", `https://wijk.example/vote#${CODE}.${ANCHOR}`, "code"],
  ["an address without the election", `https://wijk.example/vote#${CODE}`, "code"],
  ["a code alone", CODE, "code"],
  ["a code in one piece, in small letters", "g1rpmjk2w8m28mqx", "code"],
  ["white space around it", `  ${CODE}\r\n`, "code"],
  ["another election's card", `https://wijk.example/vote#${CODE}.${"cd".repeat(32)}`, "other"],
  ["an address of something else", "https://example.org/", "nothing"],
  ["a code that is too short", "0000-0000-0000-001", "nothing"],
  ["more behind the election", `x#${CODE}.${ANCHOR}.more`, "nothing"],
  ["nothing", "", "nothing"],
  ["a very long text", `${"x".repeat(500)}#${CODE}`, "nothing"],
];

for (const [said, text, kind] of CARDS) {
  test(`a card with ${said} is ${kind}`, () => {
    assert.equal(readScanned(text, ANCHOR).kind, kind);
  });
}

function type(wedge: Wedge, text: string, pause: number, from = 1_000): boolean {
  let now = from;
  let ended = false;
  for (const key of [...Array.from(text), "Enter"]) {
    now += pause;
    ended = wedge.hear(key, now);
  }
  return ended;
}

test("what a scanner types is heard, with the keys that are no letters left out", () => {
  const heard: string[] = [];
  const wedge = new Wedge((text) => heard.push(text));
  wedge.hear("Shift", 1_001);
  assert.equal(type(wedge, CODE, 5), true);
  assert.deepEqual(heard, [CODE]);
});

test("what people type is not a scan, however long it is", () => {
  const heard: string[] = [];
  const wedge = new Wedge((text) => heard.push(text));
  assert.equal(type(wedge, CODE, 120), false);
  assert.equal(type(wedge, "kort", 5, 9_000), false);
  assert.deepEqual(heard, []);
});

test("letters that were typed before a scan are not part of it", () => {
  const heard: string[] = [];
  const wedge = new Wedge((text) => heard.push(text));
  wedge.hear("x", 1_000);
  assert.equal(type(wedge, CODE, 5, 2_000), true);
  assert.deepEqual(heard, [CODE]);
});

test("letters do not become smaller than the smallest, nor larger than the largest", () => {
  const first = firstSettings("nl");
  assert.equal(resize(first, -1).size, 0);
  assert.equal(Array.from({ length: 9 }).reduce<typeof first>((now) => resize(now, 1), first).size, SIZES - 1);
});

let election: Election;
let credential: SigningKey;
let kept: Kept;

before(() => {
  election = electionOf(casesOf("sealing.json", "open")[0]!);
  credential = credentialOf(CODE, election.manifestHash);
  const asked = askForShare(election, "adult", credential, counting());
  const { issuers } = election.styles.get("adult")!.style;
  const share = finishShare(election, asked.pending, issuers.map(({ key }, i) => blindSign(...factorsOf(key), asked.blinded[i]!)));
  kept = { ...NOTHING, share };
});

test("a share that was left comes back with its own code until it is had again, and with no other code", async () => {
  const left = new Left(election);
  await left.put(credential, kept);
  const other = credentialOf("0000-0000-0000-0024", election.manifestHash);
  assert.equal(await left.find(other), null);
  assert.deepEqual((await left.find(credential))?.share, kept.share);
  assert.deepEqual((await left.find(credential))?.share, kept.share);
  left.remove(credential);
  assert.equal(await left.find(credential), null);
});

test("nothing is left of who has voted, or whose ballot is on its way", async () => {
  const left = new Left(election);
  const bytes: Bytes = new Uint8Array(32);
  const sent = { entry: bytes, hash: bytes, number: "0123456789", revision: 1 };
  await left.put(credential, { ...kept, promised: { ...sent, promise: bytes } });
  await left.put(credential, { ...kept, sending: { ...sent, secret: bytes } });
  assert.equal(await left.find(credential), null);
});
