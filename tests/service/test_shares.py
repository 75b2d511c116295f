"""Requests for shares over HTTP on a real database: log first, sign second, the same bytes every time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots import entries as e
from ballots.board import Phase
from ballots.points import ed25519_public
from ballots.shares import verify
from ballots.verification import blinded_hash, share_message
from ballots.voter import Asking, ShareRequest, finish_share
from ballots.wire import Hash, Key, Rsa, Signature, decode, encode
from service.settings import Settings
from service.shares.records import BlindSignature, BlindSignatures, ShareAnswer, ShareWaiting
from tests.service.hall import log_requests, make_settings, put_on_board, served, witness
from tests.simulator import World, changed, make_world


@dataclass
class Desk:
    """A served election in which nobody has asked yet; residents 0 to 5 are adults, 6 to 9 youth."""

    client: httpx.AsyncClient
    connection: asyncpg.Connection
    settings: Settings
    world: World

    async def ask(self, request: ShareRequest | bytes) -> httpx.Response:
        raw = request if isinstance(request, bytes) else encode(request)
        return await self.client.post("/api/requests", content=raw)

    async def hand_in(self, partner: str, signatures: list[tuple[int, bytes]]) -> httpx.Response:
        message = BlindSignatures(
            partner=partner,
            signatures=[BlindSignature(position=at, signature=Rsa(each)) for at, each in signatures],
        )
        return await self.client.post("/api/blind-signatures", content=encode(message))

    async def count(self, table: str = "requests") -> int:
        return await self.connection.fetchval(f"SELECT count(*) FROM box.{table}")


@pytest.fixture
async def desk(database: str, connection: asyncpg.Connection, folder: Path) -> AsyncIterator[Desk]:
    world = make_world(until=Phase.VOTING)
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    async with served(settings) as client:
        yield Desk(client, connection, settings, world)


def issuer_answers(world: World, asking: Asking, position: int) -> dict[str, list[tuple[int, bytes]]]:
    """Return what each issuer hands in for a request."""
    partners = [issuer.partner for issuer in world.election.styles[asking.style].issuers]
    return {
        partner: [(position, signature)]
        for partner, signature in zip(partners, world.sign_blinded(asking), strict=True)
    }


async def test_from_request_to_share(desk: Desk) -> None:
    """A request waits, is listed once it is witnessed, and is answered when all issuers have signed."""
    asking = desk.world.ask(0)
    first = await desk.ask(asking.request)
    assert (first.status_code, first.headers["retry-after"]) == (202, "1")
    assert decode(ShareWaiting, first.content).signed == []
    assert (await desk.client.get("/api/issuing")).json() == []
    await log_requests(desk.connection, desk.world)
    [listed] = (await desk.client.get("/api/issuing?after=0")).json()
    assert listed["blinded"] == [blinded.format() for blinded in asking.request.blinded]
    assert (await desk.client.get(f"/api/issuing?after={listed['position']}")).json() == []
    (one, answers_one), (two, answers_two) = issuer_answers(desk.world, asking, listed["position"]).items()
    assert (await desk.hand_in(one, answers_one)).json() == {"accepted": 1}
    assert decode(ShareWaiting, (await desk.ask(asking.request)).content).signed == [one]
    assert (await desk.hand_in(two, answers_two)).status_code == 200
    last = await desk.ask(asking.request)
    assert last.status_code == 200
    signatures = decode(ShareAnswer, last.content).blind_signatures
    share = finish_share(desk.world.election, asking, list(signatures))
    message = share_message(desk.world.election.manifest_hash, "adult", ed25519_public(share.voting_seed))
    for issuer, signature in zip(desk.world.election.issuers("adult"), share.signatures, strict=True):
        verify(issuer, message, signature)


async def test_the_same_request_again(desk: Desk) -> None:
    """The same request gets the same bytes, also when signatures came twice or the voting has ended."""
    asking = desk.world.ask(6)
    await asyncio.gather(*(desk.ask(asking.request) for _ in range(10)))
    assert await desk.count() == 1
    await log_requests(desk.connection, desk.world)
    position = await desk.connection.fetchval("SELECT position FROM box.requests")
    for _ in range(2):
        for partner, answers in issuer_answers(desk.world, asking, position).items():
            assert (await desk.hand_in(partner, answers)).status_code == 200
    assert await desk.count("blind_signatures") == 2
    before = {(await desk.ask(asking.request)).content for _ in range(3)}
    await desk.connection.execute("UPDATE box.phase SET open = false")
    assert {(await desk.ask(asking.request)).content} == before


async def test_a_second_request_of_a_credential(desk: Desk) -> None:
    """Another request of the same credential is refused; of 20 at once, exactly one is stored."""
    askings = [desk.world.ask(0) for _ in range(20)]
    answers = await asyncio.gather(*(desk.ask(asking.request) for asking in askings))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 19
    assert {answer.json().get("reason") for answer in answers} == {None, "request-twice"}
    assert await desk.count() == 1


def refusals(world: World) -> dict[str, tuple[bytes, int, str]]:
    """Return requests with one thing wrong each, with status and reason."""
    asked = world.ask(0).request
    raw = encode(asked)
    stranger = world.draw(32)

    def resigned(seed: bytes, **members: object) -> ShareRequest:
        request = changed(asked.request, credential=Key(ed25519_public(seed)), **members)
        return ShareRequest(
            blinded=asked.blinded, request=changed(request, signature=world.sign(seed, request))
        )

    own = world.residents[0].credential_seed
    zero = Rsa(bytes(384))
    high = Rsa(b"\xff" * 384)
    return {
        "nothing": (b"", 400, "wire-length"),
        "too long": (b"{" * 8192, 400, "wire-malformed"),
        "no JSON": (b"request", 400, "wire-malformed"),
        "a space": (raw.replace(b'","', b'", "', 1), 400, "wire-spelling"),
        "a member too many": (raw.replace(b'{"blinded"', b'{"address":"x","blinded"', 1), 400, "wire-type"),
        "the entry alone": (encode(asked.request), 400, "wire-type"),
        "not signed": (
            encode(changed(asked, request=changed(asked.request, signature=Signature(bytes(64))))),
            422,
            "signature-",
        ),
        "a stranger": (encode(resigned(stranger)), 409, "request-unknown"),
        "no such style": (encode(resigned(own, style="senior")), 422, "request-style"),
        "another style": (encode(resigned(own, style="youth")), 422, "request-style"),
        "a hash too few": (encode(resigned(own, blinded=asked.request.blinded[:1])), 422, "request-blinded"),
        "another hash": (
            encode(resigned(own, blinded=[Hash(bytes(32)), asked.request.blinded[1]])),
            422,
            "request-blinded",
        ),
        "a message too few": (encode(changed(asked, blinded=asked.blinded[:1])), 422, "request-blinded"),
        "messages exchanged": (encode(changed(asked, blinded=asked.blinded[::-1])), 422, "request-blinded"),
        "blinded zero": (
            encode(changed(resigned(own, blinded=[Hash(blinded_hash(zero))] * 2), blinded=[zero, zero])),
            422,
            "blinded-range",
        ),
        "blinded beyond the modulus": (
            encode(changed(resigned(own, blinded=[Hash(blinded_hash(high))] * 2), blinded=[high, high])),
            422,
            "blinded-range",
        ),
    }


async def test_every_fault_has_its_reason(desk: Desk) -> None:
    """Every request with one thing wrong is refused with its own reason, and the credential can still ask."""
    for name, (raw, status, reason) in refusals(desk.world).items():
        answer = await desk.ask(raw)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            name
        )
        assert answer.json()["reason"].startswith(reason), (name, answer.json())
    assert await desk.count() == 0
    assert (await desk.ask(b"x" * 8193)).json()["reason"] == "too-large"
    assert (await desk.ask(desk.world.ask(0).request)).status_code == 202


async def test_a_revoked_credential(desk: Desk) -> None:
    """A replaced credential is refused, and the one that took its place may ask."""
    seed = desk.world.draw(32)
    old = desk.world.residents[1]
    replace = e.Replace(
        adds=Key(ed25519_public(seed)),
        registrar=Signature(bytes(64)),
        revokes=[Key(old.credential)],
        signatures=[],
        style="adult",
    )
    replace = changed(
        desk.world.by_officials(replace), registrar=desk.world.sign(desk.world.keys.registrar, replace)
    )
    desk.world.append(replace)
    await put_on_board(desk.connection, desk.world)
    assert (await desk.ask(desk.world.ask(1).request)).json()["reason"] == "request-revoked"
    old.credential_seed = seed
    assert (await desk.ask(desk.world.ask(1).request)).status_code == 202
    rows = await desk.connection.fetch(
        "SELECT roll_number, revoked FROM box.credentials ORDER BY roll_number"
    )
    assert [tuple(row) for row in rows] == [(n, n == 2) for n in range(1, 12)]


async def test_the_board_refuses(desk: Desk) -> None:
    """A request that the board refused after all is answered with the board's reason."""
    asking = desk.world.ask(0)
    await desk.ask(asking.request)
    await desk.connection.execute(
        "INSERT INTO board.refused SELECT entry_hash, 'request-revoked' FROM box.requests"
    )
    answer = await desk.ask(asking.request)
    assert (answer.status_code, answer.json()["reason"]) == (409, "request-revoked")


