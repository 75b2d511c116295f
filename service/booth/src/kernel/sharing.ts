/** Shamir's secret sharing modulo 2^255 - 19 (PROTOCOL.md sections 8 and 11). */

import { fromInteger, toInteger, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { P } from "./points.ts";

const LENGTH = 32;

/** The most fragments of a secret. */
const MOST = 255;

/** A trustee's part of a secret. */
export interface Fragment {
  /** The trustee's number, from 1. */
  readonly number: number;
  /** 32 bytes, an integer big-endian. */
  readonly fragment: Uint8Array;
}

/**
 * The fragments of trustees 1 to n, each 32 bytes: the polynomial's values.
 * @param coefficients from 0 to below P; the first is the secret, and as many open as there are
 * @throws Refused `fragment-count` unless 1 <= coefficients <= n <= 255
 */
export function split(coefficients: readonly bigint[], n: number): Bytes[] {
  ensure(coefficients.length >= 1 && coefficients.length <= n && n <= MOST, "fragment-count");
  return Array.from({ length: n }, (_, i) => {
    const value = coefficients.reduceRight((sum, coefficient) => (sum * BigInt(i + 1) + coefficient) % P, 0n);
    return fromInteger(value, LENGTH);
  });
}

/**
 * The secret, 32 bytes: the value at 0 of the polynomial through the k fragments of the lowest numbers.
 * @throws Refused `fragment-count` (fewer than k different numbers), `fragment-index` (one of 0 or above 255 among the k
 * lowest), `fragment-range`
 */
export function recover(given: readonly Fragment[], k: number): Bytes {
  const byNumber = new Map(given.map((fragment) => [fragment.number, fragment]));
  ensure(k >= 1 && byNumber.size >= k, "fragment-count");
  const fragments = [...byNumber.values()].sort((a, b) => a.number - b.number).slice(0, k);
  const numbers = fragments.map(({ number }) => number);
  const good = numbers.every((number) => Number.isSafeInteger(number) && number >= 1 && number <= MOST);
  ensure(good, "fragment-index");
  const values = fragments.map(({ fragment }) => toInteger(fragment));
  ensure(fragments.every(({ fragment }, i) => fragment.length === LENGTH && values[i]! < P), "fragment-range");
  const secret = values.reduce((sum, value, i) => sum + value * weightAtZero(numbers, i), 0n);
  return fromInteger(modulo(secret), LENGTH);
}

/** Lagrange's coefficient at 0 of the i-th of some different numbers. */
function weightAtZero(numbers: readonly number[], i: number): bigint {
  const own = BigInt(numbers[i]!);
  let numerator = 1n;
  let denominator = 1n;
  numbers.forEach((other, j) => {
    if (j === i) return;
    numerator = modulo(numerator * BigInt(other));
    denominator = modulo(denominator * (BigInt(other) - own));
  });
  return modulo(numerator * invert(denominator));
}

/** The inverse of an integer from 1 to below P. */
function invert(value: bigint): bigint {
  let [r, next, x, y] = [P, value, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, x, y] = [next, r - quotient * next, y, x - quotient * y];
  }
  return modulo(x);
}

function modulo(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}
