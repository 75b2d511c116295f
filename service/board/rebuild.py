"""Put the board back into the database from the published record, after an old backup was restored.

Promise: nothing that was published is lost or changed, and the next signature continues what was shown last:
the state folder says what that was, and enough witnesses do. Ballots that were promised but not released
before the backup come from the journal of the service, not from here. Format: PROTOCOL.md section 3.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.board import Board, Phase, Placed
from ballots.checkpoint import Checkpoint, sign_checkpoint
from ballots.entries import Ballot, Release, parse_entry
from ballots.errors import ProtocolError
from ballots.note import ED25519, verifier_of
from ballots.tiles import ENTRIES, TILE_WIDTH, Tile, format_path, parse_bundle
from ballots.wire import Record
from service.board import store
from service.board.errors import RecordError, RestoredBackupError
from service.board.guard import Guard, open_own, verify_contains
from service.board.publish import RecordFolder
from service.board.tree import Tree
from service.board.witnesses import Witnesses, answers_needed, pair_witnesses
from service.faults import reach

ADVICE = (
    "Nothing has been changed. Put a newer copy of the record in its place, "
    "then run `wijkaandeel rebuild` again"
)


class Rebuilt(Record):
    """What a rebuild did: the size that the database had, and the size that it has."""

    after: int
    before: int


class Rebuilding:
    """One rebuild: the operator's key, the folders of record and state, the addresses of the witnesses."""

    def __init__(
        self,
        origin: str,
        operator_seed: bytes,
        record_dir: Path,
        state_dir: Path,
        witness_urls: Mapping[str, str],
    ) -> None:
        self._origin = origin
        self._witness_urls = witness_urls
        self._private = Ed25519PrivateKey.from_private_bytes(operator_seed)
        self._operator = verifier_of(origin, ED25519, self._private)
        self._record = RecordFolder(record_dir)
        self._guard = Guard(state_dir, self._operator)

    async def run(self, connection: asyncpg.Connection) -> Rebuilt:
        """Insert what the database lacks, as its owner, and sign. Errors: BoardServiceError."""
        async with connection.transaction():
            if not await store.try_writer_lock(connection, whole_session=False):
                raise RecordError("a sequencer works on this database; stop it first")
            head = await store.lock_head(connection)
            published = self._record.read_checkpoint()
            if published is None:
                raise RecordError(
                    f"there is no checkpoint in {self._record.folder}; restore the record first"
                )
            board, tree = Board(self._origin), Tree()
            known = [raw async for raw in store.walk_entries(connection, head.size)]
            missing = self._replay(board, tree, known)
            self._check(tree, published)
            await self._ask_witnesses(board, tree)
            await self._insert(connection, board, missing)
            reach("rebuild-inserted")
            note = await self._update_head(connection, board, head, [placed for placed, _ in missing])
            witnessed = open_own(published, self._operator, "the record")
            await store.set_witnessed(connection, published, witnessed.size)
        reach("rebuilt")
        self._guard.write(note)
        return Rebuilt(after=board.size, before=head.size)

    def _replay(self, board: Board, tree: Tree, known: list[bytes]) -> list[tuple[Placed, bytes]]:
        """Replay database and record together; return the entries that only the record has."""
        missing = []
        for position, (ours, published) in enumerate(zip_longest(known, self._published_entries())):
            if ours is not None and published is not None and ours != published:
                raise RestoredBackupError(
                    f"database and record differ at entry {position}: this database signed another board. "
                    "Restore an older backup, or rebuild into an empty database"
                )
            raw = published if ours is None else ours
            try:
                placed = board.append(raw) if ours is None else board.place(raw, parse_entry(raw))
            except ProtocolError as error:
                raise RecordError(
                    f"entry {position} may not stand on the board ({error.reason}): the record was changed. "
                    "Take it from another copy"
                ) from error
            tree.extend([placed.entry_hash])
            if ours is None:
                missing.append((placed, raw))
        return missing

    def _published_entries(self) -> Iterator[bytes]:
        """Yield all entries of the largest bundles, those beyond the published checkpoint too."""
        for index in range(2**53):
            raw, width = self._read_bundle(index)
            if raw is None:
                return
            yield from parse_bundle(raw, width)
            if width < TILE_WIDTH:
                return

    def _read_bundle(self, index: int) -> tuple[bytes | None, int]:
        for width in range(TILE_WIDTH, 0, -1):
            path = self._record.folder / format_path(Tile(index=index, level=ENTRIES, width=width))
            if path.is_file():
                return path.read_bytes(), width
        return None, 0

    def _check(self, tree: Tree, published: bytes) -> None:
        """Raise unless what was rebuilt begins with the published checkpoint and the last shown one."""
        verify_contains(tree, open_own(published, self._operator, "the record"), "the published one", ADVICE)
        shown = self._guard.read_shown()
        if shown is not None:
            verify_contains(tree, shown, "the one that witnesses were shown last", ADVICE)
        last = self._guard.read()
        # What was signed beyond that nobody has seen.
        if last is not None and last.size <= tree.size:
            verify_contains(tree, last, "the last signed one", ADVICE)

    async def _ask_witnesses(self, board: Board, tree: Tree) -> None:
        """Raise unless what was rebuilt begins with all that was cosigned. Errors: BoardServiceError."""
        election = board.election
        if election is None:
            return
        async with httpx.AsyncClient(trust_env=False) as client:
            witnesses = Witnesses(client, pair_witnesses(election, self._witness_urls), self._operator)
            for name, checkpoint in await witnesses.find_latest(answers_needed(election)):
                verify_contains(tree, checkpoint, f"the one that {name} cosigned", ADVICE)

    async def _insert(
        self, connection: asyncpg.Connection, board: Board, missing: list[tuple[Placed, bytes]]
    ) -> None:
        """Insert missing entries, and let the urn know what stands on the board."""
        for start in range(0, len(missing), store.PAGE):
            page = missing[start : start + store.PAGE]
            await store.insert_entries(connection, page)
            ballots = [
                (bytes(placed.entry_hash), placed.entry)
                for placed, _ in page
                if isinstance(placed.entry, Ballot)
            ]
            await store.restore_ballots(connection, ballots)
        await store.forget_placed(connection)
        for path in sorted((self._record.folder / "files").glob("*")):
            await store.insert_file(connection, path.read_bytes())

    async def _update_head(
        self, connection: asyncpg.Connection, board: Board, head: store.Head, missing: list[Placed]
    ) -> bytes:
        """Sign the board as it now is; the latest release is decided again for styles without it."""
        numbers = [placed.entry.number for placed in missing if isinstance(placed.entry, Release)]
        released = max([head.released, *(number - 1 for number in numbers)])
        checkpoint = Checkpoint(origin=self._origin, root=board.root(), size=board.size)
        note = sign_checkpoint(checkpoint, self._origin, self._private)
        await store.update_head(
            connection,
            root=board.root(),
            signed=note,
            phase=str(board.phase),
            released=released,
            drained=head.drained,
        )
        voting = board.phase in (Phase.VOTING, Phase.RELEASING)
        await store.set_box_open(connection, voting and released < len(board.resolved.manifest.releases))
        return note
