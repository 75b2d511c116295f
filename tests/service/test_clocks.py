"""Clocks of witnesses: as many as may lie cannot stop the record, and enough good ones guard the deadline."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ballots.checkpoint import verify_witnessed
from service.board.errors import WitnessError
from service.board.witnesses import CLOCK_SECONDS
from tests.service.board_stage import Stage, open_stage
from tests.service.test_publish import verify_record
from tests.simulator import RELEASES


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election of which everything up to the voting waits in the inbox."""
    async with open_stage(database, folder) as stage:
        yield stage


@pytest.mark.parametrize("moment", [1, RELEASES[-1], 2**40])
async def test_a_witness_whose_clock_lies_costs_its_own_cosignature(stage: Stage, moment: int) -> None:
    """The record goes on without it, however far its time is from ours."""
    stage.witnesses["partner-1"].clock = lambda: moment
    async with stage.open() as steps:
        await steps.step()
    await verify_record(stage)
    election = stage.world.election
    note = (stage.record_dir / "checkpoint").read_bytes()
    times = verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w).times
    assert set(times.values()) == {int(stage.time)}


@pytest.mark.parametrize("ahead", [-CLOCK_SECONDS, CLOCK_SECONDS])
async def test_a_clock_that_is_a_little_off_counts(stage: Stage, ahead: int) -> None:
    """Clocks of operator and partners may differ by five minutes."""
    for witness in stage.witnesses.values():
        witness.clock = lambda: stage.time + ahead
    async with stage.open() as steps:
        await steps.step()
    await verify_record(stage)


async def test_fewer_late_clocks_than_break_a_promise_do_not_stop_the_record(stage: Stage) -> None:
    """Three of six late cosignatures are too few for anybody to make a late checkpoint of them."""
    stage.time = RELEASES[-1] - 60
    for name in ("partner-1", "partner-2", "partner-3"):
        stage.witnesses[name].clock = lambda: RELEASES[-1]
    async with stage.open() as steps:
        await steps.sequencer.run_batch()
        await steps.sequencer.publisher.publish_newest()
    assert stage.published_size() == len(stage.world.entries)


async def test_witnesses_are_left_alone_just_before_the_last_release(stage: Stage) -> None:
    """What they would answer could come after it; they are asked for the board that has the release."""
    async with stage.open() as steps:
        await steps.batches()
        stage.time = RELEASES[-1] - 5
        await stage.cast(await stage.ask(0), 0)
        await steps.batches()
        with pytest.raises(WitnessError, match="last release is due"):
            await steps.sequencer.publisher.publish_newest()
        assert {witness.asked for witness in stage.witnesses.values()} == {0}
        stage.time = RELEASES[-1]
        await steps.step()
    await verify_record(stage)
