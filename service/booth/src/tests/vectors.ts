/** The set-up and keys that the vectors share, for tests. */

import { readFileSync } from "node:fs";

import { fromBase64url, fromHex, fromInteger, hex, toInteger, utf8, type Bytes } from "../kernel/bytes.ts";
import { manifestHashOf, type Election } from "../kernel/election.ts";
import { readSetUp } from "../kernel/voter.ts";

/** A case of a vector file. */
export interface Case {
  readonly call: string;
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly gives?: Readonly<Record<string, unknown>>;
}

/** The cases of a file, of one call. */
export function casesOf(file: string, call: string): Case[] {
  const content = JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8")) as { cases: Case[] };
  return content.cases.filter((one) => one.call === call);
}

/** Bytes of hexadecimal digits. */
export function bytesOf(value: unknown): Bytes {
  return fromHex(value as string)!;
}

/** Bytes of a text. */
export function textBytes(value: unknown): Bytes {
  return utf8(value as string);
}

/** The entries of a case's set-up. */
export function setUpOf({ given }: Case): Bytes[] {
  return (given["setup"] as string[]).map(utf8);
}

/** The election of a case's set-up. */
export function electionOf(one: Case): Election {
  const entries = setUpOf(one);
  return readSetUp(entries, manifestHashOf(entries.at(-1)!));
}

/** The prime factors of an issuer's modulus, where the vectors have them. */
export function factorsOf(modulus: Uint8Array): readonly [bigint, bigint] {
  for (const { given } of casesOf("shares.json", "share-verify")) {
    const [p, q] = [toInteger(bytesOf(given["p"])), toInteger(bytesOf(given["q"]))];
    if (hex(fromInteger(p * q, 384)) === hex(modulus)) return [p, q];
  }
  throw new Error("the vectors have no factors of this modulus");
}

/** Bytes in base64url. */
export function bytes64(text: string): Bytes {
  return fromBase64url(text)!;
}

/** Bytes that look random and are always the same. */
export function counting(): (length: number) => Bytes {
  let state = 1;
  return (length) => Uint8Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state >> 8;
  });
}
