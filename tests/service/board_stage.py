"""A stage for the board's tests: a real database, witnesses that answer over loopback, folders, and a clock.

`Stage.open()` gives a sequencer that works step by step: `step()` runs batches until nothing waits, and then
publishes. The election is tests/simulator.py's; only its entries and files are given to the database.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots import entries as e
from ballots.board import Board, Phase
from ballots.checkpoint import Checkpoint
from ballots.entries import parse_entry
from ballots.merkle import leaf_hash
from ballots.note import parse_note
from ballots.points import ed25519_public
from ballots.voter import Share, finish_share
from ballots.wire import Key, content_hash, encode
from ballots.witness import decide, format_answer
from service.board import store
from service.board.sequencer import Ground, Sequencer
from service.db.roles import Role, session_settings
from service.sequencer_main import run_once
from tests.simulator import NO_SIGNATURE, RELEASES, World, changed, make_world

LONG_BEFORE = RELEASES[0] - 1000


@dataclass
class WitnessServer:
    """A witness that keeps to the specification, unless `spoil` changes its answers."""

    name: str
    private: Ed25519PrivateKey
    world: World
    clock: Callable[[], float]
    remembered: Checkpoint | None = None
    note: bytes = b""
    asked: int = 0
    spoil: Callable[[int, bytes], tuple[int, bytes] | None] = lambda status, body: (status, body)
    url: str = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes] | None:
        """Return status and body, None to say nothing at all."""
        if method == "GET":
            return self.spoil(*((200, self.note) if self.note else (404, b"")))
        self.asked += 1
        origin, operator = self.world.options.origin, self.world.election.operator_vkey
        decision = decide(body, origin, operator, self.remembered)
        if decision.checkpoint is None:
            return self.spoil(decision.status, decision.body)
        self.remembered = decision.checkpoint
        self.note = body.partition(b"\n\n")[2]
        return self.spoil(200, format_answer(decision.checkpoint, self.name, self.private, int(self.clock())))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                method, path, _ = head[0].split(" ")
                lengths = [int(line[15:]) for line in head if line.lower().startswith("content-length:")]
                body = await reader.readexactly(lengths[0]) if lengths else b""
                answer = self.answer(method, path, body)
                if answer is None:
                    await asyncio.Event().wait()
                    return
                status, content = answer
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content
                )
                await writer.drain()
        writer.close()


@dataclass
class Stage:
    """All that a sequencer works with, and what a test looks at."""

    dsn: str
    folder: Path
    world: World
    connection: asyncpg.Connection
    time: float = LONG_BEFORE
    witnesses: dict[str, WitnessServer] = field(default_factory=dict)

    @property
    def record_dir(self) -> Path:
        """The public record."""
        return self.folder / "record"

    @property
    def state_dir(self) -> Path:
        """The operator's own folder."""
        return self.folder / "state"

    @property
    def ground(self) -> Ground:
        """The sequencer's settings."""
        return Ground(
            journal_dir=self.folder / "journal",
            operator_seed=self.world.keys.operator,
            origin=self.world.options.origin,
            record_dir=self.record_dir,
            state_dir=self.state_dir,
            witness_urls={name: witness.url for name, witness in self.witnesses.items()},
        )

    def use_real_clock(self) -> None:
        """Let the witnesses have the time of a child process."""
        for witness in self.witnesses.values():
            witness.clock = time.time

    def use_own_clock(self) -> None:
        """Let the witnesses have the stage's time again."""
        for witness in self.witnesses.values():
            witness.clock = lambda: self.time

    def environment(self) -> dict[str, str]:
        """The same settings, for a child process."""
        witnesses = [{"id": name, "url": witness.url} for name, witness in self.witnesses.items()]
        return {
            "WIJK_DATABASE_URL": self.dsn,
            "WIJK_RECORD_DIR": str(self.record_dir),
            "WIJK_STATE_DIR": str(self.state_dir),
            "WIJK_JOURNAL_DIR": str(self.folder / "journal"),
            "WIJK_ORIGIN": self.world.options.origin,
            "WIJK_WITNESSES": json.dumps(witnesses),
        }

    @contextlib.asynccontextmanager
    async def open(self) -> "AsyncIterator[Steps]":
        """Start a sequencer that works when it is told to."""
        connections = [
            await asyncpg.connect(self.dsn, server_settings=session_settings(Role.SEQUENCER))
            for _ in range(2)
        ]
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            sequencer = Sequencer(self.ground, *connections, client, lambda: self.time)
            try:
                assert await store.try_writer_lock(connections[0])
                await sequencer.start()
                yield Steps(sequencer)
            finally:
                sequencer.close()
                for connection in connections:
                    connection.terminate()

    async def offer(self, raws: Iterable[bytes]) -> None:
        """Let entries wait, with all files of the world."""
        for raw in self.world.files.values():
            await store.insert_file(self.connection, raw)
        for raw in raws:
            await store.offer_entry(self.connection, raw, parse_entry(raw))

    async def ask(self, resident: int) -> Share:
        """Let a resident's request wait, and return the share that it will give."""
        asking = self.world.ask(resident)
        request = asking.request.request
        raw = encode(request)
        await self.connection.execute(
            "INSERT INTO box.requests (credential, style, entry_hash, raw, blinded) "
            "VALUES ($1, $2, $3, $4, $5)",
            bytes(request.credential),
            request.style,
            leaf_hash(raw),
            raw,
            [bytes(blinded) for blinded in asking.request.blinded],
        )
        return finish_share(self.world.election, asking, self.world.sign_blinded(asking))

    async def cast(self, share: Share, number: int, connection: asyncpg.Connection | None = None) -> e.Ballot:
        """Put a ballot in the urn; cast again for the next revision."""
        ballot = self.world.cast(share, self.world.some_choices(share.style, number))
        await self.store_ballot(ballot, connection)
        return ballot

    async def store_ballot(self, ballot: e.Ballot, connection: asyncpg.Connection | None = None) -> None:
        """Put a ballot in the urn as it is."""
        raw = encode(ballot)
        await (connection or self.connection).execute(
            "INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous, raw) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            bytes(ballot.voting_key),
            ballot.revision,
            leaf_hash(raw),
            ballot.style,
            bytes(ballot.previous),
            raw,
        )

    async def vote_all(self) -> list[e.Ballot]:
        """Let every resident ask and vote, every third one twice."""
        ballots = []
        for number in range(len(self.world.residents)):
            share = await self.ask(number)
            ballots += [await self.cast(share, number + again) for again in range(1 + (number % 3 == 0))]
        return ballots

    def make_replace(self, resident: int) -> bytes:
        """Return the entry that revokes a resident's credential."""
        keys, line = self.world.keys, self.world.residents[resident]
        replace = e.Replace(
            adds=Key(ed25519_public(self.world.draw(32))),
            registrar=NO_SIGNATURE,
            revokes=[Key(line.credential)],
            signatures=[],
            style=line.style,
        )
        signature = self.world.sign(keys.registrar, replace)
        return encode(changed(self.world.by_officials(replace), registrar=signature))

    def make_bundle(self) -> bytes:
        """Return the entry that announces another script of the booth."""
        bundle = e.Bundle(hash=content_hash(b"new script"), number=1, reason="Een fout.", signatures=[])
        return encode(self.world.by_officials(bundle))

    async def is_box_open(self) -> bool:
        """Say whether requests and ballots are taken."""
        return bool(await self.connection.fetchval("SELECT open FROM box.phase"))

    @contextlib.asynccontextmanager
    async def running(self) -> "AsyncIterator[asyncio.Task[None]]":
        """Run a sequencer as a process would."""
        task = asyncio.create_task(run_once(self.dsn, self.ground, lambda: self.time))
        try:
            yield task
        finally:
            await self.stop(task)

    async def stop(self, task: "asyncio.Task[None]") -> None:
        """Stop a running sequencer."""
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(0.02)

    async def follow(self) -> None:
        """Let the world in memory have what the database has."""
        head = await store.read_head(self.connection)
        known = len(self.world.entries)
        async for raw in store.walk_entries(self.connection, head.size):
            if known:
                known -= 1
            else:
                self.world.append(raw)

    async def replay(self) -> Board:
        """Verify the whole board in the database, entry by entry, and return it."""
        head = await store.read_head(self.connection)
        board = Board(self.world.options.origin)
        async for raw in store.walk_entries(self.connection, head.size):
            board.append(raw)
        assert (board.size, board.root(), board.phase) == (head.size, head.root, Phase(head.phase))
        return board

    async def kinds(self) -> list[str]:
        """Return the kinds of all entries, in order."""
        rows = await self.connection.fetch("SELECT kind FROM board.entries ORDER BY position")
        return [row["kind"] for row in rows]

    def published_size(self) -> int:
        """Return the size of the published checkpoint, 0 if there is none."""
        path = self.record_dir / "checkpoint"
        return int(parse_note(path.read_bytes()).text.split("\n")[1]) if path.exists() else 0

    def files(self) -> dict[str, bytes]:
        """Return all published files."""
        return {
            str(path.relative_to(self.record_dir)): path.read_bytes()
            for path in self.record_dir.rglob("*")
            if path.is_file()
        }


