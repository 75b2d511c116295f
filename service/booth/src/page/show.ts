/** Show a verdict: first in words, then outcome, turnout, and every check. */

import type { AuditResult } from "../kernel/audit/run.ts";
import type { Outcome } from "../kernel/outcome.ts";
import { CHECK_WORDS } from "./check_words.ts";
import { RULES, sayComparison, sayReason, sayRule } from "./count_words.ts";
import { type Child, make, makeTable, SECONDARY, sign } from "./dom.ts";
import type { Verdict } from "./messages.ts";
import type { ContestTitles, Titles } from "./titles.ts";
import { type Said, isSame, sayOutcome, saySlack, type Tone } from "./verdict_words.ts";
import { PARTS, PHASES, sayCount, sayDuration, sayEuros, sayNumber, sayPlace } from "./words.ts";

type Check = AuditResult["checks"][number];
type CountOutcome = Outcome["contests"][number]["counts"][number];

const LOOKS: Readonly<Record<Tone, string>> = { good: "counted", partly: "partly", wrong: "wrong" };
const SIGNS: Readonly<Record<Tone, string>> = { good: "✓ ", partly: "", wrong: "✗ " };
/** The most faults that are listed one by one. */
const MAX_FAULTS = 50;

/** Return what to show; `wall` is where tiles may be looked at, empty where there is no such page. */
export function showVerdict(verdict: Verdict, said: Said, wall: string): Child[] {
  const { result, titles } = verdict;
  return [
    showSaid(said),
    make("p", {}, sayWork(verdict)),
    ...showFaults(result),
    ...showOutcome(result, titles),
    ...showTurnout(result, titles),
    ...showChecks(result, wall),
    showFacts(result, titles),
  ];
}

function showSaid(said: Said): HTMLElement {
  const title = make("h2", { id: "oordeel", tabindex: "-1" }, sign(SIGNS[said.tone]), said.title);
  const sentences = said.sentences.map((sentence) => make("p", {}, sentence));
  return make("div", { class: `utrecht-alert notice verdict ${LOOKS[said.tone]}` }, title, ...sentences);
}

function sayWork({ result, seconds, width }: Verdict): string {
  const cores = width === 1 ? "" : `, met ${sayNumber(width)} rekenaars tegelijk`;
  const done = result.valid ? `las ${sayCount(result.size, "tegel", "tegels")} na` : "was klaar";
  return `Uw computer ${done} in ${sayDuration(seconds)}${cores}.`;
}

// --- the outcome ---

function showOutcome(result: AuditResult, titles: Titles): Child[] {
  if (result.outcome === null) return [];
  const contests = result.outcome.contests.flatMap(({ contest, counts }) => {
    const known = titles.contests.get(contest);
    return [
      make("h3", {}, known?.title ?? contest),
      ...counts.flatMap((count) => showCount(count, known)),
    ];
  });
  const invalid = result.invalid_ballots;
  const telling =
    invalid === 0
      ? "Er zijn geen ongeldige stembiljetten."
      : `${sayCount(invalid, "stembiljet is", "stembiljetten zijn")} ongeldig en ${invalid === 1 ? "telt" : "tellen"} niet mee.`;
  return [
    make("h2", {}, "De uitslag die uw computer telde"),
    ...(isSame(result) ? [] : [make("p", { class: "complaint" }, sayOutcome(result))]),
    make("p", {}, `${sayCount(result.outcome.counted, "stembiljet", "stembiljetten")} geteld. ${telling}`),
    ...contests,
  ];
}

function showCount(count: CountOutcome, known: ContestTitles | undefined): Child[] {
  const nameOf = (project: string): string => known?.projects.get(project)?.title ?? project;
  const costOf = (project: string): string => sayEuros(known?.projects.get(project)?.cost ?? 0);
  const pot = `${known?.pots.get(count.pot) ?? count.pot}: ${sayEuros(count.budget)}`;
  const winners = count.winners.map((project) =>
    make("li", { class: "tile" }, make("h5", {}, nameOf(project)), make("p", { class: "cost" }, costOf(project))),
  );
  const order = [...count.projects].sort((one, other) => other.votes - one.votes);
  const rows = order.map((each) => [nameOf(each.project), costOf(each.project), sayNumber(each.votes), sayReason(each)]);
  const rule = known?.rule ? sayRule(known.rule) : RULES[count.rule];
  const columns = [
    { title: "Project" },
    { isAmount: true, title: "Kosten" },
    { isAmount: true, title: "Stemmen of punten" },
    { title: "Uitkomst" },
  ];
  return [
    make("h4", {}, pot),
    make("p", {}, rule),
    winners.length === 0 ? make("p", {}, "Er is geen project gekozen.") : make("ul", { class: "tiles projects winners" }, ...winners),
    make("p", {}, `Samen ${sayEuros(count.cost)}. In de pot blijft ${sayEuros(count.budget - count.cost)} over.`),
    ...sayComparison(count).map((sentence) => make("p", {}, sentence)),
    make(
      "details",
      {},
      make("summary", {}, `Alle ${sayCount(rows.length, "project", "projecten")} in ${pot}`),
      makeTable(`Wat elk project kreeg, ${pot}`, columns, rows),
    ),
  ];
}

// --- who voted ---