async def test_the_voting_is_closed(desk: Desk) -> None:
    """A first request after closing is refused with `phase`."""
    await desk.connection.execute("UPDATE box.phase SET open = false")
    answer = await desk.ask(desk.world.ask(0).request)
    assert (answer.status_code, answer.json()["reason"]) == (409, "phase")
    assert await desk.count() == 0


async def test_blind_signatures_prove_themselves(desk: Desk) -> None:
    """A signature that is wrong or of no issuer is refused, and the good ones beside it too."""
    asking = desk.world.ask(0)
    await desk.ask(asking.request)
    await log_requests(desk.connection, desk.world)
    at = await desk.connection.fetchval("SELECT position FROM box.requests")
    (one, good), (two, of_two) = issuer_answers(desk.world, asking, at).items()
    wrong = bytes([*good[0][1][:-1], good[0][1][-1] ^ 1])
    modulus = desk.world.election.issuers("adult")[0].modulus
    again = int.from_bytes(good[0][1], "big") + modulus
    cases = {
        "share-wrong": [(one, [(at, wrong)])],
        "blind-twice": [(one, [*good, *good]), (one, [*good, (at, wrong)])],
        "share-": [(one, of_two), (two, good)],
        "blind-position": [(one, [*good, (at + 1, good[0][1])])],
        "blind-issuer": [("partner-6", good), ("nobody", good)],
        "wire-type": [(one, [])],
    }
    if again < 2**3072:
        cases["share-range"] = [(one, [(at, again.to_bytes(384, "big"))])]
    for reason, tries in cases.items():
        for partner, signatures in tries:
            assert (await desk.hand_in(partner, signatures)).json()["reason"].startswith(reason)
    assert await desk.count("blind_signatures") == 0


