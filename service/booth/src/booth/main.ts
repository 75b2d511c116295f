/**
 * The booth's page: find the election, see how far this voter is, and go on from there. One tab at a time: a second
 * one says so, and can take over.
 */

import { fromHex, hex } from "../kernel/bytes.ts";
import { Refused } from "../kernel/errors.ts";
import { find, make } from "../page/dom.ts";
import { Unusable } from "../page/unusable.ts";
import { WebSource } from "../page/web_source.ts";
import { App, Frame, type Site } from "./app.ts";
import { button, lead, notice, paragraph } from "./parts.ts";
import { showAsking } from "./screens/asking.ts";
import { showBallot } from "./screens/ballot.ts";
import { showCode } from "./screens/code.ts";
import { showDone } from "./screens/done.ts";
import { showMark } from "./screens/mark.ts";
import { showReview } from "./screens/review.ts";
import { showSending } from "./screens/sending.ts";
import { Drafts } from "./drafts.ts";
import { Session } from "./session.ts";
import { readElection } from "./setup.ts";
import { NoStore, VoterStore } from "./store.ts";
import { readTexts } from "./start.ts";

const SCREENS = {
  asking: showAsking, ballot: showBallot, code: showCode, done: showDone, mark: showMark, review: showReview,
  sending: showSending,
};
const LOCK = "wijkaandeel-booth";
const RANDOM = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

class Start extends Frame {}

async function start(): Promise<void> {
  const { dataset } = document.documentElement;
  const frame = new Start(await readTexts(dataset["texts"] ?? ""));
  const open = dataset["open"] === "before" || dataset["open"] === "after" ? dataset["open"] : "now";
  const site: Site = { check: dataset["check"] ?? "", open, behind: Number(dataset["now"]) - Date.now() / 1000 };
  try {
    const anchor = anchorOf(dataset["manifest"] ?? "");
    if (anchor === null) {
      showOther(frame);
      return;
    }
    const source = new WebSource(dataset["board"] ?? "");
    const election = await readElection(source, anchor);
    const store = await VoterStore.open(hex(anchor));
    const proofs = new WebSource(dataset["proofs"] ?? "");
    const begin = async (): Promise<void> => {
      const drafts = new Drafts(hex(anchor));
      const ground = { api: dataset["api"] ?? "", drafts, election, proofs, random: RANDOM, source, store };
      const session = await Session.open(ground);
      new App({ session, site, source, texts: frame.texts }, SCREENS).resume();
    };
    await claim(frame, begin, false);
  } catch (error) {
    showFault(frame, error);
  }
}

/** The manifest hash: the letter's, if the address has it; then the site must have the same. */
function anchorOf(site: string): Uint8Array | null {
  const letter = location.hash.split(".")[1];
  return letter === undefined || letter === site ? fromHex(site) : null;
}

/** Run in one tab. @param steal whether to take over from another one */
async function claim(frame: Frame, open: () => Promise<void>, steal: boolean): Promise<void> {
  const options: LockOptions = steal ? { steal } : { ifAvailable: true };
  const held = await new Promise<boolean>((resolve, reject) => {
    const forEver = new Promise<never>(() => undefined);
    navigator.locks.request(LOCK, options, (lock) => {
      resolve(lock !== null);
      return lock === null ? null : forEver;
    }).catch((error: unknown) => {
      resolve(true);
      if (error instanceof DOMException && error.name === "AbortError") showTaken(frame, open);
      else reject(new Error(String(error)));
    });
  });
  if (held) await open();
  else showTaken(frame, open);
}

/** Another tab is at work; nothing is lost by going on here. */
function showTaken(frame: Frame, open: () => Promise<void>): void {
  frame.showBanner(null);
  const here = button(frame.say("booth.tabs.here"), () => {
    void claim(frame, open, true);
  });
  frame.show({ title: frame.say("booth.tabs.title"), content: [lead(frame.say("booth.tabs.text")), here] });
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

void start().catch(() => {
  find("inhoud", HTMLElement).append(make("p", { class: "complaint" }, document.documentElement.dataset["sorry"] ?? ""));
});
