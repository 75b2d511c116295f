/** What every booth begins with: its texts, and the election, which is anchored at the manifest hash. */

import { fromHex, hex, type Bytes } from "../kernel/bytes.ts";
import type { Election } from "../kernel/election.ts";
import { Refused } from "../kernel/errors.ts";
import type { Source } from "../kernel/source.ts";
import { find, make } from "../page/dom.ts";
import { readTexts } from "../page/start.ts";
import type { Texts } from "../page/texts.ts";
import { Unusable } from "../page/unusable.ts";
import { WebSource } from "../page/web_source.ts";
import { Frame, type Screens, type Site } from "./app.ts";
import { button, notice, paragraph } from "./parts.ts";
import { showAsking } from "./screens/asking.ts";
import { showBallot } from "./screens/ballot.ts";
import { codeIn, showCode } from "./screens/code.ts";
import { showDone } from "./screens/done.ts";
import { showMark } from "./screens/mark.ts";
import { showReview } from "./screens/review.ts";
import { showSending } from "./screens/sending.ts";
import { readElection } from "./setup.ts";
import { NoStore } from "./store.ts";

export const SCREENS: Screens = {
  asking: showAsking, ballot: showBallot, code: showCode, done: showDone, mark: showMark, review: showReview,
  sending: showSending,
};

/** Random bytes of the browser. */
export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** The frame while there is no voter yet. */
class Start extends Frame {}

/** The ground on which sessions begin. */
export interface Opening {
  /** Of the service: no slash at the end. */
  readonly api: string;
  readonly election: Election;
  readonly frame: Frame;
  /** The manifest hash, in hexadecimal. */
  readonly key: string;
  readonly proofs: Source;
  readonly site: Site;
  readonly source: Source;
  readonly texts: Texts;
}

/**
 * Open the booth: show what is wrong, or hand over to `begin`.
 * @param instead ids of texts that are said in place of others
 */
export async function open(begin: (opening: Opening) => Promise<void>, instead: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    const { dataset } = document.documentElement;
    const texts = (await readTexts(dataset["texts"] ?? "")).put(instead);
    const frame = new Start(texts);
    try {
      const anchor = anchorOf(dataset["manifest"] ?? "");
      if (anchor === null) {
        showOther(frame);
        return;
      }
      // A letter that is opened in this very tab changes only what stands behind the `#` of the address.
      addEventListener("hashchange", () => {
        if (codeIn(location.hash) !== "") location.reload();
      });
      const source = new WebSource(dataset["board"] ?? "");
      const election = await readElection(source, anchor);
      const proofs = new WebSource(dataset["proofs"] ?? "");
      await begin({ api: dataset["api"] ?? "", election, frame, key: hex(anchor), proofs, site: readSite(), source, texts });
    } catch (error) {
      showFault(frame, error);
    }
  } catch {
    find("inhoud", HTMLElement).append(make("p", { class: "complaint" }, document.documentElement.dataset["sorry"] ?? ""));
  }
}

function readSite(): Site {
  const { dataset } = document.documentElement;
  const open = dataset["open"] === "before" || dataset["open"] === "after" ? dataset["open"] : "now";
  return { check: dataset["check"] ?? "", open, behind: Number(dataset["now"]) - Date.now() / 1000 };
}

/** The manifest hash: the letter's, if the address has it; then the site must have the same. */
function anchorOf(site: string): Uint8Array | null {
  const letter = location.hash.split(".")[1];
  return letter === undefined || letter === site ? fromHex(site) : null;
}

/** The letter is of another election than this site. */
function showOther(frame: Frame): void {
  history.replaceState(null, "", location.pathname);
  frame.show({
    title: frame.say("booth.other.title"),
    content: [notice("wrong", frame.say("booth.other.said"), paragraph(frame.say("booth.other.advice")))],
  });
}

function showFault(frame: Frame, error: unknown): void {
  const again = button(frame.say("booth.again"), () => {
    location.reload();
  });
  const text = sayFault(error);
  frame.show({ title: frame.say("booth.fault.title"), content: [notice("wrong", frame.say(text), paragraph(frame.say("booth.fault.safe")), again)] });
}

function sayFault(error: unknown): string {
  if (error instanceof NoStore) return "booth.fault.store";
  if (error instanceof Unusable) return "booth.fault.network";
  return error instanceof Refused ? "booth.fault.board" : "booth.refused.fault";
}
