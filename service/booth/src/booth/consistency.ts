/**
 * The hashes which prove that a board continues an earlier state of itself, made from its tiles (RFC 6962 section
 * 2.1.2; C2SP tlog-tiles). Whoever verifies them trusts no tile: wrong ones only make a proof that fails.
 */

import { Refused } from "../kernel/errors.ts";
import { nodeHash } from "../kernel/merkle.ts";
import { MissingFile, type Source } from "../kernel/source.ts";
import { TILE_WIDTH, tilePath } from "../kernel/tiles.ts";

const HASH = 32;
const TILE_BYTES = TILE_WIDTH * HASH;
const LEVEL_BITS = 8;

/**
 * The proof of two sizes of one log.
 * @throws Refused `proof-size` unless 0 <= old <= size; MissingFile
 */
export async function proveConsistency(source: Source, old: number, size: number): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(old) && old >= 0 && old <= size)) throw new Refused("proof-size", `the board had ${old} entries and now has ${size}`);
  if (old === 0 || old === size) return [];
  const tree = new Tiles(source, size);
  const proof: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end !== old) {
    const middle = start + largestPower(end - start);
    if (old <= middle) {
      proof.push(await tree.range(middle, end));
      end = middle;
    } else {
      proof.push(await tree.range(start, middle));
      start = middle;
    }
  }
  if (start !== 0) proof.push(await tree.range(start, end));
  return proof.reverse();
}

/** The largest power of two below a number of 2 or more. */
function largestPower(width: number): number {
  return 2 ** (Math.ceil(Math.log2(width)) - 1);
}

/** The hashes of a log of one size, from its tiles, each read once. */
class Tiles {
  readonly #source: Source;
  readonly #size: number;
  readonly #read = new Map<string, Promise<Uint8Array>>();

  constructor(source: Source, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** The hash over the entries from start to below end; a whole subtree, or one that ends with the log. */
  async range(start: number, end: number): Promise<Uint8Array> {
    const width = end - start;
    if (Number.isInteger(Math.log2(width)) && start % width === 0) return this.#node(start, width);
    const middle = start + largestPower(width);
    return nodeHash(await this.range(start, middle), await this.range(middle, end));
  }

  /** The hash of a whole subtree: in a tile every eighth level stands, those between are made. */
  async #node(start: number, width: number): Promise<Uint8Array> {
    const level = Math.log2(width);
    if (level % LEVEL_BITS !== 0) {
      const half = width / 2;
      return nodeHash(await this.#node(start, half), await this.#node(start + half, half));
    }
    const [row, at] = [level / LEVEL_BITS, start / width];
    const tile = await this.#tile(row, Math.floor(at / TILE_WIDTH));
    const offset = (at % TILE_WIDTH) * HASH;
    return tile.subarray(offset, offset + HASH);
  }

  #tile(level: number, index: number): Promise<Uint8Array> {
    const here = Math.floor(this.#size / TILE_WIDTH ** level) - index * TILE_WIDTH;
    const place = { level, index, width: Math.min(here, TILE_WIDTH) };
    const path = tilePath(place);
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const read = this.#source.read(path, TILE_BYTES).catch((error: unknown) => {
      if (!(error instanceof MissingFile) || place.width === TILE_WIDTH) throw error;
      return this.#source.read(tilePath({ ...place, width: TILE_WIDTH }), TILE_BYTES);
    });
    this.#read.set(path, read);
    return read;
  }
}
