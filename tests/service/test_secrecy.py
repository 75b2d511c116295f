"""What the service says of who uses it: nothing."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.codes import ballot_number
from ballots.entries import Ballot
from ballots.merkle import leaf_hash
from ballots.wire import decode, encode
from service.shares.records import RollQuery
from tests.service.hall import ballot_of, make_settings, put_on_board, served
from tests.service.process import running
from tests.simulator import make_world


async def test_nothing_is_logged_of_who_succeeds(
    database: str, connection: asyncpg.Connection, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a promised ballot, a stored request, a search nor a refusal leaves who, what or from where."""
    world = make_world(until=Phase.VOTING)
    share = world.get_share(0)
    raw, request = ballot_of(world, share, 0), world.ask(1).request
    await put_on_board(connection, world)
    async with served(make_settings(database, folder, world)) as client:
        client._transport.client = ("203.0.113.7", 48_611)  # type: ignore[attr-defined]
        assert (await client.post("/api/ballots", content=raw)).status_code == 200
        assert (await client.post("/api/requests", content=encode(request))).status_code == 202
        assert (await client.post("/api/ballots", content=b"x")).status_code == 400
        query = encode(RollQuery(credential=request.request.credential))
        assert (await client.post("/api/roll-lines", content=query)).status_code == 200
        assert (await client.get(f"/api/ballots/{leaf_hash(raw).hex()}")).status_code == 200
        assert (await client.get(f"/api/ballots/{leaf_hash(raw).hex()}0")).status_code == 404
        number = ballot_number(leaf_hash(raw))
        await client.post("/find", data={"number": number})
        await client.post("/roll", data={"number": "48612"})
    said = "".join(capfd.readouterr())
    key = decode(Ballot, raw).voting_key
    secrets = ["203.0.113.7", "48611", "48612", number, leaf_hash(raw).hex(), key.format(), key.hex()]
    secrets += [request.request.credential.format(), request.request.credential.hex()]
    assert [each for each in secrets if each in said] == []


async def test_the_server_keeps_no_access_log(
    database: str,
    connection: asyncpg.Connection,
    folder: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What the server's processes say holds no request line and no address of who asks."""
    world = make_world(until=Phase.VOTING)
    await put_on_board(connection, world)
    with running(make_settings(database, folder, world)) as (url, _):
        assert (await asyncio.to_thread(httpx.get, f"{url}/api/status?hunter2")).status_code == 200
    said = "".join(capfd.readouterr())
    assert "Listening" in said
    assert [word for word in ("hunter2", "/api/status", "GET ", "127.0.0.1 -") if word in said] == []
