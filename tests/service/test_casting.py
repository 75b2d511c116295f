"""Casting over HTTP on a real database: one ballot a revision, the same promise for the same bytes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.entries import Ballot
from ballots.merkle import leaf_hash
from ballots.points import sign_ed25519
from ballots.receipt import Promise, verify_promise
from ballots.signing import signed_message
from ballots.voter import Share
from ballots.wire import Bytes, Hash, Signature, decode, encode
from service.ballot_box.journal import Journal
from service.settings import Settings
from tests.service.hall import altered, ballot_of, make_settings, put_on_board, served, witness
from tests.simulator import World, changed, make_world


@dataclass
class Hall:
    """A served election whose residents 0 to 2 (adults) and 6 (youth) have their shares."""

    client: httpx.AsyncClient
    connection: asyncpg.Connection
    settings: Settings
    shares: dict[int, Share]
    world: World

    async def cast(self, raw: bytes) -> httpx.Response:
        return await self.client.post("/api/ballots", content=raw)

    async def count(self) -> int:
        return await self.connection.fetchval("SELECT count(*) FROM box.ballots")

    def journaled(self) -> set[bytes]:
        return {leaf_hash(raw) for raw in Journal(self.settings.journal_dir).read()}


@pytest.fixture(scope="module")
def voting() -> tuple[World, dict[int, Share]]:
    """A world in which voting is open and four residents have shares; no test changes it."""
    world = make_world(until=Phase.VOTING)
    return world, {resident: world.get_share(resident) for resident in (0, 1, 2, 6)}


@pytest.fixture
async def hall(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> AsyncIterator[Hall]:
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    async with served(settings) as client:
        yield Hall(client, connection, settings, shares, world)


def signed(world: World, share: Share, ballot: Ballot) -> bytes:
    """Return the ballot signed by the share's voting key."""
    message = signed_message(ballot, world.election.manifest_hash)
    return encode(changed(ballot, signature=Signature(sign_ed25519(share.voting_seed, message))))


