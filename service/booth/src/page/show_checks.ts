/** Show what each check of the audit found, part by part, and every fault with its place. */

import type { AuditResult } from "../kernel/audit/run.ts";
import { CHECK_WORDS } from "./check_words.ts";
import { around, type Child, make, makeTable, SECONDARY, sign } from "./dom.ts";
import type { Texts } from "./texts.ts";
import { PARTS, sayPlace } from "./words.ts";

type Check = AuditResult["checks"][number];

/** The most faults that are listed one by one. */
const MAX_FAULTS = 50;
/** What the protocol says itself. */
const EXACT = { dir: "ltr", lang: "en" };

/** Return the checks; `wall` is where a tile may be looked at, with `{place}` for its number. */
export function showChecks(texts: Texts, result: AuditResult, wall: string): Child[] {
  const good = result.checks.filter((check) => check.ok).length;
  const sum = texts.say("recount.checks.sum", { all: texts.number(result.checks.length) }, good);
  const parts = PARTS.map(([letter, title]) => {
    const checks = result.checks.filter((check) => check.id.startsWith(letter));
    return showPart(texts, texts.say(title), checks, wall);
  });
  const all = make("button", { class: SECONDARY, type: "button" }, texts.say("recount.checks.open"));
  all.addEventListener("click", () => {
    for (const part of parts) part.open = true;
  });
  const summary = `${sum} ${texts.say("recount.checks.how")}`;
  return [make("h2", {}, texts.say("recount.checks")), make("p", {}, summary), make("p", {}, all), ...parts];
}

/** A part is folded away, unless something in it is wrong. */
function showPart(texts: Texts, title: string, checks: readonly Check[], wall: string): HTMLDetailsElement {
  const columns = [
    { title: texts.say("page.audit.col-number") },
    { isPlain: true, title: texts.say("page.audit.col-what") },
    { title: texts.say("recount.checks.col-found") },
  ];
  const rows = checks.map((check) => [check.id, showSentence(texts, check), showFound(texts, check, wall)]);
  const shown = makeTable(title, columns, rows);
  shown.querySelector("table")?.classList.add("checks", "done");
  shown.querySelector("caption")?.classList.add("hidden");
  const isWrong = checks.some((check) => check.reached && !check.ok);
  const summary = make("summary", {}, title, " ", showSumOf(texts, checks));
  return make("details", isWrong ? { class: "part", open: "" } : { class: "part" }, summary, shown);
}

/** What came of a part's checks, in one line. */
function showSumOf(texts: Texts, checks: readonly Check[]): HTMLElement {
  const failed = checks.filter((check) => check.reached && !check.ok).length;
  const missed = checks.filter((check) => !check.reached).length;
  const all = texts.number(checks.length);
  if (failed > 0) return showState("failed", "✗ ", texts.say("recount.sum.failed", { all }, failed));
  if (missed > 0) return showState("not-reached", "– ", texts.say("recount.sum.missed", { all }, missed));
  return showState("ok", "✓ ", texts.say("recount.sum.good", {}, checks.length));
}

function showState(look: string, mark: string, ...said: readonly Child[]): HTMLElement {
  return make("span", { class: `state ${look}`.trim() }, sign(mark), ...said);
}

/** The plain sentence, and the exact one small below it. */
function showSentence(texts: Texts, check: Check): HTMLElement {
  const exact = make("span", { class: "exact", ...EXACT }, check.name);
  const plain = CHECK_WORDS[check.id];
  return plain === undefined ? exact : make("span", {}, texts.say(plain), " ", exact);
}

function showFound(texts: Texts, check: Check, wall: string): HTMLElement {
  if (!check.reached) return showState("not-reached", "– ", texts.say("recount.state.missed"));
  if (check.ok && check.count === 0) return showState("", "✓ ", texts.say("recount.state.nothing"));
  if (check.ok) return showState("ok", "✓ ", texts.say("recount.state.good", {}, check.count));
  const at = check.at;
  if (at === null) return showState("failed", "✗ ", texts.say("recount.state.wrong"));
  const place = sayPlace(texts, at);
  const isTile = typeof at === "number" && wall !== "";
  const shown = isTile ? make("a", { href: wall.replace("{place}", String(at)) }, place) : place;
  return showState("failed", "✗ ", ...around(texts.say("recount.state.wrong-at"), "place", shown));
}

export function showFaults(texts: Texts, result: AuditResult): Child[] {
  if (result.faults.length === 0) return [];
  const lines = result.faults.slice(0, MAX_FAULTS).map((fault) => {
    const reason = fault.reason === "" ? [] : [make("code", {}, fault.reason), ": "];
    const place = texts.say("recount.faults.at", { place: sayPlace(texts, fault.at) });
    const message = make("span", EXACT, fault.message);
    return make("li", {}, make("strong", {}, fault.id), " ", place, " ", ...reason, message);
  });
  return [make("h2", {}, texts.say("recount.faults")), make("ul", { class: "faults" }, ...lines)];
}
