/** Show a verdict: first in words, then outcome, turnout, and every check. */

import type { AuditResult } from "../kernel/audit/run.ts";
import type { Outcome } from "../kernel/outcome.ts";
import { sayComparison, sayReason, sayRule } from "./count_words.ts";
import { around, type Child, make, makeTable, sign, written } from "./dom.ts";
import type { Verdict } from "./messages.ts";
import { showChecks, showFaults } from "./show_checks.ts";
import type { Texts } from "./texts.ts";
import type { ContestTitles, Titles } from "./titles.ts";
import { type Said, isSame, sayOutcome, saySlack, type Tone } from "./verdict_words.ts";
import { PHASES, sayDuration, sayWord } from "./words.ts";

type CountOutcome = Outcome["contests"][number]["counts"][number];

const LOOKS: Readonly<Record<Tone, string>> = { good: "counted", partly: "partly", wrong: "wrong" };
const SIGNS: Readonly<Record<Tone, string>> = { good: "✓ ", partly: "", wrong: "✗ " };

/** Return what to show; `wall` is where a tile may be looked at, with `{place}` for its number, or empty. */
export function showVerdict(texts: Texts, verdict: Verdict, said: Said, wall: string): Child[] {
  const { result, titles } = verdict;
  return [
    showSaid(said),
    make("p", {}, sayWork(texts, verdict)),
    ...showFaults(texts, result),
    ...showOutcome(texts, result, titles),
    ...showTurnout(texts, result, titles),
    ...showChecks(texts, result, wall),
    showFacts(texts, result, titles),
  ];
}

function showSaid(said: Said): HTMLElement {
  const title = make("h2", { id: "oordeel", tabindex: "-1" }, sign(SIGNS[said.tone]), said.title);
  const sentences = said.sentences.map((sentence) => make("p", {}, sentence));
  return make("div", { class: `utrecht-alert notice verdict ${LOOKS[said.tone]}` }, title, ...sentences);
}

function sayWork(texts: Texts, { result, seconds, width }: Verdict): string {
  const duration = sayDuration(texts, seconds);
  const time = width === 1 ? duration : texts.say("recount.work.together", { time: duration }, width);
  return result.valid ? texts.say("recount.work.read", { time }, result.size) : texts.say("recount.work.done", { time });
}

// --- the outcome ---

function showOutcome(texts: Texts, result: AuditResult, titles: Titles): Child[] {
  if (result.outcome === null) return [];
  const contests = result.outcome.contests.flatMap(({ contest, counts }) => {
    const known = titles.contests.get(contest);
    return [
      make("h3", {}, written(texts.locale, known?.title ?? contest)),
      ...counts.flatMap((count) => showCount(texts, count, known)),
    ];
  });
  const counted = texts.say("page.outcome.counted", { ballots: texts.say("page.count.ballots", {}, result.outcome.counted) });
  const invalid =
    result.invalid_ballots === 0
      ? texts.say("page.outcome.no-invalid")
      : texts.say("recount.outcome.invalid", {}, result.invalid_ballots);
  return [
    make("h2", {}, texts.say("recount.outcome")),
    ...(isSame(result) ? [] : [make("p", { class: "complaint" }, sayOutcome(texts, result))]),
    make("p", {}, `${counted} ${invalid}`),
    ...contests,
  ];
}

function showCount(texts: Texts, count: CountOutcome, known: ContestTitles | undefined): Child[] {
  const title = known?.pots.get(count.pot) ?? count.pot;
  const budget = texts.say("recount.outcome.pot", { euros: texts.euros(count.budget) });
  const pot = budget.replace("{pot}", () => title);
  const together = texts.say("recount.outcome.together", { euros: texts.euros(count.cost) });
  const left = texts.say("page.outcome.left", { euros: texts.euros(count.budget - count.cost) });
  return [
    make("h4", {}, ...around(budget, "pot", written(texts.locale, title))),
    ...(known?.rule ? [make("p", {}, sayRule(texts, known.rule))] : []),
    showWinners(texts, count, known),
    make("p", {}, `${together} ${left}`),
    ...sayComparison(texts, count).map((sentence) => make("p", {}, sentence)),
    make(
      "details",
      {},
      make("summary", {}, texts.say("page.outcome.all-of", { pot })),
      showProjects(texts, count, known, texts.say("recount.outcome.got", { pot })),
    ),
  ];
}

