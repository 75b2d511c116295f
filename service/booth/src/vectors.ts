/**
 * Runs all cases of all vector files and prints where this program differs: `node dist/vectors.mjs [word ...]`.
 * Words choose cases whose file, call or name has one of them in it. The folder is VECTORS (`vectors`); audits are done by
 * WORKERS (0) threads.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { closePools } from "./judge/audit.ts";
import { answer, type Answer } from "./judge/calls.ts";
import { objectOf, textOf, type Given } from "./judge/given.ts";
import { recordCases } from "./judge/records.ts";
import { RFC_CASES } from "./judge/rfc.ts";

const WORKERS = Number(process.env["WORKERS"] ?? 0);

/** `wire-malformed`, `wire-type` and `wire-spelling` are one reason (section 2). */
const ALIKE = /^wire-(?:malformed|type|spelling)$/;

interface Case {
  readonly name: string;
  readonly call: string;
  readonly expected: Given;
  readonly run: () => Promise<Answer>;
}

/** Members in one order; lists of faults by id, wire reasons as one. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [
    name, name === "reason" && typeof member === "string" && ALIKE.test(member) ? "wire" : sorted(member)]));
}

/** The text of an answer with members in one order. */
function spell(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

/** Where two answers differ, in short. */
function difference(expected: string, given: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === given[at]) at++;
  const from = Math.max(0, at - 60);
  return `expected ...${expected.slice(from, at + 140)}\n      given    ...${given.slice(from, at + 140)}`;
}

function expectedOf(one: Given): Given {
  return "refused" in one ? { refused: one["refused"] } : { gives: one["gives"] };
}

function casesOf(file: string, content: Given): Case[] {
  if (content["cases"] === undefined) return RFC_CASES[file]?.(content) ?? [];
  const cases = "bases" in content ? recordCases(content, WORKERS) : (content["cases"] as readonly unknown[]).map(objectOf);
  return cases.map((one) => ({
    name: textOf(one["name"]), call: textOf(one["call"]), expected: expectedOf(one), run: () => answer(one),
  }));
}

function isSame(expected: Given, given: Answer): boolean {
  if ("refused" in expected && "refused" in given && ALIKE.test(given.refused)) return ALIKE.test(textOf(expected["refused"]));
  return spell(expected) === spell(given);
}

async function runFile(path: string, file: string, words: readonly string[]): Promise<number> {
  const cases = casesOf(file, objectOf(JSON.parse(readFileSync(path, "utf8"))));
  const chosen = cases.filter((one) => words.length === 0 || words.some((w) => `${file} ${one.call} ${one.name}`.includes(w)));
  let wrong = 0;
  for (const one of chosen) {
    const given = await one.run();
    if (isSame(one.expected, given)) continue;
    wrong++;
    console.log(`DIFFERS ${file}: ${one.call}: ${one.name}\n      ${difference(spell(one.expected), spell(given))}`);
  }
  console.log(`${file}: ${chosen.length - wrong} of ${chosen.length} cases agree`);
  return wrong;
}

const words = process.argv.slice(2);
const folder = process.env["VECTORS"] ?? "vectors";
let wrong = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  wrong += await runFile(join(folder, file), file, words);
}
closePools();
process.exitCode = wrong === 0 ? 0 : 1;
