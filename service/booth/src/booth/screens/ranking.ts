/** The voter's own order of projects: by buttons, by keyboard, or by dragging; all three do the same. */

import type { Contest } from "../../kernel/manifest.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import type { Pick } from "../draft.ts";
import { button } from "../parts.ts";

export class Ranking {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #contest: Contest;
  readonly #list = make("ol", { class: "ranking" });
  readonly #empty: HTMLElement;
  readonly #move: (project: string, place: number) => void;
  readonly #remove: (project: string) => void;
  #dragged: string | null = null;

  constructor(app: App, contest: Contest, move: (project: string, place: number) => void, remove: (project: string) => void) {
    this.#app = app;
    this.#contest = contest;
    this.#move = move;
    this.#remove = remove;
    this.#empty = make("p", { class: "hint" }, app.say("booth.ranking.empty"));
    const heading = make("h3", { id: `volgorde-${contest.id}` }, app.say("booth.ranking.title"));
    this.element = make("section", { class: "tile order", "aria-labelledby": `volgorde-${contest.id}` }, heading, this.#empty, this.#list);
  }

  show(picks: readonly Pick[]): void {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : "";
    this.#empty.hidden = picks.length > 0;
    this.#list.replaceChildren(...picks.map(({ project }, place) => this.#row(project, place, picks.length)));
    if (focused !== "" && this.#list.querySelector(`#${CSS.escape(focused)}`) instanceof HTMLElement) {
      document.getElementById(focused)?.focus();
    }
  }

  #row(project: string, place: number, all: number): HTMLElement {
    const title = this.#contest.projects.find(({ id }) => id === project)?.title ?? project;
    const act = (name: string, label: string, sign: string, isOff: boolean, does: () => void): HTMLElement => {
      const made = button(sign, () => {
        if (!isOff) does();
      }, "quiet");
      made.id = `${name}-${this.#contest.id}-${project}`;
      made.setAttribute("aria-label", this.#app.say(label, { project: title }));
      made.setAttribute("aria-disabled", String(isOff));
      return made;
    };
    const to = (where: number) => (): void => {
      this.#move(project, where);
      this.#app.announce(this.#app.say("booth.ranking.moved", { project: title, place: this.#app.texts.number(where + 1) }));
    };
    const row = make(
      "li",
      { draggable: "true" },
      make("span", { class: "name" }, title),
      act("hoger", "booth.ranking.up", "↑", place === 0, to(place - 1)),
      act("lager", "booth.ranking.down", "↓", place === all - 1, to(place + 1)),
      act("weg", "booth.ranking.remove", "×", false, () => {
        this.#remove(project);
      }),
    );
    this.#drag(row, project, place);
    return row;
  }

  #drag(row: HTMLElement, project: string, place: number): void {
    row.addEventListener("dragstart", (event) => {
      this.#dragged = project;
      event.dataTransfer?.setData("text/plain", "");
    });
    row.addEventListener("dragover", (event) => {
      if (this.#dragged !== null) event.preventDefault();
    });
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.#dragged !== null) this.#move(this.#dragged, place);
      this.#dragged = null;
    });
  }
}
