"""The table of checks: what a record can break, one line each, and which refusals belong to which check.

The numbers are fixed: a report names them, and other implementations use the same ones. The board refuses
an entry with a reason; `check_of` says which check has failed then. Format: PROTOCOL.md section 13.
"""

from collections.abc import Iterable
from functools import cache

from ballots.board import TRANSITIONS, Phase
from ballots.wire import Record

_SIGNATURE = ("signature-length", "signature-r", "signature-s", "signature-wrong")
_POINT = ("point-length", "point-not-canonical", "point-not-on-curve", "point-small-order")
_X25519 = ("x25519-length", "x25519-not-canonical", "x25519-low-order")
_ISSUER = ("issuer-key-size", "issuer-key-even", "issuer-key-small-factor", "style-key-used")
_WIRE = ("wire-length", "wire-malformed", "wire-type", "wire-spelling")
_BY_OFFICIALS = ("manifest", "seal", "start", "bundle", "replace", "close", "certify")
ALL_KINDS = tuple(kind for kinds in TRANSITIONS.values() for kind in kinds)


class Check(Record):
    """One check: its id, its part of the audit, and as `name` the sentence that it makes sure of.

    `kinds` are the kinds of entries that it looks at or waits for; `reasons` those refusals of the board by
    which it fails, none where something else than the board decides it.
    """

    id: str
    part: str
    name: str
    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def _part(part: str, *checks: Check) -> tuple[Check, ...]:
    return tuple(Check(id=c.id, part=part, name=c.name, kinds=c.kinds, reasons=c.reasons) for c in checks)


def _check(id_: str, name: str, kinds: Iterable[str] = (), reasons: Iterable[str] = ()) -> Check:
    return Check(id=id_, part="", name=name, kinds=tuple(kinds), reasons=tuple(reasons))


