"""What is measured: real PostgreSQL in a folder of its own, and the project's own commands as processes."""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from ballots.entries import parse_entry
from service.board import store
from service.db.embedded import EmbeddedPostgres
from service.db.migrate import migrate_dsn
from service.settings import OPERATOR_KEY
from tests.simulator import World

READY_SECONDS = 30.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
DONE_SECONDS = 120.0


class BenchError(RuntimeError):
    """A part that is measured did not do its work; its log is in the message."""


class Ground:
    """A PostgreSQL server and a folder, gone when the `with` ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wijk-bench-"))
        self.postgres = EmbeddedPostgres(self.folder / "postgres")
        self._databases = 0

    def __enter__(self) -> Self:
        self.postgres.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def make_site(self, world: World, witnesses: Sequence[Mapping[str, str]] = ()) -> "Site":
        """Return a site with a migrated database and folders of its own."""
        self._databases += 1
        name = f"bench_{self._databases}"
        connection = await asyncpg.connect(self.postgres.dsn())
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        finally:
            await connection.close()
        await migrate_dsn(self.postgres.dsn(name))
        folder = self.folder / name
        state = folder / "state"
        state.mkdir(parents=True, mode=0o700)
        key = state / OPERATOR_KEY
        key.write_text(world.keys.operator.hex())
        key.chmod(0o600)
        return Site(self.postgres.dsn(name), folder, world, witnesses)


class Site:
    """One election's database, folders and processes."""

    def __init__(
        self, dsn: str, folder: Path, world: World, witnesses: Sequence[Mapping[str, str]] = ()
    ) -> None:
        self.dsn = dsn
        self.folder = folder
        self.world = world
        self.port = find_port()
        self.journal = folder / "journal"
        self._witnesses = list(witnesses)

    def environment(self) -> dict[str, str]:
        """Return the settings of the site's processes."""
        return {
            "WIJK_DATABASE_URL": self.dsn,
            "WIJK_JOURNAL_DIR": str(self.journal),
            "WIJK_ORIGIN": self.world.options.origin,
            "WIJK_PORT": str(self.port),
            "WIJK_RECORD_DIR": str(self.folder / "record"),
            "WIJK_STATE_DIR": str(self.folder / "state"),
            "WIJK_WITNESSES": json.dumps(self._witnesses),
        }

    @contextlib.contextmanager
    def run(self, name: str, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run `wijkaandeel NAME` until the `with` ends."""
        command = [sys.executable, "-m", "tally.cli", name, *arguments]
        with run_process(command, self.environment() | settings, self.folder / f"{name}.log") as process:
            yield process

    @contextlib.contextmanager
    def serve(self, workers: int) -> Iterator[subprocess.Popen[bytes]]:
        """Run the service, ready to answer."""
        with self.run("serve", WIJK_WORKERS=str(workers)) as process:
            wait_for_answer(self.port, "/api/status", process, self.folder / "serve.log")
            yield process

    async def offer(self, connection: asyncpg.Connection, raws: Sequence[bytes]) -> None:
        """Let entries wait for the sequencer, with all files that they name."""
        for raw in self.world.files.values():
            await store.insert_file(connection, raw)
        for raw in raws:
            await store.offer_entry(connection, raw, parse_entry(raw))


@contextlib.contextmanager
def run_process(
    command: Sequence[str], settings: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in a file; end it with the `with`."""
    environment = os.environ | settings | {"PYTHONUNBUFFERED": "1"}
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def find_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_answer(port: int, path: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server answers, whatever it says. Errors: BenchError."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
            return
        time.sleep(POLL_SECONDS)
    raise BenchError(f"expected an answer at {path} within {READY_SECONDS:.0f} seconds: {tail(log)}")


async def wait_until(
    holds: Callable[[], Awaitable[bool]], process: "subprocess.Popen[bytes]", log: Path
) -> None:
    """Wait until something holds. Errors: BenchError if that takes too long or the process ends."""
    until = time.monotonic() + DONE_SECONDS
    while not await holds():
        if process.poll() is not None or time.monotonic() > until:
            raise BenchError(f"expected {log.stem} to come to an end of its work: {tail(log)}")
        await asyncio.sleep(POLL_SECONDS)


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:]) if log.exists() else "no log"
