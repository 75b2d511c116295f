"""Following a made-up board to its certify, and booking it exactly once."""

import asyncio
import datetime
import functools
import http.server
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from admin.ledger.awards import list_awards, read_awards
from admin.ledger.booking import Award, grants
from admin.ledger.errors import BoardSourceError, BookingError, NotYetError, UnavailableError
from admin.ledger.follower import Follower, follow
from admin.ledger.sources import BoardSource, Database, FolderFiles, PublishedRecord, WebFiles, open_source
from admin.ledger.store import Booked, book, open_ledger, read_ledger
from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.wire import Hash, encode
from service.portal.ledger_store import read_pots
from tally.outcome import format_outcome, parse_outcome, tally_entry
from tests.simulator import World, changed, make_world

DAY = datetime.date(2026, 3, 2)


def today() -> datetime.date:
    """The day on which everything here is booked."""
    return DAY


def certified_world(**options: object) -> World:
    """An election that has been certified."""
    world = make_world(until=Phase.COUNTED, **options)
    world.certify(lambda official: f"report of {official}".encode())
    return world


@pytest.fixture(scope="module")
def world() -> World:
    """A certified election; read-only."""
    return certified_world()


class Memory:
    """A board in memory; `checkpoints` are served one after the other, the last one for ever."""

    def __init__(self, world: World, *checkpoints: bytes | None) -> None:
        self.world = world
        self.entries = list(world.entries)
        self.files = dict(world.files)
        self.checkpoints = list(checkpoints) or [world.checkpoint()]

    async def read_checkpoint(self) -> bytes | None:
        """Return the next checkpoint."""
        return self.checkpoints.pop(0) if len(self.checkpoints) > 1 else self.checkpoints[0]

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return a few entries."""
        return self.entries[start : min(size, start + 7)]

    async def read_file(self, name: bytes) -> bytes | None:
        """Return a file."""
        return self.files.get(name)


def changed_world(world: World, *, without: int) -> World:
    """The same keys and files with the last entries left out."""
    copy = World.__new__(World)
    copy.__dict__.update(world.__dict__)
    copy.entries = world.entries[: len(world.entries) - without]
    return copy


@pytest.fixture
async def ledger(database: str, world: World) -> AsyncIterator[asyncpg.Connection]:
    """A connection in the ledger's role; the world's pot is granted."""
    async with open_ledger(database) as connection:
        for grant in grants(world.election.manifest_hash, world.election.contests.values(), DAY):
            await book(connection, grant)
        yield connection


async def follow_once(source: BoardSource, connection: asyncpg.Connection, world: World) -> Booked | None:
    """Look until certified, at most a minute, without pauses."""
    manifest = world.election.manifest_hash
    return await follow(source, connection, manifest, today, pause=0, wait=60)


async def test_certified_outcome_is_booked_under_its_hash(ledger: asyncpg.Connection, world: World) -> None:
    """Each winner of the tally is committed at its cost, under the entry hash of `certify`."""
    booked = await follow_once(Memory(world), ledger, world)
    assert booked is not None
    assert booked.fresh
    (pot,) = await read_pots(ledger)
    contest = world.election.contests["wijkbudget"]
    costs = {project.id: project.cost for project in contest.projects}
    assert world.board.tally is not None
    winners = world.board.tally.contests[0].winners
    assert winners
    assert [(each.project, each.cents) for each in pot.commitments] == [(won, costs[won]) for won in winners]
    assert {each.certify for each in pot.commitments} == {leaf_hash(world.entries[-1]).hex()}
    assert pot.granted == 2_000_001
    assert [fund.granted for fund in pot.funds] == [1_400_001, 600_000]


async def test_second_run_books_nothing_more(ledger: asyncpg.Connection, world: World) -> None:
    """A follower that starts anew finds the election booked."""
    first = await follow_once(Memory(world), ledger, world)
    second = await follow_once(Memory(world), ledger, world)
    assert first is not None
    assert second == Booked(id=first.id, fresh=False)
    assert len((await read_ledger(ledger)).transactions) == 2


async def test_followers_at_once_book_once(ledger: asyncpg.Connection, database: str, world: World) -> None:
    """Of four followers at once, one books."""

    async def run() -> Booked | None:
        async with open_ledger(database) as connection:
            return await follow_once(Memory(world), connection, world)

    results = await asyncio.wait_for(asyncio.gather(*[run() for _ in range(4)]), 60)
    assert sorted(each.fresh for each in results if each) == [False, False, False, True]
    assert len((await read_ledger(ledger)).transactions) == 2


async def test_follower_waits_for_a_witnessed_certify(ledger: asyncpg.Connection, world: World) -> None:
    """Without a checkpoint, before certify, and with too few witnesses it waits; then it sees certify."""
    counted = changed_world(world, without=1).checkpoint()
    few = world.checkpoint(witnesses=["partner-1", "partner-2", "partner-3"])
    source = Memory(world, None, counted, few, counted, world.checkpoint())
    follower = Follower(source, world.election.manifest_hash)
    assert [await follower.is_certified() for _ in range(5)] == [False, False, False, False, True]
    with pytest.raises(NotYetError, match="not certified"):
        await follow(Memory(world, few), ledger, world.election.manifest_hash, today, pause=0, wait=0)
    assert len((await read_ledger(ledger)).transactions) == 1


async def test_an_older_checkpoint_is_passed_over(world: World) -> None:
    """A cache that serves an old checkpoint after a newer one only delays."""
    old, newer = (changed_world(world, without=number).checkpoint() for number in (5, 2))
    follower = Follower(Memory(world, newer, old, world.checkpoint()), world.election.manifest_hash)
    assert [await follower.is_certified() for _ in range(3)] == [False, False, True]


async def test_another_manifest_hash_is_refused(world: World) -> None:
    """A board of another election than the treasurer named is not followed."""
    with pytest.raises(BoardSourceError, match="manifest hash"):
        await Follower(Memory(world), Hash(bytes(32))).is_certified()
    with pytest.raises(BoardSourceError, match="manifest hash"):
        await Follower(Memory(world), Hash(bytes(32))).read_election()


def with_changed_entry(world: World) -> Memory:
    """A board whose tally has one winner less."""
    source = Memory(world)
    place = next(place for place, raw in enumerate(source.entries) if b'"kind":"tally"' in raw)
    source.entries[place] = source.entries[place].replace(b'"winners":["', b'"winners":["plein","')
    return source


def with_missing_entries(world: World) -> Memory:
    """A board that ends before its checkpoint says."""
    source = Memory(world)
    del source.entries[-1]
    return source


def with_another_root(world: World) -> Memory:
    """A checkpoint, signed by all, over other entries."""
    other = changed_world(world, without=0)
    other.entries = [*world.entries[:-1], b"{}"]
    return Memory(world, other.checkpoint())


def with_a_broken_checkpoint(world: World) -> Memory:
    """A checkpoint that is none."""
    return Memory(world, b"hello\n")


def with_a_forged_checkpoint(world: World) -> Memory:
    """A checkpoint that another key signed in the operator's place."""
    return Memory(world, certified_world(seed="other").checkpoint())


