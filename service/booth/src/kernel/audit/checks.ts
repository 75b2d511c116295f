/**
 * The checks of an audit (PROTOCOL.md section 13): the table, and which of them an entry is looked at by.
 */
import type { Kind } from "../entries.ts";

const WIRE = ["wire-length", "wire-malformed", "wire-type", "wire-spelling"] as const;
const SIGNATURE = ["signature-length", "signature-r", "signature-s", "signature-wrong"] as const;
const POINT = ["point-length", "point-not-canonical", "point-not-on-curve", "point-small-order"] as const;
const X25519 = ["x25519-length", "x25519-not-canonical", "x25519-low-order"] as const;
const ISSUER_KEY = ["issuer-key-size", "issuer-key-even", "issuer-key-small-factor"] as const;

/** A line of the table. */
export interface Check {
  readonly id: string;
  readonly name: string;
  /** The refusals by which it fails. */
  readonly reasons: readonly string[];
  /** The kinds of entry that it looks at during the replay; none for a check that is not made there. */
  readonly kinds: readonly Kind[];
}

const ALL: readonly Kind[] = [
  "style", "contest", "manifest", "roll", "seal", "start", "bundle", "replace", "request", "release", "ballot", "close",
  "trustee-key", "tally", "certify",
];

function check(id: string, name: string, kinds: readonly Kind[] = [], reasons: readonly string[] = []): Check {
  return { id, name, kinds, reasons };
}

