/** Show how far the audit is: for the eye all the time, for the ear at each step and each quarter. */

import { find } from "./dom.ts";
import type { Stage } from "./messages.ts";
import { STAGES, sayNumber } from "./words.ts";

/** Where each stage begins and ends on the bar; opening and counting takes longest. */
const SPANS: Readonly<Record<Stage, readonly [begin: number, end: number]>> = {
  replay: [0, 45],
  "open and count": [45, 95],
  files: [95, 100],
};
const QUARTER = 25;

export class Progress {
  readonly #bar = find("voortgang", HTMLProgressElement);
  readonly #text = find("stap", HTMLElement);
  readonly #announce: (text: string) => void;
  #said = "";

  constructor(announce: (text: string) => void) {
    this.#announce = announce;
  }

  begin(): void {
    this.#bar.value = 0;
    this.#text.textContent = STAGES.replay;
    this.#said = "";
  }

  show(stage: Stage, done: number, total: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const [begin, end] = SPANS[stage];
    this.#bar.value = begin + share * (end - begin);
    const count = total > 0 ? ` (${sayNumber(done)} van ${sayNumber(total)})` : "";
    this.#text.textContent = `${STAGES[stage]}${count}`;
    const percent = Math.floor((100 * share) / QUARTER) * QUARTER;
    const spoken = percent === 0 ? STAGES[stage] : `${STAGES[stage]}, ${percent} procent`;
    if (spoken !== this.#said) this.#announce(spoken);
    this.#said = spoken;
  }
}