@pytest.mark.attack
@pytest.mark.parametrize(
    "attack",
    [
        with_changed_entry,
        with_missing_entries,
        with_another_root,
        with_a_broken_checkpoint,
        with_a_forged_checkpoint,
    ],
)
async def test_a_board_that_does_not_hold_is_not_booked(
    attack: Callable[[World], Memory], ledger: asyncpg.Connection, world: World
) -> None:
    """Changed or missing entries, another root, a broken or forged checkpoint: an error, and no booking."""
    with pytest.raises(BoardSourceError):
        await follow_once(attack(world), ledger, world)
    assert len((await read_ledger(ledger)).transactions) == 1


async def test_another_outcome_file_is_not_booked(ledger: asyncpg.Connection, world: World) -> None:
    """The outcome must be the file that the tally names; until it is served, the follower waits."""
    source = Memory(world)
    assert world.board.tally is not None
    outcome = source.files.pop(world.board.tally.outcome)
    manifest = world.election.manifest_hash
    with pytest.raises(NotYetError, match="outcome file"):
        await follow(source, ledger, manifest, today, pause=0, wait=0)
    source.files[world.board.tally.outcome] = outcome.replace(b"moestuin", b"speeltui")
    with pytest.raises(BookingError, match="SHA-256"):
        await follow(source, ledger, manifest, today, pause=0, wait=0)


def world_with_outcome(change: Callable[[dict[str, Any]], object], *, tally_follows: bool) -> World:
    """A certified election whose outcome file was changed; its tally says the same, or what was counted."""
    world = make_world(until=Phase.OPENED)
    counted = world.count_ballots()
    members = json.loads(format_outcome(counted))
    change(members["contests"][0]["counts"][0])
    raw = encode(members)
    tally = tally_entry(parse_outcome(raw) if tally_follows else counted)
    world.append(changed(tally, outcome=world.add_file(raw)))
    world.certify(lambda official: f"report of {official}".encode())
    return world


@pytest.mark.attack
@pytest.mark.parametrize(
    ("change", "tally_follows", "message"),
    [
        (lambda count: count["winners"].pop(), False, "something else than the tally"),
        (lambda count: count.update(pot="andere"), True, "one count for each pot"),
        (lambda count: count["winners"].append("fietspad"), True, "do not fit"),
    ],
)
async def test_an_outcome_that_disagrees_is_not_booked(
    change: Callable[[dict[str, Any]], object],
    tally_follows: bool,
    message: str,
    ledger: asyncpg.Connection,
) -> None:
    """Winners other than the tally's, another pot, or more than the pot holds: nothing is booked."""
    world = world_with_outcome(change, tally_follows=tally_follows)
    with pytest.raises(BookingError, match=message):
        await follow_once(Memory(world), ledger, world)
    assert len((await read_ledger(ledger)).transactions) == 1


