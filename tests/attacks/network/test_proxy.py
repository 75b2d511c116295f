"""Facts about the proxy itself: what passes, and what each fault does to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attacks.network.proxy import NONE, Fault, Proxy, before_port, before_socket

SOON = 5.0


@dataclass
class Echo:
    """A server that answers each line with the same line, and keeps what it got."""

    got: bytearray = field(default_factory=bytearray)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(4096):
                self.got += piece
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            self.gone.set()
            writer.close()


@asynccontextmanager
async def behind_proxy() -> AsyncIterator[tuple[Echo, Proxy]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with before_port(server.sockets[0].getsockname()[1]) as proxy:
        yield echo, proxy
    server.close()
    await server.wait_closed()


async def ask(port: int, words: bytes, seconds: float = SOON) -> bytes:
    """Send a line and return what comes until there is as much, or the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        answer = b""
        async with asyncio.timeout(seconds):
            while len(answer) < len(words) and (piece := await reader.read(4096)):
                answer += piece
        return answer
    finally:
        writer.transport.abort()


async def test_without_a_fault_bytes_pass_both_ways() -> None:
    """What is sent arrives, and so does the answer."""
    async with behind_proxy() as (echo, proxy):
        assert await ask(proxy.port, b"hello") == b"hello"
        assert bytes(echo.got) == b"hello"
        assert (proxy.taken, proxy.spoilt) == (1, 0)


async def test_a_delay_makes_both_ways_late() -> None:
    """With a delay the answer comes after twice that time, and whole."""
    async with behind_proxy() as (_, proxy):
        proxy.fault = Fault(delay=0.1)
        began = asyncio.get_running_loop().time()
        assert await ask(proxy.port, b"hello") == b"hello"
        assert asyncio.get_running_loop().time() - began >= 0.2


async def test_a_request_is_cut_in_its_middle() -> None:
    """The server gets the beginning and then the end of the connection; the client gets nothing more."""
    async with behind_proxy() as (echo, proxy):
        proxy.fault = Fault(cut_request=3)
        assert len(await ask(proxy.port, b"hello")) <= 3
        async with asyncio.timeout(SOON):
            await echo.gone.wait()
        assert bytes(echo.got) in (b"", b"hel")
        assert proxy.spoilt == 1


async def test_an_answer_is_cut_in_its_middle() -> None:
    """The server gets all, the client the beginning of the answer."""
    async with behind_proxy() as (echo, proxy):
        proxy.fault = Fault(cut_answer=3)
        assert await ask(proxy.port, b"hello") in (b"", b"hel")
        assert bytes(echo.got) == b"hello"


async def test_half_open_is_silence_without_an_end() -> None:
    """Neither side hears anything, on a new line or an open one, nor learns that the other went."""
    async with behind_proxy() as (echo, proxy):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        proxy.fault = Fault(is_half_open=True)
        writer.write(b"two")
        with pytest.raises(TimeoutError):
            await ask(proxy.port, b"three", seconds=0.2)
        writer.transport.abort()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await echo.gone.wait()
        assert bytes(echo.got) == b"one"
        proxy.fault = NONE
        assert await ask(proxy.port, b"four") == b"four"


async def test_it_stands_before_a_unix_socket_too(tmp_path: Path) -> None:
    """As PostgreSQL listens on one."""
    echo = Echo()
    server = await asyncio.start_unix_server(echo.serve, str(tmp_path / "real"))
    async with before_socket(lambda: tmp_path / "real", tmp_path / "false"):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "false"))
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()
