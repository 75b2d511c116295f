/** Large texts are held against their type before they are parsed. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { utf8 } from "../kernel/bytes.ts";
import { outcome, type Outcome } from "../kernel/outcome.ts";
import { array, bool, count, object, text } from "../kernel/schema.ts";
import { hasShape } from "../kernel/shape.ts";
import { decode, encode } from "../kernel/wire.ts";

const LARGEST = 2 ** 26;
const small = object({ a: array(count), b: text(), c: object({ d: bool }) });

test("a text has the shape of its type, or has not", () => {
  const good = ['{"a":[],"b":"","c":{"d":true}}', '{"a":[0,12,-1],"b":"\\\\\\"","c":{"d":false}}', '{"a":["x"],"b":0,"c":{"d":1}}'];
  for (const each of good) assert.equal(hasShape(small, each), true, each);
  const bad = [
    "", "[]", "{}", "0", '{"a":[],"b":""}', '{"b":"","a":[],"c":{"d":true}}', '{"a":[],"b":"","c":{"d":true},"e":0}',
    '{"a":[],"b":"","c":{"d":true}} ', '{"a": [],"b":"","c":{"d":true}}', '{"a":[0,],"b":"","c":{"d":true}}',
    '{"a":[[]],"b":"","c":{"d":true}}', '{"a":[{}],"b":"","c":{"d":true}}', '{"a":[null],"b":"","c":{"d":true}}',
    '{"a":[],"b":"\\"', '{"a":[],"b":"","c":{"d":true', '{"a":[],"b":{},"c":{"d":true}}', '{"a":[1.5],"b":"","c":{"d":true}}',
  ];
  for (const each of bad) assert.equal(hasShape(small, each), false, each);
});

/** An outcome of some megabytes with everything in it. */
function largeOutcome(): Outcome {
  const payment = { ballots: 1, cents: 0, emptied: true, weight: 1 };
  const round = {
    chosen: true, completion: false, money_left: 0, payments: new Array<typeof payment>(30_000).fill(payment), price: "1/3", project: "a",
    supporters: 2, tie: [{ between: ["a", "b"], step: "lot" as const }], votes: 2,
  };
  const project = { missing: 0, project: "a", reason: "chosen" as const, supporters: 2, supporters_left: 0, votes: 2 };
  const counted = {
    ballots: 2, budget: 1, comparison: [{ against: 2, by: "exclusion" as const, cost: 1, prefer: 0, winners: ["a"] }],
    cost: 1, increments: 0, pot: "p", projects: [project], purse: "1/2", rounds: [round], rule: "equal-shares" as const,
    styles: ["s"], winners: ["a"],
  };
  const [hash, invalid] = [new Uint8Array(32), { ballot: new Uint8Array(32), reason: 'a "word" \\' }];
  return {
    contests: [{ contest: "c", counts: [counted] }], counted: 2, invalid: [invalid, invalid], kind: "outcome", lot: hash,
    manifest: hash, superseded: 0,
  };
}

test("a large outcome file is read", () => {
  const made = largeOutcome();
  const raw = encode(outcome, made);
  assert.ok(raw.length > 2 ** 20);
  assert.deepEqual(decode(outcome, raw, LARGEST), made);
});

/** A text of the most bytes that a file has, made of one piece again and again. */
function dense(head: string, piece: string, tail: string): Uint8Array<ArrayBuffer> {
  return utf8(head + piece.repeat(Math.floor((LARGEST - head.length - tail.length) / piece.length)) + tail);
}

const DENSE: Readonly<Record<string, readonly [head: string, piece: string, tail: string]>> = {
  lists: ['{"contests":[', "[],", '[]],"counted":0}'],
  objects: ['{"contests":[', "{},", '{}],"counted":0}'],
  "lists in lists": ['{"contests":[', `${"[".repeat(20)}${"]".repeat(20)},`, "[]]}"],
  numbers: ['{"contests":[', "0,", "0]}"],
  "open lists": ['{"contests":[', "[", ""],
  "objects that end nowhere": ['{"contests":[', '{"contest":"a","counts":[', ""],
};

/** The reason why a text is refused, told by a worker that may take a number of MiB. */
async function reasonWithin(raw: Uint8Array<ArrayBuffer>, mebibytes: number): Promise<unknown> {
  const worker = new Worker(new URL("narrow.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: mebibytes, maxYoungGenerationSizeMb: 16 }, transferList: [raw.buffer], workerData: raw,
  });
  const [reason] = (await once(worker, "message")) as [unknown];
  return reason;
}

for (const [name, [head, piece, tail]] of Object.entries(DENSE)) {
  test(`64 MiB of ${name} are refused, and take no more memory than the text itself twice`, async () => {
    assert.match(String(await reasonWithin(dense(head, piece, tail), 2 * LARGEST / 2 ** 20)), /^wire-(?:type|malformed)$/u);
  });
}
