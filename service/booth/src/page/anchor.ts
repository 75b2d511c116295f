/** Read the manifest hash that somebody typed: forgiving in case and spaces, and never guessing. */

const HEX = /^[0-9a-f]{64}$/u;
const LENGTH = 64;

/** What was typed: nothing, a hash, or what is wrong with it in words. */
export type Anchor = { readonly bytes: Uint8Array | null } | { readonly wrong: string };

export function parseAnchor(typed: string): Anchor {
  const text = typed.replace(/[\s\u00a0-]+/gu, "").toLowerCase();
  if (text === "") return { bytes: null };
  const strange = [...new Set(text.replace(/[0-9a-f]/gu, ""))];
  if (strange.length > 0) {
    return { wrong: `Dit hoort niet in een kenmerk: ${strange.slice(0, 5).join(" ")}. Het heeft alleen cijfers en de letters a tot en met f.` };
  }
  if (!HEX.test(text)) return { wrong: `Een kenmerk heeft ${LENGTH} tekens; u vulde er ${text.length} in.` };
  return { bytes: Uint8Array.from({ length: LENGTH / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)) };
}

/** Return the hash in the part of an address that no server sees, or nothing. */
export function anchorInAddress(fragment: string): string {
  const text = fragment.replace(/^#/u, "").toLowerCase();
  return HEX.test(text) ? text : "";
}
