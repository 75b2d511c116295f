/** The ballot is promised: its two pictures, its number, and the way out for the next child. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { button, lead, paragraph, showMark, splitNumber } from "../parts.ts";
import { walkOf, type ChildHost } from "./host.ts";
import { onward } from "./parts.ts";

export function showDone(app: App, host: ChildHost): void {
  const { promised } = app.session.kept;
  if (promised === null) throw new Error("expected a ballot that was promised");
  host.setBusy(false);
  const { mark } = walkOf(app);
  app.show({
    title: app.say("booth.youth.done"),
    content: [
      lead(app.say("booth.youth.done.lead")),
      ...(mark.length === 0 ? [] : [showMark(app, mark)]),
      make("p", { class: "big-number" }, make("span", { class: "label" }, app.say("booth.youth.done.number")), splitNumber(promised.number)),
      paragraph(app.say("booth.youth.done.clear")),
      onward(button(app.say("booth.youth.done.next"), host.end)),
    ],
  });
}
