/**
 * The judge's calls for PROTOCOL.md sections 2, 6, 7 and 8: bytes, points, codes, shares, boxes, fragments.
 */
import { fromBase64url, fromInteger, hex, utf8 } from "../kernel/bytes.ts";
import { ballotNumber, credentialSeed, formatCode, parseCode } from "../kernel/codes.ts";
import { parseEntry, signedMessage } from "../kernel/entries.ts";
import { ensure, Refused } from "../kernel/errors.ts";
import { H } from "../kernel/hash.ts";
import { deriveKeyPair, hpkeOpen, hpkeSeal } from "../kernel/hpke.ts";
import { leafHash } from "../kernel/merkle.ts";
import { checkEd25519Key, checkX25519Key } from "../kernel/points.ts";
import { blind, blindedHash, blindSign, checkIssuerKey, finalize, shareMessage, verifyShare } from "../kernel/shares.ts";
import { recover, split } from "../kernel/sharing.ts";
import { publicKeyOf, sign, verifySignature } from "../kernel/signing.ts";
import { keyPairOf } from "../kernel/x25519.ts";
import { bytesOf, integerOf, listOf, numberOf, objectOf, textOf, type Call } from "./given.ts";

/** The bytes of a 3,072-bit number. */
const RSA_LENGTH = 384;

function partOf(value: unknown): Uint8Array | string | number {
  const part = objectOf(value);
  if ("bytes" in part) return bytesOf(part["bytes"]);
  return "number" in part ? numberOf(part["number"]) : textOf(part["text"]);
}

const bytes: Readonly<Record<string, Call>> = {
  H: (given) => ({ hash: hex(H(textOf(given["label"]), ...listOf(given["parts"]).map(partOf))) }),
  base64url: (given) => {
    const decoded = fromBase64url(textOf(given["text"]));
    if (decoded === null) throw new Refused("base64");
    return { bytes: hex(decoded) };
  },
  entry: (given) => {
    const raw = bytesOf(given["bytes"]);
    parseEntry(raw);
    return { entry_hash: hex(leafHash(raw)) };
  },
  "signed-message": (given) => {
    const entry = parseEntry(utf8(textOf(given["entry"])));
    return { message: hex(signedMessage(entry, bytesOf(given["manifest_hash"]))) };
  },
};

const points: Readonly<Record<string, Call>> = {
  "ed25519-sign": (given) => ({ signature: hex(sign(bytesOf(given["seed"]), bytesOf(given["message"]))) }),
  "ed25519-key": (given) => {
    checkEd25519Key(bytesOf(given["key"]));
    return {};
  },
  "ed25519-verify": (given) => {
    verifySignature(bytesOf(given["key"]), bytesOf(given["message"]), bytesOf(given["signature"]));
    return {};
  },
  "x25519-key": (given) => {
    checkX25519Key(bytesOf(given["key"]));
    return {};
  },
};

const codes: Readonly<Record<string, Call>> = {
  "format-code": (given) => ({ code: formatCode(integerOf(given["bits"])) }),
  "parse-code": (given) => ({ symbols: parseCode(textOf(given["text"])) }),
  credential: (given) => {
    const seed = credentialSeed(parseCode(textOf(given["text"])), bytesOf(given["manifest_hash"]));
    return { credential: hex(publicKeyOf(seed)), seed: hex(seed) };
  },
  "ballot-number": (given) => ({ number: ballotNumber(bytesOf(given["entry_hash"])) }),
};

const shares: Readonly<Record<string, Call>> = {
  "issuer-key": (given) => {
    checkIssuerKey(bytesOf(given["modulus"]));
    return {};
  },
  share: (given) => {
    const [p, q] = [integerOf(given["p"]), integerOf(given["q"])];
    const modulus = fromInteger(p * q, RSA_LENGTH);
    const manifestHash = bytesOf(given["manifest_hash"]);
    const message = shareMessage(manifestHash, textOf(given["style"]), bytesOf(given["voting_key"]));
    const { blinded, inverse } = blind(modulus, message, bytesOf(given["salt"]), bytesOf(given["blind"]));
    const blindSignature = blindSign(p, q, blinded);
    return {
      blind_signature: hex(blindSignature),
      blinded: hex(blinded),
      blinded_hash: hex(blindedHash(blinded)),
      message: hex(message),
      signature: hex(finalize(modulus, message, blindSignature, inverse)),
    };
  },
  "share-verify": (given) => {
    const modulus = fromInteger(integerOf(given["p"]) * integerOf(given["q"]), RSA_LENGTH);
    verifyShare(modulus, bytesOf(given["message"]), bytesOf(given["signature"]));
    return {};
  },
};

const boxes: Readonly<Record<string, Call>> = {
  "hpke-seal": async (given) => {
    const recipient = await deriveKeyPair(bytesOf(given["recipient_ikm"]));
    const [ephemeral, info] = [bytesOf(given["ephemeral_ikm"]), bytesOf(given["info"])];
    return { box: hex(await hpkeSeal(recipient.publicKey, ephemeral, info, bytesOf(given["plaintext"]))) };
  },
  "hpke-open": async (given) => {
    const privateKey = bytesOf(given["private_key"]);
    ensure(privateKey.length === 32, "box-key");
    const own = await keyPairOf(privateKey);
    return { plaintext: hex(await hpkeOpen(own, bytesOf(given["info"]), bytesOf(given["box"]))) };
  },
  split: (given) => ({
    fragments: split(listOf(given["coefficients"]).map(integerOf), numberOf(given["n"])).map(hex),
  }),
  recover: (given) => {
    const fragments = listOf(given["fragments"]).map(objectOf).map((f) => ({
      number: numberOf(f["number"]), fragment: bytesOf(f["fragment"]),
    }));
    return { secret: hex(recover(fragments, numberOf(given["k"]))) };
  },
};

/** All calls of this file. */
export const PRIMITIVES: Readonly<Record<string, Call>> = { ...bytes, ...points, ...codes, ...shares, ...boxes };

