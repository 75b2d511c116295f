/** The first screen: the code of the letter. A typing error is told before anything is sent. */

import { parseCode } from "../../kernel/codes.ts";
import { Refused } from "../../kernel/errors.ts";
import { make, PRIMARY, type Child } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { awayNotice, button, lead, paragraph, showDeadline, steps } from "../parts.ts";
import { Denied } from "../server.ts";
import { AskedElsewhere } from "../session.ts";

const SYMBOLS = 16;
const CODE = /^[0-9A-Za-z]{4}(?:-?[0-9A-Za-z]{4}){3}$/u;
const MISTAKES: Readonly<Record<string, string>> = {
  "code-check": "booth.code.check",
  "code-length": "booth.code.length",
  "code-symbol": "booth.code.symbol",
};
const REFUSALS: Readonly<Record<string, string>> = {
  phase: "booth.code.closed",
  "request-revoked": "booth.code.revoked",
  "request-unknown": "booth.code.unknown",
};

export function showCode(app: App): void {
  if (app.site.open !== "now") {
    showClosed(app, app.site.open);
    return;
  }
  const form = new CodeForm(app);
  app.show({
    title: app.say("booth.code.title"),
    content: [steps(app, 0), lead(app.say("booth.code.lead")), form.element, showDeadline(app), ...app.place.waysIn(app, form.take)],
  });
}

/** Before and after there is nothing to do here; the site says what is. */
function showClosed(app: App, when: "before" | "after"): void {
  app.showBanner(null);
  const [title, text]: readonly [string, string] = when === "before" ? ["booth.before.title", "booth.before.text"] : ["booth.after.title", "booth.after.text"];
  const link = make("a", { class: PRIMARY, href: "/" }, app.say("booth.page.home"));
  app.show({ title: app.say(title), content: [lead(app.say(text)), ...(app.place.isShared ? [] : [paragraph(link)])] });
}

class CodeForm {
  readonly element: HTMLFormElement;
  readonly #app: App;
  readonly #input: HTMLInputElement;
  readonly #said: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #away: HTMLElement;

  constructor(app: App) {
    this.#app = app;
    const hint = make("p", { class: "hint", id: "code-hulp" }, app.say("booth.code.hint"));
    this.#said = make("p", { class: "said", id: "code-antwoord", role: "status" });
    this.#input = make("input", {
      id: "code", name: "code", "aria-describedby": "code-hulp code-antwoord", autocapitalize: "characters",
      autocomplete: "off", spellcheck: "false", size: "22", maxlength: "60",
    });
    this.#input.value = takeCode();
    this.#button = make("button", { class: PRIMARY }, app.say("booth.code.go"));
    this.#away = awayNotice(app);
    const label = make("label", { for: "code" }, app.say("booth.code.label"));
    this.element = make("form", { class: "tile ask", novalidate: "" }, label, hint, this.#input, this.#said, this.#button, this.#away);
    this.#input.addEventListener("input", () => {
      this.#look();
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#look();
  }

  /** Go on with a code that was read by a camera or a scanner. */
  readonly take = (code: string): void => {
    if (this.#button.disabled) return;
    this.#input.value = code;
    void this.#submit();
  };

  /** Say at once whether a whole code is right; say nothing of one that is not whole. */
  #look(): void {
    const typed = this.#input.value.replace(/[^\p{L}\p{N}]/gu, "").length;
    if (typed < SYMBOLS) this.#tell("", false);
    else this.#check();
  }

  #check(): string | null {
    try {
      parseCode(this.#input.value);
      this.#tell(this.#app.say("booth.code.right"), false);
      return this.#input.value;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const typed = this.#input.value.replace(/[^\p{L}\p{N}]/gu, "").length;
      this.#tell(this.#app.say(MISTAKES[error.reason] ?? "booth.code.check", {}, typed), true);
      return null;
    }
  }

  #tell(text: string, isWrong: boolean): void {
    this.#said.textContent = text;
    this.#said.className = isWrong ? "said complaint" : "said";
    if (isWrong) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  async #submit(): Promise<void> {
    if (this.#button.disabled) return;
    const code = this.#check();
    if (code === null) {
      this.#input.focus();
      return;
    }
    this.#wait(true);
    const { signal } = this.#app;
    try {
      await this.#begin(code, signal);
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    } finally {
      this.#wait(false);
    }
  }

  async #begin(code: string, signal: AbortSignal): Promise<void> {
    await this.#app.session.begin(code, {
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
    if (isBusy) this.#tell(this.#app.say("booth.code.busy"), false);
  }

  #refuse(error: unknown): void {
    if (error instanceof AskedElsewhere) showElsewhere(this.#app);
    else if (error instanceof Denied) this.#tell(this.#app.say(REFUSALS[error.reason] ?? "booth.refused.unknown"), true);
    else this.#tell(this.#app.say("booth.refused.fault"), true);
  }
}

/** The code behind the `#` of a letter's address; it is taken out of the address at once. */
export function takeCode(): string {
  const code = codeIn(location.hash);
  if (code !== "") history.replaceState(history.state, "", location.pathname);
  return code;
}

/** The code in the part of an address behind its `#`; empty if that is something else. */
export function codeIn(hash: string): string {
  const code = hash.slice(1).split(".")[0] ?? "";
  return CODE.test(code) ? code : "";
}

/** With this code a share was asked for, but not in this browser. */
function showElsewhere(app: App): void {
  app.show({
    title: app.say("booth.elsewhere.title"),
    content: [lead(app.say("booth.elsewhere.lead")), paragraph(app.say("booth.elsewhere.advice")), ...again(app)],
  });
}

function again(app: App): Child[] {
  if (!app.place.isShared) return [...app.place.waysIn(app, () => undefined)];
  return [button(app.say("booth.again"), () => {
    app.resume();
  })];
}
