/** The question to somebody who has not touched the kiosk for a while, with the seconds that are left. */

import { make } from "../../page/dom.ts";
import type { Frame } from "../app.ts";
import { button } from "../parts.ts";
import { WARNING_SECONDS } from "./idle.ts";

/** At which seconds a screen reader hears the count. */
const SPOKEN = [WARNING_SECONDS, 10, 5];

export class Warning {
  readonly #dialog = make("dialog", { class: "warning", "aria-describedby": "er-nog-waarom", "aria-labelledby": "er-nog", role: "alertdialog" });
  readonly #onHere: () => void;
  #count = make("p", {});
  /** Read out: what is outside a dialog is silent while it is open. */
  #live = make("p", { class: "hidden", role: "status" });

  constructor(onHere: () => void) {
    this.#onHere = onHere;
    this.#dialog.addEventListener("cancel", () => {
      onHere();
    });
    document.body.append(this.#dialog);
  }

  /** @param said what becomes of the visitor's work. @param left seconds; null to take the question away */
  show(frame: Frame, said: string, left: number | null): void {
    if (left === null) {
      this.#dialog.close();
      this.#dialog.replaceChildren();
      return;
    }
    if (!this.#dialog.open) {
      this.#count = make("p", { class: "big-number", "aria-live": "off" });
      const here = button(frame.say("booth.kiosk.idle.here"), this.#onHere);
      const title = make("h2", { id: "er-nog" }, frame.say("booth.kiosk.idle.title"));
      this.#live = make("p", { class: "hidden", role: "status" });
      this.#dialog.replaceChildren(title, make("p", { id: "er-nog-waarom" }, said), this.#count, this.#live, here);
      this.#dialog.showModal();
      here.focus();
    }
    this.#count.textContent = frame.say("booth.kiosk.idle.left", {}, left);
    if (SPOKEN.includes(left)) this.#live.textContent = this.#count.textContent;
  }
}
