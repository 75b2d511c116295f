/** What a camera or a scanner reads from a card: a whole address, or only the code. */

const LONGEST = 400;
const CODE = /^[0-9A-Za-z]{4}(?:[- ]?[0-9A-Za-z]{4}){3}$/u;

export type Scanned =
  | { readonly kind: "code"; readonly code: string }
  /** A card of another election. */
  | { readonly kind: "other" }
  /** No card of ours. */
  | { readonly kind: "nothing" };

/** @param anchor the manifest hash of this election, in hexadecimal */
export function readScanned(text: string, anchor: string): Scanned {
  const read = text.trim();
  if (read.length > LONGEST) return { kind: "nothing" };
  const [, behind] = read.split("#");
  const [code, manifest, more] = (behind ?? read).split(".");
  if (more !== undefined || !CODE.test(code ?? "")) return { kind: "nothing" };
  if (manifest !== undefined && manifest !== anchor) return { kind: "other" };
  return { kind: "code", code: code! };
}
