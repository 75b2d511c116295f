/** Choices: their padding and their rules (PROTOCOL.md section 8). */

import { concat, type Bytes } from "./bytes.ts";
import type { BallotContest, BallotStyle } from "./election.ts";
import { ensure, refusedAs } from "./errors.ts";
import { array, count, id, object, type Infer } from "./schema.ts";
import { decode, encode } from "./wire.ts";

const PAD_BEGINS = 0x80;
const PICTURES = 64;

const choicesSchema = object({
  contests: array(object({ contest: id, points: array(count), projects: array(id) })),
  mark: array(count),
});

/** What a voter chose: in every contest of the style, in its order, projects and (for points) their points. */
export type Choices = Infer<typeof choicesSchema>;
/** What a voter chose in one contest. */
export type ContestChoices = Choices["contests"][number];

/** The one spelling of choices. */
export function spellChoices(choices: Choices): Bytes {
  return encode(choicesSchema, choices);
}

/**
 * Choices' bytes with their padding.
 * @param length of the result: the style's pad
 * @throws Refused `choices-length`
 */
export function pad(choices: Uint8Array, length: number): Bytes {
  ensure(choices.length < length, "choices-length");
  return concat(choices, Uint8Array.of(PAD_BEGINS), new Uint8Array(length - choices.length - 1));
}

/**
 * Choices' bytes without their padding.
 * @throws Refused `choices-wire`
 */
export function unpad(padded: Uint8Array): Uint8Array {
  const end = padded.findLastIndex((byte) => byte !== 0);
  ensure(end >= 0 && padded[end] === PAD_BEGINS, "choices-wire");
  return padded.subarray(0, end);
}

/**
 * The choices in an opened ballot of a style, which keep all rules.
 * @throws Refused `choices-wire` and the reasons of {@link checkChoices}
 */
export function readChoices(style: BallotStyle, padded: Uint8Array): Choices {
  const raw = unpad(padded);
  const choices = refusedAs("choices-wire", () => decode(choicesSchema, raw, padded.length));
  checkChoices(style, choices);
  return choices;
}

/**
 * Makes sure that choices keep the rules of a style.
 * @throws Refused `choices-mark`, `choices-contests`, and for each contest `choices-projects`, `choices-order`,
 * `choices-points`, `choices-number`, `choices-budget`
 */
export function checkChoices(style: BallotStyle, choices: Choices): void {
  const { contests, mark } = choices;
  const twoDifferent = mark.length === 2 && mark[0] !== mark[1] && mark.every((picture) => picture < PICTURES);
  ensure(mark.length === 0 || twoDifferent, "choices-mark");
  const sameContests =
    contests.length === style.contests.length &&
    contests.every(({ contest }, i) => contest === style.contests[i]!.contest.id);
  ensure(sameContests, "choices-contests");
  contests.forEach((chosen, i) => {
    checkContest(style.contests[i]!, chosen);
  });
}

function checkContest(rules: BallotContest, { points, projects }: ContestChoices): void {
  const { contest, method } = rules;
  const places = projects.map((project) => contest.projects.findIndex((other) => other.id === project));
  ensure(!places.includes(-1) && new Set(projects).size === projects.length, "choices-projects");
  const inOrder = places.every((place, i) => i === 0 || places[i - 1]! < place);
  ensure(method.method === "ranking" || inOrder, "choices-order");
  const many = projects.length;
  switch (method.method) {
    case "approval":
    case "ranking":
      ensure(points.length === 0, "choices-points");
      ensure(many >= method.minimum && many <= method.maximum, "choices-number");
      return;
    case "knapsack":
      ensure(points.length === 0, "choices-points");
      ensure(fits(places.map((place) => contest.projects[place]!.cost), rules.money), "choices-budget");
      return;
    case "points": {
      const good = points.length === many && points.every((given) => given >= 1 && given <= method.maximum);
      ensure(good, "choices-points");
      ensure(fits(points, method.total), "choices-budget");
    }
  }
}

/** Whether a sum is within a limit; it may be above 2^53. */
function fits(amounts: readonly number[], limit: number): boolean {
  let left = limit;
  return amounts.every((amount) => (left -= amount) >= 0);
}
