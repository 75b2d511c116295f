/** The ballot: all contests of the voter's style on one page. Nothing is ticked beforehand, and nothing is undone. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { problemsOf, type Draft } from "../draft.ts";
import { button, lead, showDeadline, steps, summary } from "../parts.ts";
import { sayProblem } from "../rules.ts";
import { ContestPart } from "./contest.ts";

export function showBallot(app: App): void {
  const { style } = app.session;
  const edit = (step: (draft: Draft) => Draft): void => {
    const draft = step(app.session.draft);
    const isKept = keep(app, draft);
    for (const part of parts) part.show(draft, true);
    if (!isKept) app.announce(app.say("booth.ballot.not-kept"));
  };
  const parts = style.contests.map((rules) => new ContestPart(app, rules, edit));
  const wrong = make("div", {});
  const next = button(app.say("booth.ballot.next"), () => {
    check(app, wrong);
  });
  app.show({
    title: app.say("booth.ballot.title"),
    content: [
      steps(app, 1), lead(app.say("booth.ballot.lead", {}, style.contests.length)), showDeadline(app), wrong,
      ...parts.map(({ element }) => element), make("div", { class: "onward" }, next, ...returning(app)),
    ],
  });
  for (const part of parts) part.show(app.session.draft, false);
}

function keep(app: App, draft: Draft): boolean {
  try {
    app.session.edit(draft);
    return true;
  } catch {
    return false;
  }
}

/** Go on to the review, or say what must change first. */
function check(app: App, wrong: HTMLElement): void {
  const { style, draft } = app.session;
  const problems = problemsOf(style, draft);
  if (problems.length === 0) {
    app.go("review");
    return;
  }
  const told = problems.map((problem) => {
    const title = style.contests.find(({ contest }) => contest.id === problem.contest)?.contest.title ?? "";
    return { text: sayProblem(app.texts, problem, title), target: `wedstrijd-${problem.contest}` };
  });
  const box = summary(app, told);
  wrong.replaceChildren(box);
  box.focus();
  box.scrollIntoView({ block: "start" });
}

/** Whoever votes again may leave it at the ballot that is in. */
function returning(app: App): HTMLElement[] {
  if (app.session.kept.promised === null) return [];
  return [
    button(app.say("booth.ballot.keep"), () => {
      app.session.keepPromised();
      app.resume();
    }, "quiet"),
  ];
}
