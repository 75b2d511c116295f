/**
 * Read aloud, with voices of this device alone: a remote voice would hear what somebody chooses. Each screen is read
 * when it comes, and each thing when it gets the focus.
 */

export class Speaker {
  isOn = false;
  #locale = "nl";
  readonly #engine: SpeechSynthesis | undefined;

  constructor(engine: SpeechSynthesis | undefined = globalThis.speechSynthesis) {
    this.#engine = engine;
    document.addEventListener("focusin", ({ target }) => {
      if (this.isOn && target instanceof HTMLElement) this.say(textOf(target));
    });
  }

  /** Speak this language from now on. */
  speak(locale: string): void {
    this.#locale = locale;
  }

  /** Whether this device has a voice of its own for the language. */
  get canSpeak(): boolean {
    return this.#voice !== undefined;
  }

  /** Told when the device has found its voices, which takes some browsers a while. */
  onVoices(act: () => void): void {
    this.#engine?.addEventListener("voiceschanged", act);
  }

  get #voice(): SpeechSynthesisVoice | undefined {
    const [language] = this.#locale.split("-");
    return this.#engine?.getVoices().find(({ lang, localService }) => localService && lang.split(/[-_]/u)[0] === language);
  }

  /** Say this in place of what is being said. */
  say(text: string): void {
    this.stop();
    const voice = this.#voice;
    if (voice === undefined || text === "") return;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice.lang;
    this.#engine?.speak(said);
  }

  stop(): void {
    this.#engine?.cancel();
  }
}

/** What is read when something gets the focus: a screen's heading with its first lines, a control with its label. */
export function textOf(element: HTMLElement): string {
  const dialog = element.closest("dialog");
  if (dialog !== null) return plain(dialog);
  if (element.id === "kop") return [element, ...leads()].map(plain).join(". ");
  if (element instanceof HTMLInputElement) {
    const card = element.closest("li");
    const labels = [...(element.labels ?? [])].map(plain);
    return (card === null ? labels : [plain(card)]).join(". ");
  }
  return element.getAttribute("aria-label") ?? plain(element);
}

function leads(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("#inhoud > .lead, #inhoud > .notice")];
}

function plain(element: HTMLElement): string {
  return element.innerText.replace(/\s+/gu, " ").trim();
}
