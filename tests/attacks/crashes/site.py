"""The place of the crashes: an election whose service, sequencer, nodes and database are real processes.

The election's keys are the simulator's, so nothing is generated at the start; the roll has credentials and no
codes. All processes see a clock that is set forward when a release is wanted.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from ballots.board import Phase
from ballots.entries import parse_entry
from ballots.note import parse_note
from service.board import store
from service.db.migrate import migrate_dsn
from tests.attacks.crashes.database import Database
from tests.attacks.crashes.processes import Clock, Launcher, Process
from tests.service.partner_fakes import PASSPHRASE, keys_of, make_state, pins_of
from tests.service.process import free_port
from tests.simulator import World, make_world

HOST = "127.0.0.1"
BETWEEN = 3600
"""Seconds from one release to the next."""
READY_SECONDS = 90.0
FOLDERS = ("faults", "full", "journal", "logs", "partners", "state")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large an election is."""

    residents: int = 80
    releases: int = 14
    workers: int = 2


class Site:
    """All processes of the election, and where they keep what they have."""

    def __init__(self, folder: Path, size: Size, sabotages: Sequence[str] = ()) -> None:
        self.folder = folder
        self.sabotages = sabotages
        for name in FOLDERS:
            (folder / name).mkdir(mode=0o700)
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        now = int(time.time())
        self.releases = [now + BETWEEN * number for number in range(1, size.releases + 1)]
        self.released = 0
        """The number of the release up to which the clock has been set."""
        young = size.residents // 4
        self.world: World = make_world(
            Phase.VOTING,
            origin=f"{HOST}:{self.port}/board",
            residents={"adult": size.residents - young, "youth": young},
            releases=self.releases,
            page=40,
        )
        self.clock = Clock(folder / "clock")
        self.database = Database(folder / "postgres", self._postgres_settings())
        self.launcher = Launcher(folder, self.clock, self._environment())
        self.nodes: dict[str, Process] = {}
        self._size = size
        self.door: Path | None = None
        """Where service and sequencer find the database's socket, if not where it is."""
        self.more_settings: dict[str, str] = {}

    @property
    def record(self) -> Path:
        return self.folder / "record"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    def node_state(self, partner: str) -> Path:
        return self.folder / "partners" / partner

    def _postgres_settings(self) -> dict[str, str]:
        """With `forgetful`, what was not flushed stays in memory for long enough to be lost."""
        forgetful = {"wal_writer_delay": "10s", "autovacuum": "off", "checkpoint_timeout": "1h"}
        return forgetful if any("forgetful" in name for name in self.sabotages) else {}

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIJK_", "PG"))}
        return kept | {
            "NODE_PASSPHRASE": PASSPHRASE,
            "RIG_FULL_DIR": str(self.folder / "full"),
            "WIJK_FAULT_DIR": str(self.folder / "faults"),
        }

    # --- start and end ---

    async def start(self) -> None:
        """Start everything, and bring the election to its voting."""
        key = self.state / "operator.key"
        key.write_text(self.world.keys.operator.hex())
        key.chmod(0o600)
        await asyncio.gather(self.launcher.start(), self.database.start())
        await migrate_dsn(self.database.dsn)
        await self.start_nodes()
        self.service = self._process("service", ["serve", "--port", str(self.port)], self.settings)
        self.sequencer = self._process("sequencer", ["sequencer"], self.settings)
        await self.offer(self.world.entries)
        for process in (self.service, self.sequencer):
            await self.launcher.run(process)
        await self.wait(self.is_open, "the voting to be open")

    async def start_nodes(self) -> None:
        """Make the partners' state, and start their nodes."""
        for partner in self.world.keys.witnesses:
            folder = self.node_state(partner)
            make_state(folder, pins_of(self.world, self.url), keys_of(self.world, partner))
            where = ["--state", str(folder), "--port", str(free_port()), "--poll", "0.1"]
            arguments = ["partner", "run", *where, "--passphrase-env", "NODE_PASSPHRASE"]
            self.nodes[partner] = self._process(partner, arguments, {})
            await self.launcher.run(self.nodes[partner])

    @property
    def witnesses(self) -> dict[str, str]:
        """The addresses of the nodes."""
        return {
            partner: f"http://{HOST}:{node.arguments[node.arguments.index('--port') + 1]}"
            for partner, node in self.nodes.items()
        }

    @property
    def settings(self) -> dict[str, str]:
        """The settings of service, sequencer and rebuild."""
        witnesses = [{"id": partner, "url": url} for partner, url in self.witnesses.items()]
        return {
            "WIJK_DATABASE_URL": self.database.dsn if self.door is None else self.database.dsn_at(self.door),
            "WIJK_RECORD_DIR": str(self.record),
            "WIJK_STATE_DIR": str(self.state),
            "WIJK_JOURNAL_DIR": str(self.journal),
            "WIJK_ORIGIN": self.world.options.origin,
            "WIJK_WITNESSES": json.dumps(witnesses),
            "WIJK_WORKERS": str(self._size.workers),
        } | self.more_settings

    def _process(self, name: str, arguments: Sequence[str], environment: dict[str, str]) -> Process:
        return Process(
            name=name,
            arguments=arguments,
            environment=environment,
            log=self.folder / "logs" / f"{name}.log",
            sabotages=self.sabotages,
        )

    async def run(self, name: str, *arguments: str, seconds: float = 60.0) -> tuple[int, str]:
        """Run a command to its end; return its exit code and what it said."""
        process = self._process(name, arguments, self.settings)
        process.log.unlink(missing_ok=True)
        code = await self.launcher.finish(process, seconds)
        return code, process.log.read_text(errors="replace")

    async def close(self) -> None:
        await self.launcher.close()
        await self.database.close()

    # --- from outside ---

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect to the database as its owner."""
        connection = await asyncpg.connect(self.database.dsn, timeout=10, command_timeout=30)
        try:
            yield connection
        finally:
            connection.terminate()

    async def offer(self, raws: Sequence[bytes]) -> None:
        """Let entries of the officials' desk wait, with all files that they may name."""
        async with self.connect() as connection, connection.transaction():
            for content in self.world.files.values():
                await store.insert_file(connection, content)
            for raw in raws:
                await store.offer_entry(connection, raw, parse_entry(raw))

    async def head(self) -> store.Head:
        """Return the head of the board in the database."""
        async with self.connect() as connection:
            return await store.read_head(connection)

    def published(self) -> int:
        """Return the size of the published checkpoint, 0 if there is none."""
        try:
            return int(parse_note((self.record / "checkpoint").read_bytes()).text.split("\n")[1])
        except FileNotFoundError:
            return 0

    async def is_open(self) -> bool:
        """Say whether the service answers that it takes ballots, and all that stands is witnessed."""
        try:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
                status = (await client.get("/api/status")).json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(status.get("open")) and status["witnessed_size"] >= len(self.world.entries)

    async def answers(self) -> bool:
        """Say whether service and database answer."""
        try:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=5) as client:
                return (await client.get("/health")).status_code == 200
        except httpx.HTTPError:
            return False

    async def wait(self, holds: "object", what: str, seconds: float = READY_SECONDS) -> None:
        """Wait until something holds. Errors: TimeoutError, which says what was waited for."""
        try:
            async with asyncio.timeout(seconds):
                while not await holds():  # type: ignore[operator]
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TimeoutError(
                f"waited {seconds:.0f} seconds for {what}; see {self.folder / 'logs'}"
            ) from None

    def set_forward(self, release: int) -> None:
        """Set the clock to one second after the time of a release."""
        self.released = max(self.released, release)
        self.clock.set(self.releases[release - 1] + 1 - time.time())

    @property
    def last_release(self) -> int:
        return len(self.releases)

    async def restart_service(self) -> None:
        """Kill the service with its workers; it is started again."""
        self.service.kill_all()
        await asyncio.sleep(0)

    async def stop_operator(self) -> None:
        """Stop service and sequencer, as before a restore."""
        for process in (self.sequencer, self.service):
            await self.launcher.stop(process, signal.SIGKILL)
        self.launcher.kill_orphans()

    async def start_operator(self, *names: str) -> None:
        """Start them again."""
        for process in (self.service, self.sequencer):
            if process.name in names:
                process.keep = True
                await self.launcher.run(process)

    # --- faults ---

    def arm(self, point: str) -> None:
        """Ask for the death of whoever reaches a point next."""
        (self.folder / "faults" / point).touch()

    def disarm(self, point: str) -> bool:
        """Ask for it no more; False if somebody has died there meanwhile."""
        try:
            (self.folder / "faults" / point).unlink()
        except FileNotFoundError:
            return False
        return True

    def deaths(self, point: str) -> list[int]:
        """Return the numbers of the processes that have died at a point."""
        return [
            int(path.name.rpartition(".")[2])
            for path in (self.folder / "faults").glob(f"{point}.*")
            if path.name.rpartition(".")[0] == point
        ]


@contextlib.asynccontextmanager
async def open_site(folder: Path, size: Size, sabotages: Sequence[str] = ()) -> AsyncIterator[Site]:
    """Give a site at the beginning of its voting; all its processes are gone afterwards."""
    site = Site(folder, size, sabotages)
    try:
        await site.start()
        yield site
    finally:
        await site.close()
