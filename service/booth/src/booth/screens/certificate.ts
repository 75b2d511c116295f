/** The share on paper: a certificate that one would like to keep. It is seen in print alone. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";

/** The share as it is printed. What is on it is no secret: to vote one needs the file. */
export function certificate(app: App): HTMLElement {
  const { election, kept, serial, style } = app.session;
  const areas = election.manifest.areas.filter(({ id }) => style.style.areas.includes(id)).map(({ title }) => title);
  const lines = [
    app.say("booth.certificate.one"),
    app.say("booth.certificate.money"),
    ...(kept.promised === null ? [] : [app.say("booth.certificate.voted")]),
  ];
  return make(
    "section",
    { class: "certificate", "aria-hidden": "true" },
    make("img", { src: "/static/tile.svg", alt: "", width: "128", height: "128" }),
    make("p", { class: "kicker" }, election.manifest.title),
    make("p", { class: "name" }, app.say("booth.certificate.title")),
    make("p", { class: "area" }, areas.join(", ")),
    ...lines.map((line) => make("p", {}, line)),
    make("p", { class: "serial" }, app.say("booth.certificate.serial", { serial })),
    make("p", { class: "signers" }, app.say("booth.certificate.signed", { names: signersOf(app).join(", ") })),
  );
}

function signersOf(app: App): string[] {
  const { election, style } = app.session;
  return style.style.issuers.map(({ partner }) => election.partners.find(({ id }) => id === partner)?.title ?? partner);
}
