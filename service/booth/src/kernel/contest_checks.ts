/**
 * What a contest is checked for when it is logged, after its id (PROTOCOL.md section 4).
 */
import { ensure } from "./errors.ts";
import type { Contest, Pot } from "./manifest.ts";

const WEIGHT_LIMIT = 1_000_000;
const STEPS_LIMIT = 2n ** 23n;

/** Whether a list has members and names nothing twice. */
export function isSet(names: readonly string[]): boolean {
  return names.length > 0 && new Set(names).size === names.length;
}

/** Whether names are some of those at `places`, in their order and none twice. */
function rise(names: readonly string[], places: ReadonlyMap<string, number>): boolean {
  let last = -1;
  return names.every((name) => {
    const place = places.get(name) ?? -1;
    const isNext = place > last;
    last = place;
    return isNext;
  });
}

function placesOf(members: readonly { readonly id: string }[]): ReadonlyMap<string, number> {
  return new Map(members.map(({ id }, place) => [id, place]));
}

function isGoodPot(pot: Pot): boolean {
  return isSet(pot.funders.map((funder) => funder.id))
    && pot.funders.every((funder) => funder.weight >= 1 && funder.weight <= WEIGHT_LIMIT)
    && (pot.label !== "") === (pot.right === "labelled");
}

/** Whether all pots together have less than 2^53 cents. What is left is counted, as a sum might not be exact. */
function fitTogether(pots: readonly Pot[]): boolean {
  let left = Number.MAX_SAFE_INTEGER;
  return pots.every(({ cents }) => (left -= cents) >= 0);
}

/** Whether residents give advice on all pots, or on none: what wins one pot is left out of those that follow. */
function haveOneRight(pots: readonly Pot[]): boolean {
  return new Set(pots.map(({ right }) => right === "advice")).size === 1;
}

function haveGoodPots({ pots, projects }: Contest): boolean {
  const places = placesOf(pots);
  return projects.every((project) => project.pots.length > 0 && rise(project.pots, places));
}

function areGoodRelations({ alternatives, needs, projects }: Contest): boolean {
  const places = placesOf(projects);
  const groups = new Set(alternatives.map((group) => group.join(" ")));
  const pairs = new Set(needs.map(({ needs: needed, project }) => `${project} ${needed}`));
  const isBefore = (needed: string, project: string) => rise([needed, project], places);
  const areAlternatives = (one: string, other: string) =>
    alternatives.some((group) => group.includes(one) && group.includes(other));
  return alternatives.every((group) => group.length > 1 && rise(group, places))
    && groups.size === alternatives.length
    && needs.every(({ needs: needed, project }) => isBefore(needed, project) && !areAlternatives(needed, project))
    && pairs.size === needs.length;
}

function hasNoRelations({ alternatives, needs }: Contest): boolean {
  return alternatives.length === 0 && needs.length === 0;
}

/** Whether purses that grow do so in steps of which no pot has more than STEPS_LIMIT. */
function growsInTime({ pots, rule }: Contest): boolean {
  if (rule.name !== "equal-shares" || (rule.completion !== "add1" && rule.completion !== "add1-greedy")) return true;
  return pots.every(({ cents }) => BigInt(cents) / BigInt(rule.increment) <= STEPS_LIMIT);
}

/** @throws Refused with the reason of the first check that fails */
export function checkContest(contest: Contest): void {
  const lists = [contest.projects.map((p) => p.id), contest.pots.map((p) => p.id), contest.styles];
  ensure(lists.every(isSet), "contest-repeats");
  ensure(contest.pots.every(isGoodPot) && fitTogether(contest.pots) && haveOneRight(contest.pots), "contest-pots");
  ensure(haveGoodPots(contest), "contest-projects");
  ensure(areGoodRelations(contest), "contest-relations");
  ensure(contest.rule.name !== "phragmen-sequential" || hasNoRelations(contest), "contest-rule");
  ensure(growsInTime(contest), "contest-rule");
}
