/** One visitor after the other: each has a session, a way and settings of their own, and leaves nothing. */

import { readTexts } from "../../page/start.ts";
import type { Texts } from "../../page/texts.ts";
import { App, type Screens } from "../app.ts";
import { stepOf } from "../kept.ts";
import type { Opening } from "../opening.ts";
import { random } from "../opening.ts";
import { Session } from "../session.ts";
import { Bar, type Language } from "./bar.ts";
import { Idle } from "./idle.ts";
import type { Left } from "./left.ts";
import { MemoryDrafts, MemoryKeeper } from "./memory.ts";
import { sharedPlace, type Host } from "./place.ts";
import type { Queue } from "./queue.ts";
import { apply, firstSettings, type Settings } from "./settings.ts";
import type { Speaker } from "./speaker.ts";
import { Warning } from "./warning.ts";
import { Wedge } from "./wedge.ts";

interface Visit {
  readonly app: App;
  readonly keeper: MemoryKeeper;
}

export interface Means {
  readonly languages: readonly Language[];
  readonly left: Left;
  readonly queue: Queue;
  readonly screens: Screens;
  readonly speaker: Speaker;
}

export class Visits {
  readonly #opening: Opening;
  readonly #means: Means;
  readonly #texts = new Map<string, Texts>();
  readonly #bar: Bar;
  readonly #idle: Idle;
  readonly #warning: Warning;
  #settings: Settings;
  #visit: Visit | null = null;
  #scan: (text: string) => void = () => undefined;
  /** Whether this visitor has done anything. */
  #isTouched = false;

  constructor(opening: Opening, means: Means) {
    this.#opening = opening;
    this.#means = means;
    this.#settings = firstSettings(document.documentElement.lang);
    this.#texts.set(document.documentElement.lang, opening.texts);
    this.#bar = new Bar((settings) => void this.#set(settings), () => void this.end());
    this.#warning = new Warning(() => {
      this.#idle.reset();
    });
    this.#idle = new Idle({
      isBusy: () => this.#isTouched || (this.#visit !== null && stepOf(this.#visit.app.session.kept) !== "code"),
      onEnd: () => void this.end(),
      onWarning: (left) => {
        this.#warn(left);
      },
    });
    for (const sign of ["pointerdown", "keydown", "click"]) {
      addEventListener(sign, () => {
        this.#isTouched = true;
      }, { capture: true });
    }
    new Wedge((text) => {
      if (document.getElementById("code") !== null) this.#scan(text);
    }).listen();
    means.speaker.onVoices(() => {
      this.#show();
    });
  }

  /** Whether somebody is at work. */
  get isBusy(): boolean {
    return this.#isTouched || !this.#means.left.isEmpty;
  }

  /** Begin with a visitor of whom nothing is known. */
  async begin(): Promise<void> {
    if (this.#visit !== null) {
      this.#visit.app.resume();
      return;
    }
    const { api, election, proofs, site, source } = this.#opening;
    const { left, queue, screens } = this.#means;
    const keeper = new MemoryKeeper(queue, left);
    const session = await Session.open({ api, drafts: new MemoryDrafts(), election, proofs, random, source, store: keeper });
    const host: Host = {
      anchor: this.#opening.key,
      hasKeys: true,
      end: () => void this.end(),
      onScan: (take) => {
        this.#scan = take;
      },
    };
    this.#settings = firstSettings(this.#opening.frame.texts.locale.split("-")[0] ?? "nl");
    this.#isTouched = false;
    const app = new App({ place: sharedPlace(host), session, site, source, texts: this.#opening.texts }, screens);
    this.#visit = { app, keeper };
    this.#show();
    app.resume();
  }

  /** Let a visitor go: what they did is not here any more, and the next one begins. */
  async end(): Promise<void> {
    const before = this.#visit;
    if (before === null) return;
    this.#visit = null;
    before.app.close();
    this.#means.speaker.isOn = false;
    this.#means.speaker.stop();
    this.#warning.show(before.app, "", null);
    try {
      if (before.app.session.kept.asking === null) await before.keeper.leave();
      else this.#waitForShare(before);
    } finally {
      await this.begin();
    }
  }

  /** A share that was asked for and is not here yet is still fetched: it waits under its code then. */
  #waitForShare({ app, keeper }: Visit): void {
    const patience = { onAway: () => undefined, signal: new AbortController().signal };
    void app.session.getShare(() => undefined, patience).catch(() => undefined).then(() => keeper.leave());
  }

  #warn(left: number | null): void {
    if (this.#visit === null) return;
    const { app } = this.#visit;
    const { asking, promised, sending, share } = app.session.kept;
    const isOpen = promised === null && (share !== null || asking !== null);
    const said = sending !== null ? "booth.kiosk.idle.sending" : isOpen ? "booth.kiosk.idle.share" : "booth.kiosk.idle.text";
    this.#warning.show(app, app.say(said), left);
  }

  async #set(settings: Settings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    const { speaker } = this.#means;
    speaker.isOn = settings.isAloud;
    if (!settings.isAloud) speaker.stop();
    if (before.language !== settings.language) await this.#translate(before.language, settings.language);
    this.#show();
    if (settings.isAloud && !before.isAloud) document.getElementById("kop")?.focus();
  }

  /** Say everything in another language; the visitor stays where they are. */
  async #translate(before: string, language: string): Promise<void> {
    const visit = this.#visit;
    const texts = await this.#find(language).catch(() => null);
    if (texts === null || visit !== this.#visit) {
      if (visit === this.#visit) this.#settings = { ...this.#settings, language: before };
      return;
    }
    const top = scrollY;
    const focused = document.activeElement?.id ?? "";
    this.#visit?.app.translate(texts);
    scrollTo(0, top);
    if (focused !== "") document.getElementById(focused)?.focus({ preventScroll: true });
  }

  async #find(code: string): Promise<Texts> {
    const { languages } = this.#means;
    const found = this.#texts.get(code) ?? (await readTexts(languages.find((each) => each.code === code)?.texts ?? ""));
    this.#texts.set(code, found);
    return found;
  }

  #show(): void {
    if (this.#visit === null) return;
    const { language } = this.#settings;
    const { languages, speaker } = this.#means;
    document.documentElement.lang = language;
    document.documentElement.dir = languages.find(({ code }) => code === language)?.direction ?? "ltr";
    apply(this.#settings);
    speaker.speak(language);
    const { canSpeak } = speaker;
    this.#bar.show(this.#visit.app, { canSpeak, languages, settings: this.#settings });
  }
}
