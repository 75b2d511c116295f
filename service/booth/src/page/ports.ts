/** A message port as the pool's line to one checker. */

import type { Endpoint } from "../kernel/pool.ts";

export function portEndpoint(port: MessagePort): Endpoint {
  return {
    post: (message, transfer) => {
      port.postMessage(message, transfer);
    },
    // A checker that fails is heard by the page, which started it and then stops everything.
    listen: (onMessage) => {
      port.addEventListener("message", (event: MessageEvent) => {
        onMessage(event.data);
      });
      port.start();
    },
    close: () => {
      port.close();
    },
  };
}
