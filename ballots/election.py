"""An election as its set-up decides it: styles, contests and manifest, checked to fit together.

Promise: an Election that exists has passed every check of its set-up. Limit: what happens after set-up is
decided in board.py. Format: PROTOCOL.md section 4.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from ballots.choices import Choices, check_choices, longest_choices
from ballots.errors import BoardError, ManifestError
from ballots.manifest import (
    Approval,
    Contest,
    Issuer,
    Knapsack,
    Manifest,
    Phragmen,
    Points,
    Pot,
    Ranking,
    Style,
)
from ballots.note import COSIGNATURE, ED25519, VerifierKey
from ballots.outcome_room import MAX_COUNTS, longest_counts
from ballots.points import check_ed25519_key, check_x25519_key
from ballots.relations import check_relations
from ballots.shares import IssuerPublicKey, check_issuer_key
from ballots.signing import Signed, kind_of, signed_message, verify_signature
from ballots.wire import MAX_INT, Hash, Rsa

MAX_WEIGHT = 1_000_000
MAX_PAD = 16_384
MAX_POINTS = 10_000
MAX_RELEASES = 1000


class Election:
    """The resolved set-up of one election; made once, never changed.

    `styles` and `contests` map ids to records in logged order. `n` trustees (all partners), `k` of which
    open; `w` witnesses make a checkpoint good. `deadline` is the time of the last release, in seconds.
    """

    def __init__(
        self,
        manifest: Manifest,
        manifest_hash: Hash,
        styles: Mapping[str, Style],
        contests: Mapping[str, Contest],
    ) -> None:
        self.manifest = manifest
        self.manifest_hash = manifest_hash
        self.styles = dict(styles)
        self.contests = dict(contests)
        self.n = len(manifest.partners)
        self.k = manifest.thresholds.trustees
        self.w = manifest.thresholds.witnesses
        _check_manifest(self)
        self.deadline = manifest.releases[-1]
        self.verify_officials(manifest, b"")

    @cached_property
    def partner_numbers(self) -> dict[str, int]:
        """Trustee numbers by partner id, from 1."""
        return {partner.id: number for number, partner in enumerate(self.manifest.partners, 1)}

    @cached_property
    def trustee_keys(self) -> tuple[bytes, ...]:
        """The trustees' public keys in order; that of trustee i is at place i - 1."""
        return tuple(partner.trustee for partner in self.manifest.partners)

    @cached_property
    def witness_keys(self) -> dict[str, bytes]:
        """The partners' Ed25519 keys by partner id."""
        return {partner.id: partner.witness for partner in self.manifest.partners}

    @cached_property
    def limits(self) -> dict[str, tuple[int, int, int]]:
        """(smallest roll, smallest release, walk-ins) by style."""
        return {
            each.style: (each.roll_minimum, each.release_minimum, each.walk_ins)
            for each in self.manifest.limits
        }

    @cached_property
    def operator_vkey(self) -> VerifierKey:
        """The operator's key, as checkpoints are verified with."""
        return VerifierKey(key=bytes(self.manifest.operator), name=self.manifest.origin, type=ED25519)

    @cached_property
    def witness_vkeys(self) -> tuple[VerifierKey, ...]:
        """The partners' keys, as cosignatures are verified with."""
        return tuple(
            VerifierKey(
                key=bytes(partner.witness), name=f"{self.manifest.origin}/{partner.id}", type=COSIGNATURE
            )
            for partner in self.manifest.partners
        )

    @cached_property
    def _issuers(self) -> dict[str, tuple[IssuerPublicKey, ...]]:
        return {
            style.id: tuple(
                IssuerPublicKey(modulus=int.from_bytes(issuer.key, "big")) for issuer in style.issuers
            )
            for style in self.styles.values()
        }

    def issuers(self, style: str) -> tuple[IssuerPublicKey, ...]:
        """Return the issuers' keys of a style, in its order."""
        return self._issuers[style]

    def pots(self, contest_id: str, style: str) -> list[Pot]:
        """Return the pots that ballots of this style decide on in this contest: one where counted apart."""
        contest = self.contests[contest_id]
        return contest.pots if contest.counted == "together" else [contest.pots[contest.styles.index(style)]]

    @cached_property
    def _money(self) -> dict[str, dict[str, int]]:
        return {
            style.id: {
                each.contest: sum(pot.cents for pot in self.pots(each.contest, style.id))
                for each in style.contests
            }
            for style in self.styles.values()
        }

    def check_choices(self, choices: Choices, style_id: str) -> None:
        """Raise ChoicesError unless a voter of this style may choose so."""
        check_choices(choices, self.styles[style_id], self.contests, self._money[style_id])

    def verify_officials(self, entry: Signed, manifest_hash: bytes | None = None) -> None:
        """Raise unless two different officials, in the manifest's order, signed `entry` (section 2)."""
        keys = {official.id: official.key for official in self.manifest.officials}
        order = list(keys)
        first, second = entry.signatures  # type: ignore[attr-defined]
        if not {first.official, second.official} <= keys.keys() or order.index(first.official) >= order.index(
            second.official
        ):
            raise BoardError(
                "officials", "expected the signatures of two different officials, in the manifest's order"
            )
        for each in (first, second):
            self.verify(keys[each.official], each.signature, entry, manifest_hash)

    def verify(
        self, key: bytes, signature: bytes, record: Signed, manifest_hash: bytes | None = None
    ) -> None:
        """Raise PointError unless `signature` over `record` is by `key`, for this election."""
        verify_signature(
            key, signature, record, self.manifest_hash if manifest_hash is None else manifest_hash
        )

    def message(self, record: Signed) -> bytes:
        """Return the 32 bytes to sign for `record` in this election."""
        return signed_message(record, b"" if kind_of(record) == "manifest" else self.manifest_hash)


