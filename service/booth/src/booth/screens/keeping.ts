/** What a voter can keep on a device of their own: the share as a file and on paper, the ballot; or forget it all. */

import { make } from "../../page/dom.ts";
import { complaintOf } from "../after.ts";
import type { App } from "../app.ts";
import { saveFile } from "../files.ts";
import type { Promised } from "../kept.ts";
import { button, notice, paragraph } from "../parts.ts";
import { spellShareFile } from "../share_file.ts";

export function keeping(app: App, promised: Promised): HTMLElement {
  const receipt = button(app.say("booth.keep.receipt"), () => {
    saveFile(`stembiljet-${promised.number}.json`, complaintOf(promised, null));
  }, "quiet");
  const share = button(app.say("booth.keep.share"), () => {
    const file = spellShareFile(app.session.kept, app.session.election);
    if (file !== null) saveFile("mijn.wijkaandeel", file);
  }, "quiet");
  const print = button(app.say("booth.keep.print"), () => {
    globalThis.print();
  }, "quiet");
  const forget = button(app.say("booth.keep.forget"), () => {
    confirmForget(app, forget);
  }, "quiet");
  return make(
    "section",
    { class: "keeping" },
    make("h2", {}, app.say("booth.keep.title")),
    paragraph(app.say("booth.keep.secret")),
    make("div", { class: "onward" }, share, print, receipt, forget),
  );
}

/** To forget is for ever, so it is asked once more. */
function confirmForget(app: App, asked: HTMLElement): void {
  const yes = button(app.say("booth.forget.yes"), () => {
    app.place.secrets.forget();
    void app.session.forget().then(() => {
      app.resume();
    });
  });
  const no = button(app.say("booth.forget.no"), () => {
    app.resume();
  }, "quiet");
  const box = notice("wrong", app.say("booth.forget.title"), paragraph(app.say("booth.forget.text")), make("div", { class: "onward" }, yes, no));
  asked.closest("section")?.append(box);
  yes.focus();
}