/** All checks, in order. */
export const CHECKS: readonly Check[] = [
  check("L01", "The checkpoint is a signed note of origin, size and root, in their one spelling"),
  check("L02", "The operator's key, as the manifest has it, signed the checkpoint"),
  check("L03", "Enough partners cosigned the checkpoint (w of the manifest), and no cosignature is bad"),
  check("L04", "Every entry bundle of the checkpoint's size is there and holds exactly its entries"),
  check("L05", "The root that the entries lead to is the checkpoint's"),
  check("L06", "Every hash tile of the checkpoint's size is there and is what the entries lead to"),
  check("L07", "Every partial tile of an earlier size begins the fuller one (folders only)"),
  check("F01", "Every file is one that the protocol or an entry calls for (folders only)"),
  check("F02", "Every text, picture, outcome and report that an entry names is there"),
  check("F03", "Every file that an entry names has the SHA-256 of its name (a booth script if there)"),
  check("F04", "Every project's text is UTF-8"),
  check("F05", "Every project's picture begins 89504e470d0a1a0a (PNG) or ffd8ff (JPEG), or is UTF-8 with `<svg`"),
  check("E01", "Every entry is the one spelling of a kind of entry", ALL, [...WIRE]),
  check("E02", "Every entry is of a kind that its phase accepts", ALL, ["phase"]),
  check(
    "E03",
    "Two different officials signed, in the manifest's order, whatever two must sign",
    ["manifest", "seal", "start", "bundle", "replace", "close", "certify"],
    ["officials", ...SIGNATURE],
  ),
  check(
    "E04",
    "The registrar signed the roll, its seal and every replacement",
    ["roll", "seal", "replace"],
    [...SIGNATURE],
  ),
  check(
    "E05",
    "Start, close and certify name the size and root just before them",
    ["start", "close", "certify"],
    ["head"],
  ),
  check(
    "S01",
    "Every style is new, repeats nothing, and has proper methods and two or three issuers",
    ["style"],
    ["setup-limit", "style-id", "style-repeats", "style-method", "style-issuers"],
  ),
  check(
    "S02",
    "Every issuer key has exactly 3,072 bits, no small factor, and one use",
    ["style"],
    [...ISSUER_KEY, "style-key-used"],
  ),
  check(
    "S03",
    "Every contest is new, repeats nothing, and has proper pots, funders, relations and rule",
    ["contest"],
    ["setup-limit", "contest-id", "contest-repeats", "contest-pots", "contest-projects", "contest-relations", "contest-rule"],
  ),
  check(
    "S04",
    "The manifest lists all styles and contests in logged order, and the log's origin",
    ["manifest"],
    ["manifest-setup", "manifest-origin"],
  ),
  check(
    "S05",
    "The manifest has enough areas, officials and partners, and good keys that are all different",
    ["manifest"],
    ["manifest-parties", "manifest-keys", ...POINT, ...X25519],
  ),
  check("S06", "The thresholds keep 2k > n, k < n, 2w > n + f and w <= n", ["manifest"], ["manifest-thresholds"]),
  check(
    "S07",
    "The release times rise, and every style has its limits once",
    ["manifest"],
    ["manifest-releases", "manifest-limits"],
  ),
  check(
    "S08",
    "Everything that set-up entries name exists, and every contest has the pots that its count needs",
    ["manifest"],
    ["manifest-references", "manifest-pots"],
  ),
  check(
    "S09",
    "No ballot allows more projects than there are, pads have a good length, and outcomes have room",
    ["manifest"],
    ["manifest-method", "manifest-pad", "manifest-outcome"],
  ),
  check("S10", "The manifest hash is the one that the auditor gave", ["manifest"]),
  check("S11", "The operator's key is the one that the auditor gave", ["manifest"]),
  check("R01", "The roll's pages are numbered from 1", ["roll"], ["roll-page"]),
  check("R02", "Every credential is a good key that stands nowhere else", ["roll", "replace"], ["roll-key", ...POINT]),
  check("R03", "Every line of the roll is of a style of the election", ["roll"], ["roll-style"]),
  check(
    "R04",
    "The seal has every style's number of credentials, and no more than people",
    ["seal"],
    ["seal-sizes", "seal-population"],
  ),
  check("R05", "The seal has the root over the roll's pages", ["seal"], ["seal-root"]),
  check("R06", "Voting starts with enough credentials in every style", ["start"], ["start-minimum"]),
  check(
    "R07",
    "Every partner opened its rehearsal box before the start",
    ["start"],
    ["start-rehearsals", "box-key", ...SIGNATURE],
  ),
  check("R08", "Changes of the booth's script are numbered from 1", ["bundle"], ["bundle-number"]),
  check(
    "R09",
    "Only a credential of the style is replaced that was not revoked and has not asked",
    ["replace"],
    ["replace-style", "replace-unknown", "replace-requested"],
  ),
  check("R10", "No style has more walk-ins than the manifest allows", ["replace"], ["replace-allowance"]),
  check(
    "Q01",
    "Every request is by a credential on the roll, of its style and not revoked",
    ["request"],
    ["request-unknown", "request-revoked", "request-style"],
  ),
  check("Q02", "No credential asks twice", ["request"], ["request-twice"]),
  check("Q03", "Every request names one blinded message an issuer", ["request"], ["request-blinded"]),
  check("Q04", "Every request is signed by its credential", ["request"], [...SIGNATURE, ...POINT]),
  check(
    "B01",
    "Releases are of a style of the election, and their numbers rise as the manifest's times do",
    ["release"],
    ["release-number", "release-style"],
  ),
  check(
    "B02",
    "Every release but the last has at least the smallest number of ballots and of voting keys",
    ["release", "ballot"],
    ["release-count", "release-minimum"],
  ),
  check(
    "B03",
    "Every ballot is of its release's style, and of the one in which its voting key voted before",
    ["ballot"],
    ["ballot-style"],
  ),
  check("B04", "Every ballot has its style's number of boxes and shares, and length", ["ballot"], ["ballot-length"]),
  check("B05", "The ballots of a release ascend in revision and entry hash", ["ballot"], ["ballot-order"]),
  check(
    "B06",
    "Every ballot is its voting key's next revision and names the one before",
    ["ballot"],
    ["ballot-revision", "ballot-previous"],
  ),
  check("B07", "Every box begins with a good X25519 key", ["ballot"], [...X25519]),
  check(
    "B08",
    "Every ballot has a share that all issuers of its style signed",
    ["ballot"],
    ["share-length", "share-range", "share-wrong", ...ISSUER_KEY, "style-key-used"],
  ),
  check("B09", "Every ballot is signed by its voting key", ["ballot"], [...SIGNATURE, ...POINT]),
  check("B10", "At no ballot has a style more voting keys than requests", ["ballot"]),
  check("C01", "The close counts every style's ballots, requests and voting keys", ["close"], ["close-counts"]),
  check(
    "C02",
    "Every published key is the private key of its partner's trustee key, and published once",
    ["trustee-key"],
    ["trustee-key-partner", "trustee-key-wrong"],
  ),
  check("C03", "Every published key is signed by its partner's witness key", ["trustee-key"], [...SIGNATURE]),
  check("T01", "The tally names all contests in order, and winners among their projects", ["tally"], ["tally-shape"]),
  check("T02", "The outcome file is the one spelling of an outcome"),
  check("T03", "Ballots that do not open, reseal or keep the rules are listed as invalid, no others"),
  check("T04", "As many ballots were counted and superseded as the outcome says"),
  check("T05", "The outcome is of this manifest, and its lot follows from the counted seeds"),
  check("T06", "Every count comes out the same, in votes, rounds, ties, reasons and winners"),
  check("T07", "The tally entry says what the outcome file says"),
  check(
    "K01",
    "Certify names the tally, and two different reports of the officials who sign",
    ["certify"],
    ["certify-tally", "certify-reports"],
  ),
  check("K02", "Both reports are the one spelling of one, of this official, manifest and head"),
  check("K03", "Both reports are valid and anchored, have this slack, and every check here as ok"),
];

/** Whose signature is at fault where several parties sign. */
export type Signer = "officials" | "other";

/** Checks that fail when it is not the officials' signature that is wrong, although officials sign as well. */
const OTHER: Partial<Readonly<Record<Kind, string>>> = { seal: "E04", replace: "E04", start: "R07" };

/**
 * The check that a refused entry fails.
 * @param kind of the entry; null if it could not be parsed
 * @param signer whose signature is wrong, where `reason` is that of a signature
 */
export function failedBy(kind: Kind | null, reason: string, signer: Signer): string {
  const isSignature = SIGNATURE.some((word) => word === reason);
  if (kind !== null && isSignature && signer === "other" && OTHER[kind] !== undefined) return OTHER[kind];
  const found = CHECKS.find((c) => c.reasons.includes(reason) && (kind === null || c.kinds.includes(kind)));
  return found?.id ?? "E01";
}
