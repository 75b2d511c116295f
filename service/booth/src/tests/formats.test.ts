/** Hostile JSON, notes, proofs and trees. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { base64, base64url, compare, concat, fromBase64, fromBase64url, fromDecimal, hex, u64, utf8 } from "../kernel/bytes.ts";
import { formatCheckpoint, isWitnessedSince, openWitnessed, parseHead } from "../kernel/checkpoint.ts";
import { parseCode } from "../kernel/codes.ts";
import { leafHash, nodeHash, rootOf, verifyConsistency, verifyInclusion, EMPTY_ROOT } from "../kernel/merkle.ts";
import { cosignedMessage, formatNoteKey, KEY_TYPES, noteKey, openNote, parseNoteKey, signNote } from "../kernel/note.ts";
import { array, count, object, text, type Schema } from "../kernel/schema.ts";
import { publicKeyOf, sign } from "../kernel/signing.ts";
import { parseTilePath, TileBuilder, tilePath, tilesOf } from "../kernel/tiles.ts";
import { decode, encode } from "../kernel/wire.ts";
import { reasonOf } from "./refusals.ts";

const record = object({ a: array(count), b: text() });

function read(source: string, schema: Schema<unknown> = record): string {
  return reasonOf(() => decode(schema, utf8(source), 2 ** 26));
}

test("JSON: one spelling only", () => {
  assert.equal(read('{"a":[0,9007199254740991],"b":"é\u2028\u007f\\"\\\\\\u001f\\n"}'), "");
  const spellings = ['{"a":[],"b":"\\u00e9"}', '{"a":[],"b":"\\/"}', '{"a":[],"b":"\\u000a"}', '{"a":[],"b":"\\u001F"}'];
  for (const spelling of spellings) assert.equal(read(spelling), "wire-spelling");
  for (const number of ["-0", "0.0", "1e0", "1E0", "9007199254740992", "9007199254740991.2", "1e400", "-1"]) {
    assert.equal(read(`{"a":[${number}],"b":""}`), "wire-type", number);
  }
  assert.equal(read('{"__proto__":1,"a":[],"b":""}'), "wire-type");
  assert.equal(read('{"a":[],"b":"","b":""}'), "wire-spelling");
  assert.equal(read('{"a":[],"b":"","toString":1}'), "wire-type");
  assert.equal(read('{"a":[],"b":"\\udead"}'), "wire-malformed");
  assert.equal(read('{"a":[],"b":"","\\udead":1}'), "wire-malformed");
  assert.equal(read('{"a":[],"b":"\\ud83d\\ude00"}'), "wire-spelling");
});

test("JSON: hostile sizes end in a refusal", () => {
  assert.equal(read("[".repeat(2 ** 20)), "wire-malformed");
  assert.equal(read(`{"a":[],"b":"${"\\\\".repeat(2 ** 18)}" }`), "wire-spelling");
  // Of more than a megabyte the reasons are one: the text is held against its type first.
  assert.equal(read(`{"a":[],"b":"${"x".repeat(2 ** 24)}" }`), "wire-type");
  assert.equal(read(`"${'\\"'.repeat(2 ** 18)}`), "wire-malformed");
});

test("JSON: what is written is read again", () => {
  for (let unit = 0; unit < 0x300; unit++) {
    const value = { a: [unit], b: `x${String.fromCharCode(unit)}y` };
    assert.deepEqual(decode(record, encode(record, value), 1000), value);
  }
});

test("base64: unused bits, padding and alphabets", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
    assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
    assert.equal(hex(fromBase64(base64(bytes)) ?? new Uint8Array(1)), hex(bytes));
    assert.equal(hex(fromBase64url(base64url(bytes)) ?? new Uint8Array(1)), hex(bytes));
  }
  for (const bad of ["=", "====", "A===", "AA=A", "AB==", "AAB=", "AA", "A-==", "AAAA=", "\u0141AAA", "AA==\n"]) {
    assert.equal(fromBase64(bad), null, bad);
  }
  for (const bad of ["00", "01", "+1", "1e3", " 1", "9007199254740992", "99999999999999999", "\u0661", ""]) {
    if (bad !== "") assert.equal(fromDecimal(bad), null, bad);
  }
});

/** The tree and proofs of RFC 9162 section 2.1, word for word. */
const rfc = {
  split(n: number): number {
    let k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  },
  root(d: readonly Uint8Array[]): Uint8Array {
    if (d.length === 0) return EMPTY_ROOT;
    if (d.length === 1) return d[0]!;
    const k = rfc.split(d.length);
    return nodeHash(rfc.root(d.slice(0, k)), rfc.root(d.slice(k)));
  },
  path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
    if (d.length === 1) return [];
    const k = rfc.split(d.length);
    if (m < k) return [...rfc.path(m, d.slice(0, k)), rfc.root(d.slice(k))];
    return [...rfc.path(m - k, d.slice(k)), rfc.root(d.slice(0, k))];
  },
  subproof(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
    if (m === d.length) return whole ? [] : [rfc.root(d)];
    const k = rfc.split(d.length);
    if (m <= k) return [...rfc.subproof(m, d.slice(0, k), whole), rfc.root(d.slice(k))];
    return [...rfc.subproof(m - k, d.slice(k), false), rfc.root(d.slice(0, k))];
  },
};

