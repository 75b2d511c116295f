/** Shares and ciphers against WebCrypto and the RFCs' own vectors. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { gcm } from "@noble/ciphers/aes.js";

import { base64url, copy, fromHex, fromInteger, hex, toInteger, type Bytes } from "../kernel/bytes.ts";
import { deriveKeyPair, hpkeOpen, hpkeSeal } from "../kernel/hpke.ts";
import { pssEncode, pssVerify } from "../kernel/pss.ts";
import { blind, blindSign, finalize, verifyShare } from "../kernel/shares.ts";
import { reasonOf, reasonOfAsync } from "./refusals.ts";
import { bytesOf, casesOf, counting } from "./vectors.ts";

function vectorOf(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8"));
}

test("RFC 9180: appendix A.1.1, sealing and opening", async () => {
  const vector = vectorOf("rfc9180.json") as Record<string, string>;
  const of = (name: string): Bytes => bytesOf(vector[name]);
  const recipient = await deriveKeyPair(of("ikm_r"));
  assert.equal(hex(recipient.publicKey), vector["pk_r"]);
  const box = await hpkeSeal(recipient.publicKey, of("ikm_e"), of("info"), of("plaintext"), of("aad"));
  assert.equal(hex(box), `${vector["pk_e"]!}${vector["ct"]!}`);
  assert.equal(hex(await hpkeOpen(recipient, of("info"), box, of("aad"))), vector["plaintext"]);
  for (let bit = 0; bit < box.length * 8; bit += 13) {
    const changed = copy(box);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(await reasonOfAsync(() => hpkeOpen(recipient, of("info"), changed, of("aad"))), "box-open");
  }
});

type RsaVector = Readonly<Record<"name" | "p" | "q" | "n" | "input_msg" | "msg" | "salt" | "inv" | "blinded_msg" | "blind_sig" | "sig", string>>;

test("RFC 9474: all four variants", () => {
  for (const vector of (vectorOf("rfc9474.json") as { vectors: RsaVector[] }).vectors) {
    const n = toInteger(bytesOf(vector.n));
    const message = bytesOf(vector.input_msg);
    const salt = bytesOf(vector.salt);
    const length = vector.n.length / 2;
    const bits = 8 * length - 1;
    let encoded = toInteger(bytesOf(vector.sig));
    for (let i = 0; i < 16; i++) encoded = (encoded * encoded) % n;
    encoded = (encoded * toInteger(bytesOf(vector.sig))) % n;
    assert.equal(hex(pssEncode(message, salt, bits)), hex(fromInteger(encoded, length)), vector.name);
    assert.ok(pssVerify(message, fromInteger(encoded, length), salt.length, bits));
    assert.ok(!pssVerify(message, fromInteger(encoded, length), 48 - salt.length, bits));
    const signed = blindSign(toInteger(bytesOf(vector.p)), toInteger(bytesOf(vector.q)), bytesOf(vector.blinded_msg));
    assert.equal(hex(signed), vector.blind_sig);
    if (salt.length === 0) continue;
    assert.equal(hex(finalize(bytesOf(vector.n), message, signed, bytesOf(vector.inv))), vector.sig);
  }
});

test("shares: the same verdict as WebCrypto, with changed bits and other lengths of salt", async () => {
  const one = casesOf("shares.json", "share-verify")[0]!.given;
  const modulus = fromInteger(toInteger(bytesOf(one["p"])) * toInteger(bytesOf(one["q"])), 384);
  const [message, good] = [bytesOf(one["message"]), bytesOf(one["signature"])];
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  const jwk = { kty: "RSA", n: base64url(modulus), e: "AQAB" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
  for (let bit = -1; bit < 384 * 8; bit += 61) {
    const changed = copy(good);
    if (bit >= 0) changed[bit >> 3]! ^= 1 << (bit & 7);
    const verdict = await crypto.subtle.verify({ name: "RSA-PSS", saltLength: 48 }, key, changed, message);
    assert.equal(reasonOf(() => { verifyShare(modulus, message, changed); }) === "", verdict);
  }
  for (const edge of [0n, 1n, toInteger(modulus) - 1n]) {
    assert.equal(reasonOf(() => { verifyShare(modulus, message, fromInteger(edge, 384)); }), "share-wrong");
  }
  assert.equal(reasonOf(() => { verifyShare(modulus, message, modulus); }), "share-range");
});

test("blinding: factors and messages without an inverse, and issuers' refusals", () => {
  const one = casesOf("shares.json", "share-verify")[0]!.given;
  const [p, q] = [toInteger(bytesOf(one["p"])), toInteger(bytesOf(one["q"]))];
  const modulus = fromInteger(p * q, 384);
  const random = counting();
  const salt = random(48);
  for (const factor of [0n, p, 2n * q]) {
    const reason = reasonOf(() => blind(modulus, random(32), salt, fromInteger(factor, 384)));
    assert.equal(reason, "blind-not-coprime");
  }
  assert.equal(reasonOf(() => blind(modulus, random(32), random(49), fromInteger(2n, 384))), "salt-length");
  assert.equal(reasonOf(() => blindSign(p, q, new Uint8Array(384))), "blinded-range");
  assert.equal(reasonOf(() => blindSign(p, q, modulus)), "blinded-range");
  assert.equal(reasonOf(() => blindSign(p, q, random(383))), "blinded-range");
  assert.equal(reasonOf(() => blindSign(p, p, fromInteger(5n, 384))), "blind-sign-fault");
});

test("AES-GCM: the same bytes as WebCrypto at every length of a block and more", async () => {
  const random = counting();
  for (const bytes of [16, 32]) {
    const [secret, nonce] = [random(bytes), random(12)];
    const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
    for (let length = 0; length < 70; length++) {
      const [plaintext, additionalData] = [random(length), random(length % 33)];
      const theirs = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, plaintext);
      assert.equal(hex(gcm(secret, nonce, additionalData).encrypt(plaintext)), hex(new Uint8Array(theirs)));
    }
  }
  assert.equal(fromHex("zz"), null);
});
