/**
 * The teacher's screen: it starts a lesson, shows how tablets join it, and how many have voted. That is all it can
 * see. What it has of the lesson is in this tab alone.
 */

import { bytes, literal, object } from "../../kernel/schema.ts";
import { decode, encode } from "../../kernel/wire.ts";
import { find, make } from "../../page/dom.ts";
import { readTexts } from "../../page/start.ts";
import { Frame } from "../app.ts";
import { awayNotice, button, lead, notice, paragraph } from "../parts.ts";
import { drawQr } from "../qr.ts";
import { Denied, pause, send } from "../server.ts";
import { LED, spellJoin, type Led } from "./joined.ts";
import { countSchema, joinSchema } from "./lesson.ts";

const LIMIT = 256;
const LOOK_AGAIN = 5_000;
const SECRET = 32;
const startSchema = object({});
const madeSchema = object({ join: joinSchema, teacher: bytes(SECRET) });
const querySchema = object({ kind: literal("teacher"), teacher: bytes(SECRET) });
const endSchema = object({ teacher: bytes(SECRET) });

class Page extends Frame {}

/** Where tablets vote, in the page's language; ends before the `#`. */
function tabletAddress(): string {
  return new URL(location.pathname.replace(/\/les(?=\/|$)/u, "/jeugd"), location.href).href;
}

async function start(): Promise<void> {
  const { dataset } = document.documentElement;
  const texts = (await readTexts(dataset["texts"] ?? "")).put({ "booth.check.qr": "booth.lesson.qr" });
  const page = new Page(texts);
  const teacher = new Teacher(page, `${dataset["api"] ?? ""}/lessons`);
  const led = LED.find();
  if (led === null) teacher.showStart();
  else teacher.showLesson(led);
}

class Teacher {
  readonly #page: Page;
  readonly #api: string;

  constructor(page: Page, api: string) {
    this.#page = page;
    this.#api = api;
  }

  showStart(): void {
    const page = this.#page;
    const said = make("p", { class: "said", role: "status" });
    const away = awayNotice(page);
    const begin = button(page.say("booth.lesson.start"), () => {
      begin.disabled = true;
      this.#start(signal, away).catch(() => {
        begin.disabled = false;
        away.hidden = true;
        said.textContent = page.say("booth.lesson.fault");
      });
    });
    const signal = page.show({
      title: page.say("booth.lesson.title"),
      content: [
        lead(page.say("booth.lesson.lead")), paragraph(page.say("booth.lesson.sees")), paragraph(page.say("booth.lesson.ends")),
        said, away, make("div", { class: "onward" }, begin),
      ],
    });
  }

  async #start(signal: AbortSignal, away: HTMLElement): Promise<void> {
    const onAway = (): void => {
      away.hidden = false;
    };
    const answer = await send(this.#api, encode(startSchema, {}), { signal, onAway });
    const led = decode(madeSchema, answer.body, LIMIT);
    LED.keep(led);
    this.showLesson(led);
  }

  /** The lesson runs: how to join it, and the count. */
  showLesson(led: Led): void {
    const page = this.#page;
    const count = make("p", { class: "big-number", id: "geteld", role: "status" });
    const away = paragraph(page.say("booth.lesson.away"));
    away.hidden = true;
    const address = tabletAddress();
    const end = button(page.say("booth.lesson.end"), () => {
      this.#confirm(led, end);
    }, "quiet");
    const signal = page.show({
      title: page.say("booth.lesson.running"),
      content: [
        count, away, lead(page.say("booth.lesson.join", { address: address.replace(/^https?:\/\//u, "") })),
        make("p", { class: "join-code" }, make("strong", {}, `${led.join.slice(0, 4)}-${led.join.slice(4)}`)),
        paragraph(page.say("booth.lesson.scan")), drawQr(page, address + spellJoin(led.join)),
        make("div", { class: "onward" }, end),
      ],
    });
    void this.#watch(led, signal, count, away);
  }

  async #watch({ teacher }: Led, signal: AbortSignal, count: HTMLElement, away: HTMLElement): Promise<void> {
    const onAway = (): void => {
      away.hidden = false;
    };
    try {
      for (;;) {
        const answer = await send(`${this.#api}/status`, encode(querySchema, { kind: "teacher", teacher }), { signal, onAway });
        const { running, voted } = decode(countSchema, answer.body, LIMIT);
        away.hidden = true;
        const text = this.#page.say("booth.lesson.voted", {}, voted);
        if (count.textContent !== text) count.textContent = text;
        if (!running) {
          this.#showOver(voted);
          return;
        }
        await pause(LOOK_AGAIN, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Denied) this.#showOver(null);
      else away.hidden = false;
    }
  }

  /** The end is for good, so it is asked once more. */
  #confirm(led: Led, asked: HTMLElement): void {
    const page = this.#page;
    const { signal } = new AbortController();
    const away = awayNotice(page);
    const onAway = (): void => {
      away.hidden = false;
    };
    const yes = button(page.say("booth.lesson.end-yes"), () => {
      yes.disabled = true;
      send(`${this.#api}/end`, encode(endSchema, { teacher: led.teacher }), { signal, onAway }).then(
        (answer) => {
          this.#showOver(decode(countSchema, answer.body, LIMIT).voted);
        },
        () => {
          this.#showOver(null);
        },
      );
    });
    const no = button(page.say("booth.lesson.end-no"), () => {
      box.remove();
      asked.hidden = false;
      asked.focus();
    }, "quiet");
    const box = notice("missing", page.say("booth.lesson.sure"), paragraph(page.say("booth.lesson.sure-text")), make("div", { class: "onward" }, yes, no), away);
    asked.hidden = true;
    asked.parentElement?.after(box);
    yes.focus();
  }

  /** @param voted how many have; null where nobody can tell any more */
  #showOver(voted: number | null): void {
    LED.forget();
    const page = this.#page;
    const again = button(page.say("booth.lesson.again"), () => {
      this.showStart();
    }, "quiet");
    page.show({
      title: page.say("booth.lesson.over"),
      content: [
        ...(voted === null ? [] : [make("p", { class: "big-number" }, page.say("booth.lesson.voted", {}, voted))]),
        lead(page.say("booth.lesson.over-lead")), again,
      ],
    });
  }
}

void start().catch(() => {
  find("inhoud", HTMLElement).append(make("p", { class: "complaint" }, document.documentElement.dataset["sorry"] ?? ""));
});
