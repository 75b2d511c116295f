/** Public keys of Ed25519 and X25519 (PROTOCOL.md section 2). */

import { ed25519 } from "@noble/curves/ed25519.js";

import { hex, toIntegerLE } from "./bytes.ts";
import { ensure, Refused } from "./errors.ts";

/** The prime of both curves: 2^255 - 19. */
export const P = 2n ** 255n - 19n;

const SIGN = 2n ** 255n;

/** X25519 public keys which give the same secret whatever the private key is. */
const LOW_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
]);

/** A point of the Ed25519 curve. */
export type Point = ReturnType<typeof ed25519.Point.fromBytes>;

/**
 * The point that 32 bytes encode canonically, of whatever order.
 * @throws Refused `point-length`, `point-not-canonical`, `point-not-on-curve`
 */
export function decodePoint(encoded: Uint8Array): Point {
  ensure(encoded.length === 32, "point-length");
  const integer = toIntegerLE(encoded);
  const y = integer % SIGN;
  // Of the two points with x = 0, the encoding with the sign bit is a second one.
  const needlessSign = integer >= SIGN && (y === 1n || y === P - 1n);
  ensure(y < P && !needlessSign, "point-not-canonical");
  try {
    return ed25519.Point.fromBytes(encoded, false);
  } catch {
    throw new Refused("point-not-on-curve");
  }
}

/** Whether a point's order is exactly L: not the identity, and without a torsion component. */
export function hasPrimeOrder(point: Point): boolean {
  return !point.is0() && point.isTorsionFree();
}

/** How many public keys that were good are remembered: officials and partners sign again and again, and the check takes as long as a signature. */
const REMEMBERED = 4096;

const good = new Map<string, Point>();

/**
 * The point of an Ed25519 public key; one that was good is remembered, one that was not is looked at anew.
 * @throws Refused `point-length`, `point-not-canonical`, `point-not-on-curve`, `point-small-order`
 */
export function publicPoint(key: Uint8Array): Point {
  const name = hex(key);
  const known = good.get(name);
  if (known !== undefined) return known;
  const point = decodePoint(key);
  ensure(hasPrimeOrder(point), "point-small-order");
  if (good.size >= REMEMBERED) good.clear();
  good.set(name, point);
  return point;
}

/**
 * Makes sure that bytes are an Ed25519 public key.
 * @throws Refused the reasons of {@link publicPoint}
 */
export function checkEd25519Key(key: Uint8Array): void {
  publicPoint(key);
}

/**
 * Makes sure that bytes are an X25519 public key.
 * @throws Refused `x25519-length`, `x25519-not-canonical`, `x25519-low-order`
 */
export function checkX25519Key(key: Uint8Array): void {
  ensure(key.length === 32, "x25519-length");
  const u = toIntegerLE(key);
  ensure(u < P, "x25519-not-canonical");
  ensure(!LOW_ORDER.has(u), "x25519-low-order");
}