function showTurnout(result: AuditResult, titles: Titles): Child[] {
  if (result.turnout.length === 0) return [];
  const columns = [
    { title: "Soort" },
    { isAmount: true, title: "Inwoners" },
    { isAmount: true, title: "Kiezerslijst" },
    { isAmount: true, title: "Aangevraagd" },
    { isAmount: true, title: "Gestemd" },
    { isAmount: true, title: "Stembiljetten" },
  ];
  const rows = result.turnout.map((each) => [
    titles.styles.get(each.style) ?? each.style,
    ...[each.population, each.credentials, each.requests, each.voters, each.ballots].map(sayNumber),
  ]);
  const table = makeTable("Per soort stembiljet; wie opnieuw stemde, heeft er meer dan één", columns, rows);
  if (!result.valid) return [make("h2", {}, "Hoeveel uw computer las, tot het misging"), table];
  const slack = saySlack(result).map((sentence) => make("p", {}, sentence));
  return [make("h2", {}, "Hoeveel mensen stemden"), table, ...slack];
}

// --- the checks ---

function showChecks(result: AuditResult, wall: string): Child[] {
  const good = result.checks.filter((check) => check.ok).length;
  const summary = `${sayNumber(good)} van de ${sayNumber(result.checks.length)} controles zijn goed. Druk op een regel om te zien wat er is nagegaan. Onder elke zin staat het precies, in het Engels.`;
  const parts = PARTS.map(([letter, title]) => {
    const checks = result.checks.filter((check) => check.id.startsWith(letter));
    return showPart(title, checks, wall);
  });
  const all = make("button", { class: SECONDARY, type: "button" }, "Toon alle controles");
  all.addEventListener("click", () => {
    for (const part of parts) part.open = true;
  });
  return [make("h2", {}, "Alle controles"), make("p", {}, summary), make("p", {}, all), ...parts];
}

/** A part is folded away, unless something in it is wrong. */
function showPart(title: string, checks: readonly Check[], wall: string): HTMLDetailsElement {
  const columns = [{ title: "Nummer" }, { isPlain: true, title: "Wat er moet kloppen" }, { title: "Uitkomst" }];
  const rows = checks.map((check) => [
    check.id,
    showSentence(check),
    showOutcomeOf(check, wall),
  ]);
  const shown = makeTable(title, columns, rows);
  shown.querySelector("table")?.classList.add("checks", "done");
  shown.querySelector("caption")?.classList.add("hidden");
  const isWrong = checks.some((check) => check.reached && !check.ok);
  const summary = make("summary", {}, title, " ", showSumOf(checks));
  return make("details", isWrong ? { class: "part", open: "" } : { class: "part" }, summary, shown);
}

/** What came of a part's checks, in one line. */
function showSumOf(checks: readonly Check[]): HTMLElement {
  const failed = checks.filter((check) => check.reached && !check.ok).length;
  const missed = checks.filter((check) => !check.reached).length;
  const of = `van de ${sayNumber(checks.length)}`;
  if (failed > 0) return make("span", { class: "state failed" }, sign("✗ "), `${sayNumber(failed)} ${of} fout`);
  if (missed > 0) return make("span", { class: "state not-reached" }, sign("– "), `${sayNumber(missed)} ${of} niet bekeken`);
  const all = checks.length === 1 ? "goed" : `alle ${sayNumber(checks.length)} goed`;
  return make("span", { class: "state ok" }, sign("✓ "), all);
}

/** The plain sentence, and the exact one small below it. */
function showSentence(check: Check): HTMLElement {
  const exact = make("span", { class: "exact", lang: "en" }, check.name);
  const plain = CHECK_WORDS[check.id];
  return plain === undefined ? exact : make("span", {}, plain, " ", exact);
}

function showOutcomeOf(check: Check, wall: string): HTMLElement {
  if (!check.reached) return make("span", { class: "state not-reached" }, sign("– "), "niet bekeken");
  if (check.ok && check.count === 0) return make("span", { class: "state" }, sign("✓ "), "niets te bekijken");
  if (check.ok) return make("span", { class: "state ok" }, sign("✓ "), `goed, ${sayNumber(check.count)} keer`);
  const at = check.at;
  if (at === null) return make("span", { class: "state failed" }, sign("✗ "), "fout");
  const place = sayPlace(at);
  const isTile = typeof at === "number" && wall !== "";
  const shown = isTile ? make("a", { href: `${wall}/${at}` }, place) : place;
  return make("span", { class: "state failed" }, sign("✗ "), "fout bij ", shown);
}

function showFaults(result: AuditResult): Child[] {
  if (result.faults.length === 0) return [];
  const lines = result.faults.slice(0, MAX_FAULTS).map((fault) => {
    const reason = fault.reason === "" ? [] : [make("code", {}, fault.reason), ": "];
    const said = make("span", { lang: "en" }, fault.message);
    return make("li", {}, make("strong", {}, fault.id), ` bij ${sayPlace(fault.at)}. `, ...reason, said);
  });
  return [make("h2", {}, "Wat er precies misgaat"), make("ul", { class: "faults" }, ...lines)];
}

function showFacts(result: AuditResult, titles: Titles): HTMLElement {
  const facts: [string, Child][] = [
    ["Verkiezing", titles.election || "niet bekend"],
    ["Stand", PHASES[result.phase] ?? result.phase],
    ["Kenmerk van dit bord", make("code", {}, result.manifest || "niet bekend")],
    ["Wortel van alle tegels", make("code", {}, result.root || "niet bekend")],
  ];
  const list = facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("div", {}, make("h2", {}, "Over dit bord"), make("dl", { class: "facts" }, ...list));
}
