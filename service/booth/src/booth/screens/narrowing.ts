/** Search and filters over a contest's cards: they hide, and say that the rest is there. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { button } from "../parts.ts";
import type { Card } from "./card.ts";

/** What stands on a filter's button, and which cards it leaves. It looks once, when it is pressed: no card goes while somebody uses it. */
export interface Filter {
  readonly says: string;
  readonly leaves: (card: Card) => boolean;
}

export class Narrowing {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #cards: readonly Card[];
  readonly #input: HTMLInputElement;
  readonly #said = make("p", { class: "said", role: "status" });
  readonly #all: HTMLButtonElement;
  readonly #buttons: ReadonlyMap<Filter, HTMLButtonElement>;
  #pressed: Filter | null = null;
  #left: ReadonlySet<Card>;

  /** @param name of the contest, for what is labelled by it */
  constructor(app: App, name: string, cards: readonly Card[], filters: readonly Filter[]) {
    this.#app = app;
    this.#cards = cards;
    this.#left = new Set(cards);
    const id = `zoek-${name}`;
    this.#input = make("input", { type: "search", id, autocomplete: "off" });
    this.#input.addEventListener("input", () => {
      this.#look();
    });
    this.#all = button(app.say("booth.search.all"), () => {
      this.showAll();
      this.#input.focus();
    }, "quiet");
    this.#buttons = new Map(filters.map((filter) => [filter, button(filter.says, () => {
      this.#press(filter);
    }, "quiet")]));
    this.element = make(
      "div", { class: "search" }, make("label", { for: id }, app.say("booth.search.label")), this.#input,
      make("div", { class: "filters", role: "group", "aria-label": app.say("booth.filter.label") }, ...this.#buttons.values()),
      this.#all, this.#said,
    );
    this.#look();
  }

  /** Undo search and filter. */
  showAll(): void {
    this.#input.value = "";
    this.#press(null);
  }

  /** Press a filter; the one that is pressed already is let go. */
  #press(filter: Filter | null): void {
    this.#pressed = filter === this.#pressed ? null : filter;
    this.#left = new Set(this.#cards.filter((card) => this.#pressed?.leaves(card) ?? true));
    this.#look();
  }

  #look(): void {
    const wanted = this.#input.value.trim().toLowerCase();
    for (const card of this.#cards) card.element.hidden = !this.#left.has(card) || !card.searched.includes(wanted);
    for (const [filter, each] of this.#buttons) each.setAttribute("aria-pressed", String(filter === this.#pressed));
    const isNarrow = wanted !== "" || this.#pressed !== null;
    const shown = this.#cards.filter(({ element }) => !element.hidden);
    this.#all.hidden = !isNarrow;
    const values = { all: this.#app.texts.number(this.#cards.length) };
    this.#said.textContent = isNarrow ? this.#app.say("booth.search.found", values, shown.length) : "";
  }
}
