/**
 * Styles and contests before the manifest (PROTOCOL.md section 4): what is checked when one of them is logged.
 */
import { hex, type Bytes } from "./bytes.ts";
import { checkContest, isSet } from "./contest_checks.ts";
import { Election, manifestHashOf } from "./election.ts";
import { ensure } from "./errors.ts";
import type { Contest, Manifest, Method, Style } from "./manifest.ts";
import { checkManifest } from "./manifest_checks.ts";
import { checkIssuerKey } from "./shares.ts";

const SETUP_LIMIT = 1_000;
const TOTAL_LIMIT = 10_000;

function isGoodMethod(method: Method): boolean {
  switch (method.method) {
    case "knapsack":
      return true;
    case "points":
      return method.maximum >= 1 && method.maximum <= method.total && method.total <= TOTAL_LIMIT;
    case "approval":
    case "ranking":
      return method.maximum >= 1 && method.minimum <= method.maximum;
  }
}

/** The set-up entries so far. An entry that is refused changes nothing. */
export class SetUp {
  private readonly styles = new Map<string, Style>();
  private readonly contests = new Map<string, Contest>();
  private readonly entryHashes: Bytes[] = [];
  private readonly issuerKeys = new Set<string>();

  /** @param entryHash 32 bytes. @throws Refused */
  addStyle(style: Style, entryHash: Bytes): void {
    ensure(this.entryHashes.length < SETUP_LIMIT, "setup-limit");
    ensure(!this.styles.has(style.id), "style-id");
    ensure(isSet(style.areas) && isSet(style.contests.map((c) => c.contest)), "style-repeats");
    ensure(style.contests.every((c) => isGoodMethod(c.method)), "style-method");
    const { issuers } = style;
    const several = issuers.length === 2 || issuers.length === 3;
    ensure(several && isSet(issuers.map((issuer) => issuer.partner)), "style-issuers");
    const keys = new Set<string>();
    for (const { key } of issuers) {
      checkIssuerKey(key);
      const name = hex(key);
      ensure(!this.issuerKeys.has(name) && !keys.has(name), "style-key-used");
      keys.add(name);
    }
    for (const key of keys) this.issuerKeys.add(key);
    this.styles.set(style.id, style);
    this.entryHashes.push(entryHash);
  }

  /** @param entryHash 32 bytes. @throws Refused */
  addContest(contest: Contest, entryHash: Bytes): void {
    ensure(this.entryHashes.length < SETUP_LIMIT, "setup-limit");
    ensure(!this.contests.has(contest.id), "contest-id");
    checkContest(contest);
    this.contests.set(contest.id, contest);
    this.entryHashes.push(entryHash);
  }

  /**
   * The election that a manifest makes of these entries.
   * @param raw the manifest's bytes
   * @param origin of the log
   * @throws Refused
   */
  elect(manifest: Manifest, raw: Uint8Array, origin: string): Election {
    const [styles, contests] = [[...this.styles.values()], [...this.contests.values()]];
    checkManifest({ manifest, origin, styles, contests, entryHashes: this.entryHashes });
    return new Election(manifest, manifestHashOf(raw), styles, contests);
  }
}
