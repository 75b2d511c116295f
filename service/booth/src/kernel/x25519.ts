/**
 * X25519 (RFC 7748; PROTOCOL.md section 2), by WebCrypto, which is many times faster than arithmetic in JavaScript.
 * Every public key is checked before it comes near the library, so that the library's own strictness is irrelevant.
 */

import { concat, copy, type Bytes } from "./bytes.ts";
import { checkX25519Key } from "./points.ts";

const ALGORITHM = "X25519";
/** PKCS #8 of an X25519 private key (RFC 8410), up to the 32 bytes of the key itself. */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
/** The base point, u = 9. */
const BASE = Uint8Array.of(9, ...new Uint8Array(31));

/** A private key, ready for use, with its public key (32 bytes). */
export interface KeyPair {
  readonly publicKey: Bytes;
  readonly privateKey: CryptoKey;
}

/**
 * The key pair of a private key: any 32 bytes.
 * @throws RangeError for another length
 */
export async function keyPairOf(privateKey: Uint8Array): Promise<KeyPair> {
  if (privateKey.length !== 32) throw new RangeError("an X25519 private key has 32 bytes");
  const pkcs8 = concat(PKCS8_PREFIX, privateKey);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["deriveBits"]);
  return { publicKey: await multiply(key, BASE), privateKey: key };
}

/** The public key (32 bytes) of a private key: any 32 bytes. */
export async function x25519PublicKey(privateKey: Uint8Array): Promise<Bytes> {
  return (await keyPairOf(privateKey)).publicKey;
}

/**
 * The shared secret (32 bytes) of a private and a public key.
 * @throws Refused `x25519-length`, `x25519-not-canonical`, `x25519-low-order`
 */
export async function agree(own: KeyPair, publicKey: Uint8Array): Promise<Bytes> {
  checkX25519Key(publicKey);
  return multiply(own.privateKey, copy(publicKey));
}

async function multiply(privateKey: CryptoKey, publicKey: Bytes): Promise<Bytes> {
  const other = await crypto.subtle.importKey("raw", publicKey, ALGORITHM, false, []);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: ALGORITHM, public: other }, privateKey, 256));
}