CHECKS: tuple[Check, ...] = (
    *_part(
        "log",
        _check("L01", "The checkpoint is a signed note of origin, size and root, in their one spelling"),
        _check("L02", "The operator's key, as the manifest has it, signed the checkpoint", ["manifest"]),
        _check(
            "L03",
            "Enough partners cosigned the checkpoint (w of the manifest), and no cosignature is bad",
            ["manifest"],
        ),
        _check("L04", "Every entry bundle of the checkpoint's size is there and holds exactly its entries"),
        _check("L05", "The root that the entries lead to is the checkpoint's"),
        _check("L06", "Every hash tile of the checkpoint's size is there and is what the entries lead to"),
        _check("L07", "Every partial tile of an earlier size begins the fuller one (folders only)"),
    ),
    *_part(
        "files",
        _check("F01", "Every file is one that the protocol or an entry calls for (folders only)"),
        _check("F02", "Every text, picture, outcome and report that an entry names is there"),
        _check("F03", "Every file that an entry names has the SHA-256 of its name (a booth script if there)"),
        _check("F04", "Every project's text is UTF-8"),
        _check(
            "F05",
            "Every project's picture begins 89504e470d0a1a0a (PNG) or ffd8ff (JPEG), or is UTF-8 with `<svg`",
        ),
    ),
    *_part(
        "entries",
        _check("E01", "Every entry is the one spelling of a kind of entry", ALL_KINDS, _WIRE),
        _check("E02", "Every entry is of a kind that its phase accepts", ALL_KINDS, ["phase"]),
        _check(
            "E03",
            "Two different officials signed, in the manifest's order, whatever two must sign",
            _BY_OFFICIALS,
            ["officials", *_SIGNATURE],
        ),
        _check(
            "E04",
            "The registrar signed the roll, its seal and every replacement",
            ["roll", "seal", "replace"],
            _SIGNATURE,
        ),
        _check(
            "E05",
            "Start, close and certify name the size and root just before them",
            ["start", "close", "certify"],
            ["head"],
        ),
    ),
    *_part(
        "set-up",
        _check(
            "S01",
            "Every style is new, repeats nothing, and has proper methods and two or three issuers",
            ["style"],
            ["setup-limit", "style-id", "style-repeats", "style-method", "style-issuers"],
        ),
        _check(
            "S02", "Every issuer key has exactly 3,072 bits, no small factor, and one use", ["style"], _ISSUER
        ),
        _check(
            "S03",
            "Every contest is new, repeats nothing, and has proper pots, funders, relations and rule",
            ["contest"],
            [
                *("setup-limit", "contest-id", "contest-repeats", "contest-pots"),
                *("contest-projects", "contest-relations", "contest-rule"),
            ],
        ),
        _check(
            "S04",
            "The manifest lists all styles and contests in logged order, and the log's origin",
            ["manifest"],
            ["manifest-setup", "manifest-origin"],
        ),
        _check(
            "S05",
            "The manifest has enough areas, officials and partners, and good keys that are all different",
            ["manifest"],
            ["manifest-parties", "manifest-keys", *_POINT, *_X25519],
        ),
        _check(
            "S06",
            "The thresholds keep 2k > n, k < n, 2w > n + f and w <= n",
            ["manifest"],
            ["manifest-thresholds"],
        ),
        _check(
            "S07",
            "The release times rise, and every style has its limits once",
            ["manifest"],
            ["manifest-releases", "manifest-limits"],
        ),
        _check(
            "S08",
            "Everything that set-up entries name exists, and every contest has the pots that its count needs",
            ["manifest"],
            ["manifest-references", "manifest-pots"],
        ),
        _check(
            "S09",
            "No ballot allows more projects than there are, pads have a good length, and outcomes have room",
            ["manifest"],
            ["manifest-method", "manifest-pad", "manifest-outcome"],
        ),
        _check("S10", "The manifest hash is the one that the auditor gave", ["manifest"]),
        _check("S11", "The operator's key is the one that the auditor gave", ["manifest"]),
    ),
    *_part(
        "roll and start",
        _check("R01", "The roll's pages are numbered from 1", ["roll"], ["roll-page"]),
        _check(
            "R02",
            "Every credential is a good key that stands nowhere else",
            ["roll", "replace"],
            ["roll-key", *_POINT],
        ),
        _check("R03", "Every line of the roll is of a style of the election", ["roll"], ["roll-style"]),
        _check(
            "R04",
            "The seal has every style's number of credentials, and no more than people",
            ["seal"],
            ["seal-sizes", "seal-population"],
        ),
        _check("R05", "The seal has the root over the roll's pages", ["seal"], ["seal-root"]),
        _check("R06", "Voting starts with enough credentials in every style", ["start"], ["start-minimum"]),
        _check(
            "R07",
            "Every partner opened its rehearsal box before the start",
            ["start"],
            ["start-rehearsals", "box-key", *_SIGNATURE],
        ),
        _check("R08", "Changes of the booth's script are numbered from 1", ["bundle"], ["bundle-number"]),
        _check(
            "R09",
            "Only a credential of the style is replaced that was not revoked and has not asked",
            ["replace"],
            ["replace-style", "replace-unknown", "replace-requested"],
        ),
        _check(
            "R10", "No style has more walk-ins than the manifest allows", ["replace"], ["replace-allowance"]
        ),
    ),
    *_part(
        "requests",
        _check(
            "Q01",
            "Every request is by a credential on the roll, of its style and not revoked",
            ["request"],
            ["request-unknown", "request-revoked", "request-style"],
        ),
        _check("Q02", "No credential asks twice", ["request"], ["request-twice"]),
        _check("Q03", "Every request names one blinded message an issuer", ["request"], ["request-blinded"]),
        _check("Q04", "Every request is signed by its credential", ["request"], [*_SIGNATURE, *_POINT]),
    ),
    *_part(
        "ballots",
        _check(
            "B01",
            "Releases are of a style of the election, and their numbers rise as the manifest's times do",
            ["release"],
            ["release-number", "release-style"],
        ),
        _check(
            "B02",
            "Every release but the last has at least the smallest number of ballots and of voting keys",
            ["release", "ballot"],
            ["release-count", "release-minimum"],
        ),
        _check(
            "B03",
            "Every ballot is of its release's style, and of the one in which its voting key voted before",
            ["ballot"],
            ["ballot-style"],
        ),
        _check(
            "B04",
            "Every ballot has its style's number of boxes and shares, and length",
            ["ballot"],
            ["ballot-length"],
        ),
        _check(
            "B05", "The ballots of a release ascend in revision and entry hash", ["ballot"], ["ballot-order"]
        ),
        _check(
            "B06",
            "Every ballot is its voting key's next revision and names the one before",
            ["ballot"],
            ["ballot-revision", "ballot-previous"],
        ),
        _check("B07", "Every box begins with a good X25519 key", ["ballot"], _X25519),
        _check(
            "B08",
            "Every ballot has a share that all issuers of its style signed",
            ["ballot"],
            ["share-length", "share-range", "share-wrong", *_ISSUER],
        ),
        _check("B09", "Every ballot is signed by its voting key", ["ballot"], [*_SIGNATURE, *_POINT]),
        _check("B10", "At no ballot has a style more voting keys than requests", ["request", "ballot"]),
    ),
    *_part(
        "closing",
        _check(
            "C01",
            "The close counts every style's ballots, requests and voting keys",
            ["close"],
            ["close-counts"],
        ),
        _check(
            "C02",
            "Every published key is the private key of its partner's trustee key, and published once",
            ["trustee-key"],
            ["trustee-key-partner", "trustee-key-wrong"],
        ),
        _check(
            "C03", "Every published key is signed by its partner's witness key", ["trustee-key"], _SIGNATURE
        ),
    ),
    *_part(
        "count",
        _check(
            "T01",
            "The tally names all contests in order, and winners among their projects",
            ["tally"],
            ["tally-shape"],
        ),
        _check("T02", "The outcome file is the one spelling of an outcome", ["tally"]),
        _check(
            "T03",
            "Ballots that do not open, reseal or keep the rules are listed as invalid, no others",
            ["tally"],
        ),
        _check("T04", "As many ballots were counted and superseded as the outcome says", ["tally"]),
        _check(
            "T05", "The outcome is of this manifest, and its lot follows from the counted seeds", ["tally"]
        ),
        _check(
            "T06", "Every count comes out the same, in votes, rounds, ties, reasons and winners", ["tally"]
        ),
        _check("T07", "The tally entry says what the outcome file says", ["tally"]),
    ),
    *_part(
        "certification",
        _check(
            "K01",
            "Certify names the tally, and two different reports of the officials who sign",
            ["certify"],
            ["certify-tally", "certify-reports"],
        ),
        _check(
            "K02",
            "Both reports are the one spelling of one, of this official, manifest and head",
            ["certify"],
        ),
        _check(
            "K03",
            "Both reports are valid and anchored, have this slack, and every check here as ok",
            ["certify"],
        ),
    ),
)

