/** What every page of the booth begins with: its texts. */

import { Texts, type Catalogue } from "./texts.ts";

/** The texts at an address. */
export async function readTexts(address: string): Promise<Texts> {
  const answer = await fetch(address, { credentials: "omit", redirect: "error" });
  if (!answer.ok) throw new Error(`expected texts, got status ${answer.status}`);
  return new Texts((await answer.json()) as Catalogue);
}
