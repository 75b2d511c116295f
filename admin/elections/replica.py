"""The officials' own copy of the board: every entry read from where it is served, verified and placed.

Promise: what `catch_up` returns stands in a checkpoint that enough witnesses signed (once there is a
manifest). After an entry or a checkpoint that does not hold it returns nothing any more: a new replica must
begin. Limit: memory grows with the number of people, not with the size of ballots. Format: PROTOCOL.md
section 5.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec

from admin.elections.errors import ConductError
from admin.ledger.errors import UnavailableError
from admin.ledger.sources import BoardSource
from ballots.board import Board, Placed
from ballots.checkpoint import Checkpoint, parse_checkpoint, verify_witnessed
from ballots.entries import Tally
from ballots.errors import ProtocolError
from ballots.note import parse_note
from ballots.wire import Hash

P = ParamSpec("P")


class Replica:
    """A replay of the board of one election, pinned by its manifest hash."""

    def __init__(self, source: BoardSource, origin: str, manifest_hash: Hash) -> None:
        self._source = source
        self._manifest_hash = manifest_hash
        self._fault: ConductError | None = None
        self._verified = 0
        self.board = Board(origin)
        self.positions: dict[bytes, int] = {}
        """Where entries stand, by entry hash."""
        self.tally: Hash | None = None
        """The entry hash of the tally."""

    async def catch_up(self) -> Board:
        """Read and verify what is new, up to the latest checkpoint that is served.

        Errors: ConductError (a board that is not what its operator or its witnesses signed, now or at an
        earlier call); UnavailableError of the source, or while no checkpoint covers what was read.
        """
        if self._fault is not None:
            raise ConductError(f"begin with a new replica: {self._fault}")
        raw = await self._source.read_checkpoint()
        if raw is None:
            return self.board
        head = _read_head(raw)
        while self.board.size < head.size:
            entries = await self._source.read_entries(self.board.size, head.size)
            if not entries:
                raise ConductError(f"entry {self.board.size} of {head.size} is not served")
            await asyncio.to_thread(self._try, self._append, entries[: head.size - self.board.size])
        self._try(self._verify, raw, head)
        return self.board

    def _try(self, work: Callable[P, None], *arguments: P.args, **named: P.kwargs) -> None:
        """Do a part of catching up, and never forget its fault: entries that it is about are here already."""
        try:
            work(*arguments, **named)
        except ConductError as error:
            self._fault = error
            raise

    def _append(self, entries: list[bytes]) -> None:
        for raw in entries:
            try:
                placed = self.board.append(raw)
            except ProtocolError as error:
                raise ConductError(
                    f"entry {self.board.size} may not stand on the board ({error.reason}): {error}"
                ) from None
            self._note(placed)

    def _note(self, placed: Placed) -> None:
        self.positions[bytes(placed.entry_hash)] = placed.index
        if isinstance(placed.entry, Tally):
            self.tally = placed.entry_hash
        election = self.board.election
        if election is not None and election.manifest_hash != self._manifest_hash:
            raise ConductError(
                f"expected the manifest hash {self._manifest_hash.hex()}, the board is of the election "
                f"{election.manifest_hash.hex()}"
            )

    def _verify(self, raw: bytes, head: Checkpoint) -> None:
        election = self.board.election
        if election is None:
            return  # a board without keys to check it with
        if head.size < self.board.size:  # an older checkpoint of a slower server
            if self._verified < self.board.size:
                raise UnavailableError(f"expected a checkpoint of {self.board.size} entries, got {head.size}")
            return
        if head.root != self.board.root():
            raise ConductError("the entries that are served do not lead to the root that is signed")
        try:
            verify_witnessed(raw, election.operator_vkey, election.witness_vkeys, election.w)
        except ProtocolError as error:
            raise ConductError(f"the checkpoint is not witnessed ({error.reason}): {error}") from None
        self._verified = self.board.size


def _read_head(raw: bytes) -> Checkpoint:
    try:
        return parse_checkpoint(parse_note(raw).text)
    except ProtocolError as error:
        raise ConductError(f"the checkpoint cannot be read ({error.reason}): {error}") from None
