"""Follow the entries through the board's state machine, as far as it accepts them.

After an entry that is refused nothing later has a meaning, so the machine stops there; the tree goes on, for
branches are seen all the same. Format: PROTOCOL.md sections 4 and 5.
"""

from collections.abc import Sequence

from ballots.board import Board, Phase
from ballots.election import Election
from ballots.entries import Entry, Release, parse_entry
from ballots.errors import ProtocolError
from ballots.wire import Hash, Record
from tally.audit.replay import UNEXPECTED, Named


class Refused(Record):
    """The first entry that may not stand where it stands."""

    index: int
    message: str
    reason: str


class Released(Record):
    """A release that stands on the board."""

    index: int
    number: int
    raw: bytes
    style: str


class Follower:
    """The board as far as it was followed. `releases` are those that came since `take_releases`."""

    def __init__(self, origin: str) -> None:
        self.board = Board(origin)
        self.named = Named()
        self.refused: Refused | None = None
        self.last_release: Released | None = None
        self._releases: list[Released] = []

    @property
    def election(self) -> Election | None:
        """The election, None before its manifest."""
        return self.board.election

    @property
    def phase(self) -> Phase:
        """Where the election stands."""
        return self.board.phase

    def restore(self, entries: Sequence[bytes], refused: int) -> None:
        """Place entries that were verified when they came, up to the one that was refused (-1: none)."""
        for raw in entries:
            if self.board.size == refused:
                return
            entry = parse_entry(raw)
            self.board.place(raw, entry)
            self._note(raw, entry)

    def extend(self, entries: Sequence[bytes]) -> None:
        """Verify and place the next entries; remember the first one that is refused and stop there."""
        for raw in entries:
            if self.refused is not None:
                return
            try:
                self._note(raw, self.board.append(raw).entry)
            except ProtocolError as error:
                self.refused = Refused(index=self.board.size, message=str(error), reason=error.reason)
            except Exception as error:  # noqa: BLE001 - any bytes must lead to a verdict
                text = f"{type(error).__name__} while the entry was checked"
                self.refused = Refused(index=self.board.size, message=text, reason=UNEXPECTED)

    def take_releases(self) -> list[Released]:
        """Return the releases that have come since the last call."""
        taken, self._releases = self._releases, []
        return taken

    def is_releasing(self) -> bool:
        """Say whether a release has begun and not all of its ballots stand."""
        return self.phase is Phase.RELEASING

    def _note(self, raw: bytes, entry: Entry) -> None:
        self.named.note(entry)
        if isinstance(entry, Release):
            self.last_release = Released(
                index=self.board.size - 1, number=entry.number, raw=raw, style=entry.style
            )
            self._releases.append(self.last_release)


def required_names(named: Named) -> dict[Hash, None]:
    """Return the names of the files without which the record cannot be audited."""
    return named.texts | named.pictures | named.outcomes | named.reports
