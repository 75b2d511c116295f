"""A cast ballot is given again, byte for byte, to whoever has its hash, and the answer says nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.wire import encode
from tests.service.hall import ballot_of, make_settings, put_on_board, served, witness
from tests.simulator import World, make_world

TOLD = {"content-length", "content-type", "date"}
"""Headers that say nothing about the ballot but its length."""


@dataclass
class Hall:
    """A served election with one ballot that waits."""

    client: httpx.AsyncClient
    connection: asyncpg.Connection
    raw: bytes
    world: World

    async def get(self, name: str) -> httpx.Response:
        return await self.client.get(f"/api/ballots/{name}")

    async def place(self) -> None:
        """Put the ballot on the board and take it out of the urn, as the sequencer does."""
        size = await self.connection.fetchval("SELECT size FROM board.head")
        await self.connection.execute(
            "INSERT INTO board.entries VALUES ($1, $2, 'ballot', $3)", size, leaf_hash(self.raw), self.raw
        )
        await self.connection.execute("UPDATE box.ballots SET raw = NULL")


@pytest.fixture
async def hall(database: str, connection: asyncpg.Connection, folder: Path) -> AsyncIterator[Hall]:
    world = make_world(until=Phase.VOTING)
    share = world.get_share(0)
    raw = ballot_of(world, share, 0)
    await put_on_board(connection, world)
    async with served(make_settings(database, folder, world)) as client:
        assert (await client.post("/api/ballots", content=raw)).status_code == 200
        yield Hall(client, connection, raw, world)


async def test_the_same_bytes_from_urn_and_board(hall: Hall) -> None:
    """Waiting, on the board or witnessed there: the same bytes under the same headers, kept by nobody."""
    name = leaf_hash(hall.raw).hex()
    answers = [await hall.get(name)]
    await hall.place()
    answers.append(await hall.get(name))
    await witness(hall.connection)
    answers.append(await hall.get(name))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, hall.raw)}
    headers = [{(name, value) for name, value in each.headers.items() if name != "date"} for each in answers]
    assert headers[0] == headers[1] == headers[2]
    assert answers[0].headers["cache-control"] == "no-store"
    assert answers[0].headers["content-type"] == "application/json"


async def test_the_answer_does_not_tell_when(hall: Hall) -> None:
    """No header beside those that every answer has: no time, no mark that changes, no count."""
    answer = await hall.get(leaf_hash(hall.raw).hex())
    page = await hall.get("0" * 64)
    assert set(answer.headers) - set(page.headers) <= TOLD


async def test_only_what_was_cast_and_only_by_its_whole_hash(hall: Hall) -> None:
    """An unknown hash, part of one, another spelling, a list, and the hash of another entry all give 404."""
    request = encode(hall.world.ask(1).request.request)
    hall.world.append(request)
    await put_on_board(hall.connection, hall.world)
    name = leaf_hash(hall.raw).hex()
    others = [leaf_hash(request).hex(), leaf_hash(hall.world.entries[0]).hex()]
    for tried in ("0" * 64, name[:10], name[:-1], f"{name}0", name.upper(), "%25", *others):
        answer = await hall.get(tried)
        assert (answer.status_code, answer.json()["reason"]) == (404, "not-found"), tried
        assert answer.headers["cache-control"] == "no-store"
    for address in ("/api/ballots", "/api/ballots/"):
        assert (await hall.client.get(address)).status_code in (404, 405)
