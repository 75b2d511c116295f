/** The booth on a kiosk: a touch screen in a community centre, for one visitor after the other. */

import { find } from "../../page/dom.ts";
import type { Site } from "../app.ts";
import { claim } from "../one_tab.ts";
import { open, SCREENS } from "../opening.ts";
import type { Language } from "./bar.ts";
import { applyScale, readScale, showCalibration } from "./calibration.ts";
import { Left } from "./left.ts";
import { Queue } from "./queue.ts";
import { Speaker } from "./speaker.ts";
import { Visits } from "./visits.ts";

const LOOK_AGAIN = 60_000;
const SETTING_UP = "#instellen";

void open(async (opening) => {
  applyScale(readScale());
  measureAbove(find("boven", HTMLElement));
  const queue = await Queue.open();
  const isSettingUp = location.hash === SETTING_UP;
  const visits = new Visits(opening, {
    languages: readLanguages(), left: new Left(opening.election), queue, screens: SCREENS, speaker: new Speaker(),
  });
  void queue.work(opening.api, opening.election, new AbortController().signal);
  lookAgain(opening.site, visits);
  await claim(opening.frame, async () => {
    const begin = (): void => {
      history.replaceState(null, "", location.pathname);
      void visits.begin();
    };
    if (isSettingUp) showCalibration(opening.frame, await queue.count(), begin);
    else begin();
  });
});

/** Before the voting and after it a kiosk that nobody uses looks again, as nobody may come by to do so. */
function lookAgain({ open }: Site, visits: Visits): void {
  if (open === "now") return;
  setInterval(() => {
    if (!visits.isBusy) location.reload();
  }, LOOK_AGAIN);
}

/** Tell the style sheet how high the bar and the banner are, which stay in sight. */
function measureAbove(above: HTMLElement): void {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--above", `${above.offsetHeight}px`);
  }).observe(above);
}

/** The languages that the page offers. */
function readLanguages(): Language[] {
  return [...find("talen", HTMLTemplateElement).content.querySelectorAll("a")].map((link) => ({
    code: link.lang,
    direction: link.dir === "rtl" ? "rtl" : "ltr",
    name: link.textContent,
    texts: link.getAttribute("href") ?? "",
  }));
}
