"""The one writer of the board: takes what waits, and puts it on the board in batches.

A batch is one transaction: entries, what becomes of those who waited, and the signed head. Only the holder
of PostgreSQL's advisory lock works, on the very connection that holds it.
Format: PROTOCOL.md sections 3, 5 and 9.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg
import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.board import Board, Phase
from ballots.checkpoint import Checkpoint, sign_checkpoint
from ballots.entries import Ballot, Start, parse_entry
from ballots.errors import WireError
from ballots.merkle import leaf_hash
from ballots.note import ED25519, verifier_of
from ballots.wire import Record
from service.ballot_box.journal import Journal
from service.board import store
from service.board.batch import Batch, required_files
from service.board.errors import BoardServiceError, OvertakenError
from service.board.guard import Guard
from service.board.promised import verify_promised
from service.board.publish import RecordFolder
from service.board.publisher import NamedFiles, Publisher, SignedHead
from service.board.releases import due_number
from service.board.tree import Tree
from service.board.urn import Urn
from service.board.verifier import Verifier
from service.db.durability import verify_durability
from service.errors import UnavailableError
from service.faults import reach

TICK_SECONDS = 0.1
"""The least time between two batches that are not full."""
IDLE_SECONDS = 0.2
UNHEARD_SECONDS = 30
"""After so long without a word from this one the server gives its lock to the next sequencer."""
LOCK_SECONDS = 0.5
"""How often a second sequencer looks whether the first is gone."""
BATCH = 512
"""The most requests, or ballots, of one batch."""
INBOX_BATCH = 256
TIDY_SECONDS = 60.0
"""How long urn and journal may tell in which order ballots arrived, where no release is sooner."""
TIDY_SHARE = 50
"""Of how much working time at most one part goes into wiping it out."""
AFTER_VOTING = (Phase.CLOSED, Phase.OPENED, Phase.COUNTED, Phase.CERTIFIED)

log = structlog.get_logger(__name__)


class Ground(Record):
    """What a sequencer stands on, but for its two connections."""

    journal_dir: Path
    operator_seed: bytes
    origin: str
    record_dir: Path
    state_dir: Path
    witness_urls: Mapping[str, str]


class Sequencer:
    """One sequencer's working life; after any error a new one starts from the tables."""

    def __init__(
        self,
        ground: Ground,
        writer: asyncpg.Connection,
        reader: asyncpg.Connection,
        client: httpx.AsyncClient,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._ground = ground
        self._writer = writer
        self._client = client
        self._now = now
        self._private = Ed25519PrivateKey.from_private_bytes(ground.operator_seed)
        self._operator = self._private.public_key().public_bytes_raw()
        self._guard = Guard(ground.state_dir, verifier_of(ground.origin, ED25519, self._private))
        self._verifier = Verifier()
        self._urn = Urn(writer, self._verifier)
        self._board = Board(ground.origin)
        self._tree = Tree()
        self._files = NamedFiles()
        self._wake = asyncio.Event()
        self._tidy_at = 0.0
        self._journal: Journal | None = None
        self._record = RecordFolder(ground.record_dir)
        self.publisher = Publisher(reader, self._record, self._tree, self._files, self._guard, now)

    async def run(self) -> None:
        """Wait for the lock, then work until cancelled. Errors: BoardServiceError, asyncpg's."""
        try:
            await verify_durability(self._writer)
            await self._wait_for_lock()
            await self.start()
            await store.limit_silence(self._writer, UNHEARD_SECONDS)
            await self._writer.add_listener(store.INBOX, lambda *_: self._wake.set())
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.publisher.run())
                tasks.create_task(self._run_batches())
        finally:
            self.close()

    def close(self) -> None:
        """Let go of threads and of the record's folder; the connections are the caller's."""
        self._verifier.close()
        self._record.close()

    async def _wait_for_lock(self) -> None:
        if not await store.try_writer_lock(self._writer):
            log.info("another-sequencer-works")
            while not await store.try_writer_lock(self._writer):  # noqa: ASYNC110 - it is another process's
                await asyncio.sleep(LOCK_SECONDS)

    async def start(self) -> None:
        """Rebuild the board from its table; refuse to go on if it is not the one that was signed last."""
        head = await store.read_head(self._writer)
        async for raw in store.walk_entries(self._writer, head.size):
            placed = self._board.place(raw, parse_entry(raw))
            self._tree.extend([placed.entry_hash])
            self._files.add(placed.index, placed.entry)
        if (self._tree.size, self._tree.root()) != (head.size, head.root):
            raise BoardServiceError(
                "the entries in the database do not lead to its tree head: the tables were changed by hand. "
                "Restore them, or run `wijkaandeel rebuild` on an empty database"
            )
        self._guard.check(self._tree, self._record.read_checkpoint())
        self._use_election()
        await self.publisher.check_witnesses()
        await self.publisher.repair(head)
        reach("record-repaired")
        if head.signed is None:
            self._guard.write(self._sign())
        else:
            self._guard.write(head.signed)
            self.publisher.offer(SignedHead(drained=head.drained, note=head.signed, size=head.size))
        log.info("sequencer-works", size=head.size, phase=str(self._board.phase))

    async def _run_batches(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            count = await self.run_batch()
            if loop.time() >= self._tidy_at:
                await self._tidy_in_time(loop.time)
            if count < BATCH:
                try:
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                self._wake.clear()
                await asyncio.sleep(max(0.0, TICK_SECONDS - (loop.time() - began)))

    async def _tidy_in_time(self, clock: Callable[[], float]) -> None:
        began = clock()
        await self.tidy()
        self._tidy_at = clock() + max(TIDY_SECONDS, TIDY_SHARE * (clock() - began))

    async def tidy(self) -> None:
        """Wipe out in which order ballots arrived, in urn and journal; cut short, it loses nothing."""
        async with self._writer.transaction():
            await store.shuffle_urn(self._writer)
        reach("urn-shuffled")
        try:
            await asyncio.to_thread(self._tidy_journal)
        except (UnavailableError, OSError) as error:
            log.warning("journal-not-merged", fault=type(error).__name__)

    def _tidy_journal(self) -> None:
        if self._journal is None and self._ground.journal_dir.is_dir():
            self._journal = Journal(self._ground.journal_dir)
        if self._journal is not None:
            self._journal.tidy()

    async def run_batch(self) -> int:
        """Deal with what waits in one transaction; return how many entries were placed or refused."""
        number = self._due_number()
        async with self._writer.transaction():
            head = await store.lock_head(self._writer)
            if (head.size, head.root) != (self._board.size, self._board.root()):
                raise OvertakenError("another sequencer wrote on the board; this one starts anew")
            batch = Batch(self._board, operator=self._operator, drained=head.drained)
            if self._last_is_due() and head.released < number:
                await self._close_box()
            if self._board.phase is not Phase.RELEASING:
                await self._take_inbox(batch)
                await self._take_requests(batch)
            released = await self._take_releases(batch, head, number)
            drained = head.drained or await self._is_drained(released)
            changed = batch.placed or batch.offered or batch.refused or batch.positions
            if not changed and (released, drained) == (head.released, head.drained):
                return 0
            note = await self._write(batch, released, drained)
            reach("batch-written")
        reach("batch-committed")
        self._keep(batch, note, drained)
        return batch.size

    async def _close_box(self) -> None:
        """Take nothing more in. Errors: LostBallotsError, after which the box stays open."""
        if await store.set_box_open(self._writer, False):
            await verify_promised(self._writer, self._ground.journal_dir, self._board.resolved)
            reach("box-closed")

    def _due_number(self) -> int:
        election = self._board.election
        return due_number(election.manifest.releases, self._now()) if election else 0

    def _last_is_due(self) -> bool:
        election = self._board.election
        return election is not None and self._now() >= election.deadline

    async def _take_inbox(self, batch: Batch) -> None:
        raws = await store.read_inbox(self._writer, INBOX_BATCH)
        if raws:
            names = {bytes(name) for raw in raws for name in _names(raw)}
            missing = await store.find_missing_files(self._writer, names)
            await asyncio.to_thread(batch.append_offered, raws, set(missing))

    async def _take_requests(self, batch: Batch) -> None:
        if self._board.phase is not Phase.VOTING:
            return
        raws, known = await store.read_waiting_requests(self._writer, BATCH)
        batch.positions |= known
        verdicts = await self._verifier.verify(self._board.resolved, raws)
        for raw, verdict in zip(raws, verdicts, strict=True):
            fault = batch.place(raw, verdict)
            if fault is not None:
                batch.refused[leaf_hash(raw)] = fault.reason

    async def _take_releases(self, batch: Batch, head: store.Head, number: int) -> int:
        """Go on with the running release, or decide the one that is due; return the number decided last."""
        if self._board.phase not in (Phase.VOTING, Phase.RELEASING):
            return head.released
        released = head.released
        running = self._board.phase is Phase.RELEASING or await store.count_releasing(self._writer)
        if not running and number > released:
            batch.refused |= await self._urn.decide(self._board, number)
            released = number
        if running or released > head.released:
            await self._urn.place(batch, released, BATCH)
        return released

    async def _is_drained(self, released: int) -> bool:
        """Say whether the last release is over and no request waits."""
        if self._board.phase in AFTER_VOTING:
            return True
        if self._board.phase is not Phase.VOTING or released < len(self._board.resolved.manifest.releases):
            return False
        return not (
            await store.count_releasing(self._writer) or await store.count_waiting_requests(self._writer)
        )

    async def _write(self, batch: Batch, released: int, drained: bool) -> bytes:
        """Write a batch to the database and return the checkpoint that it leads to."""
        connection = self._writer
        if batch.placed:
            await store.insert_entries(connection, batch.placed)
        if batch.positions:
            await store.set_request_positions(connection, batch.positions)
        if ballots := batch.hashes(Ballot):
            await store.empty_ballots(connection, ballots)
        if batch.offered:
            await store.empty_inbox(connection, batch.offered)
        if batch.refused:
            await store.insert_refused(connection, batch.refused)
        if batch.hashes(Start) and not self._last_is_due():
            await store.set_box_open(connection, True)
        note = self._sign()
        await store.update_head(
            connection,
            root=self._board.root(),
            signed=note,
            phase=str(self._board.phase),
            released=released,
            drained=drained,
        )
        return note

    def _sign(self) -> bytes:
        head = Checkpoint(origin=self._ground.origin, root=self._board.root(), size=self._board.size)
        return sign_checkpoint(head, self._ground.origin, self._private)

    def _keep(self, batch: Batch, note: bytes, drained: bool) -> None:
        """Remember a committed batch outside the database, then let it be published."""
        self._guard.write(note)
        reach("guard-written")
        for placed, _ in batch.placed:
            self._tree.extend([placed.entry_hash])
            self._files.add(placed.index, placed.entry)
        for entry_hash, reason in batch.refused.items():
            log.warning("entry-refused", entry=entry_hash.hex(), reason=reason)
        self._use_election()
        if batch.hashes(Ballot) and self._board.phase is not Phase.RELEASING:
            self._tidy_at = 0.0  # what was released is to tell no longer when it came
        self.publisher.offer(SignedHead(drained=drained, note=note, size=self._tree.size))

    def _use_election(self) -> None:
        election = self._board.election
        if election is None or self._election_known:
            return
        if election.manifest.operator != self._operator:
            raise BoardServiceError(
                "the operator's key in WIJK_STATE_DIR is not the one that the manifest names; put that there"
            )
        self.publisher.set_election(election, self._client, self._ground.witness_urls)
        self._election_known = True

    _election_known = False


def _names(raw: bytes) -> list[bytes]:
    try:
        return list(required_files(parse_entry(raw)))
    except WireError:
        return []
