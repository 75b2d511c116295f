/** Run one audit from an order to its verdict, in a worker or, where there are none, in the page itself. */

import { audit } from "../kernel/audit/run.ts";
import type { Pool } from "../kernel/pool.ts";
import type { Source } from "../kernel/source.ts";
import { FileSource } from "./file_source.ts";
import type { News, Order, Stage, Where } from "./messages.ts";
import { indexTar } from "./tar.ts";
import { NotingSource } from "./titles.ts";
import { Unusable } from "./unusable.ts";
import { WebSource } from "./web_source.ts";

/** Milliseconds between two pieces of news about progress. */
const EVERY = 100;

/** Carry out an order; the last news is a verdict, or that there is nothing to audit. */
export async function carryOut(
  order: Order,
  pool: Pool | undefined,
  tell: (news: News) => void,
  signal?: AbortSignal,
): Promise<void> {
  const began = performance.now();
  try {
    const source = new NotingSource(await openSource(order.where));
    const result = await audit(source, {
      ...(order.manifest === null ? {} : { manifest: order.manifest }),
      ...(pool === undefined ? {} : { pool }),
      ...(signal === undefined ? {} : { signal }),
      progress: sparing(tell),
    });
    const seconds = (performance.now() - began) / 1000;
    const verdict = { result, seconds, titles: source.titles, width: pool?.width ?? 1 };
    tell({ kind: "verdict", verdict });
  } catch (error) {
    if (signal?.aborted === true) return;
    const why = error instanceof Unusable ? error.why : "broken";
    tell({ detail: error instanceof Error ? error.message : String(error), kind: "unusable", why });
  }
}

async function openSource(where: Where): Promise<Source> {
  switch (where.kind) {
    case "web":
      return new WebSource(where.base);
    case "folder":
      return new FileSource(new Map(where.files));
    case "tar":
      return new FileSource(await indexTar(where.file));
  }
}

/** Pass on the first and the last of a stage, and of all others only a few a second. */
function sparing(tell: (news: News) => void): (stage: Stage, done: number, total: number) => void {
  let last = -Infinity;
  let before: Stage | undefined;
  return (stage, done, total) => {
    const now = performance.now();
    if (stage === before && done < total && now - last < EVERY) return;
    [last, before] = [now, stage];
    tell({ done, kind: "progress", stage, total });
  };
}
