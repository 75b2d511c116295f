/** The texts of the protocol's words, by their ids in the catalogue; places and durations as texts say them. */

import type { Stage } from "./messages.ts";
import type { Texts } from "./texts.ts";
import type { Why } from "./unusable.ts";

/** The parts of the audit by the letter of their checks. */
export const PARTS: readonly (readonly [letter: string, title: string])[] = [
  ["L", "page.part.log"],
  ["F", "page.part.files"],
  ["E", "page.part.entries"],
  ["S", "page.part.set-up"],
  ["R", "page.part.roll"],
  ["Q", "page.part.requests"],
  ["B", "page.part.ballots"],
  ["C", "page.part.closing"],
  ["T", "page.part.count"],
  ["K", "page.part.certification"],
];

export const PHASES: Readonly<Record<string, string>> = {
  "set-up": "recount.phase.set-up",
  certified: "recount.phase.certified",
  closed: "recount.phase.closed",
  counted: "recount.phase.counted",
  opened: "recount.phase.opened",
  releasing: "recount.phase.voting",
  roll: "page.now.roll",
  sealed: "recount.phase.sealed",
  voting: "recount.phase.voting",
};

/** The phases in which a published outcome stands on the board. */
export const WITH_OUTCOME: ReadonlySet<string> = new Set(["counted", "certified"]);
/** The phases in which somebody may still vote. */
export const WHILE_VOTING: ReadonlySet<string> = new Set(["voting", "releasing"]);

export const STAGES: Readonly<Record<Stage, string>> = {
  replay: "recount.stage.replay",
  "open and count": "recount.stage.count",
  files: "recount.stage.files",
};

interface Advice {
  readonly title: string;
  readonly text: string;
}

export const UNUSABLE: Readonly<Record<Why, Advice>> = {
  broken: { title: "recount.broken", text: "recount.broken-advice" },
  "no-record": { title: "recount.no-record", text: "recount.no-record-advice" },
  offline: { title: "recount.failed", text: "recount.offline-advice" },
  elsewhere: { title: "recount.failed", text: "recount.elsewhere-advice" },
  packed: { title: "recount.packed", text: "recount.packed-advice" },
  silent: { title: "recount.silent", text: "recount.silent-advice" },
  "tar-form": { title: "recount.tar", text: "recount.tar-form-advice" },
  "tar-twice": { title: "recount.tar", text: "recount.tar-twice-advice" },
  "too-many": { title: "recount.too-many", text: "recount.too-many-advice" },
  "two-records": { title: "recount.two-records", text: "recount.two-records-advice" },
  unreadable: { title: "recount.unreadable", text: "recount.unreadable-advice" },
};

/** What may go better at a second try, with nothing chosen anew. */
export const WORTH_A_RETRY: ReadonlySet<Why> = new Set<Why>(["broken", "elsewhere", "offline", "silent"]);

/** What a table has for a word of the protocol; the word itself where it has nothing. */
export function sayWord(texts: Texts, table: Readonly<Record<string, string>>, word: string): string {
  const id = table[word];
  return id === undefined ? word : texts.say(id);
}

export function sayPlace(texts: Texts, at: number | string): string {
  if (typeof at === "string") return texts.say("recount.place.file", { path: at });
  return texts.say("recount.place.tile", { place: texts.number(at) });
}

/** As `sayPlace`, with no more of a file's long name than tells it from others. */
export function sayPlaceShortly(texts: Texts, at: number | string): string {
  return sayPlace(texts, typeof at === "number" ? at : at.replace(/([0-9a-f]{8})[0-9a-f]{56}$/u, "$1…"));
}

export function sayDuration(texts: Texts, seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return texts.say("recount.seconds", {}, whole);
  const minutes = texts.say("recount.minutes", {}, Math.floor(whole / 60));
  if (whole % 60 === 0) return minutes;
  return texts.say("recount.duration", { minutes, seconds: texts.say("recount.seconds", {}, whole % 60) });
}
