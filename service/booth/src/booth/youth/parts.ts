/** Parts that several children's screens have: a large picture, tiles of what is chosen, dots for how far it is. */

import type { Project } from "../../kernel/manifest.ts";
import { make, sign, type Child } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { button } from "../parts.ts";
import { readMedia } from "../screens/card.ts";

/** A project's picture. Its title stands beside it, so that it needs no words of its own. */
export function bigPicture(app: App, project: Project): HTMLImageElement {
  const image = make("img", { alt: "", class: "big-picture", width: "480", height: "300", decoding: "async" });
  void readMedia(app.source, project).then(({ picture }) => {
    if (picture !== null) image.src = picture;
  });
  return image;
}

/** A project as a tile with its title, and whatever belongs to it. */
export function tile(app: App, project: Project, ...more: readonly Child[]): HTMLElement {
  return make("li", { class: "tile idea", "data-project": project.id }, bigPicture(app, project), make("span", { class: "name" }, project.title), ...more);
}

/** How far it is, in dots and in words. @param place from 0 */
export function dots(app: App, place: number, all: number): HTMLElement {
  const shown = Array.from({ length: all }, (_, each) => make("span", { class: each < place ? "dot past" : each === place ? "dot now" : "dot" }));
  const row = make("span", { class: "dots", "aria-hidden": "true" }, ...shown);
  const words = app.say("booth.youth.place", { place: app.texts.number(place + 1), all: app.texts.number(all) });
  return make("p", { class: "progress" }, row, words);
}

/** As many stars as were given, of as many as there can be; in words beside it. */
export function stars(given: number, all: number): HTMLElement {
  const shown = sign("★".repeat(given) + "☆".repeat(Math.max(all - given, 0)));
  shown.className = "stars";
  return shown;
}

/** Act once on a double tap: its second half falls on the next idea, at which nobody has looked yet. */
export function once(act: () => void): (event: MouseEvent) => void {
  return ({ detail }) => {
    if (detail < 2) act();
  };
}

/** The way onward, as one large button, and a small one back. */
export function onward(next: HTMLElement, ...others: readonly HTMLElement[]): HTMLElement {
  next.classList.add("large");
  return make("div", { class: "onward youth" }, next, ...others);
}

export function backButton(app: App, act: () => void): HTMLButtonElement {
  return button(app.say("booth.youth.back"), act, "quiet");
}
