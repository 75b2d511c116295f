/** What a browser keeps of a voter: where they go on, and that two tabs never undo each other's steps. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  beginAsking, beginSending, NOTHING, stepOf, takeBack, takePromise, takeShare, type Asking, type Kept, type Sending, type Step,
} from "../booth/kept.ts";
import { base64url, hex, type Bytes } from "../kernel/bytes.ts";
import type { Share } from "../kernel/voter.ts";

const bytes = (fill: number, length = 32): Bytes => new Uint8Array(length).fill(fill);

function askingOf(fill: number): Asking {
  return { pending: { style: "adult", votingSeed: bytes(fill), inverses: [bytes(fill, 384)] }, request: bytes(fill, 100) };
}

function shareOf(fill: number): Share {
  return { style: "adult", votingSeed: bytes(fill), signatures: [bytes(fill, 384)] };
}

function sendingOf(revision: number, fill: number = revision): Sending {
  return { entry: bytes(fill, 200), hash: bytes(fill), number: `N${fill}`, revision, secret: bytes(200 + fill) };
}

const DRAFT = { contests: [{ contest: "wijk", picks: [{ project: "plein", points: 0 }, { project: "bankjes", points: 0 }] }], mark: [3, 10] };
const PROMISE = bytes(90, 150);

/** Everything that can happen to what is kept, as the session does it. */
const EVENTS: readonly ((kept: Kept) => Kept)[] = [
  (kept) => beginAsking(kept, askingOf(1)),
  (kept) => (kept.asking === null ? kept : takeShare(kept, shareOf(1))),
  (kept) => (kept.share === null ? { ...NOTHING, share: shareOf(1) } : kept),
  (kept) => (kept.share === null || kept.sending !== null ? kept : { ...kept, draft: DRAFT }),
  (kept) => (kept.promised === null || kept.sending !== null ? kept : { ...kept, draft: null }),
  (kept) => (kept.share === null ? kept : beginSending(kept, sendingOf((kept.promised?.revision ?? 0) + 1))),
  (kept) => (kept.sending === null || kept.sending.revision > 2 ? kept : takePromise(kept, kept.sending, PROMISE)),
  (kept) => (kept.sending === null ? kept : takeBack(kept, kept.sending)),
];

/** What is kept, by letters, and the step that follows. */
const STEPS: Readonly<Record<string, Step>> = {
  "": "code",
  asking: "asking",
  share: "ballot",
  "draft share": "ballot",
  "sending share": "sending",
  "draft sending share": "sending",
  "promised share": "done",
  "draft promised share": "ballot",
  "promised sending share": "sending",
  "draft promised sending share": "sending",
};

function present(kept: Kept): string {
  return (Object.keys(kept) as (keyof Kept)[]).filter((name) => kept[name] !== null).sort().join(" ");
}

test("every combination that can occur has its step, and no other occurs", () => {
  const [seen, open] = [new Map<string, Step>(), [NOTHING]];
  for (let kept = open.pop(); kept !== undefined; kept = open.pop()) {
    const name = `${present(kept)} ${kept.promised?.revision ?? 0}`;
    if (seen.has(name)) continue;
    seen.set(name, stepOf(kept));
    for (const event of EVENTS) open.push(event(kept));
  }
  const found = Object.fromEntries([...seen].map(([name, step]) => [name.slice(0, -2), step]));
  assert.deepEqual(found, STEPS);
});

test("a request that is there stays, and with a share none is made", () => {
  const first = beginAsking(NOTHING, askingOf(1));
  assert.deepEqual(first, { ...NOTHING, asking: askingOf(1) });
  assert.equal(beginAsking(first, askingOf(2)), first);
  const shared = takeShare(first, shareOf(1));
  assert.equal(beginAsking(shared, askingOf(2)), shared);
});

test("a share takes the request's place, and stays", () => {
  const shared = takeShare(beginAsking(NOTHING, askingOf(1)), shareOf(1));
  assert.deepEqual(shared, { ...NOTHING, share: shareOf(1) });
  assert.equal(takeShare(shared, shareOf(2)), shared);
});

test("a sealed ballot stays, whatever another tab seals", () => {
  const sent = beginSending({ ...NOTHING, share: shareOf(1), draft: DRAFT }, sendingOf(1));
  assert.deepEqual(sent.sending, sendingOf(1));
  assert.equal(beginSending(sent, sendingOf(1, 2)), sent);
});

test("a ballot that was sealed before another tab's promise is not sent after it", () => {
  const kept = (revision: number): Kept => ({ ...NOTHING, share: shareOf(1), promised: { ...sendingOf(revision), promise: PROMISE } });
  for (const [promised, sealed, isTaken] of [[1, 1, false], [3, 2, false], [3, 1, false], [3, 3, false], [3, 4, true], [1, 2, true]] as const) {
    const before = kept(promised);
    const after = beginSending(before, sendingOf(sealed, 40));
    assert.equal(after !== before, isTaken, `${sealed} after ${promised}`);
    assert.deepEqual(after.promised, before.promised);
  }
});

test("a promise is kept with the ballot that it is of", () => {
  const { entry, hash, number, revision } = sendingOf(1);
  const after = takePromise({ ...NOTHING, share: shareOf(1), draft: DRAFT, sending: sendingOf(1) }, sendingOf(1), PROMISE);
  assert.deepEqual(after, { ...NOTHING, share: shareOf(1), promised: { entry, hash, number, promise: PROMISE, revision } });
});

test("a promise that comes late, of a ballot that is no longer on its way, changes nothing", () => {
  const shared: Kept = { ...NOTHING, share: shareOf(1), draft: DRAFT };
  const again: Kept = { ...shared, promised: { ...sendingOf(1), promise: bytes(91) }, sending: sendingOf(2) };
  assert.equal(takePromise(shared, sendingOf(1), PROMISE), shared);
  assert.equal(takePromise(again, sendingOf(1), PROMISE), again);
  assert.equal(takePromise({ ...again, sending: null }, sendingOf(1), PROMISE).promised, again.promised);
});

test("a ballot is taken back alone, with what was chosen left", () => {
  const sent: Kept = { ...NOTHING, share: shareOf(1), draft: DRAFT, sending: sendingOf(2) };
  assert.deepEqual(takeBack(sent, sendingOf(2)), { ...sent, sending: null });
  assert.equal(takeBack(sent, sendingOf(1)), sent);
});

/** Every text, number and byte string in a value, bytes as hexadecimal and base64url. */
function leavesOf(value: unknown): string[] {
  if (value instanceof Uint8Array) return [hex(value), base64url(value)];
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([name, member]) => [name, ...leavesOf(member)]);
  return [String(value)];
}

test("after the promise nothing that is kept says what was chosen, or opens the ballot", () => {
  const before: Kept = { ...NOTHING, share: shareOf(1), draft: DRAFT, sending: sendingOf(1) };
  const { secret } = sendingOf(1);
  const telling = ["plein", "bankjes", "picks", "mark", hex(secret), base64url(secret)];
  const found = (kept: Kept) => telling.filter((part) => leavesOf(kept).some((leaf) => leaf.includes(part)));
  assert.deepEqual(found(before), telling);
  assert.deepEqual(found(takePromise(before, sendingOf(1), PROMISE)), []);
});
