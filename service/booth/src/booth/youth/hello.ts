/** The first screen: show the card, or type its code. A tablet that is in a lesson says whether it runs. */

import { parseCode } from "../../kernel/codes.ts";
import { Refused } from "../../kernel/errors.ts";
import { make, PRIMARY, type Child } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { keypad } from "../kiosk/keypad.ts";
import { awayNotice, button, lead, notice, paragraph } from "../parts.ts";
import { Denied, pause } from "../server.ts";
import { AskedElsewhere } from "../session.ts";
import type { ChildHost } from "./host.ts";
import { readJoin } from "./joined.ts";
import type { LessonState } from "./lesson.ts";
import { onward } from "./parts.ts";

const LOOK_AGAIN = 20_000;
const REFUSALS: Readonly<Record<string, string>> = {
  phase: "booth.youth.code.closed",
  "request-revoked": "booth.youth.code.revoked",
  "request-unknown": "booth.youth.code.unknown",
};
const LESSON: Readonly<Record<LessonState, string | null>> = {
  none: null,
  over: "booth.youth.lesson.over",
  runs: "booth.youth.lesson.runs",
};

export function showHello(app: App, host: ChildHost): void {
  host.setBusy(false);
  if (app.site.open !== "now") {
    app.showBanner(null);
    const text = app.site.open === "before" ? "booth.youth.before" : "booth.youth.after";
    app.show({ title: app.say("booth.youth.hello"), content: [lead(app.say(text))] });
    return;
  }
  const code = host.takeCode();
  const lesson = make("p", { class: "lesson", id: "les", role: "status" });
  const form = new CodeForm(app, host, code);
  const content = code === "" ? waysIn(app, form) : [lead(app.say("booth.youth.hello.read")), form.element];
  const signal = app.show({ title: app.say("booth.youth.hello"), content: [lesson, ...content] });
  const look = async (): Promise<void> => {
    const state = LESSON[await host.lesson.look(signal)];
    lesson.textContent = state === null ? "" : app.say(state);
  };
  void watch(look, signal);
}

/** The card, or typing, which is put away until somebody wants it. */
function waysIn(app: App, form: CodeForm): Child[] {
  const typing = make("details", { class: "typing" }, make("summary", {}, app.say("booth.youth.type")), form.element, keypad(app, "code"));
  return [lead(app.say("booth.youth.hello.lead")), ...app.place.waysIn(app, form.take), typing];
}

async function watch(look: () => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await look();
      await pause(LOOK_AGAIN, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

class CodeForm {
  readonly element: HTMLFormElement;
  readonly #app: App;
  readonly #host: ChildHost;
  readonly #input: HTMLInputElement;
  readonly #said = make("p", { class: "said", id: "code-antwoord", role: "status" });
  readonly #button: HTMLButtonElement;
  readonly #away: HTMLElement;

  constructor(app: App, host: ChildHost, code: string) {
    this.#app = app;
    this.#host = host;
    this.#input = make("input", {
      id: "code", name: "code", "aria-describedby": "code-antwoord", autocapitalize: "characters", autocomplete: "off",
      spellcheck: "false", size: "22", maxlength: "60",
    });
    this.#input.value = code;
    this.#button = make("button", { class: PRIMARY }, app.say("booth.youth.go"));
    this.#away = awayNotice(app);
    const label = make("label", { for: "code" }, app.say("booth.youth.code.label"));
    this.element = make("form", { class: "ask", novalidate: "" }, label, this.#input, this.#said, onward(this.#button), this.#away);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Go on with a code that was read by a camera or a scanner. */
  readonly take = (code: string): void => {
    if (this.#button.disabled) return;
    this.#input.value = code;
    this.element.closest("details")?.setAttribute("open", "");
    void this.#submit();
  };

  async #submit(): Promise<void> {
    if (this.#button.disabled) return;
    const { signal } = this.#app;
    this.#wait(true);
    try {
      const join = readJoin(this.#input.value);
      if (join !== null) await this.#join(join, signal);
      else {
        parseCode(this.#input.value);
        await this.#begin(signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    } finally {
      this.#wait(false);
    }
  }

  /** Be in a lesson that runs; half a code of a card may look like one. */
  async #join(join: string, signal: AbortSignal): Promise<void> {
    if (await this.#host.lesson.tryToJoin(join, signal)) this.#host.end();
    else this.#tell(this.#app.say("booth.youth.code.wrong"), true);
  }

  async #begin(signal: AbortSignal): Promise<void> {
    this.#tell(this.#app.say("booth.youth.wait"), false);
    await this.#app.session.begin(this.#input.value, {
      signal,
      onAway: () => {
        this.#away.hidden = false;
      },
    });
    this.#input.value = "";
    this.#app.resume();
  }

  #wait(isBusy: boolean): void {
    this.#button.disabled = isBusy;
    this.#input.readOnly = isBusy;
  }

  #refuse(error: unknown): void {
    const known = error instanceof Denied ? (REFUSALS[error.reason] ?? "booth.youth.fault") : "booth.youth.fault";
    if (error instanceof AskedElsewhere) showUsed(this.#app, this.#host);
    else this.#tell(this.#app.say(error instanceof Refused ? "booth.youth.code.wrong" : known), true);
    if (!(error instanceof AskedElsewhere)) this.#input.focus();
  }

  #tell(text: string, isWrong: boolean): void {
    this.#said.textContent = text;
    this.#said.className = isWrong ? "said complaint" : "said";
    if (isWrong) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }
}

/** With this card a share was asked for already. */
function showUsed(app: App, host: ChildHost): void {
  app.show({
    title: app.say("booth.youth.used"),
    content: [notice("missing", app.say("booth.youth.used.lead"), paragraph(app.say("booth.youth.ask"))), onward(button(app.say("booth.youth.done.next"), host.end))],
  });
}