@dataclass
class Steps:
    """A sequencer that works step by step."""

    sequencer: Sequencer

    async def batches(self) -> int:
        """Run batches until nothing waits, and return how many entries that were."""
        total = 0
        while count := await self.sequencer.run_batch():
            total += count
        return total

    async def step(self) -> int:
        """Run batches until nothing waits, and publish."""
        total = await self.batches()
        await self.sequencer.publisher.publish_newest()
        return total


@contextlib.asynccontextmanager
async def open_stage(
    dsn: str, folder: Path, *, until: Phase = Phase.VOTING, offer: bool = True, **options: object
) -> AsyncIterator[Stage]:
    """Make a stage whose database has everything up to `until` waiting in the inbox."""
    world = make_world(until, **options)
    connection = await asyncpg.connect(dsn)
    stage = Stage(dsn, folder, world, connection)
    stage.state_dir.mkdir(mode=0o700)
    (stage.state_dir / "operator.key").write_text(world.keys.operator.hex())
    (stage.state_dir / "operator.key").chmod(0o600)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(connection.close)
        for name, seed in world.keys.witnesses.items():
            await _start_witness(stage, stack, name, seed)
        if offer:
            await stage.offer(world.entries)
        yield stage


async def _start_witness(stage: Stage, stack: contextlib.AsyncExitStack, name: str, seed: bytes) -> None:
    witness = WitnessServer(
        name=f"{stage.world.options.origin}/{name}",
        private=Ed25519PrivateKey.from_private_bytes(seed),
        world=stage.world,
        clock=lambda: stage.time,
    )
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            await witness.serve(reader, writer)
        except asyncio.CancelledError:
            writer.close()
        finally:
            handlers.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    witness.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    stage.witnesses[name] = witness

    async def stop() -> None:
        server.close()
        for task in list(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)

    stack.push_async_callback(stop)
