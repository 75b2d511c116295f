"""A bad network between client and service, and between service and database: late, cut, half open.

Every wait has a limit, the same bytes sent again settle what was ambiguous, nothing doubles, and afterwards
everybody is answered again. The election is held to its end each time, with the verdict of the crash rig.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.attacks.crashes.crowd import Crowd
from tests.attacks.crashes.database import SOCKET
from tests.attacks.crashes.restore import settle
from tests.attacks.crashes.rig import Rig
from tests.attacks.crashes.site import Site, Size
from tests.attacks.crashes.small import end
from tests.attacks.network.proxy import NONE, Fault, Proxy, before_port, before_socket

pytestmark = [pytest.mark.attack, pytest.mark.store, pytest.mark.slow, pytest.mark.timeout(240)]

SMALL = Size(residents=42, releases=3, workers=2)
HOLD_SECONDS = 4.0
"""How long a fault lasts: longer than any wait of the impatient service."""
SETTLE_SECONDS = 60.0
CLIENT_SECONDS = 1.5
IDLE_CLIENTS = 300

FAULTS = {
    "late by 0.3 seconds": Fault(delay=0.3),
    "cut in the middle of a request": Fault(cut_request=700),
    "cut at the first byte": Fault(cut_request=0),
    "cut in the middle of an answer": Fault(cut_answer=100),
    "cut before the answer": Fault(cut_answer=0),
    "half open": Fault(is_half_open=True),
}


@contextlib.asynccontextmanager
async def standing(folder: Path, *, between: str) -> AsyncIterator[tuple[Rig, Proxy]]:
    """Give a rig with residents who have shares, and a proxy in between that does nothing yet."""
    site = Site(folder, SMALL, ("impatient",))
    site.more_settings["WIJK_REQUEST_SECONDS"] = "3"
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(site.close)
        if between == "service and database":
            site.door = folder / "door"
            site.door.mkdir()
            real = site.database
            proxy = await stack.enter_async_context(before_socket(lambda: real.socket, site.door / SOCKET))
            await site.start()
            rig = Rig(site, seed=1)
        else:
            await site.start()
            proxy = await stack.enter_async_context(before_port(site.port))
            rig = Rig(site, seed=1)
            await rig.crowd.close()
            rig.crowd = Crowd(
                site.world, f"http://127.0.0.1:{proxy.port}", rig.draw, attempt_seconds=CLIENT_SECONDS
            )
        stack.push_async_callback(rig.close)
        await rig.open()
        await settle(rig)
        yield rig, proxy


async def suffer(rig: Rig, proxy: Proxy, fault: Fault) -> None:
    """Let residents and officials send during a fault, and see that all is settled after it."""
    rig.crowd.act(6)
    proxy.fault = fault
    rig.crowd.act(6)
    rig.desk.post_bundle()
    await asyncio.sleep(HOLD_SECONDS)
    proxy.fault = NONE
    await rig.crowd.settle(SETTLE_SECONDS)
    assert await rig.desk.settle(SETTLE_SECONDS), "the officials' entry was not taken"
    await rig.site.wait(rig.site.answers, "the service", SETTLE_SECONDS)

    async def is_placed() -> bool:
        async with rig.site.connect() as connection:
            return rig.desk.bundles == await connection.fetchval(
                "SELECT count(*) FROM board.entries WHERE kind = 'bundle'"
            )

    await rig.site.wait(is_placed, "the sequencer to work again", SETTLE_SECONDS)


@pytest.mark.parametrize("between", ["client and service", "service and database"])
@pytest.mark.parametrize("name", FAULTS)
async def test_retries_settle_and_nothing_doubles(folder: Path, name: str, between: str) -> None:
    """Sent again until answered, every ballot stands once, the board grows again, and the audit passes."""
    async with standing(folder, between=between) as (rig, proxy):
        await suffer(rig, proxy, FAULTS[name])
        if name != "late by 0.3 seconds":
            assert proxy.spoilt > 0
        await end(rig)
        assert not rig.report.complaints, rig.report.describe()
        assert rig.report.figures["ballots promised"] >= 10


async def test_half_open_clients_keep_nobody_out(folder: Path) -> None:
    """With 300 connections that send half a request and then nothing, others are answered at once."""
    async with standing(folder, between="client and service") as (rig, _):
        head = b"POST /api/ballots HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{"
        writers = []
        for _ in range(IDLE_CLIENTS):
            _, writer = await asyncio.open_connection("127.0.0.1", rig.site.port)
            writer.write(head)
            writers.append(writer)
        async with httpx.AsyncClient(base_url=rig.site.url, trust_env=False, timeout=10) as client:
            assert (await client.get("/health")).status_code == 200
        rig.crowd.act(6)
        assert await rig.crowd.settle(SETTLE_SECONDS)
        for writer in writers:
            writer.transport.abort()
        await end(rig)
        assert not rig.report.complaints, rig.report.describe()
