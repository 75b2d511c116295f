/** Take over a share that was saved as a file. */

import { make } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { readShareFile } from "../share_file.ts";

export function restoring(app: App): HTMLElement {
  const input = make("input", { type: "file", id: "aandeel", accept: ".wijkaandeel,application/json" });
  const said = make("p", { class: "said", role: "status" });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file === undefined) return;
    void file.arrayBuffer().then(async (content) => {
      const kept = readShareFile(new Uint8Array(content), app.session.election);
      if (kept === null) {
        said.textContent = app.say("booth.restore.wrong");
        said.className = "said complaint";
        return;
      }
      await app.session.restore(kept);
      app.resume();
    });
  });
  return make(
    "details",
    {},
    make("summary", {}, app.say("booth.restore.title")),
    make("label", { for: "aandeel" }, app.say("booth.restore.label")),
    input,
    said,
  );
}