async def test_a_ballot_is_promised(hall: Hall) -> None:
    """A good ballot gets the operator's promise, and stands in the database and in the journal."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    answer = await hall.cast(raw)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    verify_promise(hall.world.election, decode(Promise, answer.content), leaf_hash(raw))
    assert await hall.connection.fetchval("SELECT raw FROM box.ballots") == raw
    assert hall.journaled() == {leaf_hash(raw)}


async def test_the_same_bytes_again(hall: Hall) -> None:
    """The same bytes get the same promise, store nothing more and write no second file."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    answers = [await hall.cast(raw) for _ in range(3)]
    answers += await asyncio.gather(*(hall.cast(raw) for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].status_code == 200
    assert await hall.count() == 1
    assert len(list(hall.settings.journal_dir.glob("*.ballots"))) == 1


async def test_the_same_bytes_after_the_end(hall: Hall) -> None:
    """After closing, or from the board, a stored ballot still gets its promise; a new one does not."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    first = await hall.cast(raw)
    await hall.connection.execute("UPDATE box.phase SET open = false")
    assert (await hall.cast(raw)).content == first.content
    await hall.connection.execute("UPDATE box.ballots SET raw = NULL")
    assert (await hall.cast(raw)).content == first.content
    late = await hall.cast(ballot_of(hall.world, hall.shares[1], 0))
    assert (late.status_code, late.json()["reason"]) == (409, "phase")
    assert await hall.count() == 1


async def test_a_hundred_at_once_store_one(hall: Hall) -> None:
    """Of 100 different ballots of one share, cast at once, exactly one is stored and promised."""
    raws = [ballot_of(hall.world, hall.shares[0], number) for number in range(100)]
    answers = await asyncio.gather(*(hall.cast(raw) for raw in raws))
    promised = [raw for raw, answer in zip(raws, answers, strict=True) if answer.status_code == 200]
    assert len(promised) == 1
    assert [row["raw"] for row in await hall.connection.fetch("SELECT raw FROM box.ballots")] == promised
    assert {answer.json()["reason"] for answer in answers if answer.status_code != 200} == {"ballot-fork"}
    assert hall.journaled() == {leaf_hash(promised[0])}


async def test_a_hundred_at_once_on_two_services(hall: Hall, database: str) -> None:
    """Two processes on one database store one ballot of a share as well, and neither waits for ever."""
    raws = [ballot_of(hall.world, hall.shares[who], n) for n in range(25) for who in (0, 1)]
    async with served(hall.settings) as other:
        answers = await asyncio.gather(
            *(hall.cast(raw) for raw in raws), *(other.post("/api/ballots", content=raw) for raw in raws)
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 96
    assert await hall.count() == 2


async def test_voting_again(hall: Hall) -> None:
    """Each next revision that names the one before is promised, up to the ninth."""
    before = None
    for revision in range(1, 10):
        raw = ballot_of(hall.world, hall.shares[0], revision, before, revision)
        assert (await hall.cast(raw)).status_code == 200
        before = raw
    assert await hall.count() == 9
    assert len(hall.journaled()) == 9


async def test_two_revisions_at_once(hall: Hall) -> None:
    """Two revisions that arrive together come in together, or the second is told to come back."""
    first = ballot_of(hall.world, hall.shares[0], 1)
    second = ballot_of(hall.world, hall.shares[0], 2, first, 2)
    one, two = await asyncio.gather(hall.cast(first), hall.cast(second))
    assert one.status_code == 200
    assert two.status_code == 200 or (await hall.cast(second)).status_code == 200


ZERO = bytes(32)


def refusals(world: World, shares: dict[int, Share]) -> dict[str, tuple[bytes, int, str]]:
    """Return ballots with one thing wrong each, with status and the beginning of the reason."""
    good = ballot_of(world, shares[1], 0)
    ballot = decode(Ballot, good)
    other_key = decode(Ballot, ballot_of(world, shares[2], 0)).voting_key
    low_order = Bytes(bytes(80))
    again = changed(ballot, revision=2, previous=Hash(ZERO))
    return {
        "nothing": (b"", 400, "wire-length"),
        "no JSON": (b"ballot", 400, "wire-malformed"),
        "a space": (good.replace(b'","', b'", "', 1), 400, "wire-spelling"),
        "a member too many": (good.replace(b'{"body"', b'{"address":"x","body"', 1), 400, "wire-type"),
        "a member twice": (
            good[:-1] + b',"voting_key":"' + ballot.voting_key.format().encode() + b'"}',
            400,
            "wire-",
        ),
        "a member missing": (good.replace(b'"style":"adult",', b""), 400, "wire-type"),
        "a misspelt member": (good.replace(b'"revision"', b'"Revision"'), 400, "wire-"),
        "another kind": (good.replace(b'"kind":"ballot"', b'"kind":"roll"'), 400, "wire-type"),
        "revision 0": (good.replace(b'"revision":1', b'"revision":0'), 400, "wire-type"),
        "revision 10": (good.replace(b'"revision":1', b'"revision":10'), 400, "wire-type"),
        "no such style": (encode(altered(good, style="senior")), 422, "ballot-style"),
        "another style": (encode(altered(good, style="youth")), 422, "share-wrong"),
        "a short body": (encode(altered(good, body=Bytes(ballot.body[:-1]))), 422, "ballot-length"),
        "a box too few": (encode(altered(good, boxes=ballot.boxes[:-1])), 422, "ballot-length"),
        "half a share": (encode(altered(good, share=ballot.share[:1])), 422, "ballot-length"),
        "a box of low order": (
            encode(altered(good, boxes=[low_order, *ballot.boxes[1:]])),
            422,
            "x25519-low-order",
        ),
        "a share of somebody else": (encode(altered(good, voting_key=other_key)), 422, "share-wrong"),
        "not signed": (encode(altered(good, signature=Signature(bytes(64)))), 422, "signature-"),
        "a first one that follows": (
            signed(world, shares[1], changed(ballot, previous=Hash(bytes([1]) * 32))),
            409,
            "ballot-previous",
        ),
        "a second one that follows nothing": (signed(world, shares[1], again), 409, "ballot-previous"),
        "a gap": (ballot_of(world, shares[1], 0, good, 3), 409, "ballot-revision"),
        "a second one too early": (ballot_of(world, shares[1], 0, good, 2), 409, "ballot-revision"),
    }


async def test_every_fault_has_its_reason(hall: Hall) -> None:
    """A ballot with one thing wrong is refused with its own reason and advice, and nothing is stored."""
    for name, (raw, status, reason) in refusals(hall.world, hall.shares).items():
        answer = await hall.cast(raw)
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            name
        )
        assert problem["reason"].startswith(reason), (name, problem)
        assert problem["status"] == status
        assert problem["advice"]
    assert await hall.count() == 0
    assert hall.journaled() == set()


async def test_faults_in_the_chain(hall: Hall) -> None:
    """Old revision, fork and wrong predecessor are told apart, and name the revision that is expected."""
    share = hall.shares[0]
    first = ballot_of(hall.world, share, 0)
    second = ballot_of(hall.world, share, 1, first, 2)
    for raw in (first, second):
        assert (await hall.cast(raw)).status_code == 200
    faults = {
        "ballot-revision": ballot_of(hall.world, share, 5),
        "ballot-fork": ballot_of(hall.world, share, 5, first, 2),
        "ballot-previous": ballot_of(hall.world, share, 5, first, 3),
    }
    for reason, raw in faults.items():
        answer = await hall.cast(raw)
        assert (answer.status_code, answer.json()["reason"]) == (409, reason)
        assert "3" in answer.json()["detail"] or reason == "ballot-previous"
    assert await hall.count() == 2
    assert hall.journaled() == {leaf_hash(first), leaf_hash(second)}


@pytest.mark.parametrize("until", [Phase.SETUP, Phase.ROLL, Phase.SEALED, Phase.CLOSED])
async def test_wrong_phase(
    until: Phase,
    voting: tuple[World, dict[int, Share]],
    database: str,
    connection: asyncpg.Connection,
    folder: Path,
) -> None:
    """Before and after the voting a good ballot is refused with `phase`, also before the manifest."""
    world, shares = voting
    raw = ballot_of(world, shares[0], 0)
    here = World(world.options) if until is Phase.SETUP else make_world(until=until)
    await put_on_board(connection, here)
    async with served(make_settings(database, folder, here)) as client:
        answer = await client.post("/api/ballots", content=raw)
    assert (answer.status_code, answer.json()["reason"]) == (409, "phase")


async def test_after_the_last_release(hall: Hall) -> None:
    """Nothing new is promised once the time that the promise would name has come."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    async with served(hall.settings, now=hall.world.election.deadline) as late:
        answer = await late.post("/api/ballots", content=raw)
    assert (answer.status_code, answer.json()["reason"]) == (409, "phase")
    assert await hall.count() == 0


async def test_a_body_beyond_the_limit(hall: Hall) -> None:
    """A body over 65,535 bytes is refused as too large before it is read to its end."""
    answer = await hall.cast(b"x" * 65_536)
    assert (answer.status_code, answer.json()["reason"]) == (413, "too-large")


async def test_busy(hall: Hall) -> None:
    """Beyond the casts that may be under way, one is told to come back, and nothing of it is stored."""
    settings = make_settings(
        hall.settings.database_url, hall.settings.state_dir.parent, hall.world, at_once=1
    )
    raws = [ballot_of(hall.world, hall.shares[who], 0) for who in (0, 1, 2)]
    async with served(settings) as narrow:
        answers = await asyncio.gather(*(narrow.post("/api/ballots", content=raw) for raw in raws))
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(refused) == 2
        assert {(answer.json()["reason"], answer.headers["retry-after"]) for answer in refused} == {
            ("busy", "1")
        }
        assert await hall.count() == 1
        for raw in raws:
            assert (await narrow.post("/api/ballots", content=raw)).status_code == 200


async def test_the_database_goes_away(hall: Hall, postgres_server: object) -> None:
    """When connections are cut, a cast gets 503 with Retry-After, and sent again its promise."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    await hall.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for _ in range(20):
        answer = await hall.cast(raw)
        if answer.status_code == 200:
            break
        assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
    assert answer.status_code == 200
    assert await hall.count() == 1


async def test_nothing_is_promised_without_the_journal(hall: Hall) -> None:
    """A journal that cannot be written to means 503; once it can, the same bytes get their promise."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    journal = hall.settings.journal_dir
    away = journal.rename(journal.with_name("away"))
    answer = await hall.cast(raw)
    assert (answer.status_code, answer.json()["reason"]) == (503, "journal")
    assert str(journal) not in answer.text
    away.rename(journal)
    assert (await hall.cast(raw)).status_code == 200
    assert hall.journaled() == {leaf_hash(raw)}


async def test_the_tables_tell_no_order(hall: Hall) -> None:
    """No column of the box is a time, an address or a number that counts up."""
    rows = await hall.connection.fetch(
        "SELECT table_name, column_name, data_type, is_identity, column_default "
        "FROM information_schema.columns WHERE table_schema = 'box'"
    )
    assert rows
    for row in rows:
        assert not row["data_type"].startswith(("timestamp", "time", "date", "inet", "cidr", "interval")), row
        assert (row["is_identity"], "nextval" in (row["column_default"] or "")) == ("NO", False), row


async def test_a_ballot_on_an_unpublished_board_is_journaled(hall: Hall) -> None:
    """A ballot that the board took before the journal did is promised once the journal has it."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    away = hall.settings.journal_dir.rename(hall.settings.journal_dir.with_name("away"))
    assert (await hall.cast(raw)).status_code == 503
    await place(hall, raw)
    assert (await hall.cast(raw)).status_code == 503
    away.rename(hall.settings.journal_dir)
    assert (await hall.cast(raw)).status_code == 200
    assert hall.journaled() == {leaf_hash(raw)}


async def test_an_earlier_revision_on_an_unpublished_board_is_journaled(hall: Hall) -> None:
    """Before revision 2 is promised the journal has revision 1, though only the board has its bytes."""
    first = ballot_of(hall.world, hall.shares[0], 0)
    second = ballot_of(hall.world, hall.shares[0], 1, first, 2)
    away = hall.settings.journal_dir.rename(hall.settings.journal_dir.with_name("away"))
    assert (await hall.cast(first)).status_code == 503
    await place(hall, first)
    away.rename(hall.settings.journal_dir)
    assert (await hall.cast(second)).status_code == 200
    assert hall.journaled() == {leaf_hash(first), leaf_hash(second)}


async def test_a_published_ballot_is_not_journaled_again(hall: Hall) -> None:
    """What a witnessed checkpoint covers is promised again without a word in the journal."""
    raw = ballot_of(hall.world, hall.shares[0], 0)
    hall.settings.journal_dir.rename(hall.settings.journal_dir.with_name("away"))
    assert (await hall.cast(raw)).status_code == 503
    await place(hall, raw)
    await witness(hall.connection)
    assert (await hall.cast(raw)).status_code == 200


async def place(hall: Hall, raw: bytes) -> None:
    """Put a ballot on the board and take it out of the urn, as the sequencer does."""
    size = await hall.connection.fetchval("SELECT size FROM board.head")
    await hall.connection.execute(
        "INSERT INTO board.entries VALUES ($1, $2, 'ballot', $3)", size, leaf_hash(raw), raw
    )
    await hall.connection.execute("UPDATE box.ballots SET raw = NULL")
