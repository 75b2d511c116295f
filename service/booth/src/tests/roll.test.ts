/** What the board remembers of people, in tables that grow. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Bytes } from "../kernel/bytes.ts";
import { sha256 } from "../kernel/hash.ts";
import { Credentials, Voters } from "../kernel/roll.ts";
import { Table } from "../kernel/table.ts";

const MANY = 1200;

/** A key of its own for each number; of eight that follow each other, the first bytes are alike. */
function keyOf(number: number): Bytes {
  const key = sha256(Uint8Array.of(number >> 8, number & 0xff));
  key.set(sha256(Uint8Array.of(number >> 11, (number >> 3) & 0xff)).subarray(0, 8));
  return key;
}

test("a key is found with what was noted of it last, however many there are", () => {
  const credentials = new Credentials();
  for (let i = 0; i < MANY; i++) credentials.put(keyOf(i), { style: i % 1000, revoked: false, requested: false });
  for (let i = 0; i < MANY; i += 3) credentials.put(keyOf(i), { style: i % 1000, revoked: i % 2 === 0, requested: i % 2 === 1 });
  for (let i = 0; i < MANY; i++) {
    const isChanged = i % 3 === 0;
    const expected = { style: i % 1000, revoked: isChanged && i % 2 === 0, requested: isChanged && i % 2 === 1 };
    assert.deepEqual(credentials.find(keyOf(i)), expected);
  }
});

test("a key that never came is not there, whatever it begins with", () => {
  const credentials = new Credentials();
  assert.equal(credentials.find(keyOf(0)), null);
  for (let i = 0; i < MANY; i += 2) credentials.put(keyOf(i), { style: 0, revoked: false, requested: false });
  for (let i = 1; i < MANY; i += 2) {
    assert.equal(credentials.find(keyOf(i)), null);
    assert.ok(!credentials.has(keyOf(i)) && credentials.has(keyOf(i - 1)));
  }
});

test("the last ballots come in board order, one a voting key", () => {
  const voters = new Voters();
  const voter = { ballots: 1, release: 1 };
  for (let i = 0; i < MANY; i++) voters.put(keyOf(i), { ...voter, style: i % 7, index: 2 * MANY - i, last: keyOf(i) });
  voters.put(keyOf(5), { style: 5, ballots: 2, index: 9 * MANY, release: 2, last: keyOf(6) });
  assert.deepEqual(voters.find(keyOf(5)), { style: 5, ballots: 2, index: 9 * MANY, release: 2, last: keyOf(6) });
  const { indices, styles } = voters.last();
  assert.equal(indices.length, MANY);
  assert.deepEqual([...indices], [...indices].sort((a, b) => a - b));
  assert.equal(indices.at(-1), 9 * MANY);
  indices.forEach((index, at) => {
    assert.equal(styles[at], (index > 2 * MANY ? 5 : 2 * MANY - index) % 7);
  });
});

test("indices are kept exactly up to the largest that a log has", () => {
  const voters = new Voters();
  const index = Number.MAX_SAFE_INTEGER;
  voters.put(keyOf(1), { style: 65_535, ballots: 9, index, release: 1000, last: keyOf(2) });
  assert.equal(voters.find(keyOf(1))?.index, index);
  assert.equal(voters.last().indices[0], index);
});

test("a key of another length than 32 bytes is refused", () => {
  const table = new Table(1);
  for (const length of [0, 31, 33]) assert.throws(() => table.add(new Uint8Array(length)), RangeError);
  assert.equal(table.size, 0);
});
