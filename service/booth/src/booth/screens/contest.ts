/** One contest of the ballot: its rule, how far the voter is, search and filters, and all its projects in the voter's order. */

import type { BallotContest } from "../../kernel/election.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { costOf, givePoints, moveTo, picksOf, toggle, type Draft, type Pick } from "../draft.ts";
import { makesMap } from "../map/draw.ts";
import { orderFor } from "../order.ts";
import { fillOf, sayRule, sayState } from "../rules.ts";
import { Card } from "./card.ts";
import { readGround, readPlaces, showMap } from "./map.ts";
import { Narrowing, type Filter } from "./narrowing.ts";
import { Ranking } from "./ranking.ts";

/** From how many projects on search and filters are a help and no burden. */
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
  readonly #narrowing: Narrowing | null;
  #picks: readonly Pick[] = [];

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
    this.#narrowing = order.length >= WORTH_A_SEARCH ? new Narrowing(app, contest.id, this.#cards, this.#filters()) : null;
    const title = make("h2", { id: `wedstrijd-${contest.id}`, tabindex: "-1" }, contest.title);
    const list = make("ul", { class: "tiles projects cards" }, ...this.#cards.map(({ element }) => element));
    const bar = make("div", { class: "meter" }, this.#state, this.#meter);
    this.element = make(
      "section", { class: "contest", "aria-labelledby": `wedstrijd-${contest.id}` },
      title, make("p", {}, sayRule(app.texts, rules)), make("p", { class: "hint" }, app.say("booth.ballot.order")),
      bar, ...(this.#narrowing === null ? [] : [this.#narrowing.element]), this.#seen, this.#map, list,
      ...(this.#ranking === null ? [] : [this.#ranking.element]),
    );
    this.#watch();
    void this.#addMap();
  }

  /** Show a draft. @param isNews whether its state is read out */
  show(draft: Draft, isNews: boolean): void {
    const picks = picksOf(draft, this.#rules.contest.id);
    this.#picks = picks;
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
      this.#narrowing?.showAll();
      this.#cards.find((card) => card.project.id === project)?.focus();
    };
    this.#map.replaceChildren(showMap(this.#app, { title: this.#rules.contest.title, places, ground, go }));
  }

  /** What a voter may want to see alone: what is chosen, what is new, and with a purse what it still pays for. */
  #filters(): Filter[] {
    const { contest, method, money } = this.#rules;
    const isChosen = ({ project }: Card): boolean => this.#picks.some((pick) => pick.project === project.id);
    const isUnseen = ({ element }: Card): boolean => !this.#watched.has(element);
    const isPaid = (card: Card): boolean => isChosen(card) || card.project.cost <= money - costOf(contest.projects, this.#picks);
    return [
      { says: this.#app.say("booth.filter.chosen"), leaves: isChosen },
      { says: this.#app.say("booth.filter.unseen"), leaves: isUnseen },
      ...(method.method === "knapsack" ? [{ says: this.#app.say("booth.filter.fits"), leaves: isPaid }] : []),
    ];
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