async def test_listing_pages(desk: Desk) -> None:
    """Requests are listed in the board's order, from after the position that is named."""
    askings = [desk.world.ask(number) for number in range(4)]
    for asking in askings:
        await desk.ask(asking.request)
        await log_requests(desk.connection, desk.world)
    await witness(desk.connection)
    listed = (await desk.client.get("/api/issuing")).json()
    assert [each["blinded"][0] for each in listed] == [
        asking.request.blinded[0].format() for asking in askings
    ]
    rest = (await desk.client.get(f"/api/issuing?after={listed[1]['position']}")).json()
    assert rest == listed[2:]


async def test_listing_for_an_issuer(desk: Desk) -> None:
    """A partner is listed what it is to sign and has not signed, and nobody else anything."""
    asking = desk.world.ask(0)
    await desk.ask(asking.request)
    await log_requests(desk.connection, desk.world)
    [listed] = (await desk.client.get("/api/issuing")).json()
    (one, signatures), (two, _) = issuer_answers(desk.world, asking, listed["position"]).items()
    await desk.hand_in(one, signatures)
    answers = {
        partner: (await desk.client.get("/api/issuing", params={"partner": partner})).json()
        for partner in (one, two, "partner-6", "nobody", "\0")
    }
    assert answers == {one: [], two: [listed], "partner-6": [], "nobody": [], "\0": []}


@pytest.mark.parametrize("after", ["-1", "x", "9007199254740992", "1.5"])
async def test_listing_from_nowhere(desk: Desk, after: str) -> None:
    """A position that is no whole number from 0 to 2^53-1 is refused as a bad request."""
    answer = await desk.client.get(f"/api/issuing?after={after}")
    assert (answer.status_code, answer.json()["reason"]) == (400, "bad-request")


async def test_nothing_is_listed_before_it_is_witnessed(desk: Desk) -> None:
    """A request that stands on the board, but in no witnessed checkpoint, is offered to no issuer."""
    asking = desk.world.ask(0)
    await desk.ask(asking.request)
    await desk.connection.execute("UPDATE board.head SET witnessed = 'note', witnessed_size = size")
    placed = desk.world.append(encode(asking.request.request))
    await put_on_board(desk.connection, desk.world)
    await desk.connection.execute("UPDATE box.requests SET position = $1", placed.index)
    assert (await desk.client.get("/api/issuing")).json() == []
    await witness(desk.connection)
    assert len((await desk.client.get("/api/issuing")).json()) == 1
