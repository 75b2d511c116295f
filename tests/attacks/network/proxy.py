"""A proxy that stands between two processes and spoils what passes: late, cut off, or half open.

It forwards bytes and knows no protocol, so it stands before an HTTP server as well as before PostgreSQL. A
fault holds for all connections, those that are open too, from the moment in which `fault` is set.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK = 65_536

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with the network. The default is nothing."""

    delay: float = 0.0
    """Seconds by which every piece is late, in both directions."""
    cut_request: int | None = None
    """After so many bytes towards the server the connection breaks, in the middle of a request."""
    cut_answer: int | None = None
    """After so many bytes towards the client it breaks; the server has done what it was asked."""
    is_half_open: bool = False
    """Connections stay open and nothing passes any more; new ones are taken and led nowhere."""


NONE = Fault()


class Line:
    """One connection of a client, and the one that was made for it."""

    def __init__(self, client: Pair) -> None:
        self.client = client
        self.server: Pair | None = None

    def break_off(self) -> None:
        """End both sides at once, without a goodbye."""
        for pair in (self.client, self.server):
            if pair is not None:
                pair[1].transport.abort()


class Proxy:
    """Stands at an address; `connect` opens the way to the server."""

    def __init__(self, connect: Callable[[], Awaitable[Pair]]) -> None:
        self._connect = connect
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: set[Line] = set()
        self.fault = NONE
        self.server: asyncio.Server
        self.taken = 0
        """How many connections were taken."""
        self.spoilt = 0
        """How many were cut, or had bytes that were swallowed."""

    @property
    def port(self) -> int:
        return int(self.server.sockets[0].getsockname()[1])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; asyncio calls this."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.taken += 1
        line = Line((reader, writer))
        self._lines.add(line)
        try:
            with contextlib.suppress(OSError):
                await self._carry(line)
        except asyncio.CancelledError:
            pass  # the proxy closes
        finally:
            line.break_off()
            self._lines.discard(line)
            self._tasks.discard(task)

    async def _carry(self, line: Line) -> None:
        if self.fault.is_half_open:
            self.spoilt += 1
            await self._swallow(line.client[0])
            return
        line.server = await self._connect()
        ways = (
            asyncio.create_task(self._pump(line.client[0], line.server[1], "cut_request")),
            asyncio.create_task(self._pump(line.server[0], line.client[1], "cut_answer")),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, cut: str) -> None:
        """Carry bytes one way until an end, or until the fault that is set breaks the line."""
        passed, fault = 0, self.fault
        while piece := await source.read(CHUNK):
            if self.fault is not fault:
                passed, fault = 0, self.fault
            if fault.delay:
                await asyncio.sleep(fault.delay)
            if self.fault.is_half_open:
                self.spoilt += 1
                await self._swallow(source)
                await asyncio.Event().wait()  # the other side never learns that one has gone
            most: int | None = getattr(self.fault, cut)
            if most is not None and passed + len(piece) > most:
                self.spoilt += 1
                target.write(piece[: most - passed])
                with contextlib.suppress(OSError):
                    await target.drain()
                return
            passed += len(piece)
            target.write(piece)
            await target.drain()

    async def _swallow(self, source: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while await source.read(CHUNK):
                pass

    async def close(self) -> None:
        """Break all lines and stand there no more."""
        self.server.close()
        for line in list(self._lines):
            line.break_off()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def before_port(port: int) -> AsyncIterator[Proxy]:
    """Stand before a server on loopback, at a free port."""

    async def connect() -> Pair:
        return await asyncio.open_connection("127.0.0.1", port)

    proxy = Proxy(connect)
    proxy.server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy
    finally:
        await proxy.close()


@asynccontextmanager
async def before_socket(real: Callable[[], Path], path: Path) -> AsyncIterator[Proxy]:
    """Stand before a server at a unix socket, at another one. `real` is asked at every connection."""

    async def connect() -> Pair:
        return await asyncio.open_unix_connection(str(real()))

    proxy = Proxy(connect)
    proxy.server = await asyncio.start_unix_server(proxy.serve, str(path))
    try:
        yield proxy
    finally:
        await proxy.close()
