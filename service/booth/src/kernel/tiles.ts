/** Tiles and entry bundles (PROTOCOL.md section 3; C2SP tlog-tiles, height 8). */

import { concat, equal, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import { rootOf } from "./merkle.ts";

/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256;
const HASH_LENGTH = 32;
const LENGTH_PREFIX = 2;

/** The place of a tile or, with level "entries", of a bundle. */
export interface TilePlace {
  /** 0 to 63; level L + 1 holds the roots of the full tiles of level L. */
  readonly level: number | "entries";
  /** From 0. */
  readonly index: number;
  /** 1 to 256; 256 for a full one. */
  readonly width: number;
}

/** The path of a tile or bundle, in its one spelling. */
export function tilePath({ level, index, width }: TilePlace): string {
  const digits = String(index);
  const padded = digits.padStart(3 * Math.ceil(digits.length / 3), "0");
  const groups = padded.match(/.{3}/g) ?? [];
  const place = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${place}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/**
 * The place that a path names.
 * @throws Refused `tile-path`
 */
export function parseTilePath(path: string): TilePlace {
  const match = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  ensure(match !== null, "tile-path");
  const [, levelText = "", indexText = "", widthText] = match;
  const level = levelText === "entries" ? levelText : Number(levelText);
  const index = Number(indexText.replace(/[x/]/g, ""));
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  ensure(level === "entries" || level <= 63, "tile-path");
  ensure(Number.isSafeInteger(index) && !indexText.startsWith("x000"), "tile-path");
  ensure(widthText === undefined || width < TILE_WIDTH, "tile-path");
  return { level, index, width };
}

/**
 * The entries of a bundle.
 * @param width how many entries it has
 * @throws Refused `bundle-length`, `bundle-entry`
 */
export function decodeBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let offset = 0;
  for (let i = 0; i < width; i++) {
    ensure(offset + LENGTH_PREFIX <= bundle.length, "bundle-length");
    const length = bundle[offset]! * 256 + bundle[offset + 1]!;
    offset += LENGTH_PREFIX;
    ensure(offset + length <= bundle.length, "bundle-length");
    ensure(length > 0, "bundle-entry");
    entries.push(bundle.subarray(offset, offset + length));
    offset += length;
  }
  ensure(offset === bundle.length, "bundle-length");
  return entries;
}

/** The bundle of entries of 1 to 65,535 bytes each. */
export function encodeBundle(entries: readonly Uint8Array[]): Bytes {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length < 1 || entry.length > 65_535) throw new RangeError("an entry has 1 to 65,535 bytes");
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/**
 * Makes sure that a tile has exactly these hashes.
 * @throws Refused `tile-length`, `tile-content`
 */
export function checkTile(tile: Uint8Array, hashes: readonly Uint8Array[]): void {
  ensure(tile.length === HASH_LENGTH * hashes.length, "tile-length");
  ensure(equal(tile, concat(...hashes)), "tile-content");
}

/** The places of all bundles of a log's size, in order. */
export function* bundlesOf(size: number): Generator<TilePlace> {
  yield* placesOf("entries", size);
}

/** The places of all hash tiles of a log's size, level by level. */
export function* tilesOf(size: number): Generator<TilePlace> {
  let hashes = size;
  for (let level = 0; hashes > 0; level++) {
    yield* placesOf(level, hashes);
    hashes = Math.floor(hashes / TILE_WIDTH);
  }
}

function* placesOf(level: number | "entries", hashes: number): Generator<TilePlace> {
  const full = Math.floor(hashes / TILE_WIDTH);
  for (let index = 0; index < full; index++) yield { level, index, width: TILE_WIDTH };
  if (hashes % TILE_WIDTH > 0) yield { level, index: full, width: hashes % TILE_WIDTH };
}

/** A hash tile as the entries lead to it. */
export interface BuiltTile {
  readonly place: TilePlace;
  readonly hashes: readonly Uint8Array[];
}

/** Builds hash tiles from leaf hashes; keeps at most 256 hashes a level. */
export class TileBuilder {
  readonly #levels: { index: number; hashes: Uint8Array[] }[] = [];

  /** Appends a leaf hash; gives the tiles that it made full, from level 0 upward. */
  append(leaf: Uint8Array): BuiltTile[] {
    const full: BuiltTile[] = [];
    let hash = leaf;
    for (let level = 0; ; level++) {
      const row = (this.#levels[level] ??= { index: 0, hashes: [] });
      row.hashes.push(hash);
      if (row.hashes.length < TILE_WIDTH) return full;
      full.push({ place: { level, index: row.index, width: TILE_WIDTH }, hashes: row.hashes });
      hash = rootOf(row.hashes);
      this.#levels[level] = { index: row.index + 1, hashes: [] };
    }
  }

  /** The partial tiles of the size so far, from level 0 upward. */
  partials(): BuiltTile[] {
    return this.#levels.flatMap(({ index, hashes }, level) =>
      hashes.length === 0 ? [] : [{ place: { level, index, width: hashes.length }, hashes: [...hashes] }],
    );
  }
}
