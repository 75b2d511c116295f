/** The bar with what a visitor may set, always there: letters, contrast, language, reading aloud, and the way out. */

import { find, make } from "../../page/dom.ts";
import type { Frame } from "../app.ts";
import { button } from "../parts.ts";
import { resize, SIZES, type Settings } from "./settings.ts";

/** A language of the page, by its own name. */
export interface Language {
  readonly code: string;
  readonly name: string;
  readonly direction: "ltr" | "rtl";
  /** Where its texts are. */
  readonly texts: string;
}

export interface BarShown {
  readonly settings: Settings;
  readonly languages: readonly Language[];
  readonly canSpeak: boolean;
}

export class Bar {
  readonly #place = find("instellingen", HTMLElement);
  readonly #change: (settings: Settings) => void;
  readonly #stop: () => void;

  constructor(change: (settings: Settings) => void, stop: () => void) {
    this.#change = change;
    this.#stop = stop;
  }

  /** Draw it anew; the focus stays on the same button. */
  show(frame: Frame, { settings, languages, canSpeak }: BarShown): void {
    const focused = this.#place.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const { isAloud, isSharp, language, size } = settings;
    const smaller = this.#button("kleiner", "A−", frame.say("booth.kiosk.bar.smaller"), size === 0, resize(settings, -1));
    const larger = this.#button("groter", "A+", frame.say("booth.kiosk.bar.larger"), size === SIZES - 1, resize(settings, 1));
    const contrast = this.#button("contrast", frame.say("booth.kiosk.bar.contrast"), null, false, { ...settings, isSharp: !isSharp });
    contrast.setAttribute("aria-pressed", String(isSharp));
    const spoken = frame.say(canSpeak ? "booth.kiosk.bar.aloud" : "booth.kiosk.bar.silent");
    const aloud = this.#button("voorlezen", spoken, null, !canSpeak, { ...settings, isAloud: !isAloud });
    aloud.setAttribute("aria-pressed", String(isAloud));
    const tongues = languages.map(({ code, name }) => {
      const made = this.#button(`taal-${code}`, name, null, false, { ...settings, language: code });
      made.lang = code;
      if (code === language) made.setAttribute("aria-current", "true");
      return made;
    });
    const stop = button(frame.say("booth.kiosk.bar.stop"), this.#stop, "quiet");
    stop.id = "stoppen";
    this.#place.setAttribute("aria-label", frame.say("booth.kiosk.bar.label"));
    this.#place.replaceChildren(make("div", {}, smaller, larger, contrast, aloud), make("div", {}, ...tongues, stop));
    if (focused !== undefined && focused !== "") document.getElementById(focused)?.focus();
  }

  #button(id: string, text: string, label: string | null, isOff: boolean, settings: Settings): HTMLButtonElement {
    const made = button(text, () => {
      if (!isOff) this.#change(settings);
    }, "quiet");
    made.id = id;
    if (label !== null) made.setAttribute("aria-label", label);
    made.setAttribute("aria-disabled", String(isOff));
    return made;
  }
}
