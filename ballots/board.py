"""The board's state machine: which entry may stand next, and what it changes.

One pure object, replayed alike by the sequencer before it appends, by every partner node before it signs,
and by every auditor. Promise: an entry that is refused changes nothing. Format: PROTOCOL.md section 5.
"""

from enum import StrEnum

from ballots.election import Election, check_contest, check_style
from ballots.entries import (
    Ballot,
    BallotHead,
    Bundle,
    Certify,
    Close,
    Entry,
    Placeable,
    Release,
    Replace,
    Request,
    RequestHead,
    Roll,
    Seal,
    Start,
    StyleCounts,
    Tally,
    TrusteeKey,
    parse_entry,
)
from ballots.errors import BoardError, ManifestError
from ballots.manifest import Contest, Manifest, Style, manifest_hash
from ballots.merkle import Frontier, leaf_hash, root_of
from ballots.sealing import FIRST
from ballots.signing import kind_of
from ballots.verification import verify_entry
from ballots.voters import Credentials, RunningRelease, Voters
from ballots.wire import Hash, Record, encode


class Phase(StrEnum):
    """Where an election stands."""

    SETUP = "set-up"
    ROLL = "roll"
    SEALED = "sealed"
    VOTING = "voting"
    RELEASING = "releasing"
    CLOSED = "closed"
    OPENED = "opened"
    COUNTED = "counted"
    CERTIFIED = "certified"


TRANSITIONS: dict[Phase, dict[str, tuple[Phase, ...]]] = {
    Phase.SETUP: {"style": (Phase.SETUP,), "contest": (Phase.SETUP,), "manifest": (Phase.ROLL,)},
    Phase.ROLL: {"roll": (Phase.ROLL,), "seal": (Phase.SEALED,)},
    Phase.SEALED: {"start": (Phase.VOTING,)},
    Phase.VOTING: {
        "bundle": (Phase.VOTING,),
        "replace": (Phase.VOTING,),
        "request": (Phase.VOTING,),
        "release": (Phase.RELEASING,),
        "close": (Phase.CLOSED,),
    },
    Phase.RELEASING: {"ballot": (Phase.RELEASING, Phase.VOTING)},
    Phase.CLOSED: {"trustee-key": (Phase.CLOSED, Phase.OPENED)},
    Phase.OPENED: {"trustee-key": (Phase.OPENED,), "tally": (Phase.COUNTED,)},
    Phase.COUNTED: {"trustee-key": (Phase.COUNTED,), "certify": (Phase.CERTIFIED,)},
    Phase.CERTIFIED: {},
}
"""What each phase accepts, and the phases that it can lead to."""


MAX_SETUP = 1000
"""The most styles and contests of an election, together."""


class Placed(Record):
    """An entry that stands on the board: its position (from 0) and entry hash."""

    entry: Entry
    entry_hash: Hash
    index: int


