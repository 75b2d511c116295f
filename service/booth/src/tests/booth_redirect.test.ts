/** A ballot goes to the address of the service alone: whatever sends it elsewhere is no answer. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { send } from "../booth/server.ts";
import { utf8 } from "../kernel/bytes.ts";

const STOP = new Error("stop");

// What a page has and Node has not.
const page = new EventTarget();
Object.assign(globalThis, {
  addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page),
});

for (const code of [301, 302, 303, 307, 308]) {
  test(`a redirect of status ${code} is not followed, and is no answer`, async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(request.url === "/there" ? 200 : code, { location: "/there" }).end("yes");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const control = new AbortController();
      const onAway = (): void => {
        control.abort(STOP);
      };
      await assert.rejects(send(`http://127.0.0.1:${port}/here`, utf8("{}"), { signal: control.signal, onAway }), STOP);
      assert.deepEqual(asked, ["/here"]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}
