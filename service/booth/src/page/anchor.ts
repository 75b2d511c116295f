/** Read the manifest hash that somebody typed: forgiving in case and spaces, and never guessing. */

import type { Texts } from "./texts.ts";

const HEX = /^[0-9a-f]{64}$/u;
const LENGTH = 64;
/** How many strange signs are told. */
const MOST_STRANGE = 5;

/** What was typed: nothing, a hash, or what is wrong with it in words. */
export type Anchor = { readonly bytes: Uint8Array | null } | { readonly wrong: string };

export function parseAnchor(texts: Texts, typed: string): Anchor {
  const text = typed.replace(/[\s\u00a0-]+/gu, "").toLowerCase();
  if (text === "") return { bytes: null };
  const strange = [...new Set(text.replace(/[0-9a-f]/gu, ""))];
  if (strange.length > 0) {
    return { wrong: texts.say("recount.anchor.strange", { signs: strange.slice(0, MOST_STRANGE).join(" ") }) };
  }
  if (!HEX.test(text)) return { wrong: texts.say("recount.anchor.length", { length: texts.number(LENGTH) }, text.length) };
  return { bytes: Uint8Array.from({ length: LENGTH / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)) };
}

/** Return the hash in the part of an address that no server sees, or nothing. */
export function anchorInAddress(fragment: string): string {
  const text = fragment.replace(/^#/u, "").toLowerCase();
  return HEX.test(text) ? text : "";
}
