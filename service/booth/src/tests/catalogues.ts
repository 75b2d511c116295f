/** The texts as the build writes them (`make booth`), a file for each part of the browser and language. */

import { readFileSync } from "node:fs";

import { Texts, type Catalogue } from "../page/texts.ts";

/** The languages in which everything is said. */
export const COMPLETE = ["nl", "en"] as const;

/** Of the booth (`texts`) or of the page that counts again (`texts.recount`). */
export function readCatalogue(file: "texts" | "texts.recount", language: string): Catalogue {
  const address = new URL(`../../../static/booth/${file}.${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(address, "utf8")) as Catalogue;
}

export function textsIn(file: "texts" | "texts.recount", language: string): Texts {
  return new Texts(readCatalogue(file, language));
}
