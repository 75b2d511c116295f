"""Publish what has been committed: files first, then cosignatures, then the checkpoint.

Works beside the sequencer and always on the newest signed head. Promise: the published checkpoint is
witnessed, everything that it covers is there, and it never breaks a promise that the operator gave.
Format: PROTOCOL.md sections 3 and 9.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import asyncpg
import httpx
import structlog

from ballots.checkpoint import verify_witnessed
from ballots.election import Election
from ballots.entries import Entry
from ballots.errors import NoteError
from ballots.tiles import TILE_WIDTH, new_bundles, new_tiles
from ballots.wire import Record
from service.board import store
from service.board.batch import named_files
from service.board.errors import FolderInUseError, RecordError, WitnessError
from service.board.guard import Guard, verify_contains
from service.board.publish import RecordFolder
from service.board.tree import Tree
from service.board.witnesses import ANSWER_SECONDS, Witnesses, answers_needed, pair_witnesses
from service.faults import reach

AGAIN_SECONDS = 1.0
"""How long to wait before witnesses that did not sign are asked again."""
SPARED_SECONDS = 2 * ANSWER_SECONDS
"""How long before the last release witnesses are left alone: what they answer might come too late."""
TAKEOVER_TRIES = 50
TAKEOVER_SECONDS = 0.2
CHUNK = 8 * TILE_WIDTH
"""How many entries are written at once when there is much to publish."""

log = structlog.get_logger(__name__)


class SignedHead(Record):
    """A committed tree head, as the operator has signed it. `drained`: the last release stands in it."""

    drained: bool
    note: bytes
    size: int


class NamedFiles:
    """Which files the entries name, and from which size of the board on."""

    def __init__(self) -> None:
        self._sizes: dict[bytes, int] = {}
        self._published: set[bytes] = set()

    def add(self, index: int, entry: Entry) -> None:
        """Note the files that an entry at this index names."""
        for name in named_files(entry):
            self._sizes.setdefault(bytes(name), index + 1)

    def due(self, size: int) -> list[bytes]:
        """Return the names that a board of this size has, and that are not published."""
        return [name for name, at in self._sizes.items() if at <= size and name not in self._published]

    def published(self, names: Mapping[bytes, bytes]) -> None:
        """Note that these are published."""
        self._published.update(names)


class Publisher:
    """Publishes heads of one election, one after another, on a connection of its own."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        record: RecordFolder,
        tree: Tree,
        files: NamedFiles,
        guard: Guard,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._record = record
        self._tree = tree
        self._files = files
        self._guard = guard
        self._now = now
        self._newest: SignedHead | None = None
        self._news = asyncio.Event()
        self._election: Election | None = None
        self._witnesses: Witnesses | None = None
        self._size = 0
        """The size up to which all files have been written."""
        self._witnessed = 0

    def set_election(self, election: Election, client: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        """Set the keys by which a checkpoint counts as witnessed; before that nothing is published."""
        pairs = pair_witnesses(election, urls)
        self._witnesses = Witnesses(client, pairs, election.operator_vkey, self._now)
        self._election = election

    def offer(self, head: SignedHead) -> None:
        """Let a newer head be published."""
        self._newest = head
        self._news.set()

    async def check_witnesses(self) -> None:
        """Raise RestoredBackupError if a witness has cosigned a board that this one does not begin with.

        Errors also: SilentWitnessesError.
        """
        if self._witnesses is not None and self._election is not None:
            for name, checkpoint in await self._witnesses.find_latest(answers_needed(self._election)):
                verify_contains(self._tree, checkpoint, f"the one that {name} cosigned")

    async def repair(self, head: store.Head) -> None:
        """Write again whatever is missing of the witnessed board. Errors: RecordError."""
        await self._prepare()
        published = await asyncio.to_thread(self._record.read_checkpoint)
        if published is not None and self._election is not None:
            head = await self._adopt(published, self._election)
        if head.witnessed is not None:
            await self._publish_files(head.witnessed_size)
            await self._publish_checkpoint(head.witnessed, head.witnessed_size)

    async def _prepare(self) -> None:
        """Take the folder; a sequencer that has just lost its lock may need a moment to let go."""
        for _ in range(TAKEOVER_TRIES):
            try:
                return await asyncio.to_thread(self._record.prepare)
            except FolderInUseError:
                await asyncio.sleep(TAKEOVER_SECONDS)
        return await asyncio.to_thread(self._record.prepare)

    async def _adopt(self, published: bytes, election: Election) -> store.Head:
        """Keep the published checkpoint if it is newer than what the database has kept."""
        try:
            witnessed = verify_witnessed(
                published, election.operator_vkey, election.witness_vkeys, election.w
            )
        except NoteError as error:
            raise RecordError(
                f"the published checkpoint is not witnessed ({error.reason}): restore it"
            ) from None
        await store.set_witnessed(self._connection, published, witnessed.checkpoint.size)
        reach("record-adopted")
        return await store.read_head(self._connection)

    async def run(self) -> None:
        """Publish the newest head whenever there is one, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await self.publish_newest()
            except WitnessError as error:
                log.warning("not-witnessed", fault=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
                self._news.set()

    async def publish_newest(self) -> None:
        """Publish the newest head if it is not yet.

        Errors: WitnessError (try again), RecordError, RestoredBackupError.
        """
        head, election, witnesses = self._newest, self._election, self._witnesses
        if head is None or election is None or witnesses is None or head.size <= self._witnessed:
            return
        self._check_deadline(head, election, self._now() + SPARED_SECONDS)
        await self._publish_files(head.size)
        reach("files-published")
        await asyncio.to_thread(self._guard.write_shown, head.note)
        reach("shown-kept")
        note = await witnesses.cosign(head.note, self._tree, election.w)
        try:
            witnessed = verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w)
        except NoteError as error:
            raise WitnessError(f"the cosigned checkpoint does not verify ({error.reason})") from None
        # A promise is broken by w cosignatures that are late, and not by the clock of fewer.
        self._check_deadline(head, election, sorted(witnessed.times.values())[-election.w])
        reach("cosigned")
        await store.set_witnessed(self._connection, note, head.size)
        reach("witnessed-kept")
        await self._publish_checkpoint(note, head.size)

    def _check_deadline(self, head: SignedHead, election: Election, moment: float) -> None:
        """Raise WitnessError for a board without the last release that is witnessed after its time.

        Such a checkpoint would break the promise of every ballot that is still to come.
        """
        if not head.drained and moment >= election.deadline:
            raise WitnessError("the last release is due; a checkpoint without it is not published")

    async def _publish_files(self, size: int) -> None:
        """Write tiles, bundles and files that a board of `size` has, those of earlier sizes being there."""
        while self._size < size:
            end = min(size, self._size - self._size % CHUNK + CHUNK)
            first = self._size - self._size % TILE_WIDTH
            entries = await store.read_entries(self._connection, first, end)
            await asyncio.to_thread(self._write_tiles, end, first, entries)
            self._size = end
        raws = await store.read_files(self._connection, self._files.due(size))
        await asyncio.to_thread(
            self._record.put, [(f"files/{name.hex()}", raw) for name, raw in raws.items()]
        )
        self._files.published(raws)

    def _write_tiles(self, end: int, first: int, entries: list[bytes]) -> None:
        self._record.put(new_bundles(self._size, end, lambda index: entries[index - first]))
        reach("bundles-published")
        self._record.put(new_tiles(self._size, end, self._tree.read))

    async def _publish_checkpoint(self, note: bytes, size: int) -> None:
        await asyncio.to_thread(self._record.replace_checkpoint, note)
        reach("checkpoint-published")
        await asyncio.to_thread(self._record.prune, self._witnessed, size)
        reach("record-pruned")
        self._witnessed = size
