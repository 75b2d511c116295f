/** Small parts that several screens have. */

import { make, PRIMARY, SECONDARY, type Child } from "../page/dom.ts";
import type { App, Frame } from "./app.ts";
import { MARKS } from "./marks.ts";

const QUIET = /\bquiet\b ?/u;
const SVG = "http://www.w3.org/2000/svg";

/** A button that acts; a `quiet` one is not what most people want next. */
export function button(text: string, act: (event: MouseEvent) => void, kind = ""): HTMLButtonElement {
  const [look, more] = QUIET.test(kind) ? [SECONDARY, kind.replace(QUIET, "")] : [PRIMARY, kind];
  const made = make("button", { type: "button", class: `${look} ${more}`.trim() }, text);
  made.addEventListener("click", act);
  return made;
}

export function paragraph(...content: readonly Child[]): HTMLElement {
  return make("p", {}, ...content);
}

export function lead(text: string): HTMLElement {
  return make("p", { class: "lead" }, text);
}

export function notice(kind: string, title: string, ...content: readonly Child[]): HTMLElement {
  return make("div", { class: `utrecht-alert notice ${kind}` }, make("h2", {}, title), ...content);
}

/** The way through: where somebody is, in words and for the eye. */
export function steps(frame: Frame, at: number): HTMLElement {
  const names = ["booth.step.share", "booth.step.choose", "booth.step.review", "booth.step.cast"];
  const items = names.map((name, place) =>
    make(
      "li",
      { class: place < at ? "done" : place === at ? "now" : "later", ...(place === at ? { "aria-current": "step" } : {}) },
      frame.say(name),
    ),
  );
  return make("ol", { class: "steps", "aria-label": frame.say("booth.step.label") }, ...items);
}

/** One of the 64 pictures in its tile. The words beside it name it. */
export function picture(place: number): Element {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "mark");
  drawing.setAttribute("viewBox", "0 0 100 100");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.documentElement.dataset["marks"] ?? ""}#mark-${place}`);
  drawing.append(use);
  return drawing;
}

/** The name of one of the 64 pictures. */
export function nameOf(frame: Frame, place: number): string {
  return frame.say(MARKS[place]?.name ?? "booth.mark.none");
}

/** Two pictures with their names, as a list. */
export function showMark(frame: Frame, mark: readonly number[]): HTMLElement {
  const items = mark.map((place) => make("li", {}, picture(place), nameOf(frame, place)));
  return make("ul", { class: "marks chosen" }, ...items);
}

/** Until when one can vote; loud when it is less than an hour. */
export function showDeadline(app: App): HTMLElement {
  const { releases } = app.session.election.manifest;
  const deadline = Math.max(...releases);
  const minutes = Math.floor((deadline - app.now()) / 60);
  const moment = app.texts.moment(deadline);
  if (minutes >= 60) return paragraph(app.say("booth.deadline.until", { moment }));
  const text = minutes > 0 ? app.say("booth.deadline.soon", { moment }, minutes) : app.say("booth.deadline.now");
  return make("p", { class: "complaint" }, text);
}

/** What stands where the network is away: nothing is lost, and it goes on by itself. */
export function awayNotice(frame: Frame): HTMLElement {
  return make(
    "div",
    { class: "utrecht-alert notice missing", hidden: "" },
    make("h2", {}, frame.say("booth.away.title")),
    paragraph(frame.say("booth.away.text")),
  );
}

/** A link to a part of this screen, which leaves nothing in the address. */
function leadTo(text: string, target: string): HTMLElement {
  const link = make("a", { href: `#${target}` }, text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const part = document.getElementById(target);
    part?.scrollIntoView({ block: "start" });
    part?.focus({ preventScroll: true });
  });
  return link;
}

/** A list of what must change first; it gets the focus, and leads to each part. */
export function summary(frame: Frame, problems: readonly { readonly text: string; readonly target: string }[]): HTMLElement {
  const items = problems.map(({ text, target }) => make("li", {}, leadTo(text, target)));
  return make(
    "div",
    { class: "utrecht-alert notice wrong", id: "wat-mist", tabindex: "-1", role: "alert" },
    make("h2", {}, frame.say("booth.problem.title")),
    make("ul", {}, ...items),
  );
}


/** A ballot's number in two groups, as people read it. */
export function splitNumber(number: string): string {
  return `${number.slice(0, 5)}-${number.slice(5)}`;
}
