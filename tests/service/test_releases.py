"""Releases: who waits is hidden among enough others, in an order that says nothing, and nothing is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import Phase
from ballots.entries import Ballot, parse_entry
from ballots.merkle import leaf_hash
from ballots.sealing import FIRST
from ballots.voter import vote
from ballots.wire import Signature, encode
from service.board import sequencer as sequencing
from service.board import store
from service.board.errors import WitnessError
from service.board.releases import Waiting, due_number, find_misfits, plan_releases
from tests.service.board_stage import Stage, open_stage
from tests.simulator import RELEASES, changed


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election with a release minimum of three voting keys, whose set-up waits in the inbox."""
    async with open_stage(database, folder, release_minimum=3) as stage:
        yield stage


def waiting(key: int, revision: int = 1, style: str = "adult", previous: bytes = FIRST) -> Waiting:
    """Return a made-up ballot of a voting key."""
    entry_hash = leaf_hash(bytes([key, revision]))
    return Waiting(
        entry_hash=entry_hash, previous=previous, revision=revision, style=style, voting_key=bytes([key])
    )


# --- pure -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "number"), [(9.9, 0), (10, 1), (19, 1), (20, 2), (31, 3), (10**9, 3)])
def test_a_release_is_due_from_its_time_on(now: float, number: int) -> None:
    """The number is that of the latest time that has come."""
    assert due_number([10, 20, 30], now) == number


def test_a_style_below_its_minimum_waits() -> None:
    """Two ballots of one voting key count as one; other styles are released all the same."""
    first = waiting(1)
    urn = [first, waiting(1, 2, previous=first.entry_hash), *(waiting(key, style="youth") for key in (2, 3))]
    planned = plan_releases(1, last=3, minima={"adult": 2, "youth": 2}, waiting=urn)
    assert [each.style for each in planned] == ["youth"]


def test_the_last_release_takes_the_rest() -> None:
    """One ballot is enough at the last release."""
    planned = plan_releases(3, last=3, minima={"adult": 50}, waiting=[waiting(1)])
    assert [len(each.ballots) for each in planned] == [1]


def test_an_empty_urn_makes_no_release() -> None:
    """Not even the last one, and not with a minimum of zero."""
    assert plan_releases(3, last=3, minima={"adult": 0}, waiting=[]) == []
    assert plan_releases(1, last=3, minima={"adult": 0}, waiting=[]) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), unique=True), st.randoms())
def test_the_order_of_a_release_follows_from_its_ballots_alone(
    keys: list[tuple[int, int]], random: object
) -> None:
    """In whatever order they came, ballots ascend in revision and then entry hash, each once."""
    urn = [waiting(key, revision) for key, revision in keys]
    shuffled = list(urn)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    (expected,) = plan_releases(1, last=1, minima={"adult": 1}, waiting=urn) or [None]
    (other,) = plan_releases(1, last=1, minima={"adult": 1}, waiting=shuffled) or [None]
    assert other == expected
    if expected is not None:
        assert list(expected.ballots) == sorted((each.revision, each.entry_hash) for each in urn)


def test_a_ballot_that_cannot_follow_is_found_with_all_that_follow_it() -> None:
    """A gap, a fork, another style or a foreign predecessor is left out of the release."""
    first = waiting(1)
    second = waiting(1, 2, previous=first.entry_hash)
    third = waiting(1, 3, previous=second.entry_hash)
    other = waiting(2, 2, previous=first.entry_hash)
    assert find_misfits([third, first, second], lambda _: None) == set()
    assert find_misfits([third, first], lambda _: None) == {third.entry_hash}
    assert find_misfits([second, third], lambda _: None) == {second.entry_hash, third.entry_hash}
    assert find_misfits([second], lambda _: ("adult", 1, first.entry_hash)) == set()
    assert find_misfits([second], lambda _: ("youth", 1, first.entry_hash)) == {second.entry_hash}
    assert find_misfits([other], lambda _: ("adult", 1, second.entry_hash)) == {other.entry_hash}
    assert find_misfits([first], lambda _: ("adult", 1, first.entry_hash)) == {first.entry_hash}


# --- on a real board ------------------------------------------------------------------------------


async def test_a_release_below_the_minimum_waits_for_the_next_time(stage: Stage) -> None:
    """Two voters wait; a third who comes after the time does not set them free before the next time."""
    async with stage.open() as steps:
        await steps.batches()
        for resident in range(2):
            await stage.cast(await stage.ask(resident), resident)
        stage.time = RELEASES[0]
        await steps.batches()
        await stage.cast(await stage.ask(2), 2)
        stage.time += 500
        await steps.batches()
        assert "release" not in await stage.kinds()
        stage.time = RELEASES[1]
        await steps.batches()
    assert (await stage.kinds())[-4:] == ["release", "ballot", "ballot", "ballot"]


async def test_the_decision_about_a_time_survives_a_restart(stage: Stage) -> None:
    """A sequencer that starts anew does not decide a release for the second time."""
    async with stage.open() as steps:
        await steps.batches()
        stage.time = RELEASES[0]
        await steps.batches()
    for resident in range(3):
        await stage.cast(await stage.ask(resident), resident)
    async with stage.open() as steps:
        await steps.batches()
    assert "release" not in await stage.kinds()


