/** The review: a step of its own, made from the bytes that will be sealed. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { showContest } from "../chosen.ts";
import { problemsOf } from "../draft.ts";
import { button, lead, steps } from "../parts.ts";
import { reviewOf } from "../review.ts";

export function showReview(app: App): void {
  const { style, draft } = app.session;
  if (problemsOf(style, draft).length > 0) {
    app.resume();
    return;
  }
  const parts = reviewOf(style, draft).map((contest) => showContest(app, app.source, contest));
  const next = button(app.say("booth.review.next"), () => {
    app.go("mark");
  });
  const back = button(app.say("booth.review.back"), () => {
    app.back();
  }, "quiet");
  app.show({
    title: app.say("booth.review.title"),
    content: [steps(app, 2), lead(app.say("booth.review.lead")), ...parts, make("div", { class: "onward" }, next, back)],
  });
}
