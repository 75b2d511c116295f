"""The journal and recovery: nothing that was promised is lost, nothing that was refused comes back."""

import asyncio
import errno
from pathlib import Path

import asyncpg
import pytest

from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.voter import Share
from service.app import open_pool
from service.ballot_box.journal import Journal, JournalError, read_file
from service.ballot_box.recovery import Recovered, recover
from service.db.roles import Role
from service.settings import Settings
from tests.service.hall import ballot_of, make_settings, put_on_board, served
from tests.simulator import World, make_world


@pytest.fixture(scope="module")
def voting() -> tuple[World, dict[int, Share]]:
    """A world in which voting is open and four residents have shares; no test changes it."""
    world = make_world(until=Phase.VOTING)
    return world, {resident: world.get_share(resident) for resident in (0, 1, 2, 6)}


def hashes(folder: Path) -> list[bytes]:
    return [leaf_hash(raw) for raw in Journal(folder).read()]


async def run_recovery(settings: Settings, world: World) -> Recovered:
    async with open_pool(settings, Role.SERVICE, 1) as pool:
        return await recover(pool, Journal(settings.journal_dir), world.election)


async def empty_urn(connection: asyncpg.Connection) -> None:
    """Lose all ballots, as a restored backup does."""
    await connection.execute("TRUNCATE box.ballots")


def test_a_group_is_one_file(folder: Path) -> None:
    """A group is one file in the order of the hashes, named by its content, whatever the order of arrival."""
    ballots = [b"one", b"two", b"three"]
    journal = Journal(folder / "journal")
    path = journal.write(ballots)
    assert journal.write(ballots[::-1]) == path
    assert list(journal.read()) == sorted(ballots, key=leaf_hash)
    assert [each.name for each in journal.folder.iterdir()] == [path.name]


def test_a_file_keeps_no_time(folder: Path) -> None:
    """The time of change of a file is a constant, and others cannot read it."""
    path = Journal(folder / "journal").write([b"one"])
    assert (path.stat().st_mtime, path.stat().st_mode & 0o777) == (0, 0o600)
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_damaged_file(folder: Path) -> None:
    """A file that does not hold what its name says is refused, and not read in part."""
    path = Journal(folder / "journal").write([b"one", b"two"])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(JournalError, match="does not hold what its name says"):
        list(read_file(path))


def test_an_unfinished_file(folder: Path) -> None:
    """What a crash left unfinished is not read, and the next merge removes it."""
    journal = Journal(folder / "journal")
    (journal.folder / ".0000.ballots.999999999").write_bytes(b"\x00\x03one")
    assert list(journal.read()) == []
    journal.merge()
    assert [path.name for path in journal.folder.iterdir()] == ["merge.lock"]


