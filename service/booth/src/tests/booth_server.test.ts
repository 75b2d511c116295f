/** Bytes are sent until there is an answer: the same ones, one at a time, and never again after a yes or a no. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Denied, pause, send, type Answer } from "../booth/server.ts";
import { utf8 } from "../kernel/bytes.ts";

const BODY = utf8('{"ballot":1}');
const STEP = 250;

type Reply = () => Response | Promise<Response>;
type Outcome = { readonly answer: Answer } | { readonly error: unknown };

/** What was sent, and when, in milliseconds of a clock that the test turns. */
interface Sent {
  readonly path: string;
  readonly body: string;
  readonly init: RequestInit;
  readonly at: number;
}

interface Run {
  readonly outcome: Outcome | null;
  readonly sent: readonly Sent[];
  readonly away: number;
  readonly at: number;
}

/** The page's own events: `online` among them. */
let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  Object.assign(globalThis, {
    addEventListener: page.addEventListener.bind(page), removeEventListener: page.removeEventListener.bind(page),
  });
  mock.timers.enable({ apis: ["setTimeout"] });
  // The real one would wait in real time.
  mock.method(AbortSignal, "timeout", (milliseconds: number) => {
    const control = new AbortController();
    setTimeout(() => {
      control.abort(new DOMException("", "TimeoutError"));
    }, milliseconds);
    return control.signal;
  });
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

function status(code: number, body = ""): Reply {
  return () => new Response(code === 204 ? null : body, { status: code });
}

const network: Reply = () => Promise.reject(new TypeError("fetch failed"));
/** A server that takes the request and never answers. */
const silence: Reply = () => new Promise(() => undefined);

async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Send, with these replies in turn, and turn the clock until it ends, or for 200 seconds. */
async function run(replies: readonly Reply[], { control = new AbortController(), onAway = (): void => undefined } = {}): Promise<Run> {
  const sent: Sent[] = [];
  let [at, away, open, most] = [0, 0, 0, 0];
  mock.method(globalThis, "fetch", async (path: string, init: RequestInit) => {
    most = Math.max(most, ++open);
    sent.push({ path, body: new TextDecoder().decode(init.body as Uint8Array), init, at });
    const given = init.signal!;
    const stopped = new Promise<never>((_, reject) => {
      given.addEventListener("abort", () => {
        reject(given.reason as Error);
      });
    });
    try {
      return await Promise.race([(replies[sent.length - 1] ?? silence)(), stopped]);
    } finally {
      open--;
    }
  });
  let outcome: Outcome | null = null;
  const tell = (): void => {
    away++;
    onAway();
  };
  send("/api/ballots", BODY, { signal: control.signal, onAway: tell }).then((answer) => { outcome = { answer }; }, (error: unknown) => { outcome = { error }; });
  await settle();
  while ((outcome as Outcome | null) === null && at < 200_000) {
    at += STEP;
    mock.timers.tick(STEP);
    await settle();
  }
  assert.ok(most <= 1, "never two at once");
  return { outcome, sent, away, at };
}

function answered({ outcome }: Run): Answer {
  assert.ok(outcome !== null && "answer" in outcome, JSON.stringify(outcome));
  return outcome.answer;
}

const YES = status(200, "yes");

const LATER: Readonly<Record<string, Reply>> = {
  "a network error": network,
  "status 500": status(500), "status 502": status(502, "<html>"), "status 503": status(503), "status 504": status(504), "status 429": status(429),
  "a no that names no reason": status(422, "{}"), "a proxy's no": status(403, "<html>"), "a no without words": status(400, ""),
  "a no that is no object": status(400, "null"), "a no that is a list": status(400, "[]"), "a no that is a text": status(400, '"reason"'),
  "a reason that is a number": status(400, '{"reason":5}'), "bytes that are no UTF-8": () => new Response(Uint8Array.of(0xff, 0xfe), { status: 400 }),
  "status 304": () => new Response(null, { status: 304 }),
  "an answer that is far too long": status(200, "x".repeat(300_000)),
  "an answer that breaks off": () => new Response(new ReadableStream({ start: (control) => { control.error(new TypeError("gone")); } })),
};

for (const [name, reply] of Object.entries(LATER)) {
  test(`after ${name} the same bytes are sent again, once more each time`, async () => {
    const done = await run([reply, reply, YES]);
    assert.deepEqual(answered(done), { status: 200, body: utf8("yes") });
    assert.deepEqual(done.sent.map(({ body, path }) => `${path} ${body}`), Array<string>(3).fill('/api/ballots {"ballot":1}'));
    assert.equal(done.away, 2);
  });
}

