"""Replay the whole board through the state machine, and believe only what a witnessed checkpoint covers.

Promise: what `Replica` confirms is a board of the pinned manifest, valid to the last entry, that enough
witnesses vouch for and that contradicts nothing this node has seen before. Limit: fetching is in follower.py.
Format: PROTOCOL.md sections 3, 5 and 10.
"""

from collections.abc import Mapping, Sequence

from ballots.board import Board, Phase
from ballots.checkpoint import Checkpoint, Witnessed, open_checkpoint, verify_witnessed
from ballots.election import Election
from ballots.entries import Request
from ballots.errors import NoteError, ProtocolError
from ballots.note import VerifierKey
from ballots.wire import Hash, Id, Record
from service.partner.errors import RogueBoardError, StaleBoardError


class Logged(Record):
    """A request on the confirmed board: its position, its style, and the hashes of its blinded messages."""

    blinded: tuple[Hash, ...]
    position: int
    style: Id


class View:
    """The board as it stands at a witnessed checkpoint. Only `Replica.confirm` makes one."""

    def __init__(self, board: Board, witnessed: Witnessed) -> None:
        self.checkpoint = witnessed.checkpoint
        times = sorted(witnessed.times.values(), reverse=True)
        self.witnessed_at = times[board.resolved.w - 1]
        """A time, in seconds, that w witnesses had reached when they cosigned."""
        self.election: Election = board.resolved
        self.phase: Phase = board.phase
        self.published = frozenset(board.trustee_keys)
        """The numbers of the trustees whose keys stand on the board."""


class Replica:
    """A board that is replayed entry by entry, from the first."""

    def __init__(self, operator: VerifierKey, manifest_hash: bytes) -> None:
        self._operator = operator
        self._manifest_hash = manifest_hash
        self._board = Board(operator.name)
        self._unconfirmed: list[Logged] = []

    @property
    def size(self) -> int:
        """The number of entries that have been replayed."""
        return self._board.size

    def open(self, raw: bytes) -> Checkpoint:
        """Return the checkpoint in a note: witnessed, or (before the manifest) signed by the operator.

        Errors: StaleBoardError `board-unwitnessed`.
        """
        try:
            election = self._board.election
            if election is None:
                return open_checkpoint(raw, self._operator)
            return verify_witnessed(raw, self._operator, election.witness_vkeys, election.w).checkpoint
        except NoteError as error:
            raise StaleBoardError("board-unwitnessed", f"no witnessed checkpoint: {error}") from None

    def extend(self, entries: Sequence[bytes], known: Mapping[int, bytes]) -> None:
        """Replay the next entries; `known` has the roots that the board must have at some sizes.

        Errors: RogueBoardError `board-invalid` (an entry that may not stand there), `board-manifest` (not the
        pinned one), `board-fork` (another root than a known one). The replica is of no more use then.
        """
        self._compare(known)
        for raw in entries:
            try:
                placed = self._board.append(raw)
            except ProtocolError as error:
                raise RogueBoardError(
                    "board-invalid", f"the entry at position {self.size} is refused: {error.reason}"
                ) from None
            election = self._board.election
            if election is not None and election.manifest_hash != self._manifest_hash:
                raise RogueBoardError("board-manifest", "the board has another manifest than the pinned one")
            if isinstance(placed.entry, Request):
                request = placed.entry
                self._unconfirmed.append(
                    Logged(blinded=tuple(request.blinded), position=placed.index, style=request.style)
                )
            self._compare(known)

    def confirm(self, raw: bytes) -> tuple[View, list[Logged]]:
        """Return the view at a witnessed checkpoint of exactly this board, and the requests not yet settled.

        Errors: StaleBoardError `board-unwitnessed`, `board-set-up` (there is no manifest yet);
        RogueBoardError `board-fork`.
        """
        checkpoint = self.open(raw)
        election = self._board.election
        if election is None:
            raise StaleBoardError("board-set-up", "the manifest is not on the board yet")
        if checkpoint.size != self.size:
            raise StaleBoardError("board-unwitnessed", f"expected a checkpoint of size {self.size}")
        self._compare({checkpoint.size: checkpoint.root})
        witnessed = verify_witnessed(raw, self._operator, election.witness_vkeys, election.w)
        return View(self._board, witnessed), list(self._unconfirmed)

    def settle(self) -> None:
        """Forget the requests that `confirm` has returned: they have been taken note of."""
        self._unconfirmed.clear()

    def _compare(self, known: Mapping[int, bytes]) -> None:
        expected = known.get(self.size)
        if expected is not None and expected != self._board.root():
            raise RogueBoardError(
                "board-fork",
                f"the board's first {self.size} entries are not those of a checkpoint seen before",
            )
