/** A share as a file: it comes back whole, and nothing else is taken for it. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { NOTHING, type Kept } from "../booth/kept.ts";
import { readShareFile, spellShareFile } from "../booth/share_file.ts";
import { base64url, fromUtf8, utf8, type Bytes, type Random } from "../kernel/bytes.ts";
import type { Choices } from "../kernel/choices.ts";
import { Election } from "../kernel/election.ts";
import { makePromise } from "../kernel/receipt.ts";
import { blindSign } from "../kernel/shares.ts";
import { askForShare, credentialOf, finishShare, vote, type Share } from "../kernel/voter.ts";
import { Draws } from "./draws.ts";
import { bytesOf, casesOf, counting, electionOf, factorsOf } from "./vectors.ts";

const OPENING = casesOf("sealing.json", "open")[0]!;
const OPERATOR = bytesOf(casesOf("receipts.json", "promise")[0]!.given["operator"]);
const CHOICES: Choices = { contests: [{ contest: "wijkbudget", points: [], projects: ["plein", "bankjes"] }], mark: [3, 10] };
/** Random bytes of another voter. */
const OTHERS: Random = (length) => counting()(length + 1).slice(1);

let election: Election;
let share: Share;
let kept: Kept;
let again: Kept;
let file: Bytes;

function shareFrom(random: Random): Share {
  const asked = askForShare(election, "adult", credentialOf("0000-0000-0000-0012", election.manifestHash), random);
  const { issuers } = election.styles.get("adult")!.style;
  return finishShare(election, asked.pending, issuers.map(({ key }, i) => blindSign(...factorsOf(key), asked.blinded[i]!)));
}

async function castWith(own: Share, previous: Kept["promised"] = null): Promise<Kept> {
  const { entry, hash, number, revision } = await vote(election, own, CHOICES, previous, counting());
  return { ...NOTHING, share: own, promised: { entry, hash, number, promise: makePromise(election, hash, OPERATOR), revision } };
}

before(async () => {
  election = electionOf(OPENING);
  share = shareFrom(counting());
  kept = await castWith(share);
  again = await castWith(share, kept.promised);
  file = spellShareFile(kept, election)!;
});

test("without a share there is no file", () => {
  assert.equal(spellShareFile(NOTHING, election), null);
});

test("a share comes back whole: alone, with a first ballot, and with a second one", () => {
  for (const some of [{ ...NOTHING, share }, kept, again]) assert.deepEqual(readShareFile(spellShareFile(some, election)!, election), some);
});

test("only share and last ballot are in the file: nothing of what was chosen, asked for, or opens a ballot", () => {
  const secret = new Uint8Array(32).fill(0xab);
  const full: Kept = {
    ...kept,
    asking: { pending: { style: "adult", votingSeed: secret, inverses: [secret] }, request: secret },
    draft: { contests: [{ contest: "wijkbudget", picks: [{ project: "plein", points: 0 }] }], mark: [3, 10] },
    seen: { origin: "wijk", root: secret, size: 4 },
    sending: { ...kept.promised!, secret },
  };
  const text = fromUtf8(spellShareFile(full, election)!)!;
  assert.equal(text, fromUtf8(file));
  for (const telling of ["plein", "bankjes", base64url(secret)]) assert.ok(!text.includes(telling), telling);
});

test("a file of another election is refused", () => {
  const { manifest, contests, styles } = election;
  const other = new Election(manifest, new Uint8Array(32).fill(1), [...styles.values()].map(({ style }) => style), [...contests.values()]);
  assert.equal(readShareFile(file, other), null);
  assert.equal(readShareFile(file, electionOf(casesOf("choices.json", "choices").at(-1)!)), null);
  assert.equal(readShareFile(spellShareFile(kept, other)!, election), null);
});

/** The file with one part of its text replaced. */
function changed(from: string | RegExp, to: string): Bytes {
  const text = fromUtf8(file)!;
  assert.notEqual(text.replace(from, to), text, String(from));
  return utf8(text.replace(from, to));
}

