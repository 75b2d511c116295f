/**
 * HPKE (RFC 9180) in base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM
 * (PROTOCOL.md section 8). The ephemeral key is derived, never drawn: sealing is a function.
 */

import { gcm } from "@noble/ciphers/aes.js";

import { concat, utf8, type Bytes } from "./bytes.ts";
import { ensure, refusedAs, Refused } from "./errors.ts";
import { hkdfExpand, hkdfExtract } from "./hash.ts";
import { checkX25519Key } from "./points.ts";
import { agree, keyPairOf, type KeyPair } from "./x25519.ts";

const NOTHING = new Uint8Array();
const VERSION = utf8("HPKE-v1");
/** "KEM" and the number of DHKEM(X25519, HKDF-SHA256). */
const KEM_SUITE = concat(utf8("KEM"), Uint8Array.of(0, 0x20));
/** "HPKE" and the numbers of KEM, HKDF-SHA256 and AES-128-GCM. */
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 1));
const BASE_MODE = Uint8Array.of(0);
const ENC_LENGTH = 32;
const TAG_LENGTH = 16;

/** DeriveKeyPair (RFC 9180 section 7.1.3) of at least 32 secret bytes. */
export async function deriveKeyPair(ikm: Uint8Array): Promise<KeyPair> {
  const prk = labeledExtract(KEM_SUITE, NOTHING, "dkp_prk", ikm);
  return keyPairOf(labeledExpand(KEM_SUITE, prk, "sk", NOTHING, 32));
}

/**
 * enc || ct: 48 bytes more than the plaintext.
 * @param recipient public key, 32 bytes
 * @param ephemeral secret bytes from which the ephemeral key pair is derived
 * @throws Refused `box-key`
 */
export async function hpkeSeal(
  recipient: Uint8Array,
  ephemeral: Uint8Array,
  info: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array = NOTHING,
): Promise<Bytes> {
  refusedAs("box-key", () => {
    checkX25519Key(recipient);
  });
  const pair = await deriveKeyPair(ephemeral);
  const secret = await agree(pair, recipient);
  const { key, nonce } = schedule(secret, pair.publicKey, recipient, info);
  return concat(pair.publicKey, gcm(key, nonce, aad).encrypt(plaintext));
}

/**
 * The plaintext of a box.
 * @param own the recipient's key pair
 * @param box enc || ct
 * @throws Refused `box-length` (fewer than 48 bytes), `box-open`
 */
export async function hpkeOpen(
  own: KeyPair,
  info: Uint8Array,
  box: Uint8Array,
  aad: Uint8Array = NOTHING,
): Promise<Bytes> {
  ensure(box.length >= ENC_LENGTH + TAG_LENGTH, "box-length");
  const enc = box.subarray(0, ENC_LENGTH);
  refusedAs("box-open", () => {
    checkX25519Key(enc);
  });
  const secret = await agree(own, enc);
  const { key, nonce } = schedule(secret, enc, own.publicKey, info);
  try {
    return gcm(key, nonce, aad).decrypt(box.subarray(ENC_LENGTH));
  } catch {
    throw new Refused("box-open");
  }
}

/** Key (16 bytes) and nonce (12 bytes) of the only message between two keys. */
function schedule(
  dh: Uint8Array,
  enc: Uint8Array,
  recipient: Uint8Array,
  info: Uint8Array,
): { key: Bytes; nonce: Bytes } {
  const eaePrk = labeledExtract(KEM_SUITE, NOTHING, "eae_prk", dh);
  const shared = labeledExpand(KEM_SUITE, eaePrk, "shared_secret", concat(enc, recipient), 32);
  const context = concat(BASE_MODE, PSK_ID_HASH, labeledExtract(SUITE, NOTHING, "info_hash", info));
  const secret = labeledExtract(SUITE, shared, "secret", NOTHING);
  return {
    key: labeledExpand(SUITE, secret, "key", context, 16),
    nonce: labeledExpand(SUITE, secret, "base_nonce", context, 12),
  };
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Bytes {
  return hkdfExtract(salt, concat(VERSION, suite, utf8(label), ikm));
}

function labeledExpand(suite: Uint8Array, prk: Uint8Array, label: string, info: Uint8Array, length: number): Bytes {
  return hkdfExpand(prk, concat(Uint8Array.of(0, length), VERSION, suite, utf8(label), info), length);
}

/** In base mode there is no pre-shared key; the hash of its empty name is always the same. */
const PSK_ID_HASH = labeledExtract(SUITE, NOTHING, "psk_id_hash", NOTHING);