def test_merging(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merging leaves every ballot once, in few files, by hash; merging again changes nothing."""
    journal = Journal(folder / "journal")
    ballots = [b"ballot %d" % number for number in range(100)]
    for start in range(0, 100, 7):
        journal.write(ballots[start : start + 9])
    journal.merge()
    assert list(journal.read()) == sorted(ballots, key=leaf_hash)
    assert len(list(journal.folder.glob("*.ballots"))) == 1
    before = set(journal.folder.iterdir())
    journal.merge()
    assert set(journal.folder.iterdir()) == before
    monkeypatch.setattr("service.ballot_box.journal.MERGED_BYTES", 100)
    journal.merge()
    assert len(list(journal.folder.glob("*.ballots"))) > 5
    assert sorted(journal.read()) == sorted(ballots)


async def test_a_crash_between_database_and_journal(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """A ballot that only reached the database gets into the journal by recovery, and its promise later."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    raw = ballot_of(world, shares[0], 0)

    def crash(point: str) -> None:
        raise ConnectionError(point)

    async with served(settings, crash) as client:
        assert (await client.post("/api/ballots", content=raw)).status_code == 503
    assert await connection.fetchval("SELECT raw FROM box.ballots") == raw
    assert hashes(settings.journal_dir) == []
    assert await run_recovery(settings, world) == Recovered(journaled=1, missing=0, restored=0)
    assert hashes(settings.journal_dir) == [leaf_hash(raw)]
    assert await run_recovery(settings, world) == Recovered(journaled=0, missing=0, restored=0)
    async with served(settings) as client:
        assert (await client.post("/api/ballots", content=raw)).status_code == 200
    assert await connection.fetchval("SELECT count(*) FROM box.ballots") == 1


async def test_a_later_revision_brings_the_earlier_one(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """Before revision 2 is promised, the journal has revision 1 too, though its own promise never came."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    first = ballot_of(world, shares[0], 0)
    second = ballot_of(world, shares[0], 1, first, 2)

    def crash(point: str) -> None:
        raise ConnectionError(point)

    async with served(settings, crash) as client:
        await client.post("/api/ballots", content=first)
    async with served(settings) as client:
        assert (await client.post("/api/ballots", content=second)).status_code == 200
    await empty_urn(connection)
    assert (await run_recovery(settings, world)).restored == 2


async def test_the_database_is_lost(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """All that was promised comes back from the journal, and nothing that was refused does."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    forks = [ballot_of(world, shares[0], number) for number in range(10)]
    second = [ballot_of(world, shares[1], 1, None, 1)]
    second.append(ballot_of(world, shares[1], 2, second[0], 2))
    async with served(settings) as client:
        answers = await asyncio.gather(*(client.post("/api/ballots", content=raw) for raw in forks))
        kept = [raw for raw, answer in zip(forks, answers, strict=True) if answer.status_code == 200]
        for raw in second:
            assert (await client.post("/api/ballots", content=raw)).status_code == 200
    before = await connection.fetch("SELECT * FROM box.ballots ORDER BY entry_hash")
    assert {row["raw"] for row in before} == {*kept, *second}
    await empty_urn(connection)
    assert await run_recovery(settings, world) == Recovered(journaled=0, missing=0, restored=3)
    assert await connection.fetch("SELECT * FROM box.ballots ORDER BY entry_hash") == before
    assert (await run_recovery(settings, world)).restored == 0


async def test_recovery_never_makes_a_second_ballot(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """A journaled ballot whose revision is taken by another one stays out, and is counted as missing."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    one, other = (ballot_of(world, shares[0], number) for number in (0, 1))
    async with served(settings) as client:
        await client.post("/api/ballots", content=one)
    await empty_urn(connection)
    async with served(settings) as client:
        assert (await client.post("/api/ballots", content=other)).status_code == 200
    assert await run_recovery(settings, world) == Recovered(journaled=0, missing=1, restored=0)
    assert await connection.fetchval("SELECT raw FROM box.ballots") == other


async def test_recovery_after_closing(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """Once the voting is closed nothing comes back in, and what is missing is counted."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    async with served(settings) as client:
        await client.post("/api/ballots", content=ballot_of(world, shares[0], 0))
    await empty_urn(connection)
    await connection.execute("UPDATE box.phase SET open = false")
    assert await run_recovery(settings, world) == Recovered(journaled=0, missing=1, restored=0)


async def test_recovery_passes_over_what_is_no_ballot(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """A journal of another election, or with foreign bytes in it, brings nothing into this one."""
    world, _ = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    stranger = make_world(until=Phase.VOTING, seed="other")
    Journal(settings.journal_dir).write([ballot_of(stranger, stranger.get_share(0), 0), b"no ballot"])
    assert await run_recovery(settings, world) == Recovered(journaled=0, missing=2, restored=0)
    assert await connection.fetchval("SELECT count(*) FROM box.ballots") == 0


async def test_a_ballot_on_an_unpublished_board_gets_into_the_journal(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """Recovery journals a ballot that stands on the board beyond what witnesses have signed."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    raw = ballot_of(world, shares[0], 0)
    size = await connection.fetchval("SELECT size FROM board.head")
    await connection.execute(
        "INSERT INTO board.entries VALUES ($1, $2, 'ballot', $3)", size, leaf_hash(raw), raw
    )
    assert (await run_recovery(settings, world)).journaled == 1
    assert hashes(settings.journal_dir) == [leaf_hash(raw)]


def test_a_write_that_fails_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full each try leaves the folder as it was."""
    journal = Journal(folder / "journal")

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("service.ballot_box.journal.os.fsync", fail)
    for _ in range(2):
        with pytest.raises(JournalError, match="No space left"):
            journal.write([b"one"])
    assert list(journal.folder.iterdir()) == []


async def test_a_damaged_file_is_set_aside(
    voting: tuple[World, dict[int, Share]], database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """Recovery goes on beside a damaged file, keeps it under another name, and writes its ballots anew."""
    world, shares = voting
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    raws = [ballot_of(world, shares[resident], 0) for resident in (0, 1)]
    async with served(settings) as client:
        for raw in raws:
            assert (await client.post("/api/ballots", content=raw)).status_code == 200
    path = next(settings.journal_dir.glob("*.ballots"))
    damaged = path.read_bytes()[:-1]
    path.write_bytes(damaged)
    assert await run_recovery(settings, world) == Recovered(journaled=1, missing=0, restored=0)
    assert sorted(hashes(settings.journal_dir)) == sorted(map(leaf_hash, raws))
    assert path.with_name(f"{path.name}.damaged").read_bytes() == damaged
