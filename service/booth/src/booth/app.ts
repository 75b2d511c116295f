/**
 * The frame around every screen: one heading that gets the focus, one line that is read out, the banner that says
 * whether this voter has voted, and the way back.
 */

import { find, make, type Child } from "../page/dom.ts";
import type { Source } from "../kernel/source.ts";
import type { Texts } from "../page/texts.ts";
import { stepOf, type Promised, type Step } from "./kept.ts";
import type { Secrets } from "./secrets.ts";
import type { Session } from "./session.ts";
import type { Stage, Trail } from "./trail.ts";

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

/** What differs between a device of one's own and one that many people use. */
export interface Place {
  /** Whether others will use it: then nothing leads away from here, and nothing is saved or printed. */
  readonly isShared: boolean;
  readonly secrets: Secrets;
  readonly trail: Trail;
  /** Ways in beside typing. @param take go on with this code, as it was read */
  waysIn(app: App, take: (code: string) => void): readonly Child[];
  /** What can be done while a sealed ballot cannot be sent. */
  whileAway(app: App): readonly Child[];
  /** What can be kept, or must be done, after the promise. */
  afterwards(app: App, promised: Promised): readonly Child[];
}

export interface Parts {
  readonly place: Place;
  readonly session: Session;
  readonly site: Site;
  readonly source: Source;
  readonly texts: Texts;
}

export type Screens = Readonly<Record<Stage | Step, (app: App) => void>>;

export abstract class Frame {
  #texts: Texts;
  readonly #main = find("inhoud", HTMLElement);
  readonly #live = find("melding", HTMLElement);
  readonly #banner = find("nog-niet", HTMLElement);
  /** One for the page: whoever shows a screen stops what the one before was waiting for. */
  static #work = new AbortController();

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  get texts(): Texts {
    return this.#texts;
  }

  /** Say everything that comes from now on in these texts. */
  translate(texts: Texts): void {
    this.#texts = texts;
  }

  /** Stops when another screen is shown. */
  get signal(): AbortSignal {
    return Frame.#work.signal;
  }

  /** Stop what the screen is waiting for. */
  protected stop(): void {
    Frame.#work.abort();
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
  readonly place: Place;
  readonly session: Session;
  readonly site: Site;
  readonly source: Source;
  readonly #screens: Screens;
  #stage: Stage = "ballot";
  #isClosed = false;

  constructor({ place, session, site, source, texts }: Parts, screens: Screens) {
    super(texts);
    this.place = place;
    this.session = session;
    this.site = site;
    this.source = source;
    this.#screens = screens;
    place.trail.onBack((stage) => {
      this.#arrive(stage);
    });
  }

  /** The voter has gone: whatever they were waiting for stops, and nothing of them is drawn any more. */
  close(): void {
    this.#isClosed = true;
    this.stop();
  }

  override show(screen: Screen): AbortSignal {
    return this.#isClosed ? AbortSignal.abort() : super.show(screen);
  }

  override announce(text: string): void {
    if (!this.#isClosed) super.announce(text);
  }

  override showBanner(text: string | null): void {
    if (!this.#isClosed) super.showBanner(text);
  }

  /** Show where the voter is. @param stage which screen of the ballot, if that is where */
  resume(stage: Stage = "ballot"): void {
    this.place.trail.stay(stage);
    this.#arrive(stage);
  }

  /** Go on to a screen of the ballot, with a way back to this one. */
  go(stage: Stage): void {
    this.place.trail.go(stage);
    this.#arrive(stage);
  }

  back(): void {
    this.place.trail.back();
  }

  /** Show the same screen again, in another language. */
  override translate(texts: Texts): void {
    super.translate(texts);
    this.#arrive(this.#stage);
  }

  #arrive(stage: Stage): void {
    if (this.#isClosed) return;
    this.#stage = stage;
    const step = stepOf(this.session.kept);
    const name = step === "ballot" ? stage : step;
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
