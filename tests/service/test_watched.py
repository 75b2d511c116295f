"""A watcher beside the real sequencer: what it publishes, restart and release included, raises no alarm."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ballots.merkle import leaf_hash
from ballots.receipt import make_promise
from ballots.wire import encode
from tally.audit.run import audit
from tally.record import FolderRecord
from tally.watch.cli_watch import open_source
from tally.watch.state import State, read_handed
from tally.watch.watcher import Policy, Report, Watcher
from tests.service.board_stage import Stage, open_stage
from tests.simulator import RELEASES


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election whose set-up waits in the inbox."""
    async with open_stage(database, folder, residents={"adult": 8, "youth": 4}) as stage:
        yield stage


def quiet(report: Report) -> int:
    """Return the size that was confirmed; nothing may have been cried out."""
    assert (report.answered, report.fresh) == (True, ())
    return report.size


async def test_a_real_sequencer_is_followed_without_an_alarm(stage: Stage, folder: Path) -> None:
    """Requests, a restart of the sequencer, releases in time, a kept promise, and the end of voting."""
    manifest = stage.world.election.manifest_hash
    state, handed = State(folder / "watched"), folder / "handed"
    handed.mkdir()
    with state.hold(manifest):
        watcher = Watcher(
            Policy(manifest=manifest),
            state,
            open_source=lambda: open_source(str(stage.record_dir)),
            handed=lambda: read_handed(handed),
            now=lambda: stage.time,
        )
        async with stage.open() as steps:
            await steps.step()
            assert quiet(watcher.round()) == stage.published_size()
            ballots = await stage.vote_all()
            await steps.step()
            assert quiet(watcher.round()) == stage.published_size()
        promise = make_promise(stage.world.election, stage.world.keys.operator, leaf_hash(encode(ballots[0])))
        (handed / "promise").write_bytes(encode(promise))
        async with stage.open() as steps:
            for time in RELEASES:
                stage.time = time + 1
                await steps.step()
                assert quiet(watcher.round()) == stage.published_size()
            await stage.follow()
            await stage.offer([encode(stage.world.make_close())])
            stage.time = RELEASES[-1] + 3 * 3600
            await steps.step()
        assert quiet(watcher.round()) == stage.published_size()
    result = audit(FolderRecord(state.record), manifest=manifest, processes=1)
    assert (result.valid, result.phase) == (True, "closed")


async def test_a_sequencer_that_slept_over_a_release_is_cried_out(stage: Stage, folder: Path) -> None:
    """What the real one publishes late is seen from outside, by the partners' own times."""
    manifest = stage.world.election.manifest_hash
    state = State(folder / "watched")
    with state.hold(manifest):
        watcher = Watcher(
            Policy(manifest=manifest),
            state,
            open_source=lambda: open_source(str(stage.record_dir)),
            handed=lambda: (),
            now=lambda: stage.time,
        )
        async with stage.open() as steps:
            await steps.step()
            await stage.vote_all()
            await steps.step()
            quiet(watcher.round())
            stage.time = RELEASES[0] + 2 * 3600 + 1
            quiet(watcher.round())
            await steps.step()
        report = watcher.round()
        assert {alarm.kind.value for alarm, _ in report.fresh} == {"late-release"}
