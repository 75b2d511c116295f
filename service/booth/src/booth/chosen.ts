/** Show choices with picture, title, cost and points: on the review, and where a ballot is checked. */

import type { Source } from "../kernel/source.ts";
import { make } from "../page/dom.ts";
import type { Frame } from "./app.ts";
import type { ReviewedContest, ReviewedProject } from "./review.ts";
import { readMedia } from "./screens/card.ts";

export function showContest(frame: Frame, source: Source, { title, isRanked, projects }: ReviewedContest): HTMLElement {
  const items = projects.map((each) => showProject(frame, source, each));
  const list = make(isRanked ? "ol" : "ul", { class: "chosen-list" }, ...items);
  const none = make("p", {}, frame.say("booth.review.none"));
  return make("section", { class: "tile reviewed" }, make("h2", {}, title), items.length === 0 ? none : list);
}

function showProject(frame: Frame, source: Source, { project, points }: ReviewedProject): HTMLElement {
  const image = make("img", { alt: "", width: "96", height: "60" });
  void readMedia(source, project).then(({ picture }) => {
    if (picture !== null) image.src = picture;
  });
  const given = points > 0 ? [make("span", { class: "points" }, frame.say("booth.points.given", {}, points))] : [];
  return make(
    "li",
    { "data-project": project.id },
    image,
    make("span", { class: "name" }, project.title),
    make("span", { class: "cost" }, frame.texts.euros(project.cost)),
    ...given,
  );
}
