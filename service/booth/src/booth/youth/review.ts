/** The review in pictures, made from the bytes that will be sealed. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { problemsOf } from "../draft.ts";
import { button, lead } from "../parts.ts";
import { reviewOf } from "../review.ts";
import { backButton, onward, stars, tile } from "./parts.ts";

export function showReview(app: App): void {
  const { style, draft } = app.session;
  if (problemsOf(style, draft).length > 0) {
    app.resume();
    return;
  }
  const parts = reviewOf(style, draft).map(({ isRanked, projects, title }) => {
    const items = projects.map(({ points, project }) =>
      tile(app, project, ...(points === 0 ? [] : [make("span", {}, stars(points, points), app.say("booth.youth.stars.given", {}, points))])),
    );
    const list = make(isRanked ? "ol" : "ul", { class: "ideas" }, ...items);
    return make("section", { class: "reviewed" }, make("h2", {}, title), items.length === 0 ? make("p", {}, app.say("booth.youth.none")) : list);
  });
  const next = button(app.say("booth.youth.right"), () => {
    app.go("mark");
  });
  const back = backButton(app, () => {
    app.back();
  });
  app.show({ title: app.say("booth.youth.review"), content: [lead(app.say("booth.youth.review.lead")), ...parts, onward(next, back)] });
}
