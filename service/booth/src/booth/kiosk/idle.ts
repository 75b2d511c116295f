/** Somebody who walks away: after a while they are asked, and after a while more the kiosk is made ready for others. */

export const QUIET_SECONDS = 60;
export const WARNING_SECONDS = 20;
const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel"];

export interface Watch {
  /** Whether there is anybody's work to lose. */
  isBusy(): boolean;
  /** @param left seconds; null when there is no warning any more */
  onWarning(left: number | null): void;
  onEnd(): void;
}

export class Idle {
  readonly #watch: Watch;
  #quiet = 0;

  constructor(watch: Watch) {
    this.#watch = watch;
    for (const sign of SIGNS) {
      addEventListener(sign, () => {
        if (this.#quiet < QUIET_SECONDS) this.#quiet = 0;
      }, { capture: true, passive: true });
    }
    setInterval(() => {
      this.#tick();
    }, 1_000);
  }

  /** Somebody said that they are still there, or has gone. */
  reset(): void {
    this.#quiet = 0;
    this.#watch.onWarning(null);
  }

  #tick(): void {
    if (!this.#watch.isBusy()) {
      this.#quiet = 0;
      return;
    }
    this.#quiet += 1;
    const left = QUIET_SECONDS + WARNING_SECONDS - this.#quiet;
    if (left <= 0) {
      this.reset();
      this.#watch.onEnd();
    } else if (left <= WARNING_SECONDS) this.#watch.onWarning(left);
  }
}