const LEAVES = Array.from({ length: 34 }, (_, i) => leafHash(Uint8Array.of(i)));

test("Merkle: every inclusion proof up to 34 leaves, and none for another place", () => {
  for (let size = 1; size <= LEAVES.length; size++) {
    const leaves = LEAVES.slice(0, size);
    const root = rfc.root(leaves);
    assert.equal(hex(rootOf(leaves)), hex(root));
    leaves.forEach((leaf, index) => {
      const proof = rfc.path(index, leaves);
      verifyInclusion(leaf, index, size, proof, root);
      for (let other = 0; other <= size; other++) {
        if (other === index) continue;
        assert.notEqual(reasonOf(() => { verifyInclusion(leaf, other, size, proof, root); }), "");
      }
      assert.equal(reasonOf(() => { verifyInclusion(leaf, index, size, [...proof, leaf], root); }), "proof-length");
    });
  }
});

test("Merkle: every consistency proof up to 34 leaves, and none for another size", () => {
  for (let size = 1; size <= LEAVES.length; size++) {
    const leaves = LEAVES.slice(0, size);
    const root = rfc.root(leaves);
    for (let old = 1; old <= size; old++) {
      const oldRoot = rfc.root(leaves.slice(0, old));
      const proof = rfc.subproof(old, leaves, true);
      verifyConsistency(old, oldRoot, size, root, proof);
      const changed = proof.map((one, i) => (i === 0 ? leafHash(one) : one));
      if (proof.length > 0) assert.notEqual(reasonOf(() => { verifyConsistency(old, oldRoot, size, root, changed); }), "");
      assert.notEqual(reasonOf(() => { verifyConsistency(old, leafHash(oldRoot), size, root, proof); }), "");
    }
    assert.equal(reasonOf(() => { verifyConsistency(size + 1, root, size, root, []); }), "proof-size");
  }
});

test("Merkle: sizes near 2^53 take few steps", () => {
  const size = Number.MAX_SAFE_INTEGER;
  assert.equal(reasonOf(() => { verifyInclusion(EMPTY_ROOT, size - 1, size, [], EMPTY_ROOT); }), "proof-length");
  assert.equal(reasonOf(() => { verifyInclusion(EMPTY_ROOT, size, size, [], EMPTY_ROOT); }), "proof-index");
  assert.equal(reasonOf(() => { verifyConsistency(size - 1, EMPTY_ROOT, size, EMPTY_ROOT, []); }), "proof-length");
});

test("tiles: what is built has the places of the size, and its top is the root", () => {
  const builder = new TileBuilder();
  const built = Array.from({ length: 70_000 }, (_, i) => builder.append(leafHash(utf8(String(i))))).flat();
  const all = [...built, ...builder.partials()].map(({ place }) => tilePath(place)).sort();
  assert.deepEqual(all, [...tilesOf(70_000)].map(tilePath).sort());
  assert.equal(all.length, 277);
  for (const path of all) assert.equal(tilePath(parseTilePath(path)), path);
  for (const bad of ["tile/0/x001/00", "tile/0/1000", "tile/0/x000", "tile/-1/000", "tile/0/000/", "tile/0/000.p/1/",
    "tile/0/000\n", "tile/entries/000.p/0", `tile/0/${"x999/".repeat(9)}999`, "tile/0/X001/000"]) {
    assert.equal(reasonOf(() => parseTilePath(bad)), "tile-path", bad);
  }
});

const SEED = new Uint8Array(32).fill(1);
const OPERATOR = noteKey("log.example", KEY_TYPES.note, publicKeyOf(SEED));

test("notes: lines that are almost good", () => {
  const body = "text\n";
  const line = signNote("log.example", SEED, OPERATOR.key, body);
  const reason = (note: string): string => reasonOf(() => openNote(utf8(note), [OPERATOR]));
  assert.equal(reason(`${body}\n${line}`), "");
  assert.equal(reason(`${body}\n${line}${line}`), "");
  assert.equal(reason(`${body}\n${line}\n`), "note-form");
  assert.equal(reason(`${body}\n`), "note-form");
  assert.equal(reason(""), "note-form");
  assert.equal(reason(`${body}\n${line.replace("\u2014", "-")}`), "note-form");
  assert.equal(reason(`${body}\n${line.replace("log.example", "log\u00a0example")}`), "note-name");
  assert.equal(reason(`${body}\n${line.replace("log.example", "")}`), "note-form");
  assert.equal(reason(`${body}\n${line.replace("log.example", "log.example ")}`), "note-form");
  assert.equal(reason(`${body}\n${line}\u2014 a AAAA\n`), "note-base64");
  assert.equal(reason(`${body}\n${line}\u2014 a AAAAAAA=\n`), "");
  assert.equal(reason(`\ufeff${body}\n${line}`), "note-signature");
  assert.equal(reason(`${body}\r\n\n${line}`), "note-control");
});