const ATTACKS: Readonly<Record<string, () => Bytes>> = {
  "nothing": () => new Uint8Array(),
  "no JSON": () => utf8("share"),
  "a file that is too long": () => utf8(`${fromUtf8(file)!}${" ".repeat(200_000)}`),
  "one signature": () => spellShareFile({ ...kept, share: { ...share, signatures: share.signatures.slice(1) } }, election)!,
  "no signature": () => spellShareFile({ ...kept, share: { ...share, signatures: [] } }, election)!,
  "a signature too many": () => spellShareFile({ ...kept, share: { ...share, signatures: [...share.signatures, share.signatures[0]!] } }, election)!,
  "one signature twice": () => spellShareFile({ ...kept, share: { ...share, signatures: [share.signatures[0]!, share.signatures[0]!] } }, election)!,
  "signatures in another order": () => spellShareFile({ ...kept, share: { ...share, signatures: [...share.signatures].reverse() } }, election)!,
  "another voter's signatures": () => spellShareFile({ ...kept, share: { ...share, signatures: shareFrom(OTHERS).signatures } }, election)!,
  "another voter's key": () => spellShareFile({ ...kept, share: { ...share, votingSeed: new Uint8Array(32) } }, election)!,
  "another style": () => changed('"style":"adult"', '"style":"youth"'),
  "a style that is not there": () => changed('"style":"adult"', '"style":"nobody"'),
  "another kind": () => changed('"kind":"wijkaandeel"', '"kind":"wijk"'),
  "a space": () => changed('"cast":', '"cast": '),
  "a line at its end": () => changed(/\}$/u, "}\n"),
  "an escape in a text": () => changed('"adult"', '"\\u0061dult"'),
  "members in another order": () => changed(/^\{("cast":.*),("kind":"wijkaandeel")/u, "{$2,$1"),
  "a member more": () => changed('{"cast"', '{"also":1,"cast"'),
  "two ballots": () => changed(/"cast":\[(.*?)\]/u, '"cast":[$1,$1]'),
  "another revision": () => changed('"revision":1', '"revision":2'),
  "the promise of another ballot": () => spellShareFile({ ...kept, promised: { ...kept.promised!, promise: again.promised!.promise } }, election)!,
  "another ballot with the promise": () => spellShareFile({ ...kept, promised: { ...kept.promised!, entry: again.promised!.entry } }, election)!,
  "a promise by somebody else": () =>
    spellShareFile({ ...kept, promised: { ...kept.promised!, promise: makePromise(election, kept.promised!.hash, share.votingSeed) } }, election)!,
};

for (const [name, attack] of Object.entries(ATTACKS)) {
  test(`${name} is refused`, () => {
    assert.equal(readShareFile(attack(), election), null);
  });
}

test("another voter's promised ballot is refused beside one's own share", async () => {
  const others = await castWith(shareFrom(OTHERS));
  assert.notEqual(readShareFile(spellShareFile(others, election)!, election), null);
  assert.equal(readShareFile(spellShareFile({ ...others, share }, election)!, election), null);
});

test("what was promised but is no ballot is refused", () => {
  const entry = utf8((OPENING.given["setup"] as string[])[0]!);
  const promised = { ...kept.promised!, entry };
  assert.equal(readShareFile(spellShareFile({ ...kept, promised }, election)!, election), null);
});

test("with any of 300 bytes changed, the file is refused", () => {
  const draws = new Draws(11);
  for (let i = 0; i < 300; i++) {
    const bad = file.slice();
    const at = i < 30 ? i : draws.below(bad.length);
    bad[at] = (bad[at]! + 1 + draws.below(255)) % 256;
    assert.equal(readShareFile(bad, election), null, `byte ${at}`);
  }
});

test("with bytes cut from its end, the file is refused", () => {
  for (let length = file.length - 1; length > 0; length -= 97) assert.equal(readShareFile(file.slice(0, length), election), null);
});
