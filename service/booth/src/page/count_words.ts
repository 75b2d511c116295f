/**
 * Say how a contest was counted and what came of it, in plain Dutch: the sentences of the portal's pages of outcomes.
 */

import type { EqualSharesRule, GreedyRule, Rule } from "../kernel/manifest.ts";
import type { Outcome } from "../kernel/outcome.ts";
import { sayCount, sayEuros } from "./words.ts";

type Counted = Outcome["contests"][number]["counts"][number];
type Counting = Counted["projects"][number];

/** What each rule does, with nothing said of its settings. */
export const RULES: Readonly<Record<Counted["rule"], string>> = {
  greedy: "De projecten zijn een voor een gekozen, zolang er geld voor was.",
  "equal-shares":
    "Elk stembiljet krijgt een even groot stuk van het geld. Een project wordt gekozen als de mensen die het willen, het samen kunnen betalen.",
  "phragmen-sequential":
    "De mensen die een gekozen project wilden, dragen samen de kosten ervan, ieder evenveel. We kiezen steeds het project waarbij ieder daarna het minste draagt, met wat zij al droegen erbij. Is daar niet genoeg geld voor, dan stopt het tellen.",
};

const FIRST: Readonly<Record<GreedyRule["order"], string>> = {
  votes: "Het project met de meeste stemmen gaat eerst.",
  "votes-per-cost": "Het project met de meeste stemmen per euro gaat eerst.",
};

const MISFITS: Readonly<Record<GreedyRule["misfits"], string>> = {
  skip: "Is er voor een project niet genoeg geld meer, dan slaan we het over en kijken we naar het volgende.",
  stop: "Is er voor een project niet genoeg geld meer, dan stopt het tellen.",
};

const REST = "Wat overblijft gaat naar projecten waar nog genoeg geld voor is:";
const BY_POINTS = "Het project waarvoor de mensen per stem of punt het minste hoeven te betalen, gaat daarbij eerst.";
const GROWS =
  "Blijft er geld over, dan worden die stukken stap voor stap groter, zolang er genoeg geld is voor alles wat dan wordt gekozen.";
const COMPARED =
  "Daarna vergelijken we met een telling waarin het project met de meeste stemmen steeds voorgaat. Zijn er meer stembiljetten die méér hebben aan die telling, dan geldt die.";

/** How a contest is counted, with everything that its rule says. */
export function sayRule(rule: Rule): string {
  const said = [...sayOwn(rule)];
  if (rule.zero_votes === "take" && looksAtVotes(rule)) said.push("Is er geld over, dan kan ook een project zonder stemmen worden gekozen.");
  if (rule.zero_cost === "skip") said.push("Projecten die niets kosten, doen niet mee.");
  return said.join(" ");
}

/** Whether a project without votes could be chosen: where Equal Shares has no greedy part, it cannot. */
function looksAtVotes(rule: Rule): boolean {
  if (rule.name !== "equal-shares") return true;
  return rule.comparison !== "none" || rule.completion === "greedy" || rule.completion === "add1-greedy";
}

function sayOwn(rule: Rule): readonly string[] {
  switch (rule.name) {
    case "greedy":
      return sayGreedy(rule);
    case "equal-shares":
      return sayShares(rule);
    case "phragmen-sequential":
      return [RULES[rule.name]];
  }
}

function sayGreedy(rule: GreedyRule): readonly string[] {
  const said = [`${FIRST[rule.order]} ${MISFITS[rule.misfits]}`];
  if (rule.minimum_votes > 0) said.push(`Een project heeft minstens ${sayCount(rule.minimum_votes, "stem", "stemmen")} nodig.`);
  if (rule.minimum_share > 0) {
    const percent = String(rule.minimum_share / 100).replace(".", ",");
    said.push(`Een project doet alleen mee als minstens ${percent}\u00a0% van de stembiljetten het kiest.`);
  }
  return said;
}

function sayShares({ comparison, completion, utility, name }: EqualSharesRule): readonly string[] {
  const said = [RULES[name]];
  if (utility === "points") said.push(BY_POINTS);
  if (completion === "add1" || completion === "add1-greedy") said.push(GROWS);
  if (completion === "greedy" || completion === "add1-greedy") {
    said.push(`${REST} het project met de meeste stemmen ${utility === "cost" ? "eerst" : "per euro eerst"}.`);
  }
  if (comparison !== "none") said.push(COMPARED);
  return said;
}

/** Why a project was not chosen, where that needs no numbers. */
const WHY_NOT: Readonly<Record<Exclude<Counting["reason"], "chosen" | "supporters-cannot-pay">, string>> = {
  "does-not-fit": "het tellen was al gestopt, omdat een ander project niet paste",
  "no-votes": "niemand koos dit project",
  "costs-nothing": "het kost niets, en zulke projecten doen niet mee",
  "below-threshold": "het kreeg te weinig steun om mee te doen",
  "alternative-chosen": "er is al een ander gekozen van de projecten waarvan er maar één kan winnen",
  "need-not-chosen": "een project dat hiervoor nodig is, is niet gekozen",
};

/** Why a project was chosen or not. */
export function sayReason({ missing, reason, supporters, supporters_left }: Counting): string {
  if (reason === "chosen") return "gekozen";
  if (reason === "supporters-cannot-pay") {
    const who = sayCount(supporters, "voorstander kon", "voorstanders konden samen");
    return `niet gekozen: ${who} nog ${sayEuros(supporters_left)} betalen, ${sayEuros(missing)} te weinig`;
  }
  if (reason === "does-not-fit" && missing > 0) return `niet gekozen: het paste niet meer, er was ${sayEuros(missing)} te weinig`;
  return `niet gekozen: ${WHY_NOT[reason]}`;
}

/** How an outcome compares with greedy's; nothing where nothing was compared. */
export function sayComparison({ comparison }: Counted): readonly string[] {
  return comparison.map(({ against, prefer }) => {
    const own = sayCount(prefer, "stembiljet heeft", "stembiljetten hebben");
    const other = sayCount(against, "stembiljet heeft", "stembiljetten hebben");
    const stands = against > prefer ? "Daarom geldt die telling." : "Daarom blijft het hierbij.";
    return `Vergeleken met een telling waarin het project met de meeste stemmen steeds voorgaat: ${own} meer aan de telling met gelijke stukken van het geld, ${other} meer aan de andere telling. ${stands}`;
  });
}
