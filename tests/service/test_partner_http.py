"""Facts about the node's own HTTP server: nobody can take it down by sending badly, slowly or too much."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.partner import http
from service.partner.client import Client
from service.partner.errors import RemoteError
from service.partner.http import Answer, Call, HttpServer

LIMIT = 1000


async def echo(call: Call) -> Answer:
    if call.path == "/fault":
        raise ValueError("a fault with a secret in it")
    return Answer(200, f"{call.method} {call.path} {len(call.body)}\n".encode())


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = HttpServer(echo, LIMIT)
    yield await server.start("127.0.0.1", 0)
    async with asyncio.timeout(10):
        await server.stop()


async def send(port: int, raw: bytes, close: bool = True) -> bytes:
    """Send bytes and return all that comes back."""
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(raw)
            if close:
                writer.write_eof()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


REQUESTS = [
    (b"GET /a?b HTTP/1.1\r\nhost: x\r\n\r\n", b"200", b"GET /a 0\n"),
    (b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc", b"200", b"POST /a 3\n"),
    (
        b"POST /a HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        b"200",
        b"POST /a 2\n",
    ),
    (b"GET /a HTTP/1.0\r\n\r\n", b"200", b"GET /a 0\n"),
    (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n" + b"x" * 1001, b"413", b"too-large\n"),
    (
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3f0\r\n" + b"x" * 2000,
        b"413",
        b"too-large\n",
    ),
    (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"400", b"http\n"),
    (b"GET /fault HTTP/1.1\r\nhost: x\r\n\r\n", b"500", b"internal\n"),
    (b"GET / HTTP/1.1\r\n\r\n", b"400", b"http\n"),
    (b"GET  HTTP/1.1\r\nhost: x\r\n\r\n", b"400", b"http\n"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400", b"http\n"),
    (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 60_000 + b"\r\n\r\n", b"431", b"http\n"),
    (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx", b"400", b"http\n"),
]


@pytest.mark.parametrize(("raw", "status", "body"), REQUESTS)
async def test_every_request_has_its_answer(port: int, raw: bytes, status: bytes, body: bytes) -> None:
    """Good, broken, long and faulty requests are each answered, once, without a word about the fault."""
    answer = await send(port, raw)
    head, _, got = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert got == body
    assert b"secret" not in answer


async def test_a_connection_serves_many_requests(port: int) -> None:
    """Keep-alive and pipelining work; a HEAD has no body."""
    one = b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
    head = b"HEAD /b HTTP/1.1\r\nhost: x\r\n\r\n"
    answer = await send(port, one + head + one)
    assert answer.count(b"HTTP/1.1 200") == 3
    assert answer.count(b"GET /a 0\n") == 2
    assert b"HEAD /b 0\n" not in answer
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(3):
            assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200


async def test_a_sender_who_asks_first_is_told_to_go_on(port: int) -> None:
    """`Expect: 100-continue` gets its answer before the body."""
    raw = b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 100")
    writer.write(b"ab")
    writer.write_eof()
    assert b"POST / 2\n" in await asyncio.wait_for(reader.read(), 10)
    writer.close()


async def test_a_slow_sender_is_hung_up_on(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither silence nor half a request keeps a connection for longer than the limits."""
    monkeypatch.setattr(http, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.05)
    for raw in (b"", b"GET / HT", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx"):
        assert await send(port, raw, close=False) == b""
    monkeypatch.undo()
    assert b"200" in await send(port, REQUESTS[0][0])


async def test_too_many_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit, while all are being answered, a connection is closed; then there is room again."""
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 2)
    started, go = asyncio.Semaphore(0), asyncio.Event()

    async def wait(_: Call) -> Answer:
        started.release()
        await go.wait()
        return Answer(200, b"done\n")

    server = HttpServer(wait, LIMIT)
    port = await server.start("127.0.0.1", 0)
    busy = [asyncio.create_task(send(port, REQUESTS[0][0])) for _ in range(2)]
    async with asyncio.timeout(10):
        for _ in busy:
            await started.acquire()
        assert await send(port, b"", close=False) == b""
        go.set()
        assert all(b"done" in answer for answer in await asyncio.gather(*busy))
        while not await send(port, REQUESTS[0][0]):
            pass
    await server.stop()


SILENT = {
    "no request": b"",
    "half a head": b"GET / HT",
    "half a body": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx",
}


@pytest.mark.attack
@pytest.mark.parametrize("raw", SILENT.values(), ids=SILENT)
async def test_silent_connections_shut_nobody_out(
    port: int, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    """When all connections are taken by senders that do not go on, the next request is still answered."""
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 4)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    for _, writer in held:
        writer.write(raw)
    await asyncio.sleep(0.1)
    for _ in range(3):
        assert b"GET /a 0\n" in await send(port, REQUESTS[0][0])
    for _, writer in held:
        writer.close()


async def test_stopping_does_not_wait_for_idle_connections() -> None:
    """An idle connection is closed at once when the node stops, and a request under way is answered."""
    started, go = asyncio.Event(), asyncio.Event()

    async def wait(_: Call) -> Answer:
        started.set()
        await go.wait()
        return Answer(200, b"done\n")

    server = HttpServer(wait, LIMIT)
    port = await server.start("127.0.0.1", 0)
    idle, writer = await asyncio.open_connection("127.0.0.1", port)
    busy = asyncio.create_task(send(port, REQUESTS[0][0]))
    await asyncio.wait_for(started.wait(), 10)
    stopping = asyncio.create_task(server.stop())
    assert await asyncio.wait_for(idle.read(), 2) == b""
    go.set()
    assert b"done" in await busy
    await asyncio.wait_for(stopping, 10)
    writer.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_any_bytes_leave_the_server_standing(raw: bytes) -> None:
    """Whatever is sent, the answer is nothing or HTTP below 500, and the next request is served."""

    async def play() -> None:
        server = HttpServer(echo, LIMIT)
        port = await server.start("127.0.0.1", 0)
        answer = await send(port, raw)
        assert answer == b"" or (answer.startswith(b"HTTP/1.1 ") and answer[9:10] in b"24")
        assert b"GET /a 0\n" in await send(port, REQUESTS[0][0])
        await server.stop()

    asyncio.run(play())


async def test_the_client_gives_up_on_a_server_that_never_ends() -> None:
    """An answer that is endless, or that never comes, costs the node its time limit and no memory."""

    ended = asyncio.Semaphore(0)

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1\r\nx\r\n")
            await asyncio.sleep(0.01)
        writer.transport.abort()
        ended.release()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with Client(seconds=0.2) as client:
        with pytest.raises(RemoteError, match="no answer"):
            await client.fetch(url, 10_000)
        with pytest.raises(RemoteError, match="at most 3 bytes"):
            await client.fetch(url, 3)
    async with asyncio.timeout(10):
        await ended.acquire()
        await ended.acquire()
    server.close()
    await asyncio.sleep(0)


async def test_the_client_follows_no_redirect() -> None:
    """A redirect is not an answer: the node talks to nobody but the pinned addresses."""

    async def redirect(_: Call) -> Answer:
        return Answer(302, b"", headers=(("location", "http://127.0.0.1:1/"),))

    server = HttpServer(redirect, LIMIT)
    port = await server.start("127.0.0.1", 0)
    async with Client() as client:
        with pytest.raises(RemoteError) as caught:
            await client.fetch(f"http://127.0.0.1:{port}/", 10)
    assert caught.value.status == 302
    await server.stop()
