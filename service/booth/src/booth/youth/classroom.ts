/** One child after the other on one tablet: each has a session and a way of their own, and leaves nothing. */

import { find, make, SECONDARY } from "../../page/dom.ts";
import { App, type Screens } from "../app.ts";
import { stepOf } from "../kept.ts";
import { Idle } from "../kiosk/idle.ts";
import { Left } from "../kiosk/left.ts";
import { MemoryDrafts, MemoryKeeper } from "../kiosk/memory.ts";
import { sharedPlace, type Host } from "../kiosk/place.ts";
import type { Queue } from "../kiosk/queue.ts";
import { Speaker } from "../kiosk/speaker.ts";
import { Warning } from "../kiosk/warning.ts";
import { Wedge } from "../kiosk/wedge.ts";
import { random, type Opening } from "../opening.ts";
import { KeptDrafts, type Drafts } from "../drafts.ts";
import { Session } from "../session.ts";
import { VoterStore, type Keeper } from "../store.ts";
import { showBallot } from "./ballot.ts";
import { showDone } from "./done.ts";
import { showHello } from "./hello.ts";
import type { ChildHost } from "./host.ts";
import type { Lesson } from "./lesson.ts";
import { showMark } from "./mark.ts";
import { showReview } from "./review.ts";
import { showAsking, showSending } from "./waiting.ts";

interface Visit {
  readonly app: App;
  /** Whether it began in a lesson, on a tablet that is handed on. */
  readonly isShared: boolean;
  /** Let nothing of it stay where others see it. */
  readonly leave: () => Promise<void>;
}

export class Classroom {
  readonly #opening: Opening;
  readonly #queue: Queue;
  readonly #left: Left;
  readonly #lesson: Lesson;
  readonly #speaker = new Speaker();
  readonly #voice = find("voorlezen", HTMLElement);
  readonly #languages = find("talen", HTMLElement);
  readonly #idle: Idle;
  readonly #warning: Warning;
  #code: string;
  #isBusy = false;
  #isTouched = false;
  #scan: (text: string) => void = () => undefined;
  #visit: Visit | null = null;

  /** @param code what the address had of a card; empty for none */
  constructor(opening: Opening, queue: Queue, lesson: Lesson, code: string) {
    this.#opening = opening;
    this.#queue = queue;
    this.#left = new Left(opening.election);
    this.#lesson = lesson;
    this.#code = code;
    this.#speaker.speak(opening.texts.locale);
    this.#speaker.onVoices(() => {
      this.#offerVoice();
    });
    this.#warning = new Warning(() => {
      this.#idle.reset();
    });
    this.#idle = new Idle({
      isBusy: () => this.#visit !== null && this.#visit.isShared && (this.#isTouched || stepOf(this.#visit.app.session.kept) !== "code"),
      onEnd: () => void this.end(),
      onWarning: (left) => {
        this.#warn(left);
      },
    });
    this.#listen();
  }

  #listen(): void {
    for (const kind of ["pointerdown", "keydown", "click"]) {
      addEventListener(kind, () => {
        this.#isTouched = true;
      }, { capture: true });
    }
    // In class a share lives in memory alone: whoever leaves the page loses it, so the browser asks.
    addEventListener("beforeunload", (event) => {
      if ((this.#isBusy && this.#visit?.isShared === true) || !this.#left.isEmpty) event.preventDefault();
    });
    new Wedge((text) => {
      if (document.getElementById("code") !== null) this.#scan(text);
    }).listen();
  }

  /** Begin with a child of whom nothing is known. */
  async begin(): Promise<void> {
    if (this.#visit !== null) {
      this.#visit.app.resume();
      return;
    }
    const { api, election, proofs, site, source, texts } = this.#opening;
    const { drafts, store, leave } = await this.#findGround();
    const session = await Session.open({ api, drafts, election, proofs, random, source, store });
    const place: Host = {
      anchor: this.#opening.key,
      hasKeys: false,
      end: () => void this.end(),
      onScan: (take) => {
        this.#scan = take;
      },
    };
    this.#isTouched = false;
    this.#speaker.isOn = false;
    this.#offerVoice();
    const app = new App({ place: sharedPlace(place), session, site, source, texts }, this.#screens());
    this.#visit = { app, isShared: leave !== undefined, leave: leave ?? (() => session.forget()) };
    app.resume();
  }

  /** In class in memory; at home on the device, so that a page that was closed loses nothing, until "Klaar". */
  async #findGround(): Promise<{ drafts: Drafts; store: Keeper; leave?: () => Promise<void> }> {
    const key = `${this.#opening.key}-youth`;
    if (!this.#lesson.isJoined) return { drafts: new KeptDrafts(key), store: await VoterStore.open(key) };
    const store = new MemoryKeeper(this.#queue, this.#left);
    return { drafts: new MemoryDrafts(), store, leave: () => store.leave() };
  }

  /** Let a child go: what it did is not here any more, and the next one begins. */
  async end(): Promise<void> {
    const before = this.#visit;
    if (before === null) return;
    this.#visit = null;
    before.app.close();
    this.#speaker.isOn = false;
    this.#speaker.stop();
    this.#warning.show(before.app, "", null);
    try {
      if (before.app.session.kept.asking === null || !before.isShared) await before.leave();
      else this.#waitForShare(before);
    } finally {
      await this.begin();
    }
  }

  /** A share that was asked for and is not here yet is still fetched: it waits under its code then. */
  #waitForShare({ app, leave }: Visit): void {
    const patience = { onAway: () => undefined, signal: new AbortController().signal };
    void app.session.getShare(() => undefined, patience).catch(() => undefined).then(leave);
  }

  #screens(): Screens {
    const host: ChildHost = {
      anchor: this.#opening.key,
      end: () => void this.end(),
      lesson: this.#lesson,
      setBusy: (isBusy) => {
        this.#isBusy = isBusy;
        this.#languages.hidden = isBusy || !this.#left.isEmpty;
      },
      takeCode: () => {
        const code = this.#code;
        this.#code = "";
        return code;
      },
    };
    return {
      asking: (app) => { showAsking(app, host); },
      ballot: (app) => { showBallot(app, host); },
      code: (app) => { showHello(app, host); },
      done: (app) => { showDone(app, host); },
      mark: showMark,
      review: showReview,
      sending: (app) => { showSending(app, host); },
    };
  }

  #warn(left: number | null): void {
    if (this.#visit === null) return;
    const { app } = this.#visit;
    const { asking, promised, sending, share } = app.session.kept;
    const isOpen = promised === null && (share !== null || asking !== null);
    const said = sending !== null ? "booth.youth.idle.sending" : isOpen ? "booth.youth.idle.share" : "booth.youth.idle.text";
    this.#warning.show(app, app.say(said), left);
  }

  /** The button that reads aloud; where this device has no voice of its own for the language, only words. */
  #offerVoice(): void {
    const { texts } = this.#opening;
    if (!this.#speaker.canSpeak) {
      this.#voice.replaceChildren(make("p", { class: "hint" }, texts.say("booth.youth.voice.none")));
      return;
    }
    const button = make("button", { "aria-pressed": String(this.#speaker.isOn), class: SECONDARY, id: "lees-voor", type: "button" }, texts.say("booth.youth.voice"));
    button.addEventListener("click", () => {
      this.#speaker.isOn = !this.#speaker.isOn;
      button.setAttribute("aria-pressed", String(this.#speaker.isOn));
      if (this.#speaker.isOn) document.getElementById("kop")?.focus();
      else this.#speaker.stop();
    });
    this.#voice.replaceChildren(button);
  }
}
