/** The booth for children: one tablet, one child after the other, one thing a screen. */

import { button, lead } from "../parts.ts";
import { Queue } from "../kiosk/queue.ts";
import { claim } from "../one_tab.ts";
import { open, random } from "../opening.ts";
import { Classroom } from "./classroom.ts";
import { parseJoin } from "./joined.ts";
import { Lesson } from "./lesson.ts";
import { FOR_CHILDREN } from "./words.ts";

const LONGEST = 60;

/** What the address says of a lesson; then it is taken out of the address at once. A card's stays for the check. */
function takeJoin(): string | null {
  const join = parseJoin(location.hash);
  if (join !== null) history.replaceState(null, "", location.pathname);
  return join;
}

/** The code of a card's address; it is taken out of the address at once. */
function takeCode(): string {
  const { hash, pathname } = location;
  if (hash.length < 2) return "";
  history.replaceState(null, "", pathname);
  return (hash.slice(1).split(".")[0] ?? "").slice(0, LONGEST);
}

const join = takeJoin();
void open(async (opening) => {
  const { texts } = opening;
  const queue = await Queue.open();
  const code = takeCode();
  const lesson = new Lesson(opening.api, random);
  const classroom = new Classroom(opening, queue, lesson, code);
  queue.onDelivered = () => {
    lesson.count();
  };
  void queue.work(opening.api, opening.election, new AbortController().signal);
  await claim(opening.frame, () => {
    const begin = (): Promise<void> => classroom.begin();
    if (join === "wrong") {
      const next = button(texts.say("booth.youth.next"), () => void begin());
      opening.frame.show({ title: texts.say("booth.youth.join.wrong"), content: [lead(texts.say("booth.youth.join.advice")), next] });
      return Promise.resolve();
    }
    if (join !== null) lesson.join(join);
    return begin();
  });
}, FOR_CHILDREN);
