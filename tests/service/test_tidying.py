"""Tidying: urn and journal soon tell no more in which order ballots came, and nothing is lost by it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from ballots.merkle import leaf_hash
from ballots.wire import encode
from service.ballot_box import journal as journals
from service.ballot_box.journal import Journal
from service.board import sequencer as sequencing
from service.board import store
from service.db.roles import Role, session_settings
from tests.service.board_stage import Stage, open_stage
from tests.simulator import RELEASES

ROWS = "SELECT voting_key, revision, entry_hash, style, previous, raw FROM box.ballots ORDER BY entry_hash"
ORDER = "SELECT xmin::text AS xmin, revision, entry_hash FROM box.ballots WHERE raw IS NOT NULL ORDER BY ctid"


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election whose set-up waits in the inbox."""
    async with open_stage(database, folder) as stage:
        yield stage


async def test_shuffling_keeps_every_row_and_no_order(stage: Stage) -> None:
    """All rows are as they were, with their revisions; one transaction wrote them, by revision and hash."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.vote_all()
        before = await stage.connection.fetch(ROWS)
        await steps.sequencer.tidy()
        assert await stage.connection.fetch(ROWS) == before
        order = await stage.connection.fetch(ORDER)
        assert len({row["xmin"] for row in order}) == 1
        keys = [(row["revision"], row["entry_hash"]) for row in order]
        assert keys == sorted(keys)
        assert len(keys) == len(before) > 10
        assert await store.shuffle_urn(stage.connection) == 0


async def test_a_shuffle_that_is_cut_short_changes_nothing(stage: Stage) -> None:
    """The rows are as they were when its transaction is rolled back."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.vote_all()
    before = await stage.connection.fetch(ROWS)
    transaction = stage.connection.transaction()
    await transaction.start()
    assert await store.shuffle_urn(stage.connection) == len(before)
    await transaction.rollback()
    assert await stage.connection.fetch(ROWS) == before


async def test_casting_waits_for_a_shuffle_and_nothing_comes_twice(stage: Stage, database: str) -> None:
    """The same ballot again, and a later revision, sent while the rows are being made anew, fare as ever."""
    async with stage.open() as steps:
        await steps.batches()
        share, other = await stage.ask(0), await stage.ask(1)
        first = await stage.cast(share, 0)
        await stage.cast(other, 1)
    service = await asyncpg.connect(database, server_settings=session_settings(Role.SERVICE))
    transaction = stage.connection.transaction()
    await transaction.start()
    assert await store.shuffle_urn(stage.connection) == 2
    again = asyncio.create_task(
        service.execute(
            "INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous, raw) "
            "VALUES ($1, 1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            bytes(first.voting_key),
            leaf_hash(encode(first)),
            first.style,
            bytes(first.previous),
            encode(first),
        )
    )
    await asyncio.sleep(0)
    await transaction.commit()
    assert await again == "INSERT 0 0"
    await service.close()
    second = await stage.cast(share, 2)
    assert second.revision == 2
    assert len(await stage.connection.fetch(ROWS)) == 3


async def test_the_service_may_not_shuffle(stage: Stage, database: str) -> None:
    """Only the sequencer makes rows anew."""
    service = await asyncpg.connect(database, server_settings=session_settings(Role.SERVICE))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.fetchval("SELECT box.shuffle()")
    await service.close()


async def test_a_running_sequencer_tidies(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself while ballots wait, and right after a release: then one file of the journal is left."""
    monkeypatch.setattr(sequencing, "TIDY_SECONDS", 0.01)
    journal = Journal(stage.folder / "journal")
    async with stage.open() as steps:
        await steps.batches()
        ballots = await stage.vote_all()
    for ballot in ballots:
        journal.write([encode(ballot)])

    def files() -> list[Path]:
        return list(journal.folder.glob(f"*{journals.ENDING}"))

    assert len(files()) == len(ballots)
    async with stage.running():
        await stage.until(lambda: len(files()) == 1)
        order = await stage.connection.fetch(ORDER)
        assert len({row["xmin"] for row in order}) == 1
    assert sorted(set(journal.read())) == sorted({encode(ballot) for ballot in ballots})


async def test_right_after_a_release_the_journal_is_merged(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the minute between two tidyings is."""
    monkeypatch.setattr(sequencing, "TIDY_SECONDS", 10_000.0)
    journal = Journal(stage.folder / "journal")
    async with stage.open() as steps:
        await steps.batches()
    async with stage.running():
        await stage.until(lambda: stage.published_size() > 0)
        for ballot in await stage.vote_all():
            journal.write([encode(ballot)])
        stage.time = RELEASES[0] + 1
        await stage.until(lambda: len(list(journal.folder.glob(f"*{journals.ENDING}"))) == 1)
    assert "release" in await stage.kinds()


async def test_a_journal_that_cannot_be_merged_stops_nobody(stage: Stage) -> None:
    """A damaged file is left as it is; urn and board go on."""
    journal = Journal(stage.folder / "journal")
    path = journal.write([b"one"])
    path.write_bytes(b"damaged")
    async with stage.open() as steps:
        await steps.batches()
        await stage.vote_all()
        await steps.sequencer.tidy()
    assert path.read_bytes() == b"damaged"
    assert len({row["xmin"] for row in await stage.connection.fetch(ORDER)}) == 1


async def test_without_a_journal_folder_none_is_made(stage: Stage) -> None:
    """A sequencer on a machine without the journal tidies the urn alone."""
    async with stage.open() as steps:
        await steps.batches()
        await steps.sequencer.tidy()
    assert not (stage.folder / "journal").exists()


def test_a_journal_is_read_whole_while_it_is_merged(folder: Path) -> None:
    """Files that go under the reader's hands are found again in the merged one."""
    journal, other = Journal(folder / "journal"), Journal(folder / "journal")
    ballots = [b"ballot %d" % number for number in range(20)]
    for ballot in ballots:
        journal.write([ballot])
    reading = journal.read()
    found = {next(reading)}
    other.merge()
    found.update(reading)
    assert found == set(ballots)


def test_setting_damaged_files_aside_while_they_are_merged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was merged away is not damaged."""
    journal = Journal(folder / "journal")
    for number in range(5):
        journal.write([b"ballot %d" % number])
    read_file = journals.read_file

    def merged_first(path: Path, *more: object) -> object:
        if not more:
            Journal(folder / "journal").merge()
        return read_file(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(journals, "read_file", merged_first)
    assert journal.set_damaged_aside() == 0
    monkeypatch.undo()
    assert len(set(journal.read())) == 5


def test_merging_again_writes_nothing(folder: Path) -> None:
    """What is merged already is left alone until something new is there."""
    journal = Journal(folder / "journal")
    journal.write([b"one"])
    journal.write([b"two"])
    journal.tidy()
    (merged,) = journal.folder.glob(f"*{journals.ENDING}")
    when = merged.stat().st_ctime_ns
    journal.tidy()
    assert merged.stat().st_ctime_ns == when
    journal.write([b"three"])
    journal.tidy()
    assert len(list(journal.folder.glob(f"*{journals.ENDING}"))) == 1
    assert set(journal.read()) == {b"one", b"two", b"three"}
