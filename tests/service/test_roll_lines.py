"""What the service says of a credential: its style and whether it has asked, over HTTP on a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.wire import Key, decode, encode
from service.shares.records import RollLine, RollQuery
from tests.service.hall import log_requests, make_settings, put_on_board, served
from tests.simulator import World, make_world


@dataclass
class Desk:
    """A served election in which nobody has asked yet; residents 0 to 5 are adults, 6 to 9 youth."""

    client: httpx.AsyncClient
    connection: asyncpg.Connection
    world: World

    def credential(self, number: int) -> bytes:
        return bytes(self.world.residents[number].credential)

    async def look_up(self, credential: bytes) -> httpx.Response:
        query = encode(RollQuery(credential=Key(credential)))
        return await self.client.post("/api/roll-lines", content=query)

    async def find(self, number: int) -> tuple[str, bool]:
        """Return (style, asked) of a resident."""
        answer = await self.look_up(self.credential(number))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        line: RollLine = decode(RollLine, answer.content)
        return line.style, line.asked


@pytest.fixture
async def desk(database: str, connection: asyncpg.Connection, folder: Path) -> AsyncIterator[Desk]:
    world = make_world(until=Phase.VOTING)
    await put_on_board(connection, world)
    async with served(make_settings(database, folder, world)) as client:
        yield Desk(client, connection, world)


async def test_the_style_beside_a_credential(desk: Desk) -> None:
    """Whoever has a credential alone learns its style, as the roll names it."""
    assert [await desk.find(number) for number in (0, 5, 6, 9)] == [
        ("adult", False),
        ("adult", False),
        ("youth", False),
        ("youth", False),
    ]


async def test_whether_it_has_asked(desk: Desk) -> None:
    """A credential has asked from the moment its request is stored, on the board too, and nobody else has."""
    await desk.client.post("/api/requests", content=encode(desk.world.ask(0).request))
    assert (await desk.find(0), await desk.find(1)) == (("adult", True), ("adult", False))
    await log_requests(desk.connection, desk.world)
    assert (await desk.find(0), await desk.find(1)) == (("adult", True), ("adult", False))


async def test_a_request_that_only_the_board_has(desk: Desk) -> None:
    """After a rebuild from the record the table of requests is empty, and the credential has asked."""
    desk.world.append(encode(desk.world.ask(6).request.request))
    await put_on_board(desk.connection, desk.world)
    assert await desk.connection.fetchval("SELECT count(*) FROM box.requests") == 0
    assert (await desk.find(6), await desk.find(7)) == (("youth", True), ("youth", False))


async def test_looking_up_changes_nothing(desk: Desk) -> None:
    """Looking up stores no request, and the credential may ask as before, also once the voting has ended."""
    for _ in range(2):
        assert await desk.find(0) == ("adult", False)
    assert await desk.connection.fetchval("SELECT count(*) FROM box.requests") == 0
    await desk.connection.execute("UPDATE box.phase SET open = false")
    assert await desk.find(0) == ("adult", False)


async def test_a_credential_that_may_not_ask(desk: Desk) -> None:
    """A stranger and a revoked credential are told apart, with the reasons of a request."""
    await desk.connection.execute(
        "UPDATE box.credentials SET revoked = true WHERE key = $1", desk.credential(1)
    )
    for credential, reason in (
        (desk.world.draw(32), "request-unknown"),
        (desk.credential(1), "request-revoked"),
    ):
        answer = await desk.look_up(credential)
        assert (answer.status_code, answer.json()["reason"]) == (409, reason)
        assert answer.json()["advice"]


REFUSALS = {
    "nothing": (b"", 400, "wire-length"),
    "no JSON": (b"credential", 400, "wire-malformed"),
    "a space": (b'{"credential": "%s"}' % (b"A" * 43), 400, "wire-spelling"),
    "a key too short": (b'{"credential":"%s"}' % (b"A" * 42), 400, "wire-type"),
    "a second spelling": (b'{"credential":"%sB"}' % (b"A" * 42), 400, "wire-type"),
    "a member too many": (b'{"credential":"%s","style":"adult"}' % (b"A" * 43), 400, "wire-type"),
    "too long": (b"{" * 129, 413, "too-large"),
}


@pytest.mark.parametrize(("raw", "status", "reason"), REFUSALS.values(), ids=REFUSALS)
async def test_every_fault_has_its_reason(desk: Desk, raw: bytes, status: int, reason: str) -> None:
    """What is not the one spelling of a credential is refused, and nothing that was sent is repeated."""
    answer = await desk.client.post("/api/roll-lines", content=raw)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["reason"] == reason
    assert "AAAA" not in answer.text


async def test_the_credential_stands_in_no_address(desk: Desk) -> None:
    """There is no way to look a credential up by address."""
    key = Key(desk.credential(0)).format()
    for address in (f"/api/roll-lines?credential={key}", f"/api/roll-lines/{key}"):
        assert (await desk.client.get(address)).status_code in (404, 405)
