/** A contest's rule, its state and what is wrong with it, in words. Pure. */

import type { BallotContest } from "../kernel/election.ts";
import type { Texts } from "../page/texts.ts";
import { costOf, pointsOf, type Pick, type Problem } from "./draft.ts";

/** How to fill in this contest. */
export function sayRule(texts: Texts, { method, money }: BallotContest): string {
  const number = (value: number): string => texts.number(value);
  switch (method.method) {
    case "approval":
      if (method.minimum === 0) return texts.say("booth.rule.approval.most", {}, method.maximum);
      if (method.minimum === method.maximum) return texts.say("booth.rule.approval.exactly", {}, method.maximum);
      return texts.say("booth.rule.approval", { least: number(method.minimum), most: number(method.maximum) });
    case "knapsack":
      return texts.say("booth.rule.knapsack", { money: texts.euros(money) });
    case "points":
      return texts.say("booth.rule.points", { total: number(method.total), most: number(method.maximum) });
    case "ranking":
      if (method.minimum === 0) return texts.say("booth.rule.ranking.most", {}, method.maximum);
      return texts.say("booth.rule.ranking", { least: number(method.minimum), most: number(method.maximum) });
  }
}

/** How far the voter is, as one sentence. */
export function sayState(texts: Texts, { contest, method, money }: BallotContest, picks: readonly Pick[]): string {
  switch (method.method) {
    case "approval":
    case "ranking":
      return texts.say("booth.state.picked", { most: texts.number(method.maximum) }, picks.length);
    case "knapsack": {
      const cost = costOf(contest.projects, picks);
      const values = { spent: texts.euros(cost), money: texts.euros(money), left: texts.euros(money - cost) };
      if (cost <= money) return texts.say("booth.state.money", values);
      return texts.say("booth.state.over", { ...values, over: texts.euros(cost - money) });
    }
    case "points": {
      const given = pointsOf(picks);
      const values = { given: texts.number(given), total: texts.number(method.total) };
      if (given <= method.total) return texts.say("booth.state.points", { ...values, left: texts.number(method.total - given) });
      return texts.say("booth.state.points-over", { ...values, over: texts.number(given - method.total) });
    }
  }
}

/** How full the contest is, from 0; above 1 is too full. Null where there is nothing to measure. */
export function fillOf({ contest, method, money }: BallotContest, picks: readonly Pick[]): number | null {
  switch (method.method) {
    case "approval":
    case "ranking":
      return null;
    case "knapsack":
      return money === 0 ? 0 : costOf(contest.projects, picks) / money;
    case "points":
      return method.total === 0 ? 0 : pointsOf(picks) / method.total;
  }
}

/** What must change, and how. */
export function sayProblem(texts: Texts, problem: Problem, title: string): string {
  switch (problem.kind) {
    case "too-few":
      return texts.say("booth.problem.too-few", { contest: title }, problem.least - problem.picked);
    case "too-many":
      return texts.say("booth.problem.too-many", { contest: title }, problem.picked - problem.most);
    case "too-dear":
      return texts.say("booth.problem.too-dear", { contest: title, over: texts.euros(problem.over) });
    case "too-many-points":
      return texts.say("booth.problem.too-many-points", { contest: title }, problem.over);
  }
}