def check_style(style: Style, others: Iterable[Style]) -> None:
    """Raise ManifestError or ShareError unless a style may stand beside the others."""
    others = list(others)
    if style.id in {other.id for other in others}:
        raise ManifestError("style-id", f"style {style.id} is there already")
    if not _distinct(style.areas) or not _distinct([each.contest for each in style.contests]):
        raise ManifestError("style-repeats", "expected areas and contests, none twice")
    for each in style.contests:
        _check_method(each.method)
    if len(style.issuers) not in (2, 3) or not _distinct([issuer.partner for issuer in style.issuers]):
        raise ManifestError("style-issuers", "expected two or three different issuers")
    used = {issuer.key for other in others for issuer in other.issuers}
    for issuer in style.issuers:
        _check_issuer(issuer, used)
        used.add(issuer.key)


def _check_issuer(issuer: Issuer, used: set[Rsa]) -> None:
    check_issuer_key(int.from_bytes(issuer.key, "big"))
    if issuer.key in used:
        raise ManifestError("style-key-used", "expected an issuer key for each style and partner of its own")


def _check_method(method: Approval | Knapsack | Points | Ranking) -> None:
    good = True
    match method:
        case Approval() | Ranking():
            good = 1 <= method.maximum >= method.minimum
        case Points():
            good = 1 <= method.maximum <= method.total <= MAX_POINTS
    if not good:
        raise ManifestError(
            "style-method", "expected 1 <= maximum, minimum <= maximum, maximum <= total <= 10,000"
        )


def check_contest(contest: Contest, others: Iterable[Contest]) -> None:
    """Raise ManifestError unless a contest may stand beside the others."""
    if contest.id in {other.id for other in others}:
        raise ManifestError("contest-id", f"contest {contest.id} is there already")
    for ids in ([p.id for p in contest.projects], [p.id for p in contest.pots], contest.styles):
        if not _distinct(ids):
            raise ManifestError("contest-repeats", "expected projects, pots and styles, none twice")
    for pot in contest.pots:
        good = _distinct([funder.id for funder in pot.funders])
        good = good and all(1 <= funder.weight <= MAX_WEIGHT for funder in pot.funders)
        if not good or (pot.label != "") != (pot.right == "labelled"):
            raise ManifestError(
                "contest-pots", "expected funders of weight 1 to 1,000,000, and a label if labelled"
            )
    if len({pot.right == "advice" for pot in contest.pots}) > 1:
        raise ManifestError("contest-pots", "expected advice on all pots or on none")
    if sum(pot.cents for pot in contest.pots) > MAX_INT:
        raise ManifestError("contest-pots", "expected pots of together less than 2^53 cents")
    check_relations(contest)


