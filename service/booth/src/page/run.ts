/** Start an audit in workers and stop it; where a browser allows no workers, run it in the page itself. */

import { carryOut } from "./director.ts";
import type { News, Order } from "./messages.ts";
import { CHECKER, DIRECTOR, startWorker } from "./workers.ts";

const MOST_CHECKERS = 4;

/** How many workers check at once: as many as there are cores, and no more than four. */
function chooseWidth(): number {
  return Math.max(1, Math.min(MOST_CHECKERS, navigator.hardwareConcurrency || 1));
}

export interface Run {
  /** End it at once. No news comes after this. */
  stop(): void;
}

export function start(order: Order, script: string, tell: (news: News) => void): Run {
  try {
    return startInWorkers(order, script, tell);
  } catch {
    return startInPage(order, tell);
  }
}

/**
 * The page starts all workers itself and gives each checker a line to the director: in a page that was opened from
 * disk, a worker may not start another.
 */
function startInWorkers(order: Order, script: string, tell: (news: News) => void): Run {
  const director = startWorker(script, DIRECTOR);
  const checkers = Array.from({ length: chooseWidth() }, () => startWorker(script, CHECKER));
  const stop = (): void => {
    for (const worker of [director, ...checkers]) worker.terminate();
  };
  director.onmessage = ({ data }: MessageEvent<News>) => {
    if (data.kind !== "progress") stop();
    tell(data);
  };
  for (const worker of [director, ...checkers]) {
    worker.onerror = (event) => {
      event.preventDefault();
      stop();
      tell({ detail: event.message || "a worker did not start", kind: "unusable", why: "broken" });
    };
  }
  const lines = checkers.map((checker) => {
    const { port1, port2 } = new MessageChannel();
    checker.postMessage(null, [port1]);
    return port2;
  });
  director.postMessage(order, lines);
  return { stop };
}

function startInPage(order: Order, tell: (news: News) => void): Run {
  const controller = new AbortController();
  const { signal } = controller;
  const hear = (news: News): void => {
    if (!signal.aborted) tell(news);
  };
  void carryOut(order, undefined, hear, signal);
  return {
    stop: () => {
      controller.abort();
    },
  };
}
