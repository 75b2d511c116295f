/** What is in the knapsack, as coins: ten for all the money that there is. */

import type { BallotContest } from "../../kernel/election.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { costOf, picksOf } from "../draft.ts";
import { sayState } from "./words.ts";

const ALL = 10;

/** How many of ten coins are spent: more than ten where it is too much. Pure. */
export function coinsOf(cost: number, money: number): number {
  if (cost === 0) return 0;
  return money === 0 ? ALL + 1 : Math.max(1, cost > money ? ALL + 1 : Math.round((cost / money) * ALL));
}

export function coins(app: App, rules: BallotContest): HTMLElement {
  const { contest, money } = rules;
  const picks = picksOf(app.session.draft, contest.id);
  const spent = coinsOf(costOf(contest.projects, picks), money);
  const shown = Array.from({ length: ALL }, (_, place) => make("span", { class: place < spent ? "coin spent" : "coin" }));
  const row = make("span", { class: spent > ALL ? "coins over" : "coins", "aria-hidden": "true" }, ...shown);
  return make("p", { class: "state-line" }, row, sayState(app.texts, rules, picks));
}
