/** The way through the screens of a ballot, and back. */

/** The screens between the share and the sealed ballot; all other steps follow from what is kept. */
export type Stage = "ballot" | "review" | "mark";

export interface Trail {
  /** Stand at a screen, in place of the one before. */
  stay(stage: Stage): void;
  /** Go on to a screen. */
  go(stage: Stage): void;
  back(): void;
  /** Told where somebody has gone back to. */
  onBack(arrive: (stage: Stage) => void): void;
}

/** The browser's own: its back button leads to the screen before. */
export const HISTORY: Trail = {
  stay: (stage) => {
    history.replaceState({ stage }, "");
  },
  go: (stage) => {
    history.pushState({ stage }, "");
  },
  back: () => {
    history.back();
  },
  onBack: (arrive) => {
    addEventListener("popstate", (event) => {
      // Without a state it is a link within the page, such as to the content.
      if (event.state !== null) arrive(stageOf(event.state));
    });
  },
};

/** In memory: on a device that many people use, no button leads into what somebody else has chosen. */
export class MemoryTrail implements Trail {
  #stages: Stage[] = ["ballot"];
  #arrive: (stage: Stage) => void = () => undefined;

  stay(stage: Stage): void {
    this.#stages = [...this.#stages.slice(0, -1), stage];
  }

  go(stage: Stage): void {
    this.#stages.push(stage);
  }

  back(): void {
    if (this.#stages.length > 1) this.#stages.pop();
    this.#arrive(this.#stages.at(-1) ?? "ballot");
  }

  onBack(arrive: (stage: Stage) => void): void {
    this.#arrive = arrive;
  }
}

function stageOf(state: unknown): Stage {
  const named = typeof state === "object" && state !== null && "stage" in state ? state.stage : "ballot";
  return named === "review" || named === "mark" ? named : "ballot";
}
