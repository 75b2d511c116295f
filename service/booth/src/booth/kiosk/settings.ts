/** What a visitor may set, and what it is again for the next one. Nothing of it is kept. */

export const SIZES = 4;

export interface Settings {
  /** Of the letters, from 0. */
  readonly size: number;
  readonly isSharp: boolean;
  readonly isAloud: boolean;
  /** As BCP 47 has it; one of the page's. */
  readonly language: string;
}

/** What every visit begins with. @param language the page's own */
export function firstSettings(language: string): Settings {
  return { isAloud: false, isSharp: false, language, size: 0 };
}

/** Larger or smaller letters; at an end nothing changes. */
export function resize(settings: Settings, by: number): Settings {
  return { ...settings, size: Math.min(Math.max(settings.size + by, 0), SIZES - 1) };
}

/** Show the page in this way. The style sheet (kiosk.css) has the sizes. */
export function apply({ isSharp, size }: Settings): void {
  const { dataset } = document.documentElement;
  dataset["size"] = String(size);
  dataset["contrast"] = isSharp ? "sharp" : "clear";
}
