/**
 * Exact fractions of big integers, as the count needs them (PROTOCOL.md section 12: "Arithmetic is exact").
 */

/** A fraction in lowest terms; `d` is at least 1 and `n` at least 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** The greatest common divisor of two integers of at least 0. */
export function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The fraction n/d in lowest terms; d is above 0. */
export function fraction(n: bigint, d: bigint): Fraction {
  const g = gcd(n, d);
  return g === 1n ? { n, d } : { n: n / g, d: d / g };
}

/** Less than 0, 0, or more than 0, as one fraction (of any terms) is less than, equal to, or more than another. */
export function compare(a: Fraction, b: Fraction): number {
  const [left, right] = [a.n * b.d, b.n * a.d];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `numerator/denominator`, the spelling of a price in the outcome file (section 14). */
export function spell(f: Fraction): string {
  return `${f.n}/${f.d}`;
}

/** The number of bits of an integer of at least 0 (to the next multiple of four). */
export function bits(n: bigint): number {
  return n === 0n ? 0 : n.toString(16).length * 4;
}

/**
 * n/d as a floating point number with a relative error below 2^-50, if the quotient is between 2^-800 and 2^120;
 * smaller quotients may come out as 0. `dBits` is `bits(d)`, which callers with many n keep.
 */
export function approximate(n: bigint, d: bigint, dBits: number): number {
  const shift = BigInt(Math.max(0, dBits - 900));
  return Number(n >> shift) / Number(d >> shift);
}
