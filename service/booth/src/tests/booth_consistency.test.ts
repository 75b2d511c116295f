/** Proofs that a board continues itself, made from its tiles, hold for the verifier; of another board none does. */

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { proveConsistency } from "../booth/consistency.ts";
import { concat, u32 } from "../kernel/bytes.ts";
import { sha256 } from "../kernel/hash.ts";
import { Frontier, verifyConsistency } from "../kernel/merkle.ts";
import { MemorySource, MissingFile } from "../kernel/source.ts";
import { TileBuilder, tilePath, type BuiltTile } from "../kernel/tiles.ts";
import { Draws } from "./draws.ts";
import { reasonOfAsync } from "./refusals.ts";

interface Board {
  readonly files: Map<string, Uint8Array>;
  readonly source: MemorySource;
  /** By size; only of those that were asked for. */
  readonly roots: Map<number, Uint8Array>;
}

/** A board, with roots and partial tiles for these sizes. @param parts the first leaf of another past, if it has one */
function boardOf(size: number, sizes: ReadonlySet<number>, parts = Infinity): Board {
  const [tree, builder] = [new Frontier(), new TileBuilder()];
  const [files, roots] = [new Map<string, Uint8Array>(), new Map([[0, tree.root()]])];
  const put = ({ hashes, place }: BuiltTile): void => {
    files.set(tilePath(place), concat(...hashes));
  };
  for (let i = 0; i < size; i++) {
    const leaf = sha256(u32(i >= parts ? i + 2 ** 30 : i));
    tree.append(leaf);
    builder.append(leaf).forEach(put);
    if (!sizes.has(i + 1)) continue;
    builder.partials().forEach(put);
    roots.set(i + 1, tree.root());
  }
  return { files, roots, source: new MemorySource(files) };
}

/** Make the proof from one board and verify it for heads. */
async function follow(old: number, size: number, made: Board, { older, newer }: { older: Board; newer: Board }): Promise<void> {
  const proof = await proveConsistency(made.source, old, size);
  verifyConsistency(old, older.roots.get(old)!, size, newer.roots.get(size)!, proof);
}

const SMALL = 300;
const EDGES = [255, 256, 257, 511, 512, 513, 4_096, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 69_999, 70_000];
const SIZES = new Set([1, 2, 3, ...EDGES]);
let small: Board;
let large: Board;

before(() => {
  small = boardOf(SMALL, new Set(Array.from({ length: SMALL }, (_, i) => i + 1)));
  large = boardOf(70_000, SIZES);
});

test("from every size to every later one, up to 64, the proof holds", async () => {
  for (let size = 0; size <= 64; size++) {
    for (let old = 0; old <= size; old++) await follow(old, size, small, { older: small, newer: small });
  }
});

test("to 128, 257 and 300 from every size before, and to every size up to 300 from some, the proof holds", async () => {
  for (const size of [128, 257, SMALL]) {
    for (let old = 0; old <= size; old++) await follow(old, size, small, { older: small, newer: small });
  }
  const draws = new Draws(3);
  for (let size = 65; size <= SMALL; size++) {
    for (const old of [size - 1, draws.below(size), draws.below(size)]) await follow(old, size, small, { older: small, newer: small });
  }
});

test("up to 70,000 entries, at every edge of a tile, the proof holds", async () => {
  const sizes = [...SIZES];
  for (const size of sizes) {
    for (const old of sizes.filter((each) => each <= size)) await follow(old, size, large, { older: large, newer: large });
  }
});

test("a proof has the hashes that its verifier wants, none more", async () => {
  assert.deepEqual(await proveConsistency(small.source, 0, 300), []);
  assert.deepEqual(await proveConsistency(small.source, 300, 300), []);
  assert.equal((await proveConsistency(large.source, 65_536, 70_000)).length, 1);
  assert.equal((await proveConsistency(large.source, 1, 65_536)).length, 16);
});

test("a partial tile that has been replaced by the full one is read from it", async () => {
  const files = new Map(small.files);
  for (const path of files.keys()) if (path.startsWith("tile/0/000.p/")) files.delete(path);
  for (const [old, size] of [[3, 7], [100, 200], [128, 255]] as const) {
    await follow(old, size, { ...small, source: new MemorySource(files) }, { older: small, newer: small });
  }
});

test("a board with another past is refused, wherever they part", async () => {
  const other = boardOf(SMALL, new Set(Array.from({ length: SMALL }, (_, i) => i + 1)), 99);
  for (const [old, size] of [[100, 101], [100, 128], [100, 300], [128, 256], [200, 300], [256, 300]] as const) {
    for (const made of [small, other]) {
      assert.equal(await reasonOfAsync(() => follow(old, size, made, { older: small, newer: other })), "proof-root", `${old} to ${size}`);
    }
  }
  await follow(99, 300, other, { older: small, newer: other });
});

test("the same size with another root is refused", async () => {
  const other = boardOf(10, new Set([10]), 4);
  assert.equal(await reasonOfAsync(() => follow(10, 10, other, { older: small, newer: other })), "proof-root");
});

test("tiles that were changed or cut make proofs that fail, and none that holds for another board", async () => {
  const draws = new Draws(5);
  let failed = 0;
  for (let i = 0; i < 200; i++) {
    const path = draws.one(["tile/0/000", "tile/0/001.p/44"]);
    const tile = small.files.get(path)!.slice();
    const at = draws.below(tile.length);
    tile[at] = (tile[at]! + 1 + draws.below(255)) % 256;
    const source = new MemorySource(new Map([...small.files, [path, i % 4 === 0 ? tile.subarray(0, at) : tile]]));
    const old = 1 + draws.below(299);
    const reason = await reasonOfAsync(() => follow(old, 300, { ...small, source }, { older: small, newer: small }));
    assert.ok(["", "proof-root", "proof-hash"].includes(reason), reason);
    if (reason !== "") failed++;
  }
  assert.ok(failed > 50, String(failed));
});

const NO_SIZES: readonly (readonly [old: number, size: number])[] = [[2, 1], [1, 0], [301, 300], [70_000, 69_999], [-1, 300], [1.5, 300], [NaN, 300]];

test("a board that has become shorter is refused, and what is no size too, before anything is read", async () => {
  const unread = new MemorySource(new Map());
  for (const [old, size] of NO_SIZES) assert.equal(await reasonOfAsync(() => proveConsistency(unread, old, size)), "proof-size", String([old, size]));
});

test("a tile that is missing is said to be missing", async () => {
  await assert.rejects(proveConsistency(new MemorySource(new Map()), 3, 300), MissingFile);
});