function nameOf(known: ContestTitles | undefined, project: string): string {
  return known?.projects.get(project)?.title ?? project;
}

function costOf(known: ContestTitles | undefined, project: string): number {
  return known?.projects.get(project)?.cost ?? 0;
}

function showWinners(texts: Texts, { winners }: CountOutcome, known: ContestTitles | undefined): HTMLElement {
  if (winners.length === 0) return make("p", {}, texts.say("page.outcome.none-chosen"));
  const tiles = winners.map((project) => {
    const cost = make("p", { class: "cost" }, texts.euros(costOf(known, project)));
    return make("li", { class: "tile" }, make("h5", {}, written(texts.locale, nameOf(known, project))), cost);
  });
  return make("ul", { class: "tiles projects winners" }, ...tiles);
}

function showProjects(texts: Texts, count: CountOutcome, known: ContestTitles | undefined, caption: string): HTMLElement {
  const columns = [
    { title: texts.say("page.outcome.col-project") },
    { isAmount: true, title: texts.say("page.outcome.col-cost") },
    { isAmount: true, title: texts.say("recount.outcome.col-votes") },
    { title: texts.say("page.outcome.col-why") },
  ];
  const order = [...count.projects].sort((one, other) => other.votes - one.votes);
  const rows = order.map((each) => {
    const cost = costOf(known, each.project);
    return [written(texts.locale, nameOf(known, each.project)), texts.euros(cost), texts.number(each.votes), sayReason(texts, cost, each)];
  });
  return makeTable(caption, columns, rows);
}

// --- who voted ---

function showTurnout(texts: Texts, result: AuditResult, titles: Titles): Child[] {
  if (result.turnout.length === 0) return [];
  const columns = [
    { title: texts.say("recount.turnout.col-style") },
    { isAmount: true, title: texts.say("recount.turnout.col-residents") },
    { isAmount: true, title: texts.say("recount.turnout.col-roll") },
    { isAmount: true, title: texts.say("recount.turnout.col-requests") },
    { isAmount: true, title: texts.say("recount.turnout.col-voters") },
    { isAmount: true, title: texts.say("recount.turnout.col-ballots") },
  ];
  const rows = result.turnout.map((each) => [
    written(texts.locale, titles.styles.get(each.style) ?? each.style),
    ...[each.population, each.credentials, each.requests, each.voters, each.ballots].map((number) => texts.number(number)),
  ]);
  const table = makeTable(texts.say("recount.turnout.caption"), columns, rows);
  if (!result.valid) return [make("h2", {}, texts.say("recount.turnout.until")), table];
  const slack = saySlack(texts, result).map((sentence) => make("p", {}, sentence));
  return [make("h2", {}, texts.say("recount.turnout")), table, ...slack];
}

// --- the board ---

function showFacts(texts: Texts, result: AuditResult, titles: Titles): HTMLElement {
  const unknown = texts.say("recount.fact.unknown");
  const facts: [string, Child][] = [
    [texts.say("recount.fact.election"), titles.election === "" ? unknown : written(texts.locale, titles.election)],
    [texts.say("recount.fact.phase"), sayWord(texts, PHASES, result.phase)],
    [texts.say("recount.fact.anchor"), make("code", {}, result.manifest || unknown)],
    [texts.say("recount.fact.root"), make("code", {}, result.root || unknown)],
  ];
  const list = facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("div", {}, make("h2", {}, texts.say("recount.facts")), make("dl", { class: "facts" }, ...list));
}
