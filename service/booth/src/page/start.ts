/** What every page of the browser begins with: its texts. */

import { Texts, type Catalogue } from "./texts.ts";

/** The texts at an address. */
export async function readTexts(address: string): Promise<Texts> {
  const answer = await fetch(address, { credentials: "omit", redirect: "error" });
  if (!answer.ok) throw new Error(`expected texts, got status ${answer.status}`);
  return new Texts((await answer.json()) as Catalogue);
}

/** The texts inside this very page, null if they are elsewhere. */
export function findTexts(): Texts | null {
  const inside = document.getElementById("teksten")?.textContent;
  return inside === undefined ? null : new Texts(JSON.parse(inside) as Catalogue);
}
