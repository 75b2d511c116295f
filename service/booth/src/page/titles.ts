/**
 * Note the titles of styles, contests and projects while the audit reads the set-up, for people to read.
 *
 * What is noted comes from the very bytes that the audit reads first and rebuilds the root from. So the titles are
 * the board's if the audit is valid, and what somebody claims if not.
 */

import { rule as ruleSchema, type Rule } from "../kernel/manifest.ts";
import type { Source } from "../kernel/source.ts";

export interface ContestTitles {
  readonly title: string;
  readonly pots: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, { readonly title: string; readonly cost: number }>;
  /** How it is counted; null where the board says nothing that is a rule. */
  readonly rule: Rule | null;
}

export interface Titles {
  election: string;
  readonly styles: Map<string, string>;
  readonly contests: Map<string, ContestTitles>;
}

const BUNDLE = /^tile\/entries\/000(?:\.p\/\d+)?$|^tile\/entries\/00[1-7](?:\.p\/\d+)?$/u;

export class NotingSource implements Source {
  readonly titles: Titles = { election: "", styles: new Map(), contests: new Map() };
  readonly #inner: Source;
  readonly #seen = new Set<string>();

  constructor(inner: Source) {
    this.#inner = inner;
  }

  paths(): Promise<readonly string[] | null> {
    return this.#inner.paths();
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    const raw = await this.#inner.read(path, limit);
    if (BUNDLE.test(path) && !this.#seen.has(path)) {
      this.#seen.add(path);
      if (this.titles.election === "") this.#note(raw);
    }
    return raw;
  }

  #note(bundle: Uint8Array): void {
    for (const raw of entriesOf(bundle)) {
      const entry = parse(raw);
      if (entry !== null) noteEntry(this.titles, entry);
      if (this.titles.election !== "") return;
    }
  }
}

/** Yield the entries of a bundle: two bytes of length, then the entry. What is cut ends it. */
function* entriesOf(bundle: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  for (let at = 0; at + 2 <= bundle.length; ) {
    const length = view.getUint16(at);
    yield bundle.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
}

function parse(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw));
  } catch {
    return null;
  }
}

type Json = Record<string, unknown>;

function noteEntry(titles: Titles, found: unknown): void {
  const entry = asObject(found);
  const id = asText(entry["id"]);
  if (entry["kind"] === "style") titles.styles.set(id, asText(entry["title"]));
  if (entry["kind"] === "contest") titles.contests.set(id, readContest(entry));
  if (entry["kind"] === "manifest") titles.election = asText(entry["title"]);
}

function readContest(entry: Json): ContestTitles {
  const pots = asList(entry["pots"]).map((each) => [asText(each["id"]), asText(each["title"])] as const);
  const projects = asList(entry["projects"]).map((each) => {
    const cost = typeof each["cost"] === "number" ? each["cost"] : 0;
    return [asText(each["id"]), { title: asText(each["title"]), cost }] as const;
  });
  return {
    title: asText(entry["title"]),
    pots: new Map(pots),
    projects: new Map(projects),
    rule: readRule(entry["rule"]),
  };
}

function readRule(found: unknown): Rule | null {
  try {
    return ruleSchema.read(found);
  } catch {
    return null;
  }
}

function asObject(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function asList(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