class Board:
    """The state that entries lead to. Use `append` for bytes that nobody has checked yet.

    `election` is None before the manifest. `credentials` and `voters` say who has asked and who has voted;
    `trustee_keys` are the published private keys by trustee number.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.phase = Phase.SETUP
        self.election: Election | None = None
        self.credentials = Credentials()
        self.voters = Voters()
        self.release: RunningRelease | None = None
        self.bundles = 0
        self.trustee_keys: dict[int, bytes] = {}
        self.tally: Tally | None = None
        self.certify: Certify | None = None
        self._tally_hash: Hash | None = None
        self._tree = Frontier()
        self._setup: list[Hash] = []
        self._styles: dict[str, Style] = {}
        self._contests: dict[str, Contest] = {}
        self._pages: list[bytes] = []

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._tree.size

    def root(self) -> bytes:
        """Return the 32-byte Merkle root."""
        return self._tree.root()

    def append(self, raw: bytes) -> Placed:
        """Parse, verify and place an entry; ProtocolError if it may not stand here."""
        entry = parse_entry(raw)
        self.check_phase(entry)
        if self.election is not None:
            verify_entry(self.election, entry, raw)
        return self.place(raw, entry)

    def check_phase(self, entry: Entry | Placeable) -> None:
        """Raise BoardError `phase` if this phase does not accept the entry's kind."""
        if kind_of(entry) not in TRANSITIONS[self.phase]:
            raise BoardError("phase", f"expected no {kind_of(entry)} in phase {self.phase}")

    def place(self, raw: bytes, entry: Entry) -> Placed:
        """Place an entry that `verify_entry` has passed already; BoardError if it may not stand here."""
        leaf = Hash(leaf_hash(raw))
        self.advance(leaf, entry)
        return Placed(entry=entry, entry_hash=leaf, index=self.size - 1)

    def advance(self, leaf: Hash, entry: Entry | Placeable) -> None:
        """Do what `place` does, with no more of the entry at hand than `skim_entry` gives."""
        self.check_phase(entry)
        kind = kind_of(entry)
        goes_to: Phase = getattr(self, "_place_" + kind.replace("-", "_"))(entry, leaf)
        if goes_to not in TRANSITIONS[self.phase][kind]:
            raise AssertionError("expected a phase of the transition table")
        self.phase = goes_to
        self._tree.append(leaf)

    def counts(self) -> list[StyleCounts]:
        """Return what `close` has to say: ballots, requests and voting keys a style, in logged order."""
        return [
            StyleCounts(
                ballots=self.voters.ballots[style],
                requests=self.credentials.requests[style],
                style=style,
                voters=self.voters.keys[style],
            )
            for style in self._styles
        ]

    @property
    def resolved(self) -> Election:
        """The election; BoardError `phase` before the manifest stands."""
        if self.election is None:
            raise BoardError("phase", "expected a manifest first")
        return self.election

    # --- one method an entry: check everything, then change; returns the next phase ---

    def _place_style(self, entry: Style, leaf: Hash) -> Phase:
        self._check_setup_limit()
        check_style(entry, self._styles.values())
        self._styles[entry.id] = entry
        self._setup.append(leaf)
        return Phase.SETUP

    def _place_contest(self, entry: Contest, leaf: Hash) -> Phase:
        self._check_setup_limit()
        check_contest(entry, self._contests.values())
        self._contests[entry.id] = entry
        self._setup.append(leaf)
        return Phase.SETUP

    def _place_manifest(self, entry: Manifest, leaf: Hash) -> Phase:
        if entry.setup != self._setup:
            raise ManifestError(
                "manifest-setup", "expected the hashes of all styles and contests, in logged order"
            )
        if entry.origin != self.origin:
            raise ManifestError("manifest-origin", f"expected the origin {self.origin}")
        self.election = Election(entry, manifest_hash(encode(entry)), self._styles, self._contests)
        self.credentials.refuse(
            [entry.operator, entry.registrar]
            + [official.key for official in entry.officials]
            + [key for partner in entry.partners for key in (partner.witness, partner.trustee)]
        )
        return Phase.ROLL

    def _place_roll(self, entry: Roll, leaf: Hash) -> Phase:
        if entry.page != len(self._pages) + 1:
            raise BoardError("roll-page", f"expected page {len(self._pages) + 1}, got {entry.page}")
        self.credentials.add_page(entry.credentials)
        self._pages.append(leaf)
        return Phase.ROLL

    def _place_seal(self, entry: Seal, leaf: Hash) -> Phase:
        if [(each.style, each.size) for each in entry.styles] != [
            (id_, self.credentials.sizes[id_]) for id_ in self._styles
        ]:
            raise BoardError(
                "seal-sizes", "expected the number of credentials of each style, in logged order"
            )
        if any(each.size > each.population for each in entry.styles):
            raise BoardError("seal-population", "expected no more credentials than people")
        if entry.root != root_of(self._pages):
            raise BoardError("seal-root", "expected the root over the roll's pages")
        return Phase.SEALED

    def _place_start(self, entry: Start, leaf: Hash) -> Phase:
        self._check_head(entry.size, entry.root)
        for style, (smallest, _, _) in self.resolved.limits.items():
            if self.credentials.sizes[style] < smallest:
                raise BoardError(
                    "start-minimum", f"expected at least {smallest} credentials of style {style}"
                )
        return Phase.VOTING

    def _place_bundle(self, entry: Bundle, leaf: Hash) -> Phase:
        if entry.number != self.bundles + 1:
            raise BoardError("bundle-number", f"expected number {self.bundles + 1}, got {entry.number}")
        self.bundles = entry.number
        return Phase.VOTING

    def _place_replace(self, entry: Replace, leaf: Hash) -> Phase:
        allowance = self.resolved.limits[entry.style][2]
        self.credentials.replace(entry.style, entry.adds, entry.revokes, allowance)
        return Phase.VOTING

    def _place_request(self, entry: Request | RequestHead, leaf: Hash) -> Phase:
        self.credentials.request(entry.credential, entry.style)
        return Phase.VOTING

    def _place_release(self, entry: Release, leaf: Hash) -> Phase:
        last = len(self.resolved.manifest.releases)
        if not 1 <= entry.number <= last or not self.voters.may_release(entry.style, entry.number):
            raise BoardError(
                "release-number", f"expected a later release, at most {last}, got {entry.number}"
            )
        if entry.style not in self._styles:
            raise BoardError("release-style", "expected a style of the election")
        minimum = 1 if entry.number == last else max(1, self.resolved.limits[entry.style][1])
        if entry.count < minimum:
            raise BoardError("release-count", f"expected at least {minimum} ballots, got {entry.count}")
        self.voters.released(entry.style, entry.number)
        self.release = RunningRelease(entry.style, entry.count, minimum)
        return Phase.RELEASING

    def _place_ballot(self, entry: Ballot | BallotHead, leaf: Hash) -> Phase:
        release = self.release
        if release is None:
            raise BoardError("phase", "expected a release first")
        if entry.style != release.style:
            raise BoardError("ballot-style", f"expected a ballot of style {release.style}")
        key, entry_hash = (
            bytes(entry.voting_key),
            bytes(leaf),
        )  # kept, so as the smallest object that there is
        self.voters.check_style(key, release.style)
        release.check_order(entry.revision, entry_hash)
        self.voters.check_revision(key, entry.revision, entry.previous, FIRST)
        release.check_minimum(key)
        self.voters.add(key, release.style, entry_hash)
        release.add(key, entry.revision, entry_hash)
        if release.left:
            return Phase.RELEASING
        self.release = None
        return Phase.VOTING

    def _place_close(self, entry: Close, leaf: Hash) -> Phase:
        self._check_head(entry.size, entry.root)
        if entry.counts != self.counts():
            raise BoardError(
                "close-counts", "expected the board's numbers of ballots, requests and voting keys"
            )
        return Phase.CLOSED

    def _place_trustee_key(self, entry: TrusteeKey, leaf: Hash) -> Phase:
        number = self.resolved.partner_numbers[entry.partner]
        if number in self.trustee_keys:
            raise BoardError("trustee-key-partner", "expected a partner who has not published")
        self.trustee_keys[number] = bytes(entry.key)
        opened = self.phase is Phase.CLOSED and len(self.trustee_keys) >= self.resolved.k
        return Phase.OPENED if opened else self.phase

    def _place_tally(self, entry: Tally, leaf: Hash) -> Phase:
        good = [each.contest for each in entry.contests] == list(self._contests)
        for each in entry.contests if good else ():
            projects = {project.id for project in self._contests[each.contest].projects}
            good = good and len(set(each.winners)) == len(each.winners) and projects >= set(each.winners)
        if not good:
            raise BoardError(
                "tally-shape", "expected all contests in logged order, and winners among their projects"
            )
        self.tally, self._tally_hash = entry, leaf
        return Phase.COUNTED

    def _place_certify(self, entry: Certify, leaf: Hash) -> Phase:
        self._check_head(entry.size, entry.root)
        if entry.tally != self._tally_hash:
            raise BoardError("certify-tally", "expected the hash of the tally entry")
        who = [report.official for report in entry.reports]
        if (
            who != [each.official for each in entry.signatures]
            or len({report.hash for report in entry.reports}) < 2
        ):
            raise BoardError("certify-reports", "expected a report of each of the two officials who sign")
        self.certify = entry
        return Phase.CERTIFIED

    def _check_setup_limit(self) -> None:
        if len(self._setup) >= MAX_SETUP:
            raise ManifestError("setup-limit", f"expected at most {MAX_SETUP} styles and contests")

    def _check_head(self, size: int, root: bytes) -> None:
        if (size, root) != (self.size, self.root()):
            raise BoardError("head", f"expected the size and root just before this entry, size {self.size}")
