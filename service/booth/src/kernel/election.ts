/**
 * An election as its set-up entries describe it, with everything that they name looked up (PROTOCOL.md section 4).
 */
import type { Bytes } from "./bytes.ts";
import { H } from "./hash.ts";
import type { Contest, Manifest, Method, Partner, Pot, Style } from "./manifest.ts";

/** A contest as it stands on the ballot of one style. */
export interface BallotContest {
  readonly contest: Contest;
  readonly method: Method;
  /** Cents that a knapsack may spend: all pots together, or the style's own where the contest is counted apart. */
  readonly money: number;
}

/** A style with its place in logged order and its contests in its own order. */
export interface BallotStyle {
  readonly style: Style;
  readonly place: number;
  readonly contests: readonly BallotContest[];
}

/** One count of a contest: a pot, and the styles whose ballots spend it. */
export interface PlannedCount {
  readonly pot: Pot;
  readonly styles: readonly string[];
}

/** A contest's counts in their order (section 12): one a pot (counted together), or one a style with its pot (apart). */
export function countsOf({ counted, pots, styles }: Contest): PlannedCount[] {
  return pots.map((pot, i) => ({ pot, styles: counted === "together" ? styles : styles.slice(i, i + 1) }));
}

/** The cents that a style's ballots decide about in a contest: below 2^53, as those of all pots are. */
function moneyOf(contest: Contest, style: string): number {
  const { counted, pots, styles } = contest;
  if (counted === "together") return pots.reduce((sum, pot) => sum + pot.cents, 0);
  const own = pots[styles.indexOf(style)];
  if (own === undefined) throw new RangeError("a checked manifest has a pot for every style");
  return own.cents;
}

/** Manifest hash = H("manifest", entry bytes): 32 bytes, the trust anchor. */
export function manifestHashOf(entry: Uint8Array): Bytes {
  return H("manifest", entry);
}

/** A set-up that passed every check of section 4. */
export class Election {
  readonly manifest: Manifest;
  /** 32 bytes: the trust anchor. */
  readonly manifestHash: Bytes;
  /** Styles by id, in logged order. */
  readonly styles: ReadonlyMap<string, BallotStyle>;
  /** Contests by id, in logged order. */
  readonly contests: ReadonlyMap<string, Contest>;

  /**
   * @param manifestHash 32 bytes
   * @param styles in logged order
   * @param contests in logged order
   */
  constructor(manifest: Manifest, manifestHash: Bytes, styles: readonly Style[], contests: readonly Contest[]) {
    this.manifest = manifest;
    this.manifestHash = manifestHash;
    this.contests = new Map(contests.map((contest) => [contest.id, contest]));
    this.styles = new Map(styles.map((style, place) => [style.id, { style, place, contests: this.ballotOf(style) }]));
  }

  private ballotOf(style: Style): readonly BallotContest[] {
    return style.contests.map(({ contest: id, method }) => {
      const contest = this.contests.get(id);
      if (contest === undefined) throw new RangeError("a checked manifest has every contest that a style names");
      return { contest, method, money: moneyOf(contest, style.id) };
    });
  }

  /** The log's origin. */
  get origin(): string {
    return this.manifest.origin;
  }

  /** n, the number of partners: each of them trustee and witness. */
  get partners(): readonly Partner[] {
    return this.manifest.partners;
  }

  /** k, the number of trustees that open. */
  get trustees(): number {
    return this.manifest.thresholds.trustees;
  }

  /** w, the number of witnesses that make a checkpoint good. */
  get witnesses(): number {
    return this.manifest.thresholds.witnesses;
  }
}
