/** Keys for the code on the screen, for a kiosk without a keyboard: the symbols that codes have. */

import { make } from "../../page/dom.ts";
import type { Frame } from "../app.ts";
import { button } from "../parts.ts";

const SYMBOLS = "1234567890ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP = 4;
const WHOLE = 16;

/** @param field the id of the input that the keys write into */
export function keypad(frame: Frame, field: string): HTMLElement {
  const write = (change: (code: string) => string): void => {
    const input = document.getElementById(field);
    if (!(input instanceof HTMLInputElement) || input.readOnly) return;
    input.value = split(change(input.value.replace(/[^0-9A-Za-z]/gu, "")));
    input.dispatchEvent(new Event("input"));
    frame.announce(input.value);
  };
  const keys = Array.from(SYMBOLS, (symbol) =>
    button(symbol, () => {
      write((code) => (code.length < WHOLE ? code + symbol : code));
    }, "quiet key"),
  );
  const back = button("⌫", () => {
    write((code) => code.slice(0, -1));
  }, "quiet key wide");
  back.setAttribute("aria-label", frame.say("booth.kiosk.keys.back"));
  return make("div", { class: "keypad", role: "group", "aria-label": frame.say("booth.kiosk.keys.label") }, ...keys, back);
}

function split(code: string): string {
  return (code.match(new RegExp(`.{1,${GROUP}}`, "gu")) ?? []).join("-");
}
