/** Hostile keys and signatures, and agreement with WebCrypto where both are strict. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ed25519, ED25519_TORSION_SUBGROUP, x25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, copy, fromHex, fromInteger, hex, toIntegerLE, type Bytes } from "../kernel/bytes.ts";
import { checkEd25519Key, P } from "../kernel/points.ts";
import { publicKeyOf, sign, verifySignature } from "../kernel/signing.ts";
import { agree, keyPairOf, x25519PublicKey } from "../kernel/x25519.ts";
import { reasonOf } from "./refusals.ts";

const SEED = new Uint8Array(32).fill(0x73);
const KEY = publicKeyOf(SEED);
const MESSAGE = new TextEncoder().encode("message");
const { Point } = ed25519;
const L = Point.Fn.ORDER;
const TORSION = ED25519_TORSION_SUBGROUP.map((encoded) => Point.fromHex(encoded, true));

function little(value: bigint): Bytes {
  return fromInteger(value, 32).reverse();
}

/** [L]P by plain doubling and adding: independent of the library's own test. */
function timesOrder(point: (typeof TORSION)[number]): (typeof TORSION)[number] {
  let sum = Point.ZERO;
  for (const bit of L.toString(2)) {
    sum = sum.double();
    if (bit === "1") sum = sum.add(point);
  }
  return sum;
}

test("no point with a torsion component is a key", () => {
  const good = Point.fromBytes(KEY);
  assert.ok(timesOrder(good).is0());
  for (const torsion of TORSION) {
    const pure = torsion.is0();
    assert.equal(timesOrder(torsion).is0(), pure);
    assert.equal(reasonOf(() => { checkEd25519Key(torsion.toBytes()); }), "point-small-order");
    const mixed = good.add(torsion);
    assert.equal(timesOrder(mixed).is0(), pure);
    assert.equal(reasonOf(() => { checkEd25519Key(mixed.toBytes()); }), pure ? "" : "point-small-order");
  }
});

test("every second spelling of a point is refused", () => {
  for (let above = 0n; above < 19n; above++) {
    for (const sign of [0n, 2n ** 255n]) {
      assert.equal(reasonOf(() => { checkEd25519Key(little(P + above + sign)); }), "point-not-canonical");
    }
  }
  for (const y of [1n, P - 1n]) {
    assert.equal(reasonOf(() => { checkEd25519Key(little(y)); }), "point-small-order");
    assert.equal(reasonOf(() => { checkEd25519Key(little(y + 2n ** 255n)); }), "point-not-canonical");
  }
});

test("a signature that holds only with a cofactor is refused, whatever made it", () => {
  const scalar = ed25519.utils.getExtendedPublicKey(SEED).scalar;
  for (const torsion of TORSION) {
    const r = Point.BASE.multiply(12345n).add(torsion);
    const hashed = concat(r.toBytes(), KEY, MESSAGE);
    const h = Point.Fn.create(toIntegerLE(sha512(hashed)));
    const signature = concat(r.toBytes(), little(Point.Fn.create(12345n + h * scalar)));
    const expected = torsion.is0() ? "" : "signature-r";
    assert.equal(reasonOf(() => { verifySignature(KEY, MESSAGE, signature); }), expected);
  }
});

test("the identity as R and S = h * a hold, and are refused", () => {
  const scalar = ed25519.utils.getExtendedPublicKey(SEED).scalar;
  const r = Point.ZERO.toBytes();
  const h = Point.Fn.create(toIntegerLE(sha512(concat(r, KEY, MESSAGE))));
  const signature = concat(r, little(Point.Fn.create(h * scalar)));
  assert.equal(reasonOf(() => { verifySignature(KEY, MESSAGE, signature); }), "signature-r");
});

test("order of reasons: length, key, R, S, equation", () => {
  const good = sign(SEED, MESSAGE);
  const badR = new Uint8Array(32);
  const badS = little(L);
  const badKey = new Uint8Array(32);
  assert.equal(reasonOf(() => { verifySignature(badKey, MESSAGE, good.subarray(1)); }), "signature-length");
  assert.equal(reasonOf(() => { verifySignature(badKey, MESSAGE, concat(badR, badS)); }), "point-small-order");
  assert.equal(reasonOf(() => { verifySignature(KEY, MESSAGE, concat(badR, badS)); }), "signature-r");
  const mixed = Point.fromBytes(good.slice(0, 32)).add(TORSION[1]!).toBytes();
  assert.equal(reasonOf(() => { verifySignature(KEY, MESSAGE, concat(mixed, badS)); }), "signature-r");
  assert.equal(reasonOf(() => { verifySignature(KEY, MESSAGE, concat(good.slice(0, 32), badS)); }), "signature-s");
});

test("single bits changed: the same verdict as WebCrypto", async () => {
  const good = sign(SEED, MESSAGE);
  const key = await crypto.subtle.importKey("raw", copy(KEY), "Ed25519", false, ["verify"]);
  for (let bit = 0; bit < 512; bit += 7) {
    const changed = copy(good);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(reasonOf(() => { verifySignature(KEY, MESSAGE, changed); }), "");
    assert.equal(await crypto.subtle.verify("Ed25519", key, changed, copy(MESSAGE)), false);
  }
});

test("X25519: the same secrets as another implementation, for edges too", async () => {
  const privates = [new Uint8Array(32), new Uint8Array(32).fill(0xff), SEED];
  const publics = [little(9n), little(2n), little(P - 2n), x25519.getPublicKey(SEED)];
  for (const secret of privates) {
    const pair = await keyPairOf(secret);
    assert.equal(hex(pair.publicKey), hex(x25519.getPublicKey(secret)));
    assert.equal(hex(await x25519PublicKey(secret)), hex(pair.publicKey));
    for (const other of publics) assert.equal(hex(await agree(pair, other)), hex(x25519.getSharedSecret(secret, other)));
  }
});

test("hexadecimal digits have one spelling", () => {
  assert.equal(fromHex("0A"), null);
  assert.equal(fromHex("0"), null);
  assert.equal(hex(fromHex("00ff") ?? new Uint8Array()), "00ff");
});
