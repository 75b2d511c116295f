/** The Merkle tree of RFC 6962 / RFC 9162 (PROTOCOL.md section 3): hashes, roots, proofs. */

import { concat, equal, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { sha256 } from "./hash.ts";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

/** The hash of a leaf, which is also an entry's hash: 32 bytes. */
export function leafHash(entry: Uint8Array): Bytes {
  return sha256(concat(LEAF, entry));
}

/** The hash of two nodes, each of 32 bytes: 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(concat(NODE, left, right));
}

/** The root over leaf hashes. */
export function rootOf(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const frontier = new Frontier();
  for (const leaf of leafHashes) frontier.append(leaf);
  return frontier.root();
}

/** A tree that grows, of which only the roots of its complete subtrees are kept: at most 53 hashes. */
export class Frontier {
  readonly #subtrees: Uint8Array[] = [];
  #size = 0;

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Appends one leaf by its hash (see {@link leafHash}). */
  append(leaf: Uint8Array): void {
    let node = leaf;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#subtrees.pop();
      if (left !== undefined) node = nodeHash(left, node);
    }
    this.#subtrees.push(node);
    this.#size++;
  }

  /** The root over all leaves so far. */
  root(): Uint8Array {
    const last = this.#subtrees.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    return this.#subtrees.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }

  /** A tree of its own with the same leaves. */
  clone(): Frontier {
    const other = new Frontier();
    other.#subtrees.push(...this.#subtrees);
    other.#size = this.#size;
    return other;
  }
}

/**
 * Makes sure that the leaf with this hash stands at `index` of the tree.
 * @param proof hashes from the leaf upward
 * @throws Refused `proof-index`, `proof-hash`, `proof-length`, `proof-root`
 */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  ensure(isSize(size) && isSize(index) && index < size, "proof-index");
  ensureHashes([leaf, root, ...proof]);
  ensure(proof.length === pathLength(index, size), "proof-length");
  ensure(equal(climb(leaf, index, size, proof), root), "proof-root");
}

/**
 * Makes sure that the tree of `oldSize` leaves is the beginning of the one of `newSize`.
 * @param proof hashes as RFC 9162 section 2.1.4 orders them; none for equal sizes and from size 0
 * @throws Refused `proof-size`, `proof-hash`, `proof-length`, `proof-root`
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  ensure(isSize(oldSize) && isSize(newSize) && oldSize <= newSize, "proof-size");
  ensureHashes([oldRoot, newRoot, ...proof]);
  if (oldSize === 0) {
    ensure(proof.length === 0, "proof-length");
    ensure(equal(oldRoot, EMPTY_ROOT), "proof-root");
    ensure(newSize > 0 || equal(newRoot, EMPTY_ROOT), "proof-root");
    return;
  }
  ensure(proof.length === bridgeLength(oldSize, newSize, true), "proof-length");
  const [older, newer] = bridge(oldSize, newSize, proof, oldRoot);
  ensure(equal(older, oldRoot) && equal(newer, newRoot), "proof-root");
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function ensureHashes(hashes: readonly Uint8Array[]): void {
  ensure(hashes.every((hash) => hash.length === 32), "proof-hash");
}

/** The largest power of two below `size`, which is at least 2: the leaves of the left subtree. */
function split(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

function pathLength(index: number, size: number): number {
  if (size === 1) return 0;
  const left = split(size);
  return 1 + (index < left ? pathLength(index, left) : pathLength(index - left, size - left));
}

function climb(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[]): Uint8Array {
  const sibling = proof.at(-1);
  if (size === 1 || sibling === undefined) return leaf;
  const left = split(size);
  const rest = proof.slice(0, -1);
  return index < left
    ? nodeHash(climb(leaf, index, left, rest), sibling)
    : nodeHash(sibling, climb(leaf, index - left, size - left, rest));
}

function bridgeLength(oldSize: number, newSize: number, whole: boolean): number {
  if (oldSize === newSize) return whole ? 0 : 1;
  const left = split(newSize);
  return 1 + (oldSize <= left ? bridgeLength(oldSize, left, whole) : bridgeLength(oldSize - left, newSize - left, false));
}

/**
 * Both roots of a subtree of which the first `oldSize` leaves are old.
 * @param whole the old tree's root as long as the subtree holds the whole old tree, which then is not in the proof
 */
function bridge(
  oldSize: number,
  newSize: number,
  proof: readonly Uint8Array[],
  whole?: Uint8Array,
): readonly [Uint8Array, Uint8Array] {
  const last = proof.at(-1) ?? EMPTY_ROOT;
  if (oldSize === newSize) {
    const root = whole ?? last;
    return [root, root];
  }
  const left = split(newSize);
  const rest = proof.slice(0, -1);
  if (oldSize <= left) {
    const [older, newer] = bridge(oldSize, left, rest, whole);
    return [older, nodeHash(newer, last)];
  }
  const [older, newer] = bridge(oldSize - left, newSize - left, rest);
  return [nodeHash(last, older), nodeHash(last, newer)];
}
