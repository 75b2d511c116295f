/** Say a verdict in plain words: what it means for who asked, and what to do next. */

import type { AuditResult } from "../kernel/audit/run.ts";
import { CHECK_WORDS } from "./check_words.ts";
import type { Verdict } from "./messages.ts";
import { PHASES, WHILE_VOTING, WITH_OUTCOME, sayCount, sayNumber, sayPlaceShortly } from "./words.ts";

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
const REPORT =
  "Bewaar een kopie van het bord. Meld het aan een partner van deze verkiezing, en zeg erbij welke controle misgaat.";

export function sayVerdict({ result }: Verdict): Said {
  if (result.valid) return sayValid(result);
  return result.faults[0]?.id === ANCHOR ? OTHER_BOARD : sayWrong(result);
}

const OTHER_BOARD: Said = {
  sentences: [
    "Het kenmerk dat u invulde, hoort niet bij dit bord.",
    "Kijk of u het goed hebt overgenomen. Is het goed, dan is dit niet het bord van uw verkiezing. Meld het dan aan een partner.",
  ],
  title: "Dit is een ander bord",
  tone: "wrong",
};

function sayValid(result: AuditResult): Said {
  const good = `Alle ${sayNumber(result.checks.length)} controles zijn goed.`;
  const outcome = sayOutcome(result);
  if (result.anchored) return { sentences: [good, outcome], title: "Het klopt", tone: "good" };
  return {
    sentences: [
      good,
      outcome,
      "Maar u vulde geen kenmerk in. Daarom weet u niet of dit het bord van uw verkiezing is: een ander bord kan ook bij zichzelf passen.",
      "Neem het kenmerk over van uw brief of van de site van een partner, en tel nog eens na.",
    ],
    title: "Dit bord past bij zichzelf",
    tone: "partly",
  };
}

function sayWrong(result: AuditResult): Said {
  const failed = result.checks.filter((check) => check.reached && !check.ok);
  const first = result.faults[0];
  const where = first === undefined ? "" : `Controle ${first.id} gaat mis bij ${sayPlaceShortly(first.at)}. ${sayRule(first.id)}`.trim();
  const others = failed.length - 1;
  const more = others > 0 ? `Er ${others === 1 ? "gaat" : "gaan"} nog ${sayCount(others, "andere controle", "andere controles")} mis.` : "";
  return {
    sentences: [where, more, WITH_OUTCOME.has(result.phase) ? sayOutcome(result) : "", REPORT].filter(Boolean),
    title: "Het klopt niet",
    tone: "wrong",
  };
}

/** What should have been so, in plain words. */
function sayRule(check: string): string {
  const words = CHECK_WORDS[check];
  return words === undefined ? "" : `Zo hoort het: “${words}”`;
}

/** Say whether what was counted here is what was published. */
export function sayOutcome(result: AuditResult): string {
  if (!WITH_OUTCOME.has(result.phase)) return `Er is nog geen uitslag. ${PHASES[result.phase] ?? ""}`.trim();
  if (result.outcome === null) return "De uitslag kon niet worden nageteld.";
  return isSame(result)
    ? "De uitslag die uw computer telde, is gelijk aan de gepubliceerde uitslag."
    : "De uitslag die uw computer telde, is niet gelijk aan de gepubliceerde uitslag.";
}

export function isSame(result: AuditResult): boolean {
  const checks = result.checks.filter((check) => SAME.includes(check.id));
  return checks.length === SAME.length && checks.every((check) => check.ok && check.reached);
}

/** Say how many ballots could at most be somebody's making, and whether they could matter. */
export function saySlack(result: AuditResult): readonly string[] {
  if (result.slack === 0) {
    return ["Elk aangevraagd aandeel is gebruikt, en geen nummer op de kiezerslijst is vervangen of toegevoegd."];
  }
  const [have, ballots] = [result.slack === 1 ? "is" : "zijn", sayCount(result.slack, "stembiljet", "stembiljetten")];
  const said = [
    `Er ${have} ten hoogste ${ballots} waarover twijfel kan zijn (de "slack"). Dat zijn aandelen die zijn aangevraagd en niet gebruikt, en nummers die zijn vervangen of toegevoegd.`,
  ];
  if (WHILE_VOTING.has(result.phase)) return [...said, "Het stemmen loopt nog. Veel van deze mensen stemmen misschien nog."];
  return [...said, ...sayRisk(result)];
}

function sayRisk(result: AuditResult): readonly string[] {
  if (result.outcome === null) return [];
  switch (result.outcome_at_risk) {
    case false:
      return ["Ook als ze allemaal anders waren, bleef de uitslag gelijk."];
    case true:
      return ["Als ze allemaal anders waren, kon de uitslag anders zijn."];
    case null:
      return ["Of de uitslag dan anders kon zijn, is bij deze manier van tellen niet te zeggen."];
  }
}
