"""Serve a handful of small requests over HTTP/1.1: h11 on asyncio, with a limit on everything.

Promise: a slow, broken or greedy sender costs itself its answer and nobody else theirs. When all connections
are taken, a new one takes the place of the one whose sender has been silent for longest. Limit: no TLS; a
reverse proxy adds it. Format: RFC 9112.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import h11
import structlog

PLAIN = "text/plain; charset=utf-8"
MAX_CONNECTIONS = 128
HEAD_BYTES = 16_384
CHUNK_BYTES = 4096
IDLE_SECONDS = 8.0
"""How long a connection may stay open without a request; the operator's client keeps one for 5."""
REQUEST_SECONDS = 10.0
"""How long a request may take to arrive, and its answer to leave."""
STOP_SECONDS = 3.0
"""How long requests may still take when the node stops."""

_log = structlog.get_logger(__name__)


class Call(NamedTuple):
    """A request; its target is a path, and perhaps a query."""

    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        """The target without the query."""
        return self.target.partition("?")[0]


class Answer(NamedTuple):
    """An answer; `headers` are those beside content type and length."""

    status: int
    body: bytes
    content_type: str = PLAIN
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Call], Awaitable[Answer]]


class TooLargeError(Exception):
    """A body over the limit; the sender must send less."""


class HttpServer:
    """Listens on one address. `max_body` is the most bytes of a request, `most` the most connections."""

    def __init__(self, handler: Handler, max_body: int, most: int = MAX_CONNECTIONS) -> None:
        self._handler = handler
        self._max_body = max_body
        self._most = most
        self._open: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        self._listening: dict[asyncio.Task[None], None] = {}
        """Those whose sender must go on, with a request or its body; the one silent for longest is first."""
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen, and return the port (a free one for port 0). Errors: OSError."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=HEAD_BYTES, backlog=256)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more connections, close those that wait for a request, and let the others finish."""
        if self._server is not None:
            self._server.close()
        for task in self._idle:
            task.cancel()
        if self._open:
            _, late = await asyncio.wait(self._open, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or (len(self._open) >= self._most and not self._make_room()):
            writer.close()
            return
        self._open.add(task)
        try:
            await self._converse(_Line(reader, writer), task)
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.CancelledError):
            pass  # The sender has gone or is too slow, or the node stops: nobody is left to answer.
        finally:
            self._idle.discard(task)
            self._listening.pop(task, None)
            await _close(writer)
            self._open.discard(task)

    def _make_room(self) -> bool:
        """Hang up on who has kept us waiting longest; False if all are being answered."""
        for task in self._listening:
            del self._listening[task]
            task.cancel()
            return True
        return False

    async def _converse(self, line: "_Line", task: asyncio.Task[None]) -> None:
        while line.is_open:
            self._idle.add(task)
            self._listening[task] = None
            async with asyncio.timeout(IDLE_SECONDS):
                head = await line.read_head()
            self._idle.discard(task)
            if head is None:
                return
            async with asyncio.timeout(REQUEST_SECONDS):
                await line.send(await self._answer(line, head, task))
            line.start_next()

    async def _answer(self, line: "_Line", head: h11.Request | Answer, task: asyncio.Task[None]) -> Answer:
        if isinstance(head, Answer):
            return head
        try:
            body = await line.read_body(self._max_body)
        except TooLargeError:
            return Answer(413, b"too-large\n")
        except h11.RemoteProtocolError:
            return Answer(400, b"http\n")
        finally:
            self._listening.pop(task, None)
        call = Call(head.method.decode("ascii"), head.target.decode("ascii", "replace"), body)
        try:
            return await self._handler(call)
        except Exception as error:  # noqa: BLE001 - a fault in one answer must not end the node
            _log.error("fault", part=call.path.split("/")[1][:20], kind=type(error).__name__)
            return Answer(500, b"internal\n")


class _Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._is_head = False

    @property
    def is_open(self) -> bool:
        return self._state.our_state is h11.IDLE

    async def read_head(self) -> h11.Request | Answer | None:
        """Return the next request; None when the sender has gone, an answer when it sends no HTTP."""
        try:
            event = await self._next()
        except h11.RemoteProtocolError as error:
            return Answer(error.error_status_hint, b"http\n")
        if not isinstance(event, h11.Request):
            return None
        self._is_head = event.method == b"HEAD"
        return event

    async def read_body(self, limit: int) -> bytes:
        body = bytearray()
        while isinstance(event := await self._next(), h11.Data):
            body += event.data
            if len(body) > limit:
                raise TooLargeError
        return bytes(body)

    async def send(self, answer: Answer) -> None:
        state = self._state
        if state.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = [
            ("content-type", answer.content_type),
            ("content-length", str(len(answer.body))),
            ("cache-control", "no-store"),
            *answer.headers,
        ]
        if state.their_state is not h11.DONE:  # What is left of the request is not read.
            headers.append(("connection", "close"))
        raw = state.send(h11.Response(status_code=answer.status, headers=headers)) or b""
        if not self._is_head:
            raw += state.send(h11.Data(data=answer.body)) or b""
        self._writer.write(raw + (state.send(h11.EndOfMessage()) or b""))
        await self._writer.drain()

    def start_next(self) -> None:
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()

    async def _next(self) -> h11.Event | None:
        """Return what comes next, None when the other side has to wait for our answer first."""
        while True:
            event = self._state.next_event()
            if event is h11.PAUSED:
                return None
            if isinstance(event, h11.Event):
                return event
            if self._state.they_are_waiting_for_100_continue:
                self._writer.write(
                    self._state.send(h11.InformationalResponse(status_code=100, headers=[])) or b""
                )
            self._state.receive_data(await self._reader.read(CHUNK_BYTES))


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close a connection, by force when its other side does not take what was sent."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.CancelledError):  # the last: hung up on while it was closing
        writer.transport.abort()
