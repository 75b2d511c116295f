/**
 * The manifest's checks, in the order of PROTOCOL.md section 4.
 */
import { equal, hex, type Bytes } from "./bytes.ts";
import { ensure } from "./errors.ts";
import type { Contest, Manifest, Method, Style } from "./manifest.ts";
import { COUNTS_LIMIT, longestCounts } from "./outcome_room.ts";
import { checkEd25519Key, checkX25519Key } from "./points.ts";
import { checkOfficials } from "./signatures.ts";

const PAD_LIMIT = 16_384;
const RELEASES_LIMIT = 1_000;
const PARTNERS = { least: 3, most: 8 };

/** What a manifest is checked against: `styles`, `contests` and `entryHashes` in logged order. */
export interface Subject {
  readonly manifest: Manifest;
  readonly origin: string;
  readonly styles: readonly Style[];
  readonly contests: readonly Contest[];
  readonly entryHashes: readonly Bytes[];
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

function setupIsListed({ manifest, entryHashes }: Subject): boolean {
  return manifest.setup.length === entryHashes.length
    && manifest.setup.every((hash, i) => equal(hash, entryHashes[i] ?? new Uint8Array()));
}

function partiesAreEnough({ manifest: { areas, officials, partners } }: Subject): boolean {
  return areas.length >= 1 && officials.length >= 2
    && partners.length >= PARTNERS.least && partners.length <= PARTNERS.most
    && [areas, officials, partners].every((list) => isDistinct(list.map((member) => member.id)));
}

/** All public keys of a manifest: those of Ed25519, then those of X25519. */
export function keysOf(manifest: Manifest): { readonly ed25519: readonly Bytes[]; readonly x25519: readonly Bytes[] } {
  const { operator, registrar, officials, partners } = manifest;
  return {
    ed25519: [operator, registrar, ...officials.map((o) => o.key), ...partners.map((p) => p.witness)],
    x25519: partners.map((p) => p.trustee),
  };
}

function keysDiffer({ manifest }: Subject): boolean {
  const { ed25519, x25519 } = keysOf(manifest);
  ed25519.forEach(checkEd25519Key);
  x25519.forEach(checkX25519Key);
  return isDistinct([...ed25519, ...x25519].map(hex));
}

function thresholdsHold({ manifest: { partners, thresholds } }: Subject): boolean {
  const n = partners.length;
  const { trustees: k, witnesses: w, faults: f } = thresholds;
  return 2 * k > n && k < n && 2 * w > n + f && w <= n;
}

function releasesRise({ manifest: { releases } }: Subject): boolean {
  return releases.length >= 1 && releases.length <= RELEASES_LIMIT
    && releases.every((time, i) => i === 0 || time > (releases[i - 1] ?? Infinity));
}

function limitsAreComplete({ manifest: { limits }, styles }: Subject): boolean {
  return limits.length === styles.length && limits.every((limit, i) => limit.style === styles[i]?.id);
}

function referencesHold({ manifest, styles, contests }: Subject): boolean {
  const areas = new Set(manifest.areas.map((area) => area.id));
  const partners = new Set(manifest.partners.map((partner) => partner.id));
  const pairs = new Set(styles.flatMap((s) => s.contests.map((c) => `${s.id} ${c.contest}`)));
  const back = contests.flatMap((c) => c.styles.map((s) => `${s} ${c.id}`));
  const [styleIds, contestIds] = [new Set(styles.map((s) => s.id)), new Set(contests.map((c) => c.id))];
  return styles.length > 0
    && styles.every((s) => s.areas.every((a) => areas.has(a)) && s.issuers.every((i) => partners.has(i.partner))
      && s.contests.every((c) => contestIds.has(c.contest)))
    && contests.every((c) => c.styles.every((s) => styleIds.has(s)))
    && back.length === pairs.size && back.every((pair) => pairs.has(pair));
}

/** Whether every contest has the pots that its count needs, and one method where it is counted together. */
export function potsFit({ styles, contests }: Subject): boolean {
  const names = new Map<string, Set<string>>();
  for (const style of styles) {
    for (const { contest, method } of style.contests) {
      const used = names.get(contest) ?? new Set();
      names.set(contest, used.add(method.method));
    }
  }
  return contests.every((c) => c.counted === "together"
    ? names.get(c.id)?.size === 1
    : c.pots.length === c.styles.length);
}

/** Whether a method allows no more projects than a contest has, and gives weights that the contest's rule counts. */
function methodFits(method: Method, { projects, rule }: Contest): boolean {
  switch (method.method) {
    case "approval":
      return method.maximum <= projects.length;
    case "knapsack":
      return true;
    case "points":
      return rule.name !== "phragmen-sequential";
    case "ranking":
      return method.maximum <= projects.length && rule.name !== "phragmen-sequential";
  }
}

/** Whether every ballot rule fits its contest: its number of projects, and its count rule. */
export function methodsFit({ styles, contests }: Subject): boolean {
  const byId = new Map(contests.map((c) => [c.id, c]));
  return styles.every((style) => style.contests.every(({ contest, method }) => {
    const named = byId.get(contest);
    return named !== undefined && methodFits(method, named);
  }));
}

/** Lengths of a contest's project ids, the longest first. */
function idLengths(contest: Contest): readonly number[] {
  return contest.projects.map((p) => p.id.length).sort((a, b) => b - a);
}

/** The bytes of a JSON array whose elements have these lengths. */
function arrayLength(elements: readonly number[]): number {
  return 2 + elements.reduce((sum, length) => sum + length, 0) + Math.max(0, elements.length - 1);
}

function contestLength(contest: string, method: Method, ids: readonly number[]): number {
  const named = method.method === "approval" || method.method === "ranking" ? ids.slice(0, method.maximum) : ids;
  const points = method.method === "points" ? ids.map(() => String(method.maximum).length) : [];
  return `{"contest":"${contest}","points":,"projects":}`.length + arrayLength(points)
    + arrayLength(named.map((length) => length + 2));
}

/**
 * The bytes of the longest choices of every style, in order (section 4): an upper bound that every implementation
 * computes alike. A pair of contest and method that recurs is computed once, as a hostile set-up may have many.
 */
export function longestChoices(styles: readonly Style[], contests: readonly Contest[]): number[] {
  const ids = new Map(contests.map((c) => [c.id, idLengths(c)]));
  const known = new Map<string, number>();
  const lengthOf = (contest: string, method: Method): number => {
    const key = `${contest} ${method.method} ${"maximum" in method ? method.maximum : 0}`;
    const length = known.get(key) ?? contestLength(contest, method, ids.get(contest) ?? []);
    known.set(key, length);
    return length;
  };
  const frame = '{"contests":,"mark":[63,62]}'.length;
  return styles.map((s) => frame + arrayLength(s.contests.map((c) => lengthOf(c.contest, c.method))));
}

function padsFit({ styles, contests }: Subject): boolean {
  const longest = longestChoices(styles, contests);
  return styles.every((style, i) => style.pad >= 1 + (longest[i] ?? 0) && style.pad <= PAD_LIMIT);
}

/** Reasons and what has to hold, in the order of section 4. */
const CHECKS: readonly (readonly [reason: string, holds: (subject: Subject) => boolean])[] = [
  ["manifest-setup", setupIsListed],
  ["manifest-origin", ({ manifest, origin }) => manifest.origin === origin],
  ["manifest-parties", partiesAreEnough],
  ["manifest-keys", keysDiffer],
  ["manifest-thresholds", thresholdsHold],
  ["manifest-releases", releasesRise],
  ["manifest-limits", limitsAreComplete],
  ["manifest-references", referencesHold],
  ["manifest-pots", potsFit],
  ["manifest-method", methodsFit],
  ["manifest-pad", padsFit],
  ["manifest-outcome", ({ styles, contests }) => longestCounts(styles, contests) <= COUNTS_LIMIT],
];

/** @throws Refused with the reason of the first check that fails; a key's with its own reason, the signatures' last */
export function checkManifest(subject: Subject): void {
  for (const [reason, holds] of CHECKS) ensure(holds(subject), reason);
  checkOfficials(subject.manifest, subject.manifest, new Uint8Array());
}