def _distinct(ids: Sequence[str]) -> bool:
    return bool(ids) and len(set(ids)) == len(ids)


def _check_manifest(election: Election) -> None:
    manifest = election.manifest
    _check_parties(manifest)
    n, k, w, f = election.n, election.k, election.w, manifest.thresholds.faults
    if not (2 * k > n > k and 2 * w > n + f and w <= n):
        raise ManifestError("manifest-thresholds", "expected 2k > n, k < n, 2w > n + f and w <= n")
    releases = manifest.releases
    if not 1 <= len(releases) <= MAX_RELEASES or any(a >= b for a, b in pairwise(releases)):
        raise ManifestError("manifest-releases", "expected 1 to 1000 times, each later than the one before")
    if [each.style for each in manifest.limits] != list(election.styles):
        raise ManifestError("manifest-limits", "expected the limits of each style once, in logged order")
    _check_references(election)
    for contest in election.contests.values():
        _check_pots(election, contest)
    for style in election.styles.values():
        _check_maxima(election, style)
    for style in election.styles.values():
        _check_pad(election, style)
    longest = longest_counts(election.styles.values(), election.contests.values())
    if longest > MAX_COUNTS:
        raise ManifestError(
            "manifest-outcome", f"expected counts that take at most {MAX_COUNTS} bytes, got {longest}"
        )


def _check_parties(manifest: Manifest) -> None:
    ids = [[each.id for each in group] for group in (manifest.areas, manifest.officials, manifest.partners)]
    if not all(map(_distinct, ids)) or len(ids[1]) < 2 or not 3 <= len(ids[2]) <= 8:
        raise ManifestError(
            "manifest-parties", "expected areas, 2 or more officials, 3 to 8 partners, none twice"
        )
    signing = [manifest.operator, manifest.registrar]
    signing += [official.key for official in manifest.officials] + [
        partner.witness for partner in manifest.partners
    ]
    trustees = [partner.trustee for partner in manifest.partners]
    for key in signing:
        check_ed25519_key(key)
    for key in trustees:
        check_x25519_key(key)
    if max(Counter(signing + trustees).values()) > 1:
        raise ManifestError("manifest-keys", "expected keys that are all different")


def _check_references(election: Election) -> None:
    areas = {area.id for area in election.manifest.areas}
    styles, contests = election.styles.values(), election.contests.values()
    good = all(areas >= set(style.areas) for style in styles)
    good = good and all(
        issuer.partner in election.partner_numbers for style in styles for issuer in style.issuers
    )
    by_style = {(style.id, each.contest) for style in styles for each in style.contests}
    by_contest = {(style, contest.id) for contest in contests for style in contest.styles}
    if not good or not by_style or by_style != by_contest:
        raise ManifestError(
            "manifest-references", "expected every area, issuer, style and contest named to exist"
        )


def _check_pots(election: Election, contest: Contest) -> None:
    if contest.counted == "apart":
        good = len(contest.pots) == len(contest.styles)
    else:
        methods = {
            type(each.method)
            for style in contest.styles
            for each in election.styles[style].contests
            if each.contest == contest.id
        }
        good = len(methods) == 1
    if not good:
        raise ManifestError("manifest-pots", "expected one method together, or one pot a style apart")


def _check_maxima(election: Election, style: Style) -> None:
    for each in style.contests:
        contest = election.contests[each.contest]
        most = len(contest.projects)
        if isinstance(each.method, Approval | Ranking) and each.method.maximum > most:
            raise ManifestError("manifest-method", f"expected a maximum of at most {most} projects")
        if isinstance(contest.rule, Phragmen) and isinstance(each.method, Points | Ranking):
            raise ManifestError("manifest-method", "expected approvals or knapsack for phragmen-sequential")


def _check_pad(election: Election, style: Style) -> None:
    longest = longest_choices([(each, election.contests[each.contest]) for each in style.contests])
    if not longest < style.pad <= MAX_PAD:
        raise ManifestError(
            "manifest-pad", f"expected a pad of {longest + 1} to {MAX_PAD} bytes, got {style.pad}"
        )
