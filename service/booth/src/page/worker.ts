/** What a worker of the page does: one runs the audit, the others check what it hands them. */

import { MessagePool, serveWorker } from "../kernel/pool.ts";
import { carryOut } from "./director.ts";
import type { News, Order } from "./messages.ts";
import { portEndpoint } from "./ports.ts";
import { DIRECTOR } from "./workers.ts";

function direct({ data, ports }: MessageEvent<Order>): void {
  const tell = (news: News): void => {
    self.postMessage(news);
  };
  void carryOut(data, new MessagePool(ports.map(portEndpoint)), tell);
}

/** A checker's first message is the line to its director. */
function check({ ports }: MessageEvent): void {
  const [line] = ports;
  if (line !== undefined) serveWorker(line);
}

self.onmessage = (event: MessageEvent<Order>) => {
  self.onmessage = null;
  if (self.name === DIRECTOR) direct(event);
  else check(event);
};
