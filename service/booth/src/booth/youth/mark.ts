/** Two pictures by which a child knows its own ballot again. Then the ballot goes. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { MARK_LENGTH, problemsOf, toggleMark } from "../draft.ts";
import { MARKS } from "../marks.ts";
import { button, lead, nameOf, paragraph, picture } from "../parts.ts";
import { walkOf } from "./host.ts";
import { backButton, onward } from "./parts.ts";

export function showMark(app: App): void {
  if (problemsOf(app.session.style, app.session.draft).length > 0) {
    app.resume();
    return;
  }
  const said = make("p", { class: "kind", id: "plaatjes", tabindex: "-1", role: "status" });
  const tell = (): void => {
    const { mark } = app.session.draft;
    tiles.forEach((each, place) => {
      each.setAttribute("aria-pressed", String(mark.includes(place)));
    });
    const names = mark.map((place) => nameOf(app, place)).join(", ");
    said.textContent = mark.length === 0 ? app.say("booth.youth.mark.tap") : app.say("booth.youth.mark.picked", { names }, mark.length);
  };
  const tiles = MARKS.map((_, place) => markTile(app, place, tell));
  const cast = button(app.say("booth.youth.cast"), () => {
    if (app.session.draft.mark.length === MARK_LENGTH) void seal(app, cast, said);
    else said.focus();
  });
  const back = backButton(app, () => {
    app.back();
  });
  const list = make("ul", { class: "mark-tiles", "aria-labelledby": "kop" }, ...tiles.map((each) => make("li", {}, each)));
  app.show({
    title: app.say("booth.youth.mark"),
    content: [lead(app.say("booth.youth.mark.lead")), paragraph(app.say("booth.youth.mark.card")), list, make("div", { class: "foot" }, said, onward(cast, back))],
  });
  tell();
}

function markTile(app: App, place: number, changed: () => void): HTMLButtonElement {
  const made = make("button", { class: "tap", id: `merk-${place}`, type: "button" }, picture(place), make("span", {}, nameOf(app, place)));
  made.addEventListener("click", () => {
    const before = app.session.draft;
    const after = toggleMark(before, place);
    if (after === before) app.announce(app.say("booth.youth.mark.two"));
    else {
      app.session.edit(after);
      changed();
    }
  });
  return made;
}

/** Seal what was reviewed, and go on to send it. */
async function seal(app: App, cast: HTMLButtonElement, said: HTMLElement): Promise<void> {
  cast.disabled = true;
  try {
    walkOf(app).mark = app.session.draft.mark;
    await app.session.seal();
    app.resume();
  } catch {
    cast.disabled = false;
    said.textContent = app.say("booth.youth.fault");
    said.focus();
  }
}
