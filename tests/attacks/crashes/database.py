"""The rig's PostgreSQL: an embedded server whose address stays the same however it dies and comes back."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from service.db.embedded import EmbeddedPostgres
from service.db.errors import ServerError
from tests.attacks.crashes.processes import children_of, send

GONE_SECONDS = 60.0
SOCKET = ".s.PGSQL.5432"


class Database:
    """A server in a folder. `kill_...` return when it is up again."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._postgres = EmbeddedPostgres(folder, settings=settings)

    @property
    def dsn(self) -> str:
        """Its address, as the owner."""
        return self._postgres.dsn()

    @property
    def socket(self) -> Path:
        """The socket that it listens on."""
        return self._postgres.socket_dir / SOCKET

    def dsn_at(self, folder: Path) -> str:
        """The same address through a socket in another folder."""
        return self.dsn.replace(quote(str(self._postgres.socket_dir)), quote(str(folder)))

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    async def start(self) -> None:
        await asyncio.to_thread(self._postgres.start)

    async def close(self) -> None:
        await asyncio.to_thread(self._postgres.stop, "immediate")

    async def stop(self, mode: str) -> None:
        """Stop the server as pg_ctl does, and leave its socket's folder."""
        await asyncio.to_thread(self._control, "stop", "-m", mode)

    async def start_again(self) -> None:
        """Start the server at the same address."""
        await asyncio.to_thread(self._start_again)

    async def stop_immediately(self) -> None:
        """`pg_ctl stop -m immediate`, which is like a power cut, and a start."""
        await self.stop("immediate")
        await self.start_again()

    async def kill_postmaster(self) -> None:
        """`kill -9` of the server's first process, and a start when the others have noticed."""
        pid = self._postgres.pid
        assert pid is not None
        send(pid, signal.SIGKILL)
        await asyncio.to_thread(self._wait_until_gone)
        await self.start_again()

    def kill_backend(self, draw: float) -> int:
        """`kill -9` of one of the server's processes; it then ends all others and recovers by itself."""
        pid = self._postgres.pid
        backends = children_of(pid) if pid is not None else []
        if not backends:
            return 0
        victim = backends[int(draw * len(backends))]
        return victim if send(victim, signal.SIGKILL) else 0

    async def save(self, target: Path) -> None:
        """Make a backup: stop the server in order, copy its files, start it again."""
        await self.stop("fast")
        await asyncio.to_thread(_copy, self.cluster, target)
        await self.start_again()

    async def restore(self, source: Path) -> None:
        """Put a backup in the place of the server's files."""
        await self.stop("immediate")
        await asyncio.to_thread(shutil.rmtree, self.cluster)
        await asyncio.to_thread(_copy, source, self.cluster)
        await self.start_again()

    def _control(self, *words: str) -> None:
        self._postgres._run(*self._postgres._control(60), *words)

    def _start_again(self) -> None:
        limit = time.monotonic() + GONE_SECONDS
        while True:
            try:
                return self._control("-l", str(self.cluster / "server.log"), "start")
            except ServerError:  # of a killed server something may still hold the shared memory
                if time.monotonic() > limit:
                    raise
                time.sleep(0.1)

    def _wait_until_gone(self) -> None:
        limit = time.monotonic() + GONE_SECONDS
        while time.monotonic() < limit and any(map(self._works_here, Path("/proc").glob("[0-9]*"))):
            time.sleep(0.02)

    def _works_here(self, process: Path) -> bool:
        try:
            return (process / "cwd").readlink() == self.cluster.resolve()
        except OSError:
            return False


def _copy(source: Path, target: Path) -> None:
    """Copy a cluster's files with their owner."""
    owner = source.stat()
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("postmaster.pid", "postmaster.opts"))
    for path in (target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
