/**
 * The test vectors of RFC 9180 and RFC 9474, as cases of the vector runner.
 */
import { concat, hex } from "../kernel/bytes.ts";
import { deriveKeyPair } from "../kernel/hpke.ts";
import { blind, blindSign, finalize } from "../kernel/shares.ts";
import { agree } from "../kernel/x25519.ts";
import type { Answer } from "./calls.ts";
import { bytesOf, integerOf, listOf, objectOf, textOf, type Given } from "./given.ts";

interface RfcCase {
  readonly name: string;
  readonly call: string;
  readonly expected: Given;
  readonly run: () => Promise<Answer>;
}

/** Key pairs and agreement of RFC 9180; the rest of it is fixed by the call `hpke-seal`, as this one has associated data. */
function hpkeCases(content: Given): RfcCase[] {
  const run = async (): Promise<Answer> => {
    const [ephemeral, recipient] = [await deriveKeyPair(bytesOf(content["ikm_e"])), await deriveKeyPair(bytesOf(content["ikm_r"]))];
    const shared = [await agree(ephemeral, recipient.publicKey), await agree(recipient, ephemeral.publicKey)].map(hex);
    return { gives: { pk_e: hex(ephemeral.publicKey), pk_r: hex(recipient.publicKey), same: shared[0] === shared[1] } };
  };
  const expected = { gives: { pk_e: content["pk_e"], pk_r: content["pk_r"], same: true } };
  return [{ name: "key pairs", call: "rfc9180", expected, run }];
}

function blindCase(vector: Given): RfcCase {
  const run = (): Promise<Answer> => {
    const [p, q] = [integerOf(vector["p"]), integerOf(vector["q"])];
    const modulus = bytesOf(vector["n"]);
    const prefix = bytesOf(vector["msg_prefix"] ?? "");
    const message = concat(prefix, bytesOf(vector["msg"]));
    const inverse = bytesOf(vector["inv"]);
    // The blinding factor is the inverse of `inv`.
    const n = BigInt(`0x${hex(modulus)}`);
    const factor = invert(BigInt(`0x${hex(inverse)}`), n).toString(16).padStart(2 * modulus.length, "0");
    const { blinded } = blind(modulus, message, bytesOf(vector["salt"]), bytesOf(factor));
    const signed = blindSign(p, q, blinded);
    const sig = hex(finalize(modulus, message, signed, inverse));
    return Promise.resolve({ gives: { blinded_msg: hex(blinded), blind_sig: hex(signed), sig } });
  };
  const expected = {
    gives: { blinded_msg: vector["blinded_msg"], blind_sig: vector["blind_sig"], sig: vector["sig"] },
  };
  return { name: textOf(vector["name"]), call: "rfc9474", expected, run };
}

function invert(value: bigint, n: bigint): bigint {
  let [r, next, x, y] = [n, value, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, x, y] = [next, r - quotient * next, y, x - quotient * y];
  }
  return ((x % n) + n) % n;
}

/** The cases of files that have no calls. Variants with a salt of length 0 are none of this protocol's. */
export const RFC_CASES: Readonly<Record<string, (content: Given) => RfcCase[]>> = {
  "rfc9180.json": hpkeCases,
  "rfc9474.json": (content) => listOf(content["vectors"]).map(objectOf)
    .filter((vector) => !textOf(vector["name"]).includes("PSSZERO")).map(blindCase),
};
