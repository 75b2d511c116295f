/**
 * A pool of worker threads, for Node.
 */
import { Worker } from "node:worker_threads";

import { MessagePool, type Endpoint } from "../kernel/pool.ts";

/**
 * A worker keeps nothing from ballot to ballot; without a limit Node lets it gather some 60 MB of what it has done with
 * before it looks for free memory there. With this one an audit is as quick.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

function endpoint(program: URL): Endpoint {
  const worker = new Worker(program, { resourceLimits: LIMITS });
  return {
    post: (message, transfer) => {
      worker.postMessage(message, transfer);
    },
    listen: (onMessage, onFailure) => {
      worker.on("message", onMessage);
      worker.on("error", onFailure);
    },
    close: () => {
      void worker.terminate();
    },
  };
}

/**
 * A pool of that many threads.
 * @param program of the worker: `worker.mjs` beside this one
 */
export function threadPool(threads: number, program = new URL("./worker.mjs", import.meta.url)): MessagePool {
  return new MessagePool(Array.from({ length: threads }, () => endpoint(program)));
}
