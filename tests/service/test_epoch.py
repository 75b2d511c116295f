"""A database that is restored under a running service gets no second promise for a revision."""

from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.merkle import leaf_hash
from service.serve import prepare
from service.settings import Settings
from tests.service.hall import ballot_of, make_settings, put_on_board, served
from tests.simulator import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    """A world in which voting is open; no test changes it but to make ballots."""
    return make_world(until=Phase.VOTING)


@pytest.fixture
async def settings(world: World, database: str, connection: asyncpg.Connection, folder: Path) -> Settings:
    """Settings of a service on a database that is prepared."""
    await put_on_board(connection, world)
    made = make_settings(database, folder, world)
    await prepare(made)
    return made


async def cast(client: httpx.AsyncClient, raw: bytes) -> tuple[int, str]:
    """Return the status and the reason of the answer to a ballot."""
    answer = await client.post("/api/ballots", content=raw)
    return answer.status_code, answer.json().get("reason", "")


RESTORED = (503, "restored")
PROMISED = (200, "")


async def test_a_backup_of_an_earlier_start(
    world: World, settings: Settings, connection: asyncpg.Connection
) -> None:
    """On a database with the epoch of an earlier start nothing is stored, until the service starts anew."""
    earlier = await connection.fetchval("SELECT epoch FROM box.phase")
    await prepare(settings)
    raw = ballot_of(world, world.get_share(0), 0)
    async with served(settings) as client:
        await connection.execute("UPDATE box.phase SET epoch = $1", earlier)
        assert await cast(client, raw) == RESTORED
        assert await connection.fetchval("SELECT count(*) FROM box.ballots") == 0
        await prepare(settings)
        assert await cast(client, raw) == PROMISED


async def test_a_backup_of_this_start(
    world: World, settings: Settings, connection: asyncpg.Connection
) -> None:
    """A process whose last ballot is gone promises no other one in its place; the next start restores it."""
    share = world.get_share(1)
    first, other = (ballot_of(world, share, number) for number in (0, 1))
    async with served(settings) as client:
        assert await cast(client, first) == PROMISED
        await connection.execute("TRUNCATE box.ballots")
        assert await cast(client, other) == RESTORED
        await prepare(settings)
        assert (await cast(client, other))[1] == "ballot-fork"
    assert await connection.fetchval("SELECT entry_hash FROM box.ballots") == leaf_hash(first)


async def test_a_second_start_beside_the_first(world: World, settings: Settings) -> None:
    """When the service is started anew, the processes of the start before go on."""
    share = world.get_share(2)
    first = ballot_of(world, share, 0)
    async with served(settings) as client:
        assert await cast(client, first) == PROMISED
        await prepare(settings)
        assert await cast(client, ballot_of(world, share, 1, first, 2)) == PROMISED
