/** Show how far the audit is: for the eye all the time, for the ear at each step and each quarter. */

import { find } from "./dom.ts";
import type { Stage } from "./messages.ts";
import type { Texts } from "./texts.ts";
import { STAGES } from "./words.ts";

/** Where each stage begins and ends on the bar; opening and counting takes longest. */
const SPANS: Readonly<Record<Stage, readonly [begin: number, end: number]>> = {
  replay: [0, 45],
  "open and count": [45, 95],
  files: [95, 100],
};
const QUARTER = 25;

export class Progress {
  readonly #texts: Texts;
  readonly #bar = find("voortgang", HTMLProgressElement);
  readonly #text = find("stap", HTMLElement);
  readonly #announce: (text: string) => void;
  #said = "";

  constructor(texts: Texts, announce: (text: string) => void) {
    this.#texts = texts;
    this.#announce = announce;
  }

  begin(): void {
    this.#bar.value = 0;
    this.#text.textContent = this.#texts.say(STAGES.replay);
    this.#said = "";
  }

  show(stage: Stage, done: number, total: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const [begin, end] = SPANS[stage];
    this.#bar.value = begin + share * (end - begin);
    const step = this.#texts.say(STAGES[stage]);
    const numbers = { all: this.#texts.number(total), done: this.#texts.number(done) };
    this.#text.textContent = total > 0 ? this.#texts.say("recount.progress", { step, ...numbers }) : step;
    const percent = Math.floor((100 * share) / QUARTER) * QUARTER;
    const spoken = percent === 0 ? step : this.#texts.say("recount.progress.spoken", { step, percent: String(percent) });
    if (spoken !== this.#said) this.#announce(spoken);
    this.#said = spoken;
  }
}
