/** In which order a voter sees the projects: one of their own, and fair over all. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { orderFor } from "../booth/order.ts";
import { hex } from "../kernel/bytes.ts";
import { H } from "../kernel/hash.ts";

const PROJECTS = Array.from({ length: 12 }, (_, i) => `idee-${i}`);
const KEYS = Array.from({ length: 2_000 }, (_, i) => H("tests-order", i));

test("everything is shown, once", () => {
  for (const key of KEYS.slice(0, 200)) assert.deepEqual(orderFor(key, "wijk", PROJECTS).sort(), [...PROJECTS].sort());
  assert.deepEqual(orderFor(KEYS[0]!, "wijk", []), []);
});

test("one voter always sees the same order, however the projects are given", () => {
  for (const key of KEYS.slice(0, 50)) {
    assert.deepEqual(orderFor(key, "wijk", PROJECTS), orderFor(key.slice(), "wijk", [...PROJECTS].reverse()));
  }
});

test("the projects that are given stay in their order", () => {
  const given = [...PROJECTS];
  orderFor(KEYS[0]!, "wijk", given);
  assert.deepEqual(given, PROJECTS);
});

test("another voter, and another contest, has another order", () => {
  const orders = new Set(KEYS.slice(0, 500).flatMap((key) => ["wijk", "stad"].map((contest) => orderFor(key, contest, PROJECTS).join())));
  assert.equal(orders.size, 1_000);
});

test("the order is that of H(ballot-order, voting key, contest, project)", () => {
  for (const key of KEYS.slice(0, 200)) {
    const lots = PROJECTS.map((project) => [hex(H("ballot-order", key, "wijk", project)), project] as const);
    const expected = [...lots].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, project]) => project);
    assert.deepEqual(orderFor(key, "wijk", PROJECTS), expected);
  }
});

test("over 2,000 voters each project stands about equally often on each place", () => {
  const orders = KEYS.map((key) => orderFor(key, "wijk", PROJECTS));
  const expected = KEYS.length / PROJECTS.length;
  for (let place = 0; place < PROJECTS.length; place++) {
    const counts = PROJECTS.map((project) => orders.filter((order) => order[place] === project).length);
    const deviation = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // Chi-square of 11 degrees of freedom is above 35 once in 4,000 times.
    assert.ok(deviation < 35, `place ${place}: ${deviation}`);
  }
});
