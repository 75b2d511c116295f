/**
 * The frame around every screen: one heading that gets the focus, one line that is read out, the banner that says
 * whether this voter has voted, and the way back.
 */

import { find, make, type Child } from "../page/dom.ts";
import type { Source } from "../kernel/source.ts";
import { stepOf } from "./kept.ts";
import type { Session } from "./session.ts";
import type { Texts } from "./texts.ts";

/** The screens between the share and the sealed ballot; all other steps follow from what is kept. */
export type Stage = "ballot" | "review" | "mark";

export interface Screen {
  /** The heading, and the page's title. */
  readonly title: string;
  readonly content: readonly Child[];
}

/** What the page says of the site, beside the election itself. */
export interface Site {
  /** Where a second device checks a ballot; ends before the `#`. */
  readonly check: string;
  /** Whether votes were taken when the page was made. */
  readonly open: "before" | "now" | "after";
  /** Seconds that this device's clock is behind the service's. */
  readonly behind: number;
}

export interface Parts {
  readonly session: Session;
  readonly site: Site;
  readonly source: Source;
  readonly texts: Texts;
}

export abstract class Frame {
  readonly texts: Texts;
  readonly #main = find("inhoud", HTMLElement);
  readonly #live = find("melding", HTMLElement);
  readonly #banner = find("nog-niet", HTMLElement);
  /** One for the page: whoever shows a screen stops what the one before was waiting for. */
  static #work = new AbortController();

  constructor(texts: Texts) {
    this.texts = texts;
  }

  /** Show a screen in place of the one before; whatever that one was waiting for stops. */
  show({ title, content }: Screen): AbortSignal {
    Frame.#work.abort();
    Frame.#work = new AbortController();
    const heading = make("h1", { id: "kop", tabindex: "-1" }, title);
    this.#main.replaceChildren(heading, ...content);
    document.title = `${title} – Wijkaandeel`;
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
    return Frame.#work.signal;
  }

  /** Have a screen reader say something, politely. */
  announce(text: string): void {
    this.#live.textContent = text;
  }

  /** Say until it is no longer true that this voter's ballot is not in. */
  showBanner(text: string | null): void {
    this.#banner.hidden = text === null;
    this.#banner.textContent = text ?? "";
  }

  say(id: string, values: Readonly<Record<string, string>> = {}, n = 0): string {
    return this.texts.say(id, values, n);
  }
}

export class App extends Frame {
  readonly session: Session;
  readonly site: Site;
  readonly source: Source;
  readonly #screens: Readonly<Record<Stage | "code" | "asking" | "sending" | "done", (app: App) => void>>;

  constructor({ session, site, source, texts }: Parts, screens: App["screens"]) {
    super(texts);
    this.session = session;
    this.site = site;
    this.source = source;
    this.#screens = screens;
    addEventListener("popstate", (event) => {
      this.#arrive(stageOf(event.state));
    });
  }

  get screens(): Readonly<Record<Stage | "code" | "asking" | "sending" | "done", (app: App) => void>> {
    return this.#screens;
  }

  /** Show where the voter is. @param stage which screen of the ballot, if that is where */
  resume(stage: Stage = "ballot"): void {
    const step = stepOf(this.session.kept);
    history.replaceState({ stage }, "");
    this.#render(step === "ballot" ? stage : step);
  }

  /** Go on to a screen of the ballot, with a way back to this one. */
  go(stage: Stage): void {
    history.pushState({ stage }, "");
    this.#arrive(stage);
  }

  #arrive(stage: Stage): void {
    const step = stepOf(this.session.kept);
    this.#render(step === "ballot" ? stage : step);
  }

  #render(name: Stage | "code" | "asking" | "sending" | "done"): void {
    this.showBanner(this.#sayBanner(name));
    this.announce("");
    this.#screens[name](this);
  }

  #sayBanner(name: string): string | null {
    if (name === "done") return null;
    return this.say(this.session.kept.promised === null ? "booth.banner.not-voted" : "booth.banner.not-again");
  }

  /** The time, by the service's clock, in seconds since 1970. */
  now(): number {
    return Date.now() / 1000 + this.site.behind;
  }
}

function stageOf(state: unknown): Stage {
  const named = typeof state === "object" && state !== null && "stage" in state ? state.stage : "ballot";
  return named === "review" || named === "mark" ? named : "ballot";
}
