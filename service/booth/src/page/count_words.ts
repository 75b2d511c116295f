/** Say how a contest was counted and what came of it, in the words of the portal's pages of outcomes. Pure. */

import type { EqualSharesRule, GreedyRule, Rule } from "../kernel/manifest.ts";
import type { Outcome } from "../kernel/outcome.ts";
import type { Texts } from "./texts.ts";

type Counted = Outcome["contests"][number]["counts"][number];
type Counting = Counted["projects"][number];

const GREEDY: Readonly<Record<`${GreedyRule["order"]}/${GreedyRule["misfits"]}`, string>> = {
  "votes/skip": "page.rule.greedy",
  "votes/stop": "page.rule.greedy-stop",
  "votes-per-cost/skip": "page.rule.greedy-per-euro",
  "votes-per-cost/stop": "page.rule.greedy-per-euro-stop",
};

/** How a contest is counted, with everything that its rule says. */
export function sayRule(texts: Texts, rule: Rule): string {
  const said = [...sayOwn(texts, rule)];
  if (rule.zero_votes === "take" && looksAtVotes(rule)) said.push(texts.say("page.rule.zero-votes"));
  if (rule.zero_cost === "skip") said.push(texts.say("page.rule.zero-cost"));
  return said.join(" ");
}

/** Whether a project without votes could be chosen: where Equal Shares has no greedy part, it cannot. */
function looksAtVotes(rule: Rule): boolean {
  if (rule.name !== "equal-shares") return true;
  return rule.comparison !== "none" || rule.completion === "greedy" || rule.completion === "add1-greedy";
}

function sayOwn(texts: Texts, rule: Rule): readonly string[] {
  switch (rule.name) {
    case "greedy":
      return sayGreedy(texts, rule);
    case "equal-shares":
      return sayShares(texts, rule);
    case "phragmen-sequential":
      return [texts.say("page.rule.phragmen-sequential")];
  }
}

function sayGreedy(texts: Texts, rule: GreedyRule): readonly string[] {
  const said = [texts.say(GREEDY[`${rule.order}/${rule.misfits}`])];
  if (rule.minimum_votes > 0) said.push(texts.say("page.rule.minimum-votes", {}, rule.minimum_votes));
  if (rule.minimum_share > 0) said.push(texts.say("page.rule.minimum-share", { percent: texts.percent(rule.minimum_share) }));
  return said;
}

function sayShares(texts: Texts, { comparison, completion, utility }: EqualSharesRule): readonly string[] {
  const said = [texts.say("page.rule.equal-shares")];
  if (utility === "points") said.push(texts.say("page.rule.by-points"));
  if (completion === "add1" || completion === "add1-greedy") said.push(texts.say("page.rule.grows"));
  if (completion === "greedy" || completion === "add1-greedy") {
    said.push(texts.say(utility === "cost" ? "page.rule.rest" : "page.rule.rest-per-euro"));
  }
  if (comparison !== "none") said.push(texts.say("page.rule.compared"));
  return said;
}

/** Why a project was not chosen, where that needs no numbers. */
const WHY_NOT: Readonly<Record<Exclude<Counting["reason"], "chosen" | "supporters-cannot-pay">, string>> = {
  "does-not-fit": "page.reason.stopped",
  "no-votes": "page.reason.no-votes",
  "costs-nothing": "page.reason.costs-nothing",
  "below-threshold": "page.reason.below-threshold",
  "alternative-chosen": "page.reason.alternative-chosen",
  "need-not-chosen": "page.reason.need-not-chosen",
};

/** Why a project of this cost was chosen or not, as one or two sentences. */
export function sayReason(texts: Texts, cost: number, project: Counting): string {
  const { missing, reason, supporters, supporters_left } = project;
  if (reason === "chosen") return texts.say("page.reason.chosen", {}, supporters);
  const money = { cost: texts.euros(cost), missing: texts.euros(missing) };
  if (reason === "supporters-cannot-pay") {
    return texts.say("page.reason.cannot-pay", { ...money, left: texts.euros(supporters_left) }, supporters);
  }
  if (reason === "does-not-fit" && missing > 0) {
    return texts.say("page.reason.does-not-fit", { ...money, left: texts.euros(cost - missing) });
  }
  return texts.say(WHY_NOT[reason]);
}

/** How an outcome compares with greedy's; nothing where nothing was compared. */
export function sayComparison(texts: Texts, { comparison }: Counted): readonly string[] {
  return comparison.map(({ against, prefer }) => {
    const own = texts.say("page.comparison.ballots", {}, prefer);
    const other = texts.say("page.comparison.ballots", {}, against);
    return texts.say(against > prefer ? "page.comparison.other" : "page.comparison.stays", { own, other });
  });
}
