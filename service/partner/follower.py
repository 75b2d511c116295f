"""Fetch the board as it grows, and hand on what is confirmed.

Promise: a view is on the disk as "followed" before anybody acts on it, and after a restart the board must
contain it again. Limit: what makes a board good is decided in follow.py.
Format: C2SP tlog-tiles; PROTOCOL.md section 3.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from ballots.checkpoint import Checkpoint, open_checkpoint
from ballots.errors import NoteError, ProofError
from ballots.note import MAX_NOTE
from ballots.tiles import ENTRIES, TILE_WIDTH, Tile, find_tile, format_path, parse_bundle
from ballots.wire import MAX_ENTRY
from service.partner.client import Client
from service.partner.errors import RemoteError, RogueBoardError, StaleBoardError, StateError
from service.partner.follow import Logged, Replica, View
from service.partner.state import FOLLOWED, Pins, StateDir

MAX_BUNDLE = TILE_WIDTH * (2 + MAX_ENTRY)

_log = structlog.get_logger(__name__)


class Follower:
    """Follows one board. `head` gives what this node's witness has vouched for, `accept` gets what is new.

    `view` is None until something is confirmed, and whenever the board has been seen to break a rule since.
    """

    def __init__(
        self,
        state: StateDir,
        pins: Pins,
        client: Client,
        head: Callable[[], Checkpoint | None],
        accept: Callable[[View, list[Logged]], None],
    ) -> None:
        self._state = state
        self._pins = pins
        self._client = client
        self._head = head
        self._accept = accept
        self._seen = b""
        self._followed = _read_followed(state, pins)
        self._replica = self._fresh()
        self._is_rogue = False
        self._view: View | None = None

    @property
    def view(self) -> View | None:
        """The confirmed board to act on, or None."""
        return None if self._is_rogue else self._view

    async def step(self) -> bool:
        """Look once, and return whether there is a new view.

        Errors: RemoteError, StaleBoardError (nothing is lost; try again), RogueBoardError (the replay starts
        again from nothing, and there is no view until it succeeds), StateError (the disk).
        """
        raw = await self._client.fetch(f"{self._pins.board_url}/checkpoint", MAX_NOTE)
        if raw == self._seen and not self._is_rogue:
            return False
        try:
            view, requests = await self._follow(raw)
        except RogueBoardError:
            self._is_rogue = True
            self._replica = self._fresh()
            raise
        await asyncio.to_thread(self._state.write, FOLLOWED, raw)
        self._seen, self._followed = raw, view.checkpoint
        self._view, self._is_rogue = view, False
        self._accept(view, requests)
        self._replica.settle()
        return True

    async def _follow(self, raw: bytes) -> tuple[View, list[Logged]]:
        target = self._replica.open(raw)
        known = self._known(target)
        if (
            target.size < self._replica.size
        ):  # Beyond what is confirmed lies something that was never witnessed.
            self._replica = self._fresh()
        await asyncio.to_thread(self._replica.extend, [], known)
        async for entries in self._read_entries(self._replica.size, target.size):
            await asyncio.to_thread(self._replica.extend, entries, known)
        return self._replica.confirm(raw)

    def _known(self, target: Checkpoint) -> dict[int, bytes]:
        """Return the roots that the board must have on its way to a checkpoint, which may not be smaller."""
        known = {target.size: target.root}
        for seen in (self._followed, self._head()):
            if seen is None:
                continue
            if known.setdefault(seen.size, seen.root) != seen.root:
                raise RogueBoardError("board-fork", f"two boards of size {seen.size} have been signed")
        if self._followed is not None and target.size < self._followed.size:
            raise StaleBoardError(
                "board-smaller",
                f"expected a board of at least {self._followed.size} entries, got {target.size}",
            )
        return known

    async def _read_entries(self, start: int, size: int) -> AsyncIterator[list[bytes]]:
        for index in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
            tile = find_tile(ENTRIES, index, size)
            if tile is None:
                return
            try:
                entries = await self._read_bundle(tile)
            except ProofError as error:
                raise RemoteError("board-bundle", f"{format_path(tile)}: {error}") from None
            yield entries[max(0, start - index * TILE_WIDTH) :]

    async def _read_bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle; a partial one may have given way to the full one meanwhile."""
        try:
            raw = await self._client.fetch(f"{self._pins.board_url}/{format_path(tile)}", MAX_BUNDLE)
            return parse_bundle(raw, tile.width)
        except RemoteError as error:
            if error.status != 404 or tile.width == TILE_WIDTH:
                raise
        full = Tile(index=tile.index, level=ENTRIES, width=TILE_WIDTH)
        raw = await self._client.fetch(f"{self._pins.board_url}/{format_path(full)}", MAX_BUNDLE)
        return parse_bundle(raw, TILE_WIDTH)[: tile.width]

    def _fresh(self) -> Replica:
        return Replica(self._pins.operator, bytes.fromhex(self._pins.manifest_hash))


def _read_followed(state: StateDir, pins: Pins) -> Checkpoint | None:
    raw = state.find(FOLLOWED)
    if raw is None:
        return None
    try:
        return open_checkpoint(raw, pins.operator)
    except NoteError as error:
        raise StateError("state-followed", f"the checkpoint followed last is damaged: {error}") from None
