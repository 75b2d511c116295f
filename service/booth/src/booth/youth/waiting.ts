/** Waiting for the share, and for the promise; what was refused is told, with who can help. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { awayNotice, button, lead, notice, paragraph } from "../parts.ts";
import { Denied } from "../server.ts";
import type { ChildHost } from "./host.ts";
import { onward } from "./parts.ts";

/** Reasons that do not go away by trying again. */
const FINAL = ["ballot-fork", "ballot-previous", "ballot-revision", "phase", "request-revoked", "request-twice"];

export function showAsking(app: App, host: ChildHost): void {
  host.setBusy(true);
  const away = awayNotice(app);
  const signal = app.show({
    title: app.say("booth.youth.asking"),
    content: [lead(app.say("booth.youth.asking.lead")), make("progress", { "aria-labelledby": "kop" }), away],
  });
  const patience = {
    signal,
    onAway: () => {
      away.hidden = false;
    },
  };
  const onSigned = (): void => {
    away.hidden = true;
  };
  app.session.getShare(onSigned, patience).then(
    () => {
      app.resume();
    },
    (error: unknown) => {
      if (!signal.aborted) showRefused(app, host, error);
    },
  );
}

export function showSending(app: App, host: ChildHost): void {
  const away = awayNotice(app);
  const waiting = make("div", { hidden: "" }, ...app.place.whileAway(app));
  const signal = app.show({
    title: app.say("booth.youth.sending"),
    content: [lead(app.say("booth.youth.sending.lead")), make("progress", { "aria-labelledby": "kop" }), away, waiting],
  });
  const patience = {
    signal,
    onAway: () => {
      away.hidden = false;
      waiting.hidden = false;
    },
  };
  app.session.deliver(patience).then(
    () => {
      host.lesson.count();
      app.resume();
    },
    (error: unknown) => {
      if (!signal.aborted) showRefused(app, host, error);
    },
  );
}

/** What is not taken is not lost where that can be helped: a ballot is put back, and chosen is what was chosen. */
function showRefused(app: App, host: ChildHost, error: unknown): void {
  const isFinal = error instanceof Denied && FINAL.includes(error.reason);
  const again = button(app.say("booth.again"), () => {
    app.resume();
  });
  const stop = button(app.say("booth.youth.done.next"), () => {
    void app.session.withdraw().then(host.end);
  });
  app.show({
    title: app.say("booth.youth.refused"),
    content: [notice("wrong", app.say("booth.youth.refused.lead"), paragraph(app.say("booth.youth.ask"))), onward(isFinal ? stop : again)],
  });
}
