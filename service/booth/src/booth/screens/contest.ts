/** One contest of the ballot: its rule, how far the voter is, search, and all its projects in the voter's order. */

import type { BallotContest } from "../../kernel/election.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { givePoints, moveTo, picksOf, toggle, type Draft } from "../draft.ts";
import { makesMap } from "../map/draw.ts";
import { orderFor } from "../order.ts";
import { button } from "../parts.ts";
import { fillOf, sayRule, sayState } from "../rules.ts";
import { Card } from "./card.ts";
import { readGround, readPlaces, showMap } from "./map.ts";
import { Ranking } from "./ranking.ts";

/** From how many projects on a search is a help and no burden. */
const WORTH_A_SEARCH = 8;

export class ContestPart {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #rules: BallotContest;
  readonly #edit: (step: (draft: Draft) => Draft) => void;
  readonly #cards: readonly Card[];
  readonly #ranking: Ranking | null;
  readonly #state = make("p", { class: "state-line" });
  readonly #meter = make("progress", { max: "1", "aria-hidden": "true" });
  readonly #seen = make("p", { class: "hint" });
  readonly #map = make("div", {});
  readonly #watched = new Set<Element>();
  /** Undo a search. */
  #showAll: () => void = () => undefined;

  constructor(app: App, rules: BallotContest, edit: (step: (draft: Draft) => Draft) => void) {
    this.#app = app;
    this.#rules = rules;
    this.#edit = edit;
    const { contest, method } = rules;
    const order = orderFor(app.session.votingKey, contest.id, contest.projects.map(({ id }) => id));
    const chooser = {
      toggle: (project: string) => {
        edit((draft) => toggle(draft, rules, project));
      },
      give: (project: string, points: number) => {
        edit((draft) => givePoints(draft, contest.id, project, points));
      },
    };
    this.#cards = order.map((id) => new Card(app, rules, contest.projects.find((project) => project.id === id)!, chooser));
    this.#ranking = method.method === "ranking" ? this.#makeRanking(rules) : null;
    const title = make("h2", { id: `wedstrijd-${contest.id}`, tabindex: "-1" }, contest.title);
    const list = make("ul", { class: "tiles projects cards" }, ...this.#cards.map(({ element }) => element));
    const bar = make("div", { class: "meter" }, this.#state, this.#meter);
    this.element = make(
      "section", { class: "contest", "aria-labelledby": `wedstrijd-${contest.id}` },
      title, make("p", {}, sayRule(app.texts, rules)), make("p", { class: "hint" }, app.say("booth.ballot.order")),
      bar, ...(order.length >= WORTH_A_SEARCH ? [this.#search()] : []), this.#seen, this.#map, list,
      ...(this.#ranking === null ? [] : [this.#ranking.element]),
    );
    this.#watch();
    void this.#addMap();
  }

  /** Show a draft. @param isNews whether its state is read out */
  show(draft: Draft, isNews: boolean): void {
    const picks = picksOf(draft, this.#rules.contest.id);
    for (const card of this.#cards) {
      const place = picks.findIndex(({ project }) => project === card.project.id);
      card.show(picks[place], place);
    }
    this.#ranking?.show(picks);
    const text = sayState(this.#app.texts, this.#rules, picks);
    const fill = fillOf(this.#rules, picks);
    this.#state.textContent = text;
    this.#meter.hidden = fill === null;
    this.#meter.value = Math.min(fill ?? 0, 1);
    this.#meter.classList.toggle("over", (fill ?? 0) > 1);
    if (isNews) this.#app.announce(text);
  }

  #makeRanking(rules: BallotContest): Ranking {
    const { contest } = rules;
    return new Ranking(
      this.#app,
      contest,
      (project, place) => {
        this.#edit((draft) => moveTo(draft, contest.id, project, place));
      },
      (project) => {
        this.#edit((draft) => toggle(draft, rules, project));
      },
    );
  }

  /** Put a map above the cards, and its numbers on them, if the projects' texts make one. */
  async #addMap(): Promise<void> {
    const { source, session } = this.#app;
    const places = await readPlaces(source, this.#cards.map(({ project }) => project));
    if (!makesMap(places.flatMap(({ point }) => point ?? []))) return;
    const ground = await readGround(source, session.style.contests.map(({ contest }) => contest));
    places.forEach(({ point }, place) => this.#cards[place]?.showNumber(place + 1, point !== null));
    const go = (project: string): void => {
      this.#showAll();
      this.#cards.find((card) => card.project.id === project)?.focus();
    };
    this.#map.replaceChildren(showMap(this.#app, { title: this.#rules.contest.title, places, ground, go }));
  }

  /** A search hides, and says that the rest is there. */
  #search(): HTMLElement {
    const id = `zoek-${this.#rules.contest.id}`;
    const input = make("input", { type: "search", id, autocomplete: "off" });
    const said = make("p", { class: "said", role: "status" });
    const all = button(this.#app.say("booth.search.all"), () => {
      this.#showAll();
      input.focus();
    }, "quiet");
    this.#showAll = (): void => {
      input.value = "";
      look();
    };
    const look = (): void => {
      const wanted = input.value.trim().toLowerCase();
      for (const card of this.#cards) card.element.hidden = !card.searched.includes(wanted);
      const shown = this.#cards.filter(({ element }) => !element.hidden);
      all.hidden = wanted === "";
      const values = { all: this.#app.texts.number(this.#cards.length) };
      said.textContent = wanted === "" ? "" : this.#app.say("booth.search.found", values, shown.length);
    };
    input.addEventListener("input", look);
    look();
    return make("div", { class: "search" }, make("label", { for: id }, this.#app.say("booth.search.label")), input, all, said);
  }

  /** Count which projects were on the screen. */
  #watch(): void {
    const tell = (): void => {
      const values = { all: this.#app.texts.number(this.#cards.length) };
      this.#seen.textContent = this.#app.say("booth.ballot.seen", values, this.#watched.size);
    };
    const watcher = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) this.#watched.add(target);
      tell();
    }, { threshold: 0.5 });
    for (const { element } of this.#cards) watcher.observe(element);
    tell();
  }
}
