/** The share is being made: who has signed, as it really is. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { awayNotice, button, lead, notice, paragraph, steps } from "../parts.ts";
import { Denied } from "../server.ts";

export function showAsking(app: App): void {
  const { issuers } = app.session.style.style;
  const titles = new Map(app.session.election.partners.map(({ id, title }) => [id, title]));
  const items = issuers.map(({ partner }) => make("li", { "data-partner": partner }, titles.get(partner) ?? partner));
  const bar = make("progress", { max: String(issuers.length), value: "0", "aria-labelledby": "getekend" });
  const said = make("p", { id: "getekend", role: "status" }, app.say("booth.asking.sent"));
  const away = awayNotice(app);
  const signal = app.show({
    title: app.say("booth.asking.title"),
    content: [
      steps(app, 0), lead(app.say("booth.asking.lead")), said, bar,
      make("ul", { class: "signers" }, ...items), away, paragraph(app.say("booth.asking.safe")),
    ],
  });
  const onSigned = (signed: readonly string[]): void => {
    away.hidden = true;
    bar.value = signed.length;
    said.textContent = app.say("booth.asking.signed", { all: app.texts.number(issuers.length) }, signed.length);
    for (const item of items) item.classList.toggle("done", signed.includes(item.dataset["partner"] ?? ""));
  };
  const waiting = {
    signal,
    onAway: () => {
      away.hidden = false;
    },
  };
  app.session.getShare(onSigned, waiting).then(
    () => {
      app.resume();
    },
    (error: unknown) => {
      if (!signal.aborted) showRefused(app, error);
    },
  );
}

const REFUSALS: Readonly<Record<string, string>> = {
  phase: "booth.code.closed",
  "request-revoked": "booth.code.revoked",
  "request-twice": "booth.asking.twice",
};

function showRefused(app: App, error: unknown): void {
  const known = error instanceof Denied ? REFUSALS[error.reason] : undefined;
  const again = button(app.say("booth.again"), () => {
    app.resume();
  });
  const forget = button(
    app.say("booth.asking.other-code"),
    () => {
      void app.session.forget().then(() => {
        app.resume();
      });
    },
    "quiet",
  );
  const isFinal = known !== undefined;
  app.show({
    title: app.say("booth.asking.refused"),
    content: [notice("wrong", app.say(known ?? "booth.refused.unknown"), paragraph(app.say("booth.refused.advice")), isFinal ? forget : again)],
  });
}
