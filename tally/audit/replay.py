"""Replay the board: every entry through the same state machine that placed it.

What needs no place (signatures, points, shares) is verified in worker processes, bundle by bundle; the state
machine follows in order. It stops at the first fault, as nothing after it has a meaning.
Format: PROTOCOL.md sections 4 and 5.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from ballots.board import Board
from ballots.election import Election
from ballots.entries import (
    BallotHead,
    Bundle,
    Certify,
    Entry,
    Placeable,
    Replace,
    RequestHead,
    Roll,
    Seal,
    Start,
    Tally,
    parse_entry,
    skim_entry,
)
from ballots.errors import ProtocolError
from ballots.manifest import Contest
from ballots.merkle import leaf_hash
from ballots.signing import Signed, kind_of
from ballots.verification import verify_before_placing, verify_entry
from ballots.wire import Hash, Record
from tally.audit.checks import FALLBACK, check_of, checks_of
from tally.audit.findings import Findings
from tally.audit.workers import Pending, Team

UNEXPECTED = "unexpected"
"""The reason of a fault that no rule foresees; never an entry's fault that an honest board can have."""

_PER_LINE = ("R02", "R03")


class Refusal(Record):
    """Why entry number `offset` of a bundle is refused; `officials_signed` where that matters."""

    message: str
    offset: int
    officials_signed: bool
    reason: str


def verify_entries(election: Election, entries: Sequence[bytes]) -> Refusal | None:
    """Return the first refusal among entries that stand anywhere after the manifest, None if all are good."""
    for offset, raw in enumerate(entries):
        entry: Entry | None = None
        try:
            entry = parse_entry(raw)
            verify_before_placing(election, entry, raw)
        except ProtocolError as error:
            return _refusal(error, error.reason, offset, election, entry)
        except Exception as error:  # noqa: BLE001 - any bytes must lead to a verdict
            return _refusal(error, UNEXPECTED, offset, election, entry)
    return None


def _find_fault(election: Election, raw: bytes) -> ProtocolError | None:
    """Return the fault that an entry has at any place, None if it has none."""
    try:
        verify_entry(election, parse_entry(raw), raw)
    except ProtocolError as error:
        return error
    return None


def _refusal(
    error: Exception, reason: str, offset: int, election: Election | None, entry: Entry | Placeable | None
) -> Refusal:
    signed = False
    if election is not None and isinstance(entry, Signed) and hasattr(entry, "signatures"):
        try:
            election.verify_officials(entry)
            signed = True
        except ProtocolError:
            pass
    message = str(error) if reason != UNEXPECTED else f"{type(error).__name__} while the entry was checked"
    return Refusal(message=message, offset=offset, officials_signed=signed, reason=reason)


class Named:
    """The files that entries name, by the role in which they do."""

    def __init__(self) -> None:
        self.texts: dict[Hash, None] = {}
        self.pictures: dict[Hash, None] = {}
        self.scripts: dict[Hash, None] = {}
        self.outcomes: dict[Hash, None] = {}
        self.reports: dict[Hash, None] = {}

    def note(self, entry: Entry | Placeable) -> None:
        """Note what an entry names."""
        match entry:
            case Contest():
                self.texts.update(dict.fromkeys(project.text for project in entry.projects))
                self.pictures.update(dict.fromkeys(project.picture for project in entry.projects))
            case Start():
                self.scripts[entry.bundle] = None
            case Bundle():
                self.scripts[entry.hash] = None
            case Tally():
                self.outcomes[entry.outcome] = None
            case Certify():
                self.reports.update(dict.fromkeys(report.hash for report in entry.reports))

    def calls_for(self, name: Hash) -> bool:
        """Say whether a file must be there; the booth's scripts need not."""
        return any(name in role for role in (self.texts, self.pictures, self.outcomes, self.reports))

    def all(self) -> dict[Hash, None]:
        """Return everything that is named."""
        return self.texts | self.pictures | self.outcomes | self.reports | self.scripts


