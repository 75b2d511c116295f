"""Wait for `certify` on the board, and book the outcome exactly once.

Promise: nothing is booked unless the whole board replays under the manifest hash that the treasurer gave, and
`certify` stands inside a checkpoint that enough witnesses signed. A crash at any moment, a second run, or two
followers at once change nothing: the database lets an election be booked once. Limit: whether the count is
right is what the two officials' audits say; this does not count again. Format: PROTOCOL.md sections 3 and 5.
"""

import asyncio
import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from admin.ledger.awards import read_awards
from admin.ledger.booking import Transaction, commitment
from admin.ledger.errors import BoardSourceError, NotYetError, UnavailableError
from admin.ledger.sources import BoardSource
from admin.ledger.store import Booked, book
from ballots.board import Board, Phase
from ballots.checkpoint import Checkpoint, parse_checkpoint, verify_witnessed
from ballots.election import Election
from ballots.entries import Certify
from ballots.errors import NoteError, ProtocolError
from ballots.note import parse_note
from ballots.wire import Hash

if TYPE_CHECKING:
    import asyncpg


class Follower:
    """A replay of one board, pinned to a manifest hash. After an error, begin anew with another one."""

    def __init__(self, source: BoardSource, manifest: Hash) -> None:
        self._source = source
        self._manifest = manifest
        self._board: Board | None = None
        self._certify: Hash | None = None

    async def read_election(self) -> Election | None:
        """Return the election as soon as its manifest is served, else None; reads no further than that.

        Errors: BoardSourceError (a board that does not replay, or of another manifest hash).
        """
        checkpoint = await self._read_checkpoint()
        if checkpoint is None:
            return None
        board = self._begin(checkpoint[1])
        await self._replay(board, checkpoint[1].size, until_election=True)
        return board.election

    async def is_certified(self) -> bool:
        """Read what is new; tell whether `certify` stands inside a witnessed checkpoint.

        Errors: BoardSourceError (a board that does not replay, does not lead to its signed root, or is of
        another manifest hash).
        """
        checkpoint = await self._read_checkpoint()
        if checkpoint is None:
            return False
        raw, head = checkpoint
        board = self._begin(head)
        if head.size < board.size:
            return False  # an older checkpoint, from a cache on the way
        if board.election is not None and not _is_witnessed(board.election, raw):
            return False
        await self._replay(board, head.size)
        if board.election is None or not _is_witnessed(board.election, raw):
            return False
        if board.root() != head.root:
            raise BoardSourceError(
                f"the {head.size} entries lead to root {board.root().hex()}, but the checkpoint says"
                f" {head.root.hex()}; ask the operator, and tell the witnesses"
            )
        return board.phase is Phase.CERTIFIED

    async def read_commitment(self, booked_on: datetime.date) -> Transaction | None:
        """Return what a certified board asks to be booked, None if no money moves.

        Errors: BoardSourceError (not certified, or no outcome file), BookingError.
        """
        board = self._board
        if board is None or board.election is None or board.tally is None or self._certify is None:
            raise BoardSourceError("expected a certified board")
        outcome = await self._source.read_file(board.tally.outcome)
        if outcome is None:
            raise UnavailableError(f"the outcome file {board.tally.outcome.hex()} is not served")
        awards = await asyncio.to_thread(read_awards, board, outcome)
        election = board.election
        return commitment(election.manifest_hash, election.contests, awards, self._certify, booked_on)

    async def _read_checkpoint(self) -> tuple[bytes, Checkpoint] | None:
        """Return the latest checkpoint, and what it says before any signature has been looked at."""
        raw = await self._source.read_checkpoint()
        if raw is None:
            return None
        try:
            return raw, parse_checkpoint(parse_note(raw).text)
        except ProtocolError as error:
            raise BoardSourceError(f"the checkpoint cannot be read: {error}") from None

    def _begin(self, head: Checkpoint) -> Board:
        """Return the board so far; its origin is pinned by the manifest hash."""
        if self._board is None:
            self._board = Board(head.origin)
        return self._board

    async def _replay(self, board: Board, size: int, *, until_election: bool = False) -> None:
        while board.size < size and not (until_election and board.election):
            entries = await self._source.read_entries(board.size, size)
            if not entries:
                raise BoardSourceError(f"expected entry {board.size} of {size}, got none")
            await asyncio.to_thread(self._append, board, entries[: size - board.size])

    def _append(self, board: Board, entries: list[bytes]) -> None:
        for raw in entries:
            try:
                placed = board.append(raw)
            except ProtocolError as error:
                raise BoardSourceError(
                    f"entry {board.size} may not stand on this board ({error.reason}): {error}"
                ) from None
            if board.election is not None and board.election.manifest_hash != self._manifest:
                raise BoardSourceError(
                    f"expected the election with manifest hash {self._manifest.hex()},"
                    f" this board is of {board.election.manifest_hash.hex()}"
                )
            if isinstance(placed.entry, Certify):
                self._certify = placed.entry_hash


def _is_witnessed(election: Election, raw: bytes) -> bool:
    """Tell whether enough witnesses signed; a checkpoint that the operator did not sign is an error."""
    try:
        verify_witnessed(raw, election.operator_vkey, election.witness_vkeys, election.w)
    except NoteError as error:
        if error.reason == "witness-threshold":
            return False
        raise BoardSourceError(f"the checkpoint does not verify: {error}") from None
    return True


async def follow(
    source: BoardSource,
    connection: "asyncpg.Connection",
    manifest: Hash,
    today: Callable[[], datetime.date],
    *,
    pause: float = 1.0,
    wait: float | None = None,
) -> Booked | None:
    """Wait until the election is certified and book it with the date of that moment; None if no money moves.

    Looks every `pause` seconds, at least once, for `wait` seconds or for ever.
    Errors: NotYetError (time is up), BoardSourceError, BookingError, StoreError.
    """
    follower = Follower(source, manifest)
    clock = asyncio.get_running_loop().time
    end = None if wait is None else clock() + wait
    while True:
        reason = "it is not certified inside a witnessed checkpoint"
        try:
            if await follower.is_certified():
                transaction = await follower.read_commitment(today())
                return None if transaction is None else await book(connection, transaction)
        except UnavailableError as error:
            reason = str(error)  # whoever serves the board is starting, or busy
        if end is not None and clock() + pause > end:
            raise NotYetError(f"the election is not booked yet: {reason}")
        await asyncio.sleep(pause)
