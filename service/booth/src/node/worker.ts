/**
 * The program of a worker thread: the other end of a pool.
 */
import { parentPort } from "node:worker_threads";

import { serveWorker } from "../kernel/pool.ts";

if (parentPort === null) throw new Error("this program runs as a worker thread");
const port = parentPort;
serveWorker({
  addEventListener: (_type, listener) => {
    port.on("message", (data: unknown) => {
      listener({ data });
    });
  },
  postMessage: (message) => {
    port.postMessage(message);
  },
});