class Replay:
    """The board as far as it could be followed, and what the rest of the audit needs to know of it."""

    def __init__(self, origin: str, findings: Findings) -> None:
        self.board = Board(origin)
        self.named = Named()
        self.setup: list[bytes] = []
        self.manifest_at = -1
        self.tally_at = -1
        self.certify_at = -1
        self.seal: Seal | None = None
        self.replaced: Counter[str] = Counter()
        self.stopped = False
        self._findings = findings

    def run(self, bundles: Iterable[Sequence[bytes]], workers: Team) -> None:
        """Replay all entries; after a fault the bundles are still read, for the log's own checks."""
        waiting: deque[tuple[Sequence[bytes], Pending[Refusal | None]]] = deque()
        for entries in bundles:
            if self.stopped:
                waiting.clear()
            elif self.find_election() is None:
                self._append_all(entries)
                if (election := self.find_election()) is not None:
                    workers.start(election, self.board.origin, self.setup)
            else:
                waiting.append((entries, workers.submit(verify_entries, entries)))
                if len(waiting) > workers.window:
                    self._place_all(*waiting.popleft())
        while waiting and not self.stopped:
            self._place_all(*waiting.popleft())
        if self.stopped:
            self._findings.cut_after(self.board.phase)

    def find_election(self) -> Election | None:
        """Return the election, None before the manifest."""
        return self.board.election

    def _append_all(self, entries: Sequence[bytes]) -> None:
        for raw in entries:
            if self.stopped:
                return
            election = self.find_election()
            if election is None:
                self._place(raw, parse_entry)
                self.setup.append(raw)
            else:
                self._place_all([raw], Pending.done(verify_entries(election, [raw])))

    def _place_all(self, entries: Sequence[bytes], pending: "Pending[Refusal | None]") -> None:
        refusal = pending.result()
        good = len(entries) if refusal is None else refusal.offset
        for raw in entries[:good]:
            if self.stopped:
                return
            self._place(raw, skim_entry)
        if refusal is not None and not self.stopped:
            self._refuse(entries[good], refusal)

    def _place(self, raw: bytes, parse: Callable[[bytes], Entry | Placeable]) -> None:
        entry: Entry | Placeable | None = None
        try:
            entry = parse(raw)
            self.board.advance(Hash(leaf_hash(raw)), entry)
        except ProtocolError as error:
            if isinstance(entry, RequestHead) and error.reason != "phase":
                error = _find_fault(self.board.resolved, raw) or error
            self._stop(entry, _refusal(error, error.reason, 0, self.board.election, entry))
        except Exception as error:  # noqa: BLE001 - any bytes must lead to a verdict
            self._stop(entry, _refusal(error, UNEXPECTED, 0, self.board.election, entry))
        else:
            self._note(entry)

    def _refuse(self, raw: bytes, refusal: Refusal) -> None:
        """Stop at an entry that was refused elsewhere; that its phase does not accept it comes first."""
        try:
            entry = parse_entry(raw)
        except ProtocolError:
            self._stop(None, refusal)
            return
        try:
            self.board.check_phase(entry)
        except ProtocolError as error:
            refusal = _refusal(error, error.reason, 0, None, entry)
        self._stop(entry, refusal)

    def _stop(self, entry: Entry | Placeable | None, refusal: Refusal) -> None:
        kind = "" if entry is None else kind_of(entry)
        check = check_of(kind, refusal.reason, refusal.officials_signed)
        if refusal.reason == UNEXPECTED:
            check = FALLBACK
        self._findings.failed(check, self.board.size, refusal.message, refusal.reason)
        self.stopped = True

    def _note(self, entry: Entry | Placeable) -> None:
        index = self.board.size - 1
        lines = len(entry.credentials) if isinstance(entry, Roll) else 1
        for check in checks_of(kind_of(entry)):
            self._findings.passed(check, lines if check in _PER_LINE else 1)
        self.named.note(entry)
        match entry:
            case BallotHead():
                self._compare_with_requests(entry.style, index)
            case Replace():
                self.replaced[entry.style] += 1
            case Seal():
                self.seal = entry
            case Tally():
                self.tally_at = index
            case Certify():
                self.certify_at = index
            case _ if self.manifest_at < 0 and self.board.election is not None:
                self.manifest_at = index

    def _compare_with_requests(self, style: str, index: int) -> None:
        voters, requests = self.board.voters.keys[style], self.board.credentials.requests[style]
        if voters <= requests:
            self._findings.passed("B10")
        else:
            text = (
                f"expected at most {requests} voting keys of style {style}, as many as requests, got {voters}"
            )
            self._findings.failed("B10", index, text)
