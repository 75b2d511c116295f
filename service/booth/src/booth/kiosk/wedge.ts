/**
 * A scanner that types what it reads, very fast, and ends with Enter. It is heard wherever the focus is, and what
 * it types does nothing else.
 */

/** People do not type as fast as this, in milliseconds between two keys. */
const FASTEST = 60;
const SHORTEST = 16;

export class Wedge {
  readonly #onText: (text: string) => void;
  #typed = "";
  #last = 0;

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  /** Hear a key. @param now in milliseconds. @returns whether it ended what a scanner typed */
  hear(key: string, now: number): boolean {
    const isFast = now - this.#last <= FASTEST;
    this.#last = now;
    if (!isFast) this.#typed = "";
    if (key === "Enter") {
      const typed = this.#typed;
      this.#typed = "";
      if (typed.length < SHORTEST) return false;
      this.#onText(typed);
      return true;
    }
    if (key.length === 1) this.#typed += key;
    return false;
  }

  /** Listen to the whole page. */
  listen(): void {
    addEventListener("keydown", (event) => {
      if (!this.hear(event.key, event.timeStamp)) return;
      event.preventDefault();
      event.stopPropagation();
    }, { capture: true });
  }
}
