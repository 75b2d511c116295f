"""The voting does not end over a ballot that was promised, though the database has been set back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ballots.merkle import leaf_hash
from ballots.voter import Share
from ballots.wire import encode
from service.ballot_box.journal import Journal
from service.board.errors import LostBallotsError
from service.board.promised import find_restorable
from service.serve import prepare
from tests.service.board_stage import Stage, open_stage
from tests.service.hall import ballot_of, make_settings, served
from tests.service.test_guard import backups
from tests.simulator import RELEASES

BALLOTS = "SELECT count(*) FROM board.entries WHERE kind = 'ballot'"


@pytest.fixture
async def share(database: str, folder: Path) -> AsyncIterator[tuple[Stage, Share]]:
    """A stage with open voting, and the share of a resident who has not cast."""
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
            share = await stage.ask(0)
            await steps.step()
        yield stage, share


@pytest.fixture
async def lost(postgres_server: Any, share: tuple[Stage, Share]) -> AsyncIterator[Stage]:
    """A stage whose database is a backup with the same board, from before a ballot that was promised."""
    stage, given = share
    async with backups(postgres_server, stage) as made:
        old = await made.take()
        settings = make_settings(stage.dsn, stage.folder, stage.world)
        await prepare(settings)
        async with served(settings, now=stage.time) as client:
            answer = await client.post("/api/ballots", content=ballot_of(stage.world, given, 0))
        assert answer.json()["kind"] == "promise"
        await made.restore(old)
        stage.time = RELEASES[-1]
        yield stage
        await stage.connection.close()


async def test_the_voting_does_not_end_over_a_lost_ballot(lost: Stage) -> None:
    """The sequencer says to start the service, and leaves the box open for what that puts back."""
    async with lost.open() as steps:
        with pytest.raises(LostBallotsError, match=r"^1 ballots .*`wijkaandeel serve`"):
            await steps.batches()
    assert await lost.is_box_open()


async def test_once_the_service_has_put_it_back_it_comes_onto_the_board(lost: Stage) -> None:
    """The start of the service recovers it, and then the last release brings it."""
    await prepare(make_settings(lost.dsn, lost.folder, lost.world))
    async with lost.open() as steps:
        await steps.step()
    assert await lost.connection.fetchval(BALLOTS) == 1
    assert not await lost.is_box_open()


async def test_a_lost_ballot_whose_place_is_taken_does_not_stop_the_others(
    share: tuple[Stage, Share],
) -> None:
    """Nothing could put it back any more; it is logged, and the voting ends."""
    stage, given = share
    raw = ballot_of(stage.world, given, 1)
    Journal(stage.folder / "journal").write([raw])
    await stage.cast(given, 0)
    stage.time = RELEASES[-1]
    with capture_logs() as logs:
        async with stage.open() as steps:
            await steps.step()
    assert await stage.connection.fetchval(BALLOTS) == 1
    (line,) = [line for line in logs if line["event"] == "promised-ballot-lost"]
    assert line["ballot"] == leaf_hash(raw).hex()


async def test_a_journal_with_foreign_bytes_does_not_keep_the_voting_open(
    share: tuple[Stage, Share],
) -> None:
    """What is no ballot of this election is nothing that was promised in it."""
    stage, given = share
    Journal(stage.folder / "journal").write([b"no ballot", encode(await stage.cast(given, 0))])
    stage.time = RELEASES[-1]
    async with stage.open() as steps:
        await steps.step()
    assert not await stage.is_box_open()


async def test_a_revision_can_be_put_back_only_after_the_one_before(share: tuple[Stage, Share]) -> None:
    """Two lost revisions can; the second cannot when another ballot has the place of the first."""
    stage, given = share
    ballots = {
        leaf_hash(encode(ballot)): ballot
        for ballot in (stage.world.cast(given, stage.world.some_choices(given.style, n)) for n in range(2))
    }
    (first, one), (second, _) = ballots.items()
    key = bytes(one.voting_key)
    assert find_restorable(ballots, []) == {first, second}
    assert find_restorable({second: ballots[second]}, [(key, 1, first)]) == {second}
    assert find_restorable(ballots, [(key, 1, bytes(32))]) == set()