test("after 20 seconds without an answer the same bytes are sent again", async () => {
  const done = await run([silence, YES]);
  assert.equal(answered(done).status, 200);
  assert.deepEqual(done.sent.map(({ at, body }) => `${at} ${body}`), ['0 {"ballot":1}', '21000 {"ballot":1}']);
});

test("the pauses grow from one second to fifteen, and stay", async () => {
  const { sent } = await run([...Array<Reply>(8).fill(network), YES]);
  assert.deepEqual(sent.slice(1).map(({ at }, i) => at - sent[i]!.at), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
});

test("when the network comes back nobody waits for the pause to end", async () => {
  let told = false;
  const done = await run([network, network, network, network, YES], {
    onAway: () => {
      if (told) return;
      told = true;
      setTimeout(() => page.dispatchEvent(new Event("online")), 500);
    },
  });
  assert.equal(done.sent[1]!.at, 500);
  assert.equal(answered(done).status, 200);
});

for (const code of [200, 201, 202, 204]) {
  test(`after status ${code} nothing is sent again`, async () => {
    const done = await run([status(code, "yes"), status(200, "second")]);
    assert.deepEqual(answered(done), { status: code, body: utf8(code === 204 ? "" : "yes") });
    assert.deepEqual([done.sent.length, done.away], [1, 0]);
  });
}

const REASONS: readonly (readonly [code: number, body: string, reason: string])[] = [
  [400, '{"reason":"wire-type","title":"t"}', "wire-type"], [404, '{"reason":"request-unknown"}', "request-unknown"],
  [409, '{"detail":"d","reason":"ballot-fork","status":409}', "ballot-fork"],
];

for (const [code, body, reason] of REASONS) {
  test(`status ${code} with ${JSON.stringify(body)} is a no, of reason ${reason}, and nothing is sent again`, async () => {
    const { away, outcome, sent } = await run([status(code, body), YES]);
    assert.ok(outcome !== null && "error" in outcome && outcome.error instanceof Denied);
    assert.deepEqual([outcome.error.reason, outcome.error.name, sent.length, away], [reason, "Denied", 1, 0]);
  });
}

const STOP = new Error("stop");

function stopped({ outcome }: Run): void {
  assert.ok(outcome !== null && "error" in outcome);
  assert.equal(outcome.error, STOP);
}

test("told to stop beforehand, nothing is sent", async () => {
  const done = await run([YES], { control: aborted() });
  stopped(done);
  assert.deepEqual([done.sent.length, done.at], [0, 0]);
});

function aborted(): AbortController {
  const control = new AbortController();
  control.abort(STOP);
  return control;
}

test("told to stop while a request is under way, it ends at once and nothing is sent again", async () => {
  const control = new AbortController();
  const done = await run([() => { control.abort(STOP); return silence(); }, YES], { control });
  stopped(done);
  assert.deepEqual([done.sent.length, done.away, done.at], [1, 0, 0]);
});

test("told to stop before or in a pause, it ends at once and nothing is sent again", async () => {
  for (const delay of [0, 500]) {
    const control = new AbortController();
    const onAway = () => { if (delay === 0) control.abort(STOP); else setTimeout(() => { control.abort(STOP); }, delay); };
    const done = await run([network, YES], { control, onAway });
    stopped(done);
    assert.deepEqual([done.sent.length, done.at], [1, delay]);
  }
});

test("a pause leaves nothing behind that listens", async () => {
  const [added, removed] = [mock.method(globalThis, "addEventListener"), mock.method(globalThis, "removeEventListener")];
  const waited = pause(1_000, new AbortController().signal);
  mock.timers.tick(1_000);
  await waited;
  await assert.rejects(pause(1_000, aborted().signal), STOP);
  const heard = (calls: readonly { readonly arguments: readonly unknown[] }[]) => calls.map((call) => call.arguments.slice(0, 2));
  assert.equal(added.mock.callCount(), 1);
  assert.deepEqual(heard(removed.mock.calls), heard(added.mock.calls));
});

test("what is sent carries no cookie, no referrer, and is never kept", async () => {
  const { sent } = await run([YES]);
  const { cache, credentials, headers, method, redirect, referrerPolicy } = sent[0]!.init;
  assert.deepEqual(
    { cache, credentials, headers, method, redirect, referrerPolicy },
    { cache: "no-store", credentials: "omit", headers: { "content-type": "application/json" }, method: "POST", redirect: "error", referrerPolicy: "no-referrer" },
  );
});
