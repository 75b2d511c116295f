/** Say a verdict in plain words: what it means for who asked, and what to do next. */

import type { AuditResult } from "../kernel/audit/run.ts";
import { CHECK_WORDS } from "./check_words.ts";
import type { Verdict } from "./messages.ts";
import type { Texts } from "./texts.ts";
import { PHASES, WHILE_VOTING, WITH_OUTCOME, sayPlaceShortly } from "./words.ts";

/** `good`: all is well; `partly`: consistent, not anchored; `wrong`: a check failed. */
export type Tone = "good" | "partly" | "wrong";

export interface Said {
  readonly tone: Tone;
  readonly title: string;
  readonly sentences: readonly string[];
}

const ANCHOR = "S10";
/** What makes the outcome that was counted here the published one. */
const SAME = ["T01", "T02", "T03", "T04", "T05", "T06", "T07"];

export function sayVerdict(texts: Texts, { result }: Pick<Verdict, "result">): Said {
  if (result.valid) return sayValid(texts, result);
  return result.faults[0]?.id === ANCHOR ? sayOther(texts) : sayWrong(texts, result);
}

function sayOther(texts: Texts): Said {
  return {
    sentences: [texts.say("recount.other.anchor"), texts.say("recount.other.advice")],
    title: texts.say("recount.other"),
    tone: "wrong",
  };
}

function sayValid(texts: Texts, result: AuditResult): Said {
  const good = texts.say("recount.valid.checks", {}, result.checks.length);
  const outcome = sayOutcome(texts, result);
  if (result.anchored) return { sentences: [good, outcome], title: texts.say("recount.valid"), tone: "good" };
  return {
    sentences: [good, outcome, texts.say("recount.consistent.but"), texts.say("recount.consistent.advice")],
    title: texts.say("recount.consistent"),
    tone: "partly",
  };
}

function sayWrong(texts: Texts, result: AuditResult): Said {
  const failed = result.checks.filter((check) => check.reached && !check.ok);
  const [first] = result.faults;
  const where =
    first === undefined ? "" : texts.say("recount.wrong.check", { check: first.id, place: sayPlaceShortly(texts, first.at) });
  const others = failed.length - 1;
  const more = others > 0 ? texts.say("recount.wrong.more", {}, others) : "";
  const outcome = WITH_OUTCOME.has(result.phase) ? sayOutcome(texts, result) : "";
  const sentences = [`${where} ${sayRule(texts, first?.id ?? "")}`.trim(), more, outcome, texts.say("recount.wrong.report")];
  return { sentences: sentences.filter(Boolean), title: texts.say("recount.wrong"), tone: "wrong" };
}

/** What should have been so, in plain words. */
function sayRule(texts: Texts, check: string): string {
  const id = CHECK_WORDS[check];
  return id === undefined ? "" : texts.say("recount.wrong.rule", { rule: texts.say(id) });
}

/** Say whether what was counted here is what was published. */
export function sayOutcome(texts: Texts, result: AuditResult): string {
  if (!WITH_OUTCOME.has(result.phase)) {
    const phase = PHASES[result.phase];
    return `${texts.say("recount.outcome.none")} ${phase === undefined ? "" : texts.say(phase)}`.trim();
  }
  if (result.outcome === null) return texts.say("recount.outcome.not-counted");
  return texts.say(isSame(result) ? "recount.outcome.same" : "recount.outcome.differs");
}

export function isSame(result: AuditResult): boolean {
  const checks = result.checks.filter((check) => SAME.includes(check.id));
  return checks.length === SAME.length && checks.every((check) => check.ok && check.reached);
}

/** Say how many ballots could at most be somebody's making, and whether they could matter. */
export function saySlack(texts: Texts, result: AuditResult): readonly string[] {
  if (result.slack === 0) return [texts.say("recount.slack.none")];
  const said = [texts.say("recount.slack", {}, result.slack)];
  if (WHILE_VOTING.has(result.phase)) return [...said, texts.say("recount.slack.voting")];
  return [...said, ...sayRisk(texts, result)];
}

function sayRisk(texts: Texts, result: AuditResult): readonly string[] {
  if (result.outcome === null) return [];
  switch (result.outcome_at_risk) {
    case false:
      return [texts.say("recount.risk.none")];
    case true:
      return [texts.say("recount.risk")];
    case null:
      return [texts.say("recount.risk.unknown")];
  }
}
