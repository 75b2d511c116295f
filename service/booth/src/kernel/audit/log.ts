/**
 * The log's part of an audit (PROTOCOL.md sections 3 and 13): checkpoint, entry bundles, hash tiles.
 */
import { equal } from "../bytes.ts";
import { Refused } from "../errors.ts";
import { Frontier, leafHash, rootOf } from "../merkle.ts";
import { MissingFile, readIfThere, TooLarge, type Source } from "../source.ts";
import { bundlesOf, decodeBundle, parseTilePath, TILE_WIDTH, tilePath, tilesOf, type TilePlace } from "../tiles.ts";
import type { Findings } from "./findings.ts";

const HASH = 32;
/** The most bytes of a tile or an entry bundle. */
const LIMIT = TILE_WIDTH * (2 + 65_535);

/** Hashes one after the other, in a buffer that grows. */
class Row {
  #bytes = new Uint8Array(64 * HASH);
  size = 0;

  append(hash: Uint8Array): void {
    const end = (this.size + 1) * HASH;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(hash, this.size * HASH);
    this.size++;
  }

  /** The hashes from `start` on, as one piece. */
  slice(start: number, count: number): Uint8Array {
    return this.#bytes.subarray(start * HASH, (start + count) * HASH);
  }
}

/** All hashes of the tree that the entries lead to: 32 bytes an entry, and a 255th of that above. */
export class HashTree {
  readonly #frontier = new Frontier();
  readonly #rows: Row[] = [new Row()];

  /** Number of entries. */
  get size(): number {
    return this.#frontier.size;
  }

  /** The root: 32 bytes. */
  get root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Appends an entry's hash. */
  append(leaf: Uint8Array): void {
    this.#frontier.append(leaf);
    let hash = leaf;
    for (let level = 0; ; level++) {
      const row = (this.#rows[level] ??= new Row());
      row.append(hash);
      if (row.size % TILE_WIDTH > 0) return;
      hash = rootOf(splitHashes(row.slice(row.size - TILE_WIDTH, TILE_WIDTH)));
    }
  }

  /** The hash of the entry at an index: 32 bytes. */
  leaf(index: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#rows[0]?.slice(index, 1) ?? []);
  }

  /** Whether the tree has this tile or bundle. */
  has({ level, index, width }: TilePlace): boolean {
    const row = this.#rows[level === "entries" ? 0 : level];
    return row !== undefined && TILE_WIDTH * index + width <= row.size;
  }

  /** The bytes of a hash tile that the tree has. */
  tile({ level, index, width }: TilePlace): Uint8Array {
    const row = this.#rows[level === "entries" ? 0 : level];
    return row?.slice(TILE_WIDTH * index, width) ?? new Uint8Array();
  }

  /** Whether the hashes of these entries are those from an index on. */
  holds(start: number, entries: readonly Uint8Array[]): boolean {
    return start + entries.length <= this.size
      && entries.every((entry, i) => equal(leafHash(entry), this.leaf(start + i)));
  }
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH }, (_, i) => bytes.subarray(i * HASH, (i + 1) * HASH));
}

/** The bytes that the first `width` entries of a bundle take. */
function lengthOf(bundle: Uint8Array, width: number): number {
  let offset = 0;
  for (let i = 0; i < width && offset + 2 <= bundle.length; i++) {
    offset += 2 + (bundle[offset] ?? 0) * 256 + (bundle[offset + 1] ?? 0);
  }
  return offset;
}

/**
 * A tile or bundle; of a partial one that is not there, the full one, of which only the beginning counts.
 * @throws MissingFile, TooLarge
 */
async function readTile(source: Source, place: TilePlace, limit: number): Promise<{ bytes: Uint8Array; isFuller: boolean }> {
  const path = tilePath(place);
  const own = await readIfThere(source, path, limit);
  if (own !== null) return { bytes: own, isFuller: false };
  if (place.width === TILE_WIDTH) throw new MissingFile(path);
  const full = await readIfThere(source, tilePath({ ...place, width: TILE_WIDTH }), limit);
  if (full === null) throw new MissingFile(path);
  return { bytes: full, isFuller: true };
}

/**
 * The entries of a bundle.
 * @throws Refused `bundle-length`, `bundle-entry`; MissingFile
 */
export async function readBundle(source: Source, place: TilePlace): Promise<Uint8Array[]> {
  try {
    const { bytes, isFuller } = await readTile(source, place, LIMIT);
    return decodeBundle(isFuller ? bytes.subarray(0, lengthOf(bytes, place.width)) : bytes, place.width);
  } catch (error) {
    if (error instanceof TooLarge) throw new Refused("bundle-length", error.message);
    throw error;
  }
}

/** A bundle with the index of its first entry. */
export interface Bundle {
  readonly place: TilePlace;
  readonly start: number;
  readonly entries: readonly Uint8Array[];
}

/**
 * All bundles of a size, one after the other; ends early, with a fault of L04, at the first that is not as it should be.
 */
export async function* bundles(source: Source, size: number, findings: Findings): AsyncGenerator<Bundle> {
  for (const place of bundlesOf(size)) {
    let entries: readonly Uint8Array[];
    try {
      entries = await readBundle(source, place);
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof MissingFile)) throw error;
      findings.fail("L04", tilePath(place), error instanceof Refused ? error.reason : "", error.message);
      return;
    }
    yield { place, start: TILE_WIDTH * place.index, entries };
  }
}

/** Checks L06: every hash tile of the size is there and is what the entries lead to. */
export async function checkTiles(source: Source, tree: HashTree, findings: Findings): Promise<void> {
  for (const place of tilesOf(tree.size)) {
    const path = tilePath(place);
    try {
      const { bytes, isFuller } = await readTile(source, place, LIMIT);
      const tile = isFuller ? bytes.subarray(0, HASH * place.width) : bytes;
      if (equal(tile, tree.tile(place))) findings.pass("L06");
      else findings.fail("L06", path, "tile-content", "other hashes than the entries lead to");
    } catch (error) {
      if (error instanceof MissingFile) findings.fail("L06", path, "", "there is no such tile");
      else if (error instanceof TooLarge) findings.fail("L06", path, "tile-content", "a tile that is too long");
      else throw error;
    }
  }
}

async function beginsFuller(source: Source, path: string, place: TilePlace, tree: HashTree): Promise<boolean> {
  try {
    if (place.level !== "entries") return equal(await source.read(path, LIMIT), tree.tile(place));
    const entries = decodeBundle(await source.read(path, LIMIT), place.width);
    return tree.holds(TILE_WIDTH * place.index, entries);
  } catch (error) {
    if (error instanceof MissingFile || error instanceof TooLarge || error instanceof Refused) return false;
    throw error;
  }
}

/** The place that a path names, or null if it is no tile's. */
export function placeOf(path: string): TilePlace | null {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** Checks L07: partial tiles of earlier sizes, among the paths of a folder. */
export async function checkOldTiles(
  source: Source, paths: readonly string[], tree: HashTree, findings: Findings,
): Promise<void> {
  const asked = new Set([...tilesOf(tree.size), ...bundlesOf(tree.size)].map(tilePath));
  for (const path of paths) {
    const place = placeOf(path);
    if (place === null || place.width === TILE_WIDTH || asked.has(path) || !tree.has(place)) continue;
    if (await beginsFuller(source, path, place, tree)) findings.pass("L07");
    else findings.fail("L07", path, "", "no beginning of the fuller one");
  }
}
