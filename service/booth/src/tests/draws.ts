/** Random cases for properties, always the same ones: a seeded generator, and styles and drafts drawn with it. */

import { emptyDraft, givePoints, moveTo, toggle, toggleMark, type Draft } from "../booth/draft.ts";
import { Election, type BallotContest, type BallotStyle } from "../kernel/election.ts";
import type { Contest, Manifest, Method, Project } from "../kernel/manifest.ts";
import { GREEDY } from "./counts.ts";

const HASH = new Uint8Array(32);
const MOST = Number.MAX_SAFE_INTEGER;

/** Draws of one seed: 32 bits a step (xorshift). */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  }

  /** From 0 to below a limit of at most 2^31. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  /** One of these. */
  one<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

function drawMethod(draws: Draws, projects: number): Method {
  const maximum = 1 + draws.below(projects);
  const minimum = draws.below(3) === 0 ? 1 + draws.below(maximum) : 0;
  const total = 1 + draws.below(12);
  return draws.one<Method>([
    { maximum, method: "approval", minimum }, { method: "knapsack" },
    { maximum: 1 + draws.below(total), method: "points", total }, { maximum, method: "ranking", minimum },
  ]);
}

function drawContest(draws: Draws, id: string): Contest {
  // Some contests have the largest amounts that there are.
  const scale = draws.below(10) === 0 ? Math.floor(MOST / 100) : 1;
  const projects = Array.from({ length: 1 + draws.below(9) }, (_, i): Project => ({
    cost: draws.below(101) * scale, id: `${id}-${"ihgfedcba"[i]!}`, picture: HASH, pots: ["p"], text: HASH, title: `Idee ${draws.below(3)}`,
  }));
  const pot = { cents: (1 + draws.below(300)) * scale, funders: [], id: "p", label: "", right: "decide", title: "P" } as const;
  return {
    alternatives: [], counted: "together", id, kind: "contest", needs: [], pots: [{ ...pot, cents: Math.min(pot.cents, MOST) }],
    projects, rule: GREEDY, styles: ["s"], title: `Wijk ${id}`,
  };
}

/** An election with one style `s` of one to three contests with any methods. */
export function drawElection(draws: Draws, manifest: Manifest = {} as Manifest, manifestHash = HASH): Election {
  const contests = ["een", "twee", "drie"].slice(0, 1 + draws.below(3)).map((id) => drawContest(draws, id));
  const filled = contests.map(({ id, projects }) => ({ contest: id, method: drawMethod(draws, projects.length) }));
  const style = { areas: ["w"], contests: filled, id: "s", issuers: [], kind: "style", pad: 1024, title: "S", voters: "adult" } as const;
  return new Election(manifest, manifestHash, [style], contests);
}

export function drawStyle(draws: Draws): BallotStyle {
  return drawElection(draws).styles.get("s")!;
}

/** One step that a voter can make in a contest. */
export function drawStep(draws: Draws, rules: BallotContest): (draft: Draft) => Draft {
  const { contest, method } = rules;
  const project = draws.one(contest.projects).id;
  if (method.method === "points" && draws.below(3) > 0) {
    const points = draws.below(method.maximum + 2);
    return (draft) => givePoints(draft, contest.id, project, points);
  }
  if (method.method === "ranking" && draws.below(3) === 0) {
    const place = draws.below(12) - 1;
    return (draft) => moveTo(draft, contest.id, project, place);
  }
  return (draft) => toggle(draft, rules, project);
}

/** A draft after some steps in every contest, with no mark or a whole one. */
export function drawDraft(draws: Draws, style: BallotStyle): Draft {
  let draft = emptyDraft(style);
  for (const rules of style.contests) {
    for (let left = draws.below(8); left > 0; left--) draft = drawStep(draws, rules)(draft);
  }
  const [first, second] = [draws.below(64), draws.below(63)];
  if (draws.below(2) === 0) return draft;
  return toggleMark(toggleMark(draft, first), second < first ? second : second + 1);
}