BY_ID = {check.id: check for check in CHECKS}
FALLBACK = "E01"
"""The check that fails for a refusal that the table does not know."""


@cache
def checks_of(kind: str) -> tuple[str, ...]:
    """Return the ids of those checks that an entry of this kind has passed when it stands on the board."""
    return tuple(check.id for check in CHECKS if kind in check.kinds and check.reasons)


def check_of(kind: str, reason: str, officials_signed: bool) -> str:
    """Return the id of the check that fails when the board refuses an entry of this kind for this reason.

    Where officials and somebody else sign, `officials_signed` tells whose signature is wrong. `kind` is empty
    for bytes that are no entry.
    """
    kinds = (kind,) if kind else ALL_KINDS
    found = [c.id for c in CHECKS if reason in c.reasons and not set(kinds).isdisjoint(c.kinds)]
    if len(found) > 1 and officials_signed and "E03" in found:
        found.remove("E03")
    return found[0] if found else FALLBACK


def kinds_to_come(phase: Phase) -> set[str]:
    """Return the kinds of entries that can stand after a board in this phase."""
    reached, waiting = {phase}, [phase]
    while waiting:
        for following in TRANSITIONS[waiting.pop()].values():
            waiting += [each for each in following if each not in reached]
            reached.update(following)
    return {kind for each in reached for kind in TRANSITIONS[each]}


def format_table() -> str:
    """Return the table as it stands in PROTOCOL.md section 13."""
    lines = [
        "| id | part | what the check makes sure of | entries | refusals by which it fails |",
        "|---|---|---|---|---|",
    ]
    for check in CHECKS:
        kinds = "all" if check.kinds == ALL_KINDS else _quoted(check.kinds)
        lines.append(f"| {check.id} | {check.part} | {check.name} | {kinds} | {_quoted(check.reasons)} |")
    return "\n".join(lines) + "\n"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
