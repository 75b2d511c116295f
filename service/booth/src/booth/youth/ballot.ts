/** The ballot, one thing a screen: a rule, then a project, then the next one, then what is chosen. */

import { problemsOf } from "../draft.ts";
import type { App } from "../app.ts";
import { button, lead } from "../parts.ts";
import { showChosen } from "./chosen.ts";
import { walkOf, type ChildHost } from "./host.ts";
import { backButton, onward } from "./parts.ts";
import { showProject } from "./project.ts";
import type { Page } from "./walk.ts";
import { sayRule } from "./words.ts";

export function showBallot(app: App, host: ChildHost): void {
  host.setBusy(true);
  const { page } = walkOf(app);
  switch (page.kind) {
    case "rule":
      showRule(app, host, page);
      return;
    case "project":
      showProject(app, page, stepsOf(app, host));
      return;
    case "chosen":
      showChosen(app, page.rules, stepsOf(app, host));
      return;
  }
}

/** What a screen of the ballot can do beside choosing. */
export interface Steps {
  readonly next: () => void;
  readonly back: () => void;
  /** Look at the projects of this contest once more. */
  readonly again: () => void;
}

function stepsOf(app: App, host: ChildHost): Steps {
  const walk = walkOf(app);
  return {
    next: () => {
      if (walk.next()) showBallot(app, host);
      else if (problemsOf(app.session.style, app.session.draft).length === 0) app.go("review");
    },
    back: () => {
      walk.back();
      showBallot(app, host);
    },
    again: () => {
      walk.again();
      showBallot(app, host);
    },
  };
}

function showRule(app: App, host: ChildHost, { rules }: Page): void {
  const { back, next } = stepsOf(app, host);
  const before = walkOf(app).isFirst ? [] : [backButton(app, back)];
  app.show({
    title: rules.contest.title,
    content: [lead(sayRule(app.texts, rules)), onward(button(app.say("booth.youth.begin"), next), ...before)],
  });
}
