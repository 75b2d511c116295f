/** The shared screens and parts say "je" to a child, and what is too much or too little is said kindly. */

import type { BallotContest } from "../../kernel/election.ts";
import type { Texts } from "../../page/texts.ts";
import { costOf, pointsOf, type Pick, type Problem } from "../draft.ts";

/** Which text a child gets in place of one for adults. */
export const FOR_CHILDREN: Readonly<Record<string, string>> = {
  "booth.away.text": "booth.youth.away.wait",
  "booth.banner.not-again": "booth.youth.banner",
  "booth.banner.not-voted": "booth.youth.banner",
  "booth.fault.board": "booth.youth.ask",
  "booth.fault.network": "booth.youth.away",
  "booth.fault.store": "booth.youth.ask",
  "booth.fault.title": "booth.youth.broken",
  "booth.kiosk.away.leave": "booth.youth.away.leave",
  "booth.kiosk.away.text": "booth.youth.away.text",
  "booth.kiosk.idle.sending": "booth.youth.idle.sending",
  "booth.kiosk.idle.share": "booth.youth.idle.share",
  "booth.kiosk.idle.text": "booth.youth.idle.text",
  "booth.kiosk.idle.title": "booth.youth.idle.title",
  "booth.kiosk.keys.label": "booth.youth.keys",
  "booth.kiosk.left.lead": "booth.youth.left.lead",
  "booth.kiosk.left.look": "booth.youth.left.look",
  "booth.kiosk.left.not-yet": "booth.youth.left.not-yet",
  "booth.kiosk.left.title": "booth.youth.left.title",
  "booth.kiosk.scan.go": "booth.youth.scan.go",
  "booth.kiosk.scan.hold": "booth.youth.scan.hold",
  "booth.kiosk.scan.none": "booth.youth.scan.none",
  "booth.kiosk.scan.nothing": "booth.youth.scan.nothing",
  "booth.other.advice": "booth.youth.ask",
  "booth.other.said": "booth.youth.other.said",
  "booth.other.title": "booth.youth.other",
  "booth.refused.fault": "booth.youth.ask",
  "booth.tabs.title": "booth.youth.tabs",
};

/** How to fill in a contest. */
export function sayRule(texts: Texts, { method, money }: BallotContest): string {
  switch (method.method) {
    case "approval":
      return texts.say("booth.youth.rule.approval", {}, method.maximum);
    case "knapsack":
      return texts.say("booth.youth.rule.knapsack", { money: texts.euros(money) });
    case "points":
      return texts.say("booth.youth.rule.points", {}, method.total);
    case "ranking":
      return texts.say("booth.youth.rule.ranking", {}, method.maximum);
  }
}

/** How far a child is, as one short sentence. */
export function sayState(texts: Texts, { contest, method, money }: BallotContest, picks: readonly Pick[]): string {
  switch (method.method) {
    case "approval":
    case "ranking":
      return texts.say("booth.youth.state.picked", {}, picks.length);
    case "knapsack": {
      const left = money - costOf(contest.projects, picks);
      if (left < 0) return texts.say("booth.youth.state.over", { over: texts.euros(-left) });
      return texts.say("booth.youth.state.money", { left: texts.euros(left) });
    }
    case "points": {
      const left = method.total - pointsOf(picks);
      return left < 0 ? texts.say("booth.youth.problem.stars", {}, -left) : texts.say("booth.youth.state.stars", {}, left);
    }
  }
}

/** What must change first, and how. */
export function sayProblem(texts: Texts, problem: Problem): string {
  switch (problem.kind) {
    case "too-few":
      return texts.say("booth.youth.problem.few", {}, problem.least - problem.picked);
    case "too-many":
      return texts.say("booth.youth.problem.many", {}, problem.picked - problem.most);
    case "too-dear":
      return texts.say("booth.youth.problem.dear", { over: texts.euros(problem.over) });
    case "too-many-points":
      return texts.say("booth.youth.problem.stars", {}, problem.over);
  }
}