async def test_the_last_release_brings_every_ballot_in_order(stage: Stage) -> None:
    """All that waits comes onto the board, style by style, ascending; the urn keeps only that it was cast."""
    async with stage.open() as steps:
        await steps.batches()
        cast = await stage.vote_all()
        stage.time = RELEASES[-1]
        await steps.step()
    board = await stage.replay()
    entries = [parse_entry(raw) async for raw in store.walk_entries(stage.connection, board.size)]
    placed = [entry for entry in entries if isinstance(entry, Ballot)]
    order = [(each.style, each.revision, leaf_hash(encode(each))) for each in placed]
    assert order == sorted(order)
    assert sorted(map(encode, placed)) == sorted(map(encode, cast))
    assert await stage.connection.fetchval("SELECT count(*) FROM box.ballots WHERE raw IS NOT NULL") == 0
    assert await stage.connection.fetchval("SELECT count(*) FROM box.ballots") == len(cast)


async def test_the_urn_forgets_the_order_of_casting(stage: Stage) -> None:
    """After a release the rows stand in the file in the board's order, in one transaction's name."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.vote_all()
        stage.time = RELEASES[-1]
        await steps.batches()
    rows = await stage.connection.fetch(
        "SELECT e.position FROM box.ballots b JOIN board.entries e USING (entry_hash) ORDER BY b.ctid"
    )
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    assert await stage.connection.fetchval("SELECT count(DISTINCT xmin::text) FROM box.ballots") == 1


async def test_a_large_release_spans_batches_and_lets_nothing_between(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a release is under way others wait, and its own ballots follow one another."""
    monkeypatch.setattr(sequencing, "BATCH", 4)
    async with stage.open() as steps:
        await steps.batches()
        await stage.vote_all()
        await steps.batches()
        stage.time = RELEASES[0]
        assert await steps.sequencer.run_batch() == 5
        await stage.offer([stage.make_bundle()])
        await steps.batches()
    kinds = await stage.kinds()
    first = kinds.index("release")
    assert kinds[first:] == ["release", *["ballot"] * 8, "bundle", "release", *["ballot"] * 6]
    assert (await stage.replay()).phase is Phase.VOTING


async def test_a_crash_within_a_release_does_not_change_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new sequencer brings exactly what was decided, though others have cast meanwhile."""
    monkeypatch.setattr(sequencing, "BATCH", 2)
    async with stage.open() as steps:
        await steps.batches()
        shares = [await stage.ask(resident) for resident in range(6)]
        decided = [await stage.cast(share, number) for number, share in enumerate(shares)]
        await steps.batches()
        stage.time = RELEASES[0]
        await steps.sequencer.run_batch()
    late = [await stage.cast(share, 9) for share in shares]
    async with stage.open() as steps:
        await steps.batches()
        assert (await stage.kinds()).count("ballot") == len(decided)
        stage.time = RELEASES[1]
        await steps.batches()
    board = await stage.replay()
    assert board.voters.ballots["adult"] == len(decided) + len(late)


async def test_a_release_whose_list_was_lost_is_finished_from_the_urn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restored database may have lost what a release was to bring; what waits fills it."""
    monkeypatch.setattr(sequencing, "BATCH", 2)
    async with stage.open() as steps:
        await steps.batches()
        for resident in range(6):
            await stage.cast(await stage.ask(resident), resident)
        await steps.batches()
        stage.time = RELEASES[0]
        await steps.sequencer.run_batch()
    await stage.connection.execute("DELETE FROM board.releasing")
    async with stage.open() as steps:
        await steps.batches()
    board = await stage.replay()
    assert (board.phase, board.voters.ballots["adult"]) == (Phase.VOTING, 6)


async def test_a_bad_ballot_in_the_urn_does_not_block_the_others(stage: Stage) -> None:
    """One that does not verify is refused before its release begins, with every revision after it."""
    async with stage.open() as steps:
        await steps.batches()
        shares = [await stage.ask(resident) for resident in range(4)]
        for number, share in enumerate(shares[:3]):
            await stage.cast(share, number)
        ballot = vote(
            stage.world.election, shares[3], stage.world.some_choices("adult", 1), stage.world.draw, 1, FIRST
        )
        bad = changed(ballot, signature=Signature(bytes(64)))
        await stage.store_ballot(bad)
        stage.world.urn.append(bad)
        await stage.cast(shares[3], 4)
        stage.time = RELEASES[0]
        await steps.batches()
    assert (await stage.replay()).voters.ballots["adult"] == 3
    rows = await stage.connection.fetch("SELECT reason FROM board.refused ORDER BY reason")
    assert [row["reason"] for row in rows] == ["ballot-revision", "signature-r"]


async def test_no_checkpoint_after_the_deadline_lacks_the_last_release(stage: Stage) -> None:
    """Such a checkpoint would break promises; it is neither asked for nor published."""
    async with stage.open() as steps:
        await steps.step()
        await stage.cast(await stage.ask(0), 0)
        await steps.batches()
        stage.time = RELEASES[-1]
        with pytest.raises(WitnessError, match="last release is due"):
            await steps.sequencer.publisher.publish_newest()
        await steps.step()
    assert stage.published_size() == (await stage.replay()).size


async def test_a_cosignature_from_after_the_deadline_is_not_published_either(stage: Stage) -> None:
    """The clock of a witness that runs ahead does not break a promise."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.cast(await stage.ask(0), 0)
        await steps.batches()
        stage.time = RELEASES[-1] - 60
        for witness in stage.witnesses.values():
            witness.clock = lambda: RELEASES[-1]
        with pytest.raises(WitnessError, match="last release is due"):
            await steps.sequencer.publisher.publish_newest()
    assert stage.published_size() == 0