test("verifier keys have one spelling", () => {
  const good = formatNoteKey(OPERATOR);
  assert.deepEqual(parseNoteKey(good).key, OPERATOR.key);
  const reason = (vkey: string): string => reasonOf(() => parseNoteKey(vkey));
  const [name = "", id = "", ...rest] = good.split("+");
  const key = rest.join("+");
  assert.equal(reason(`${name}+${id.toUpperCase()}+${key}`), /[a-f]/.test(id) ? "note-vkey" : "");
  assert.equal(reason(`+${id}+${key}`), "note-vkey");
  assert.equal(reason(`${name}+${id}+`), "note-vkey");
  assert.equal(reason(`${name} x+${id}+${key}`), "note-vkey");
  assert.equal(reason(`${name}+${id}+${key}\n`), "note-vkey");
  assert.equal(reason(""), "note-vkey");
});

test("checkpoints have one spelling", () => {
  const head = { origin: "o", size: 3, root: EMPTY_ROOT };
  assert.equal(compare(parseHead(formatCheckpoint(head)).root, EMPTY_ROOT), 0);
  const reason = (lines: string): string => reasonOf(() => parseHead(lines));
  const root = base64(EMPTY_ROOT);
  assert.equal(reason(`o\n3\n${root}`), "checkpoint-form");
  assert.equal(reason(`o\n3\n${root}\n\n`), "checkpoint-form");
  assert.equal(reason(`\n3\n${root}\n`), "checkpoint-form");
  assert.equal(reason(`o\n+3\n${root}\n`), "checkpoint-size");
  assert.equal(reason(`o\n9007199254740992\n${root}\n`), "checkpoint-size");
  assert.equal(reason(`o\n3\n${root.replace("=", "")}\n`), "checkpoint-hash");
});

const WITNESS_SEED = new Uint8Array(32).fill(2);
const WITNESS = noteKey("log.example/one", KEY_TYPES.cosignature, publicKeyOf(WITNESS_SEED));

/** A cosignature line; `signed` is the time in its message. */
function cosign(body: string, time: bigint, signed = time): string {
  const signature = sign(WITNESS_SEED, cosignedMessage(body, signed));
  return `\u2014 log.example/one ${base64(concat(WITNESS.id, u64(time), signature))}\n`;
}

test("cosignatures: the earliest of a key counts once, a bad one refuses all", () => {
  const body = formatCheckpoint({ origin: "log.example", size: 3, root: EMPTY_ROOT });
  const start = `${body}\n${signNote("log.example", SEED, OPERATOR.key, body)}`;
  const parties = { operator: OPERATOR, witnesses: [WITNESS], threshold: 1 };
  const head = openWitnessed(utf8(start + cosign(body, 9n) + cosign(body, 7n) + cosign(body, 8n)), parties);
  assert.deepEqual(head.times, [{ name: WITNESS.name, time: 7n }]);
  assert.ok(isWitnessedSince(head, 7, 1) && !isWitnessedSince(head, 8, 1));
  const reason = (note: string, threshold = 1): string =>
    reasonOf(() => openWitnessed(utf8(note), { ...parties, threshold }));
  assert.equal(reason(start + cosign(body, 9n) + cosign(body, 9n), 2), "witness-threshold");
  assert.equal(reason(start + cosign(body, 9n) + cosign(body, 8n, 9n)), "note-signature");
  assert.equal(reason(start + cosign(body, 0n)), "cosignature-time");
  assert.equal(reason(start + cosign(body, 2n ** 63n)), "cosignature-time");
  assert.equal(reason(start + cosign(body, 2n ** 63n - 1n)), "");
  assert.equal(reason(`${body}\n${cosign(body, 9n)}`), "note-unsigned");
  const twins = { ...parties, witnesses: [WITNESS, noteKey("log.example/two", KEY_TYPES.cosignature, WITNESS.key)] };
  assert.equal(reasonOf(() => openWitnessed(utf8(start), twins)), "witness-keys");
});

test("codes: what is forgiven, and what only looks like it", () => {
  for (const dash of ["\u2010", "\u2015", "\u00a0", "-\t\r\n "]) {
    assert.equal(parseCode(["0000", "0000", "0000", "0012"].join(dash)), "000000000000001");
  }
  for (const other of ["\u2212", "\u200b", "\u3000", "\ud83d\ude00", "\u017f", "\u0131", "\uff10", "U", "\ud800"]) {
    assert.equal(reasonOf(() => parseCode(`${other}00000000000001`)), "code-length");
    assert.equal(reasonOf(() => parseCode(`${other}000000000000012`)), "code-symbol", other);
  }
});
