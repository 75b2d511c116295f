/**
 * Reading what a judge's call is given: JSON of any shape, turned into the kernel's types.
 */
import { fromHex, utf8, type Bytes } from "../kernel/bytes.ts";
import { Board } from "../kernel/board.ts";
import type { Election } from "../kernel/election.ts";

/** What a call is given. */
export type Given = Readonly<Record<string, unknown>>;
/** One call: what it gives, or a refusal that it throws. */
export type Call = (given: Given) => unknown;

/** A text. @throws TypeError */
export function textOf(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("expected a text");
  return value;
}

/** A number. @throws TypeError */
export function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("expected a number");
  return value;
}

/** An array. @throws TypeError */
export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("expected a list");
  return value;
}

/** An object. @throws TypeError */
export function objectOf(value: unknown): Given {
  if (typeof value !== "object" || value === null) throw new TypeError("expected an object");
  return value as Given;
}

/** Bytes from hexadecimal digits. @throws TypeError */
export function bytesOf(value: unknown): Bytes {
  const bytes = fromHex(textOf(value));
  if (bytes === null) throw new TypeError("expected hexadecimal digits");
  return bytes;
}

/** An integer from hexadecimal digits. */
export function integerOf(value: unknown): bigint {
  return BigInt(`0x${textOf(value)}`);
}

/** Bytes of entries that are given as texts. */
export function entriesOf(value: unknown): Bytes[] {
  return listOf(value).map((entry) => utf8(textOf(entry)));
}

/** The origin of the log in all vectors, which do not name it. */
const ORIGIN = "wijk.example/board";

/** The board on which these entries stand. @throws Refused */
export async function boardOf(entries: readonly Uint8Array[]): Promise<Board> {
  const board = new Board(ORIGIN);
  for (const entry of entries) await board.append(entry);
  return board;
}

/** The election of set-up entries. @throws Refused */
export async function electionOf(value: unknown): Promise<Election> {
  const { election } = await boardOf(entriesOf(value));
  if (election === null) throw new TypeError("expected a manifest");
  return election;
}
