/** A project as a tile, with the one control that its contest's method has. */

import type { BallotContest } from "../../kernel/election.ts";
import type { Project } from "../../kernel/manifest.ts";
import type { Source } from "../../kernel/source.ts";
import { make, type Child } from "../../page/dom.ts";
import type { App } from "../app.ts";
import type { Pick } from "../draft.ts";
import { button } from "../parts.ts";
import { splitText } from "../project_text.ts";
import { readPicture, readText } from "../setup.ts";

/** What a card tells the ballot. */
export interface Chooser {
  toggle(project: string): void;
  give(project: string, points: number): void;
}

/** A picture and a text, verified; read once for all screens. */
export interface Media {
  readonly picture: string | null;
  readonly text: string | null;
}

const known = new Map<string, Promise<Media>>();

/** Read what a project shows. What cannot be read, or is not what the contest names, is null, and read anew next time. */
export function readMedia(source: Source, project: Project): Promise<Media> {
  const found = known.get(project.id) ?? load(source, project);
  known.set(project.id, found);
  void found.then(({ picture, text }) => {
    if (picture === null || text === null) known.delete(project.id);
  });
  return found;
}

async function load(source: Source, project: Project): Promise<Media> {
  const [blob, text] = await Promise.all([
    readPicture(source, project.picture).catch(() => null),
    readText(source, project.text).catch(() => null),
  ]);
  return { picture: blob === null ? null : URL.createObjectURL(blob), text };
}

export class Card {
  readonly element: HTMLElement;
  readonly project: Project;
  readonly #app: App;
  readonly #update: (pick: Pick | undefined, place: number) => void;
  /** Everything that a search looks in, in small letters. */
  searched: string;

  constructor(app: App, { method }: BallotContest, project: Project, chooser: Chooser) {
    this.#app = app;
    this.project = project;
    this.searched = project.title.toLowerCase();
    const image = make("img", { alt: "", width: "160", height: "100", decoding: "async" });
    const title = make("h3", { id: `titel-${project.id}` }, project.title);
    const cost = make("p", { class: "cost" }, app.texts.euros(project.cost));
    const about = make("div", { class: "about" });
    const control = method.method === "points" ? this.#stepper(method.maximum, chooser) : this.#box(method.method === "ranking", chooser);
    this.#update = control.update;
    this.element = make("li", { class: "tile card", id: `idee-${project.id}` }, image, title, cost, about, control.element);
    void readMedia(app.source, project).then((media) => {
      this.#fill(image, about, media);
    });
  }

  /** Show the voter's choice. @param place in a ranking, from 0 */
  show(pick: Pick | undefined, place: number): void {
    this.element.classList.toggle("picked", pick !== undefined);
    this.#update(pick, place);
  }

  #fill(image: HTMLImageElement, about: HTMLElement, { picture, text }: Media): void {
    if (picture !== null) image.src = picture;
    if (text === null) {
      about.append(make("p", {}, this.#app.say("booth.card.missing")));
      return;
    }
    this.searched = text.toLowerCase();
    const { what, place, own, rest } = splitText(text, this.project.title);
    const line = (label: string, value: string): Child[] =>
      value === "" ? [] : [make("p", {}, make("strong", {}, this.#app.say(label)), ` ${value}`)];
    about.append(...line("booth.card.place", place), ...line("booth.card.own", own));
    if (what === "" && rest === "") return;
    const summary = make("summary", {}, this.#app.say("booth.card.more"), make("span", { class: "hidden" }, `: ${this.project.title}`));
    about.append(make("details", {}, summary, make("p", { class: "text" }, [what, rest].filter((part) => part !== "").join("\n\n"))));
  }

  /** Yes or no; in a ranking the place is told too. */
  #box(isRanked: boolean, chooser: Chooser): { element: HTMLElement; update: (pick: Pick | undefined, place: number) => void } {
    const id = `kies-${this.project.id}`;
    const box = make("input", { type: "checkbox", id, "aria-describedby": `titel-${this.project.id}` });
    const text = make("span", {}, this.#app.say("booth.card.choose"));
    box.addEventListener("change", () => {
      chooser.toggle(this.project.id);
    });
    const update = (pick: Pick | undefined, place: number): void => {
      box.checked = pick !== undefined;
      const chosen = isRanked
        ? this.#app.say("booth.card.ranked", { place: this.#app.texts.number(place + 1) })
        : this.#app.say("booth.card.chosen");
      text.textContent = pick === undefined ? this.#app.say("booth.card.choose") : chosen;
    };
    return { element: make("label", { class: "pick", for: id }, box, text), update };
  }

  /** Less and more points; at an end the button says so and does nothing. */
  #stepper(most: number, chooser: Chooser): { element: HTMLElement; update: (pick: Pick | undefined) => void } {
    let points = 0;
    const { title } = this.project;
    const output = make("output", {});
    const act = (by: number) => (): void => {
      const wanted = points + by;
      if (wanted > most) this.#app.announce(this.#app.say("booth.points.most", {}, most));
      else if (wanted >= 0) chooser.give(this.project.id, wanted);
    };
    const less = button("−", act(-1), "quiet");
    const more = button("+", act(1), "quiet");
    less.setAttribute("aria-label", this.#app.say("booth.points.less", { project: title }));
    more.setAttribute("aria-label", this.#app.say("booth.points.more", { project: title }));
    const update = (pick: Pick | undefined): void => {
      points = pick?.points ?? 0;
      output.textContent = this.#app.say("booth.points.given", {}, points);
      less.setAttribute("aria-disabled", String(points === 0));
      more.setAttribute("aria-disabled", String(points === most));
    };
    return { element: make("div", { class: "stepper", role: "group", "aria-labelledby": `titel-${this.project.id}` }, less, output, more), update };
  }
}