async def test_styles_counted_apart_pay_from_their_own_pots(world: World) -> None:
    """With a pot a style, the outcome file says which pot pays a winner."""
    outcome = world.count_ballots()
    (together,) = outcome.contests
    (count,) = together.counts
    first = msgspec.structs.replace(count, pot="adult-pot", winners=["plein"])
    second = msgspec.structs.replace(count, pot="youth-pot", winners=["bankjes"])
    apart = msgspec.structs.replace(
        outcome, contests=[msgspec.structs.replace(together, counts=[first, second])]
    )
    assert list_awards(apart) == [
        Award(contest="wijkbudget", pot="adult-pot", project="plein"),
        Award(contest="wijkbudget", pot="youth-pot", project="bankjes"),
    ]


async def test_advice_books_nothing(database: str) -> None:
    """An election that only advises ends without a transaction."""
    world = certified_world(right="advice")
    async with open_ledger(database) as connection:
        assert await follow_once(Memory(world), connection, world) is None
        assert (await read_ledger(connection)).transactions == []


async def test_election_is_known_before_anybody_votes() -> None:
    """The set-up of a board that is in its voting gives the election, and nothing after it is read."""
    world = make_world(until=Phase.VOTING)
    source = Memory(world)
    source.entries[-1] = b"not read"
    election = await Follower(source, world.election.manifest_hash).read_election()
    assert election is not None
    assert election.manifest == world.election.manifest
    assert await Follower(Memory(world, None), world.election.manifest_hash).read_election() is None


@pytest.fixture(scope="module")
def record(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world's public record."""
    folder = tmp_path_factory.mktemp("record")
    world.write_record(folder)
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that prints nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
        """Say nothing."""


@pytest.fixture
def url(record: Path) -> Iterator[str]:
    """Where the record is served."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(record))
    ) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join(10)


async def test_board_is_read_from_a_folder(ledger: asyncpg.Connection, world: World, record: Path) -> None:
    """The folder that a web server would serve is enough."""
    async with open_source(str(record), ledger) as source:
        booked = await follow_once(source, ledger, world)
    assert booked is not None


async def test_board_is_read_over_http(ledger: asyncpg.Connection, world: World, url: str) -> None:
    """So is the address of that web server."""
    async with open_source(url, ledger) as source:
        booked = await follow_once(source, ledger, world)
        assert await source.read_file(bytes(32)) is None
    assert booked is not None


async def test_board_is_read_from_the_database(
    ledger: asyncpg.Connection, connection: asyncpg.Connection, world: World
) -> None:
    """So are the service's own tables, in the role of the ledger."""
    rows = [(place, leaf_hash(raw), "entry", raw) for place, raw in enumerate(world.entries)]
    await connection.executemany("INSERT INTO board.entries VALUES ($1, $2, $3, $4)", rows)
    await connection.executemany("INSERT INTO board.files VALUES ($1, $2)", list(world.files.items()))
    source = Database(ledger)
    with pytest.raises(NotYetError):
        await follow(source, ledger, world.election.manifest_hash, today, pause=0, wait=0)
    await connection.execute(
        "UPDATE board.head SET root = $1, witnessed = $2, witnessed_size = size",
        world.board.root(),
        world.checkpoint(),
    )
    booked = await follow_once(source, ledger, world)
    assert booked is not None
    with pytest.raises(BoardSourceError, match="lacks entry"):
        await source.read_entries(len(rows), len(rows) + 1)


async def test_partial_bundle_that_became_full_is_cut(tmp_path: Path) -> None:
    """When only the full bundle is left, the entries of the earlier size are taken from it."""
    source = PublishedRecord(FolderFiles(tmp_path))
    (tmp_path / "tile/entries").mkdir(parents=True)
    with pytest.raises(UnavailableError):
        await source.read_entries(2, 5)
    (tmp_path / "tile/entries/000").write_bytes(b"".join(b"\0\1" + bytes([n]) for n in range(256)))
    assert await source.read_entries(2, 5) == [b"\2", b"\3", b"\4"]
    (tmp_path / "tile/entries/000").write_bytes(b"\0\1")
    with pytest.raises(BoardSourceError, match="cannot be read"):
        await source.read_entries(2, 5)


async def test_server_that_fails_is_asked_again_later(url: str, tmp_path: Path) -> None:
    """A server that is away or faulty is `unavailable`; one that sends too much is refused."""
    async with httpx.AsyncClient(timeout=10) as client:
        assert await WebFiles(client, url).read("nowhere", 10) is None
        with pytest.raises(BoardSourceError, match="more than 10 bytes"):
            await WebFiles(client, url).read("checkpoint", 10)
        with pytest.raises(UnavailableError):
            await WebFiles(client, "http://127.0.0.1:1").read("checkpoint", 10)
    with pytest.raises(BoardSourceError, match="URL, a folder"):
        async with open_source(str(tmp_path / "nowhere"), None):
            pass


def test_nothing_is_awarded_before_certify() -> None:
    """A counted board that nobody has certified gives no awards, though its outcome is right."""
    world = make_world(until=Phase.COUNTED)
    with pytest.raises(BookingError, match="certified board"):
        read_awards(world.board, format_outcome(world.outcome))
