/** The ballot is promised: its number, where it is now, one question (check now?), and what can be kept. */

import { base64url } from "../../kernel/bytes.ts";
import { Refused } from "../../kernel/errors.ts";
import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { complaintOf, findPlace, type Place } from "../after.ts";
import { saveFile } from "../files.ts";
import { button, lead, paragraph, showDeadline } from "../parts.ts";
import type { Promised } from "../kept.ts";
import { drawQr } from "../qr.ts";

export function showDone(app: App): void {
  const { promised } = app.session.kept;
  if (promised === null) throw new Error("expected a ballot that was promised");
  const where = make("p", { class: "where", role: "status" }, app.say("booth.done.waiting"));
  const signal = app.show({
    title: app.say("booth.done.title"),
    content: [
      lead(app.say("booth.done.lead")),
      make(
        "div",
        { class: "tile one" },
        make("p", { class: "big-number" }, make("span", { class: "label" }, app.say("booth.done.number")), split(promised.number)),
        where,
      ),
      askToCheck(app, promised),
      proves(app),
      ...app.place.afterwards(app, promised),
      again(app),
    ],
  });
  void findPlace(app.session, app.source).then(
    (place) => {
      if (!signal.aborted) where.replaceChildren(...sayPlace(app, place, promised));
    },
    (error: unknown) => {
      if (!signal.aborted) where.textContent = app.say(error instanceof Refused ? "booth.done.wrong" : "booth.done.unknown");
    },
  );
}

function split(number: string): string {
  return `${number.slice(0, 5)}-${number.slice(5)}`;
}

function sayPlace(app: App, place: Place, promised: Promised): (Node | string)[] {
  const deadline = app.texts.moment(Math.max(...app.session.election.manifest.releases));
  switch (place.kind) {
    case "board": {
      const values = { tile: app.texts.number(place.index) };
      const link = make("a", { href: `/wall/${place.index}` }, app.say("booth.done.see"));
      return [app.say("booth.done.board", values), ...(app.place.isShared ? [] : [" ", link])];
    }
    case "waiting":
      return [app.say("booth.done.until", { moment: deadline })];
    case "broken": {
      const save = button(app.say("booth.done.complaint"), () => {
        saveFile("klacht.json", complaintOf(promised, place.note));
      });
      return [make("strong", {}, app.say("booth.done.broken", { moment: deadline })), " ", app.say("booth.done.broken-advice"), ...(app.place.isShared ? [] : [" ", save])];
    }
  }
}

/** One question: check now? With a second device, which need not trust this one. */
function askToCheck(app: App, { hash, number }: Promised): HTMLElement {
  const secret = app.place.secrets.find(number);
  if (secret === null) return make("section", { class: "tile" }, make("h2", {}, app.say("booth.check.later-title")), paragraph(app.say("booth.check.later")));
  // Whole, as a second device knows no address of this page.
  const address = `${new URL(app.site.check, location.href).href}#${base64url(hash)}.${base64url(secret)}.${base64url(app.session.election.manifestHash)}`;
  const place = make("div", {});
  const ask = make("section", { class: "tile next", id: "nakijken" }, make("h2", {}, app.say("booth.check.question")), paragraph(app.say("booth.check.why")), place);
  const yes = button(app.say("booth.check.yes"), () => {
    place.replaceChildren(
      paragraph(app.say("booth.check.scan")), drawQr(app, address),
      ...(app.place.isShared ? [] : [paragraph(make("a", { href: address, target: "_blank", rel: "noreferrer" }, app.say("booth.check.here")))]),
      button(app.say("booth.check.checked"), () => {
        app.place.secrets.forget();
        app.resume();
      }),
    );
    place.querySelector<HTMLElement>("a, button")?.focus();
  });
  const no = button(app.say("booth.check.no"), () => {
    app.place.secrets.forget();
    app.resume();
  }, "quiet");
  place.append(make("div", { class: "onward" }, yes, no));
  return ask;
}

function proves(app: App): HTMLElement {
  return make("section", {}, make("h2", {}, app.say("booth.proves.title")), paragraph(app.say("booth.proves.does")), paragraph(app.say("booth.proves.does-not")));
}

function again(app: App): HTMLElement {
  const vote = button(app.say("booth.done.again"), () => {
    app.session.voteAgain();
    app.resume();
  }, "quiet");
  return make("section", {}, make("h2", {}, app.say("booth.done.again-title")), paragraph(app.say("booth.done.again-text")), showDeadline(app), vote);
}
