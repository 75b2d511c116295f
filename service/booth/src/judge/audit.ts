/**
 * The judge's call for PROTOCOL.md section 13: whole records.
 */
import { audit, type AuditOptions } from "../kernel/audit/run.ts";
import { fromBase64 } from "../kernel/bytes.ts";
import type { Pool } from "../kernel/pool.ts";
import { MemorySource, type Source } from "../kernel/source.ts";
import { FolderSource } from "../node/folder.ts";
import { threadPool } from "../node/threads.ts";
import { bytesOf, numberOf, objectOf, textOf, type Call, type Given } from "./given.ts";

function sourceOf(given: Given): Source {
  if (given["folder"] !== undefined) return new FolderSource(textOf(given["folder"]));
  return new MemorySource(new Map(Object.entries(objectOf(given["files"])).map(([path, text]) => {
    const bytes = fromBase64(textOf(text));
    if (bytes === null) throw new TypeError("expected base64");
    return [path, bytes];
  })));
}

/** Pools by number of threads, which are kept from call to call. */
const POOLS = new Map<number, Pool>();

function poolOf(threads: number): Pool {
  const pool = POOLS.get(threads) ?? threadPool(threads);
  POOLS.set(threads, pool);
  return pool;
}

/** Ends the threads of all audits. */
export function closePools(): void {
  for (const pool of POOLS.values()) pool.close();
  POOLS.clear();
}

const call: Call = async (given) => {
  const options: { -readonly [K in keyof AuditOptions]: AuditOptions[K] } = {};
  const [manifest, operator] = [textOf(given["manifest"] ?? ""), textOf(given["operator"] ?? "")];
  if (manifest !== "") options.manifest = bytesOf(manifest);
  if (operator !== "") options.operator = operator;
  const threads = numberOf(given["workers"] ?? 0);
  if (threads > 0) options.pool = poolOf(threads);
  const result = await audit(sourceOf(given), options);
  return {
    valid: result.valid,
    anchored: result.anchored,
    slack: result.slack,
    checks: result.checks.map(({ id, ok, reached, count, at }) => ({ id, ok, reached, count, at })),
    faults: result.faults.map(({ id, at, reason }) => ({ id, at, reason })),
    phase: result.phase,
    size: result.size,
    root: result.root,
    manifest: result.manifest,
    turnout: result.turnout,
    invalid_ballots: result.invalid_ballots,
    outcome_at_risk: result.outcome_at_risk,
  };
};

/** The call of this file. */
export const AUDIT: Readonly<Record<string, Call>> = { audit: call };
