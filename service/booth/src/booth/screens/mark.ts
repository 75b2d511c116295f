/** The mark: two pictures by which a voter knows their own ballot again. Then the ballot goes. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { MARK_LENGTH, problemsOf, toggleMark } from "../draft.ts";
import { MARKS } from "../marks.ts";
import { button, lead, nameOf, paragraph, picture, steps, summary } from "../parts.ts";

export function showMark(app: App): void {
  if (problemsOf(app.session.style, app.session.draft).length > 0) {
    app.resume();
    return;
  }
  const boxes = MARKS.map((_, place) => makeBox(app, place, () => {
    tell();
  }));
  const said = make("p", { class: "state-line" });
  const wrong = make("div", {});
  const tell = (): void => {
    const { mark } = app.session.draft;
    said.textContent = app.say("booth.mark.picked", {}, mark.length);
    boxes.forEach(({ input }, place) => {
      input.checked = mark.includes(place);
    });
    app.announce(said.textContent);
  };
  const cast = button(app.say("booth.mark.cast"), () => {
    if (app.session.draft.mark.length === MARK_LENGTH) void seal(app, cast, wrong);
    else {
      const box = summary(app, [{ text: app.say("booth.mark.two"), target: "merk-0" }]);
      wrong.replaceChildren(box);
      box.focus();
    }
  });
  const back = button(app.say("booth.mark.back"), () => {
    app.back();
  }, "quiet");
  const list = make("ul", { class: "marks" }, ...boxes.map(({ element }) => element));
  const group = make("fieldset", {}, make("legend", {}, app.say("booth.mark.legend")), list);
  app.show({
    title: app.say("booth.mark.title"),
    content: [
      steps(app, 3), lead(app.say("booth.mark.lead")), wrong, group, make("div", { class: "meter" }, said),
      paragraph(app.say("booth.mark.then")), make("div", { class: "onward" }, cast, back),
    ],
  });
  tell();
}

function makeBox(app: App, place: number, changed: () => void): { element: HTMLElement; input: HTMLInputElement } {
  const input = make("input", { type: "checkbox", id: `merk-${place}` });
  input.addEventListener("change", () => {
    const before = app.session.draft;
    const after = toggleMark(before, place);
    if (after === before) {
      input.checked = false;
      app.announce(app.say("booth.mark.only-two"));
      return;
    }
    app.session.edit(after);
    changed();
  });
  const label = make("label", { for: `merk-${place}` }, picture(place), make("span", {}, nameOf(app, place)));
  return { element: make("li", {}, input, label), input };
}

/** Seal what was reviewed, keep it on this device, and go on to send it. */
async function seal(app: App, cast: HTMLButtonElement, wrong: HTMLElement): Promise<void> {
  cast.disabled = true;
  try {
    await app.session.seal();
    app.resume();
  } catch {
    cast.disabled = false;
    const box = summary(app, [{ text: app.say("booth.refused.fault"), target: "kop" }]);
    wrong.replaceChildren(box);
    box.focus();
  }
}
