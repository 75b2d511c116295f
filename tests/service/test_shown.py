"""Nothing is signed that does not begin with what was shown, whatever has been restored together."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ballots.merkle import leaf_hash
from ballots.wire import encode
from service.board import store, witnesses
from service.board.errors import RecordError, RestoredBackupError, SilentWitnessesError, WitnessError
from tests.service.board_stage import Stage, open_stage
from tests.service.test_guard import backups, rebuild, start
from tests.simulator import RELEASES


@pytest.fixture
async def set_back(postgres_server: Any, database: str, folder: Path) -> AsyncIterator[Stage]:
    """A stage whose database and record are from before three requests that were published."""
    async with open_stage(database, folder) as stage, backups(postgres_server, stage) as made:
        async with stage.open() as steps:
            await steps.step()
        old = await made.take()
        shutil.copytree(stage.record_dir, folder / "old-record")
        async with stage.open() as steps:
            for resident in range(3):
                await stage.ask(resident)
            await steps.step()
        await made.restore(old)
        shutil.rmtree(stage.record_dir)
        shutil.copytree(folder / "old-record", stage.record_dir)
        yield stage
        await stage.connection.close()


def forget(stage: Stage, *names: str) -> None:
    """Let witnesses say that they have cosigned nothing."""
    for name in names or stage.witnesses:
        stage.witnesses[name].remembered, stage.witnesses[name].note = None, b""


def silence(stage: Stage, *names: str) -> None:
    """Let witnesses answer that they cannot say."""
    for name in names:
        stage.witnesses[name].spoil = lambda status, body: (503, b"")


async def set_state_back(stage: Stage) -> None:
    """Let the state folder be of the restored database too."""
    signed = await stage.connection.fetchval("SELECT signed FROM board.head")
    for name in ("last-checkpoint", "last-shown"):
        (stage.state_dir / name).write_bytes(signed)


async def test_a_rebuild_does_not_go_below_what_was_shown(set_back: Stage) -> None:
    """An old record beside an old database is refused by the state folder alone, and nothing changes."""
    forget(set_back)
    last = (set_back.state_dir / "last-checkpoint").read_bytes()
    with pytest.raises(RestoredBackupError, match=r"shown last.*newer copy of the record"):
        await rebuild(set_back)
    assert (set_back.state_dir / "last-checkpoint").read_bytes() == last


async def test_a_rebuild_does_not_go_below_what_a_witness_cosigned(set_back: Stage) -> None:
    """When the state folder went back too, one witness that remembers is enough."""
    await set_state_back(set_back)
    forget(set_back, *[name for name in set_back.witnesses if name != "partner-3"])
    with pytest.raises(RestoredBackupError, match="partner-3 cosigned"):
        await rebuild(set_back)


async def test_a_rebuild_waits_for_enough_witnesses(set_back: Stage) -> None:
    """With three silent of six an honest one that knows more might not be heard."""
    await set_state_back(set_back)
    silence(set_back, "partner-1", "partner-2", "partner-3")
    forget(set_back, "partner-4", "partner-5", "partner-6")
    before = await store.read_head(set_back.connection)
    with pytest.raises(SilentWitnessesError, match="3 of the 4"):
        await rebuild(set_back)
    assert await store.read_head(set_back.connection) == before


async def test_no_sequencer_signs_before_enough_witnesses_have_answered(set_back: Stage) -> None:
    """Nor does one start beside three silent ones."""
    await set_state_back(set_back)
    silence(set_back, "partner-1", "partner-2", "partner-3")
    forget(set_back, "partner-4", "partner-5", "partner-6")
    with pytest.raises(SilentWitnessesError, match="3 of the 4"):
        await start(set_back)


async def test_it_waits_for_the_witnesses_by_itself(database: str, folder: Path) -> None:
    """Silent witnesses do not end a sequencer for good; it starts when enough are back."""
    from service.sequencer_main import PASSING

    assert issubclass(SilentWitnessesError, PASSING)
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
        silence(stage, "partner-1", "partner-2")
        await start(stage)


async def test_what_was_signed_and_never_shown_may_be_lost(
    postgres_server: Any, database: str, folder: Path
) -> None:
    """A board that no witness was asked about binds nobody; the rebuild goes on without it."""
    async with open_stage(database, folder) as stage, backups(postgres_server, stage) as made:
        async with stage.open() as steps:
            await steps.step()
        old = await made.take()
        async with stage.open() as steps:
            await stage.ask(0)
            await steps.batches()
        await made.restore(old)
        done = await rebuild(stage)
        assert done.after == len(stage.world.entries)
        await start(stage)
        await stage.connection.close()


@pytest.mark.parametrize("spoil", [lambda status, body: None, lambda status, body: (503, b"")])
async def test_a_checkpoint_counts_as_shown_before_a_witness_is_asked(
    database: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[int, bytes], tuple[int, bytes] | None],
) -> None:
    """Whether or not one answers: it has left the house."""
    monkeypatch.setattr(witnesses, "ANSWER_SECONDS", 2)
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
            for witness in stage.witnesses.values():
                witness.spoil = spoil
            await stage.ask(0)
            with pytest.raises(WitnessError):
                await steps.step()
            head = await store.read_head(stage.connection)
        assert (stage.state_dir / "last-shown").read_bytes() == head.signed


async def test_a_rebuild_takes_no_place_from_another_ballot(
    postgres_server: Any, database: str, folder: Path
) -> None:
    """When somebody has cast in the restored database, a published ballot does not replace that one."""
    async with open_stage(database, folder) as stage, backups(postgres_server, stage) as made:
        async with stage.open() as steps:
            await steps.step()
            share = await stage.ask(0)
            await steps.step()
        old = await made.take()
        async with stage.open() as steps:
            await stage.cast(share, 0)
            stage.time = RELEASES[-1]
            await steps.step()
        await made.restore(old)
        stage.world.urn.clear()
        other = await stage.cast(share, 1)
        assert other.revision == 1
        with pytest.raises(RecordError, match="cast in the restored database"):
            await rebuild(stage)
        assert await stage.connection.fetchval("SELECT count(*) FROM box.ballots WHERE raw IS NOT NULL") == 1
        await stage.connection.close()


async def test_the_row_of_another_ballot_keeps_its_bytes(database: str, folder: Path) -> None:
    """Whoever writes what was published into the urn: a ballot that has the place there is not emptied."""
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
            share = await stage.ask(0)
            published = await stage.cast(share, 0)
            stage.time = RELEASES[-1]
            await steps.step()
        await stage.connection.execute("DELETE FROM box.ballots")
        stage.world.urn.clear()
        await stage.cast(share, 1)
        with pytest.raises(RecordError, match="other ballots in the place of 1"):
            await store.restore_ballots(stage.connection, [(leaf_hash(encode(published)), published)])
        assert await stage.connection.fetchval("SELECT count(*) FROM box.ballots WHERE raw IS NOT NULL") == 1
