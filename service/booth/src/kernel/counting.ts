/**
 * From opened ballots to the outcome (PROTOCOL.md sections 11, 12 and 14).
 */
import type { Bytes } from "./bytes.ts";
import { countsOf, type BallotStyle, type Election, type PlannedCount } from "./election.ts";
import { H, sha256Stream } from "./hash.ts";
import type { Contest, Project } from "./manifest.ts";
import type { Opened } from "./opening.ts";
import { writeCount, type Count, type Outcome } from "./outcome.ts";
import { Ballots, WEIGHTS } from "./profile.ts";
import type { Candidate } from "./rules/types.ts";

/** The highest revisions of all voting keys, taken in in board order. */
export class Counting {
  readonly #election: Election;
  readonly #seeds = sha256Stream();
  readonly #invalid: Outcome["invalid"][number][] = [];
  /** By `style contest`; made when the first ballot comes, as a hostile set-up may have very many pairs. */
  readonly #ballots = new Map<string, Ballots>();
  readonly #places: ReadonlyMap<string, ReadonlyMap<string, number>>;
  #counted = 0;

  constructor(election: Election) {
    this.#election = election;
    this.#places = new Map([...election.contests.values()].map((contest) =>
      [contest.id, new Map(contest.projects.map((p, i) => [p.id, i]))]));
  }

  /** How many ballots were invalid so far. */
  get invalid(): number {
    return this.#invalid.length;
  }

  /** How many ballots were counted so far. */
  get counted(): number {
    return this.#counted;
  }

  /**
   * Takes in one ballot.
   * @param hash its entry hash
   */
  add(style: BallotStyle, hash: Bytes, opened: Opened): void {
    if ("reason" in opened) {
      this.#invalid.push({ ballot: hash, reason: opened.reason });
      return;
    }
    this.#counted++;
    this.#seeds.update(opened.seed);
    style.contests.forEach(({ contest, method }, i) => {
      const choice = opened.choices.contests[i];
      const places = this.#places.get(contest.id);
      if (choice === undefined || places === undefined) return;
      const chosen = choice.projects.map((id) => places.get(id) ?? 0);
      const weights = WEIGHTS[method.method](chosen, choice.points, contest.projects.length);
      this.#ballotsOf(style.style.id, contest.id).add(weights);
    });
  }

  /**
   * Counts everything that was taken in. Ends the taking in.
   * @param superseded number of ballots that a later revision replaced
   */
  finish(superseded: number): Outcome {
    const { manifestHash } = this.#election;
    const contests = [...this.#election.contests.values()];
    const lot = H("lot", manifestHash, this.#seeds.digest());
    return {
      contests: contests.map((c) => ({ contest: c.id, counts: this.#countsOf(c, lot) })),
      counted: this.#counted,
      invalid: this.#invalid,
      kind: "outcome",
      lot,
      manifest: manifestHash,
      superseded,
    };
  }

  #ballotsOf(style: string, contest: string): Ballots {
    const key = `${style} ${contest}`;
    const ballots = this.#ballots.get(key) ?? new Ballots();
    this.#ballots.set(key, ballots);
    return ballots;
  }

  #countsOf(contest: Contest, lot: Bytes): Count[] {
    const all = contest.projects.map(({ id, cost }) => ({ id, cost, lot: H("lot-project", lot, contest.id, id) }));
    const won = new Set<string>();
    return countsOf(contest).map((planned) => {
      const count = this.#count(contest, planned, all, won);
      for (const winner of count.winners) won.add(winner);
      return count;
    });
  }

  /**
   * @param all candidates, one a project
   * @param won projects that are left out, as an earlier count chose them
   */
  #count(contest: Contest, planned: PlannedCount, all: readonly Candidate[], won: ReadonlySet<string>): Count {
    const takesPart = ({ id, pots }: Project) => pots.includes(planned.pot.id) && !won.has(id);
    const places = [...all.keys()].filter((i) => takesPart(contest.projects[i]!));
    return writeCount({
      ...planned,
      contest,
      ballots: planned.styles.map((style) => this.#ballotsOf(style, contest.id)),
      places,
      candidates: places.map((i) => all[i]!),
      won,
    });
  }
}
