/** One tab at a time: a second one says so, and can take over. */

import type { Frame } from "./app.ts";
import { button, lead } from "./parts.ts";

const LOCK = "wijkaandeel-booth";

/** Run in one tab. @param steal whether to take over from another one */
export async function claim(frame: Frame, open: () => Promise<void>, steal = false): Promise<void> {
  const options: LockOptions = steal ? { steal } : { ifAvailable: true };
  const held = await new Promise<boolean>((resolve, reject) => {
    const forEver = new Promise<never>(() => undefined);
    navigator.locks.request(LOCK, options, (lock) => {
      resolve(lock !== null);
      return lock === null ? null : forEver;
    }).catch((error: unknown) => {
      resolve(true);
      if (error instanceof DOMException && error.name === "AbortError") showTaken(frame, open);
      else reject(new Error(String(error)));
    });
  });
  if (held) await open();
  else showTaken(frame, open);
}

/** Another tab is at work; nothing is lost by going on here. */
function showTaken(frame: Frame, open: () => Promise<void>): void {
  frame.showBanner(null);
  const here = button(frame.say("booth.tabs.here"), () => {
    void claim(frame, open, true);
  });
  frame.show({ title: frame.say("booth.tabs.title"), content: [lead(frame.say("booth.tabs.text")), here] });
}
