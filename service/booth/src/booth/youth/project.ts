/** One project: a large picture, what it is, and one answer. Nothing is chosen beforehand. */

import type { BallotContest } from "../../kernel/election.ts";
import type { Project } from "../../kernel/manifest.ts";
import { make, type Child } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { givePoints, picksOf, toggle } from "../draft.ts";
import { button } from "../parts.ts";
import { splitText } from "../project_text.ts";
import { readMedia } from "../screens/card.ts";
import type { Steps } from "./ballot.ts";
import { coins } from "./coins.ts";
import { walkOf } from "./host.ts";
import { backButton, bigPicture, dots, once, onward, stars } from "./parts.ts";
import type { Page } from "./walk.ts";
import { sayState } from "./words.ts";

type ProjectPage = Extract<Page, { kind: "project" }>;

export function showProject(app: App, { all, place, project, rules }: ProjectPage, steps: Steps): void {
  app.show({
    title: project.title,
    content: [
      dots(app, place, all), bigPicture(app, project), about(app, project),
      make("p", { class: "cost" }, app.texts.euros(project.cost)),
      ...answers(app, rules, project, steps),
    ],
  });
}

/** What it is, in its own words; children need no more, and it is what is read aloud. */
function about(app: App, project: Project): HTMLElement {
  const said = make("p", { class: "lead what" });
  void readMedia(app.source, project).then(({ text }) => {
    const { rest, what } = splitText(text ?? "", project.title);
    said.textContent = text === null ? app.say("booth.youth.missing") : what === "" ? rest : what;
  });
  return said;
}

function answers(app: App, rules: BallotContest, project: Project, steps: Steps): Child[] {
  const back = backButton(app, steps.back);
  switch (rules.method.method) {
    case "ranking":
      return [onward(button(app.say("booth.youth.next"), once(steps.next)), back)];
    case "points":
      return [...giving(app, rules, rules.method.maximum, project), onward(button(app.say("booth.youth.next"), once(steps.next)), back)];
    case "knapsack":
      return [coins(app, rules), ...liking(app, rules, project, steps), make("div", { class: "onward youth" }, back)];
    case "approval":
      return [...liking(app, rules, project, steps), make("div", { class: "onward youth" }, back)];
  }
}

/** Yes or no, which leads on at once. */
function liking(app: App, rules: BallotContest, project: Project, { next }: Steps): Child[] {
  const walk = walkOf(app);
  const picks = picksOf(app.session.draft, rules.contest.id);
  const isPicked = picks.some((pick) => pick.project === project.id);
  const isAnswered = walk.answered.has(project.id);
  const answer = (wanted: boolean): (event: MouseEvent) => void => once(() => {
    walk.answered.add(project.id);
    if (wanted !== isPicked) app.session.edit(toggle(app.session.draft, rules, project.id));
    next();
    app.announce(sayState(app.texts, rules, picksOf(app.session.draft, rules.contest.id)));
  });
  const yes = button(app.say("booth.youth.yes"), answer(true), "like large");
  const no = button(app.say("booth.youth.no"), answer(false), "like large quiet");
  yes.setAttribute("aria-pressed", String(isPicked));
  no.setAttribute("aria-pressed", String(isAnswered && !isPicked));
  return [make("div", { class: "liking", role: "group", "aria-labelledby": "kop" }, yes, no)];
}

/** Stars to give, and how many are left. */
function giving(app: App, rules: BallotContest, most: number, project: Project): Child[] {
  const { contest } = rules;
  const box = make("div", { class: "giving", role: "group", "aria-labelledby": "kop" });
  const said = make("p", { class: "state-line", role: "status" });
  const less = button("−", () => {
    give(-1);
  }, "quiet large");
  const more = button("+", () => {
    give(1);
  }, "quiet large");
  less.setAttribute("aria-label", app.say("booth.youth.stars.less"));
  more.setAttribute("aria-label", app.say("booth.youth.stars.more"));
  const output = make("output", {});
  const points = (): number => picksOf(app.session.draft, contest.id).find((pick) => pick.project === project.id)?.points ?? 0;
  const give = (by: number): void => {
    const wanted = points() + by;
    if (wanted >= 0 && wanted <= most) app.session.edit(givePoints(app.session.draft, contest.id, project.id, wanted));
    show();
  };
  const show = (): void => {
    output.replaceChildren(stars(points(), most), make("span", {}, app.say("booth.youth.stars.given", {}, points())));
    less.setAttribute("aria-disabled", String(points() === 0));
    more.setAttribute("aria-disabled", String(points() === most));
    said.textContent = sayState(app.texts, rules, picksOf(app.session.draft, contest.id));
  };
  box.append(less, output, more);
  show();
  return [box, said];
}
