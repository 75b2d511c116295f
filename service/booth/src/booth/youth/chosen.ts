/** What a child has chosen in one contest, in pictures. Too many are told kindly, and the child takes one away. */

import type { BallotContest } from "../../kernel/election.ts";
import type { Project } from "../../kernel/manifest.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { picksOf, problemsOf, toggle, type Pick } from "../draft.ts";
import { orderFor } from "../order.ts";
import { button } from "../parts.ts";
import type { Steps } from "./ballot.ts";
import { coins } from "./coins.ts";
import { backButton, bigPicture, onward, stars, tile } from "./parts.ts";
import { sayProblem, sayState } from "./words.ts";

export function showChosen(app: App, rules: BallotContest, steps: Steps): void {
  const isRanking = rules.method.method === "ranking";
  const list = make("ul", { class: "ideas" });
  const state = make("div", {});
  const wrong = make("p", { class: "kind", id: "te-veel", tabindex: "-1", role: "status" });
  const show = (): void => {
    const picks = picksOf(app.session.draft, rules.contest.id);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : "";
    list.replaceChildren(...(isRanking ? ranked(app, rules, picks, show) : picked(app, rules, picks, show)));
    state.replaceChildren(rules.method.method === "knapsack" ? coins(app, rules) : make("p", { class: "state-line" }, sayState(app.texts, rules, picks)));
    wrong.textContent = problemOf(app, rules);
    wrong.hidden = wrong.textContent === "";
    if (focused !== "" && document.activeElement === document.body) (document.getElementById(focused) ?? wrong).focus();
  };
  const next = button(app.say("booth.youth.next"), () => {
    if (problemOf(app, rules) === "") steps.next();
    else wrong.focus();
  });
  const again = button(app.say("booth.youth.again"), steps.again, "quiet");
  show();
  app.show({
    title: app.say(isRanking ? "booth.youth.order" : "booth.youth.chosen"),
    content: [state, wrong, list, onward(next, again, backButton(app, steps.back))],
  });
}

function problemOf(app: App, { contest }: BallotContest): string {
  const problem = problemsOf(app.session.style, app.session.draft).find((each) => each.contest === contest.id);
  return problem === undefined ? "" : sayProblem(app.texts, problem);
}

function findProject({ contest }: BallotContest, id: string): Project {
  return contest.projects.find((each) => each.id === id)!;
}

/** What is chosen, each with a button that takes it away. */
function picked(app: App, rules: BallotContest, picks: readonly Pick[], show: () => void): HTMLElement[] {
  if (picks.length === 0) return [make("li", { class: "none" }, app.say("booth.youth.none"))];
  const most = rules.method.method === "points" ? rules.method.maximum : 0;
  return picks.map(({ points, project }) => {
    const shown = findProject(rules, project);
    const away = button(app.say("booth.youth.take-away"), () => {
      app.session.edit(toggle(app.session.draft, rules, project));
      show();
    }, "quiet");
    away.id = `weg-${project}`;
    away.setAttribute("aria-label", app.say("booth.youth.take-away-name", { project: shown.title }));
    const given = points === 0 ? [] : [make("span", {}, stars(points, most), app.say("booth.youth.stars.given", {}, points))];
    return tile(app, shown, ...given, away);
  });
}

/** All projects, to be tapped in order: the first tap is the first place. A second tap takes it away. */
function ranked(app: App, rules: BallotContest, picks: readonly Pick[], show: () => void): HTMLElement[] {
  const { contest } = rules;
  const order = orderFor(app.session.votingKey, contest.id, contest.projects.map(({ id }) => id));
  return order.map((id) => {
    const project = findProject(rules, id);
    const place = picks.findIndex((pick) => pick.project === id);
    const said = place < 0 ? "" : app.say("booth.youth.rank", { place: app.texts.number(place + 1) });
    const tap = make(
      "button", { "aria-pressed": String(place >= 0), class: "tap", id: `tik-${id}`, type: "button" },
      bigPicture(app, project), make("span", { class: "name" }, project.title), make("span", { class: "rank" }, said),
    );
    tap.addEventListener("click", () => {
      app.session.edit(toggle(app.session.draft, rules, id));
      show();
      app.announce(sayState(app.texts, rules, picksOf(app.session.draft, contest.id)));
    });
    return make("li", { "data-project": id }, tap);
  });
}
