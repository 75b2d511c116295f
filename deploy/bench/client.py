"""A client that costs little, so that on shared cores what is measured is the server: HTTP/1.1, kept alive.

It reads no more of an answer than status, length and body.
"""

import asyncio
from typing import NamedTuple

ANSWER_SECONDS = 30.0


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes


class ClosedError(ConnectionError):
    """The server closed the connection before it answered."""


class Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._future: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that is under way."""
        if self._future is not None and not self._future.done():
            self._future.set_exception(ClosedError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Settle the request once its answer is whole."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        head = self._buffer[:end].lower()
        start = head.find(b"content-length:") + len(b"content-length:")
        end += int(head[start : head.index(b"\r", start)])
        if len(self._buffer) >= end and self._future is not None:
            body = self._buffer[self._buffer.index(b"\r\n\r\n") + 4 : end]
            self._buffer = self._buffer[end:]
            self._future.set_result(Answer(int(head[9:12]), body))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return its answer. Errors: ClosedError."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise ClosedError("the server closed the connection")
        self._future = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._future

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    """Return a new connection to a server on this machine."""
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


def format_post(path: str, body: bytes) -> bytes:
    """Return the bytes of a request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
