/** The sealed ballot is on its way: always the same bytes, until there is a promise. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { awayNotice, button, lead, notice, paragraph, steps } from "../parts.ts";
import { Denied } from "../server.ts";

export function showSending(app: App): void {
  const away = awayNotice(app);
  const waiting = make("div", { hidden: "" }, ...app.place.whileAway(app));
  const signal = app.show({
    title: app.say("booth.sending.title"),
    content: [steps(app, 3), lead(app.say("booth.sending.lead")), make("progress", { "aria-labelledby": "kop" }), away, waiting],
  });
  const patience = {
    signal,
    onAway: () => {
      away.hidden = false;
      waiting.hidden = false;
    },
  };
  app.session.deliver(patience).then(
    (sent) => {
      if (sent !== null) app.place.secrets.keep(sent);
      app.resume();
    },
    (error: unknown) => {
      if (!signal.aborted) showRefused(app, error);
    },
  );
}

const REFUSALS: Readonly<Record<string, string>> = {
  "ballot-fork": "booth.sending.elsewhere",
  "ballot-previous": "booth.sending.elsewhere",
  "ballot-revision": "booth.sending.elsewhere",
  phase: "booth.sending.closed",
};

/** A ballot that the service does not take is put back: what was chosen is still here. */
function showRefused(app: App, error: unknown): void {
  const known = error instanceof Denied ? REFUSALS[error.reason] : undefined;
  const text = known ?? (error instanceof Denied ? "booth.refused.unknown" : "booth.sending.no-promise");
  const again = button(app.say("booth.again"), () => {
    app.resume();
  });
  const back = button(app.say("booth.sending.back"), () => {
    void app.session.withdraw().then(() => {
      app.resume();
    });
  }, "quiet");
  const isFinal = known !== undefined;
  app.show({
    title: app.say("booth.sending.refused"),
    content: [notice("wrong", app.say(text), paragraph(app.say("booth.refused.advice")), isFinal ? back : again)],
  });
}
