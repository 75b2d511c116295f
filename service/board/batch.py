"""Put entries on the board in memory, and remember what that has to change in the database.

A batch belongs to one transaction. If that fails the board in memory is wrong and must be built anew.
Format: PROTOCOL.md section 5.
"""

from collections.abc import Iterable

from ballots.board import Board, Placed
from ballots.entries import (
    Bundle,
    Certify,
    Close,
    Entry,
    Replace,
    Request,
    Roll,
    Seal,
    Start,
    Tally,
    TrusteeKey,
    parse_entry,
)
from ballots.errors import BoardError, ProtocolError
from ballots.manifest import Contest, Manifest, Style
from ballots.merkle import leaf_hash
from service.board.verifier import Verdict

_TURNS: tuple[type[Entry], ...] = (
    Style, Contest, Manifest, Roll, Seal, Start, Replace, Bundle, Close, TrusteeKey, Tally, Certify,
)  # fmt: skip
"""The order in which entries that wait together are tried."""


class Batch:
    """What one transaction puts on the board, and what it refuses."""

    def __init__(self, board: Board, *, operator: bytes, drained: bool) -> None:
        self.board = board
        self.placed: list[tuple[Placed, bytes]] = []
        self.refused: dict[bytes, str] = {}
        self.offered: list[bytes] = []
        """Entries of the officials' inbox that are dealt with."""
        self.positions: dict[bytes, int] = {}
        """Where requests stand."""
        self._operator = operator
        self._drained = drained

    @property
    def size(self) -> int:
        """How many entries have been dealt with."""
        placed = {bytes(each.entry_hash) for each, _ in self.placed}
        return len(placed | self.positions.keys() | self.refused.keys())

    def append_offered(self, raws: Iterable[bytes], missing_files: set[bytes]) -> None:
        """Try entries of the officials; each one is placed or refused. `missing_files` are not published."""
        for raw in sorted(raws, key=_turn):
            entry_hash = leaf_hash(raw)
            self.offered.append(entry_hash)
            try:
                entry = parse_entry(raw)
                self._check_offered(entry, missing_files)
                self.placed.append((self.board.append(raw), raw))
            except ProtocolError as error:
                self.refused[entry_hash] = error.reason

    def _check_offered(self, entry: Entry, missing_files: set[bytes]) -> None:
        """Refuse what the board would accept, and what nobody could mend afterwards."""
        if missing_files.intersection(required_files(entry)):
            raise BoardError("file-missing", "expected every file that the entry names in board.files")
        if isinstance(entry, Close) and not self._drained:
            raise BoardError("close-early", "expected the last release to stand on the board")
        if isinstance(entry, Manifest) and entry.operator != self._operator:
            raise BoardError("manifest-operator", "expected the key of this operator, in WIJK_STATE_DIR")

    def place(self, raw: bytes, verdict: Verdict) -> ProtocolError | None:
        """Place an entry that has been verified; return why it is refused instead."""
        if isinstance(verdict, ProtocolError):
            return verdict
        try:
            placed = self.board.place(raw, verdict)
        except ProtocolError as error:
            return error
        self.placed.append((placed, raw))
        if isinstance(verdict, Request):
            self.positions[bytes(placed.entry_hash)] = placed.index
        return None

    def hashes(self, kind: type[Entry]) -> list[bytes]:
        """Return the hashes of placed entries of a kind, in the board's order."""
        return [bytes(placed.entry_hash) for placed, _ in self.placed if isinstance(placed.entry, kind)]


def required_files(entry: Entry) -> list[bytes]:
    """Return the hashes of the files without which an entry cannot be audited."""
    match entry:
        case Contest(projects=projects):
            return [name for project in projects for name in (project.text, project.picture)]
        case Tally(outcome=outcome):
            return [outcome]
        case Certify(reports=reports):
            return [report.hash for report in reports]
    return []


def named_files(entry: Entry) -> list[bytes]:
    """Return the hashes of all files that an entry names; the booth's script may stand elsewhere."""
    match entry:
        case Start(bundle=script) | Bundle(hash=script):
            return [script]
    return required_files(entry)


def _turn(raw: bytes) -> tuple[int, int]:
    """Say when to try an entry: set-up in the order of the inbox, pages and numbers ascending."""
    try:
        entry = parse_entry(raw)
    except ProtocolError:
        return (len(_TURNS), 0)
    match entry:
        case Style() | Contest():
            return (0, 0)
        case Roll(page=number) | Bundle(number=number):
            return (_TURNS.index(type(entry)), number)
    return (_TURNS.index(type(entry)) if type(entry) in _TURNS else len(_TURNS), 0)
