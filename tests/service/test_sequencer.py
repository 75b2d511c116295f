"""The one writer: what waits comes onto the board in order, once, whole, and not otherwise."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from ballots.board import Phase
from ballots.entries import parse_entry
from ballots.merkle import leaf_hash
from ballots.wire import encode
from service import sequencer_main
from service.board import store
from service.board.closing import prepare_close
from service.board.errors import BoardServiceError, NotDrainedError, OvertakenError
from service.db.errors import DurabilityError
from service.db.roles import Role, session_settings
from service.sequencer_main import run_once
from tests.service.board_stage import Stage, open_stage
from tests.simulator import RELEASES


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election of which everything up to the voting waits in the inbox."""
    async with open_stage(database, folder) as stage:
        yield stage


async def test_a_whole_election_comes_onto_the_board(stage: Stage) -> None:
    """Set-up, roll, requests, a release and the rest stand on a board that replays and is witnessed."""
    async with stage.open() as steps:
        await steps.step()
        assert (await stage.replay()).phase is Phase.VOTING
        await stage.vote_all()
        stage.time = RELEASES[-1] + 1
        await steps.step()
        board = await stage.replay()
    assert board.voters.ballots.total() == 14
    assert stage.published_size() == board.size


async def test_positions_have_no_gaps(stage: Stage) -> None:
    """Positions count from 0 without gaps, whatever was refused between."""
    await stage.offer([stage.world.entries[-1]])
    async with stage.open() as steps:
        await steps.batches()
    positions = [
        row["position"] for row in await stage.connection.fetch("SELECT position FROM board.entries")
    ]
    assert sorted(positions) == list(range(len(stage.world.entries)))


@pytest.mark.parametrize("beyond", [-1, 1, 100])
async def test_the_database_refuses_a_gap_and_a_doubled_position(stage: Stage, beyond: int) -> None:
    """Even the owner cannot insert an entry elsewhere than at the end."""
    async with stage.open() as steps:
        size = await steps.batches()
    insert = "INSERT INTO board.entries VALUES ($1, sha256('\\x00'::bytea || $2), 'close', $2)"
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)):
        await stage.connection.execute(insert, size + beyond, b"elsewhere")
    assert await stage.connection.execute(insert, size, b"at the end") == "INSERT 0 1"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE board.entries SET raw = raw WHERE position = 0",
        "DELETE FROM board.entries WHERE position = 0",
        "TRUNCATE board.entries",
        "DELETE FROM board.head",
        "INSERT INTO board.head DEFAULT VALUES",
        "UPDATE board.head SET size = size - 1",
        "UPDATE board.head SET released = -1",
        "INSERT INTO board.entries VALUES (15, sha256('\\x00'::bytea || 'a'), 'roll', 'b')",
        "UPDATE board.files SET raw = raw",
    ],
)
async def test_even_the_owner_cannot_change_the_past(stage: Stage, statement: str) -> None:
    """Entries, head and files only go forward."""
    async with stage.open() as steps:
        await steps.batches()
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.CheckViolationError)):
        await stage.connection.execute(statement)


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (Role.SEQUENCER, "UPDATE board.entries SET raw = raw"),
        (Role.SEQUENCER, "DELETE FROM board.entries"),
        (Role.SEQUENCER, "DELETE FROM box.ballots"),
        (Role.SERVICE, "INSERT INTO board.entries VALUES (0, '', '', '')"),
        (Role.SERVICE, "UPDATE board.head SET signed = ''"),
        (Role.SERVICE, "SELECT board.empty_ballots('{}')"),
        (Role.PUBLIC, "INSERT INTO board.inbox (entry_hash, kind, raw) VALUES ('', '', '')"),
        (Role.PUBLIC, "SELECT FROM board.inbox"),
        (Role.DESK, "INSERT INTO board.entries VALUES (0, '', '', '')"),
    ],
)
async def test_each_role_has_its_own_rights(database: str, role: Role, statement: str) -> None:
    """What a process need not do, its role may not do."""
    connection = await asyncpg.connect(database, server_settings=session_settings(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_entries_that_wait_together_are_put_in_order(database: str, folder: Path) -> None:
    """Pages of the roll, seal and start may be offered in any order."""
    async with open_stage(database, folder, offer=False) as stage:
        raws = stage.world.entries
        setup, rest = raws[:4], raws[4:]
        await stage.offer(setup + rest[::-1])
        async with stage.open() as steps:
            await steps.batches()
        assert [raw async for raw in store.walk_entries(stage.connection, len(raws))] == raws


async def test_a_refused_entry_leaves_the_inbox_with_its_reason(stage: Stage) -> None:
    """An official's entry that may not stand there is refused by name, and tried anew when offered again."""
    early = encode(stage.world.make_close())
    async with stage.open() as steps:
        await stage.offer([early])
        await steps.batches()
        assert await store.find_state(stage.connection, leaf_hash(early)) == ("refused", "close-early")
        assert await stage.connection.fetchval("SELECT count(*) FROM board.inbox") == 0
        await stage.offer([early])
        assert await store.find_state(stage.connection, leaf_hash(early)) == ("waiting", "")
    assert (await stage.replay()).phase is Phase.VOTING


async def test_an_entry_waits_for_its_files(database: str, folder: Path) -> None:
    """A contest whose texts nobody could read is refused, and comes in once they are there."""
    async with open_stage(database, folder, offer=False) as stage:
        contest = stage.world.entries[2]
        await store.offer_entry(stage.connection, contest, parse_entry(contest))
        async with stage.open() as steps:
            await steps.batches()
            assert await store.find_state(stage.connection, leaf_hash(contest)) == ("refused", "file-missing")
            await stage.offer([contest])
            assert await steps.batches() == 1


async def test_the_box_opens_with_the_start_and_closes_with_the_last_release(stage: Stage) -> None:
    """Nothing is taken before the start, nor from the moment of the last release on."""
    states = []
    async with stage.open() as steps:
        states.append(await stage.is_box_open())
        await steps.batches()
        states.append(await stage.is_box_open())
        stage.time = RELEASES[1]
        await steps.batches()
        states.append(await stage.is_box_open())
        stage.time = RELEASES[2]
        await steps.batches()
        states.append(await stage.is_box_open())
    assert states == [False, True, True, False]


async def test_the_box_waits_for_a_cast_that_is_being_stored(stage: Stage) -> None:
    """A ballot whose transaction was under way at the last release is in that release."""
    async with stage.open() as steps:
        await steps.batches()
        share = await stage.ask(0)
        other = await asyncpg.connect(stage.dsn)
        cast = other.transaction()
        await cast.start()
        await other.execute("SELECT FROM box.phase FOR SHARE")
        stage.time = RELEASES[-1]
        batch = asyncio.create_task(steps.sequencer.run_batch())
        done, _ = await asyncio.wait([batch], timeout=0.3)
        assert not done
        await stage.cast(share, 0, other)
        await cast.commit()
        await batch
        await other.close()
    assert (await stage.replay()).voters.ballots.total() == 1


async def test_requests_of_a_batch_do_not_keep_their_order_of_arrival(stage: Stage) -> None:
    """Within a batch requests stand by entry hash, and each learns its position."""
    async with stage.open() as steps:
        await steps.batches()
        for resident in range(6):
            await stage.ask(resident)
        await steps.batches()
    rows = await stage.connection.fetch("SELECT entry_hash, position FROM box.requests ORDER BY position")
    assert [row["entry_hash"] for row in rows] == sorted(row["entry_hash"] for row in rows)
    assert [row["position"] for row in rows] == list(
        range(len(stage.world.entries), len(stage.world.entries) + 6)
    )


async def test_a_request_that_the_board_refuses_is_not_tried_for_ever(stage: Stage) -> None:
    """A request by a credential that is revoked in the same batch is refused once, and blocks nobody."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.ask(0)
        await stage.ask(1)
        await stage.offer([stage.make_replace(0)])
        assert await steps.batches() == 3
        assert await steps.sequencer.run_batch() == 0
    rows = await stage.connection.fetch("SELECT reason FROM board.refused")
    assert [row["reason"] for row in rows] == ["request-revoked"]


async def test_a_request_that_stands_already_learns_its_position_again(stage: Stage) -> None:
    """After a restore a resident may send the same request again; it is not refused as a second one."""
    async with stage.open() as steps:
        await steps.batches()
        await stage.ask(0)
        await steps.batches()
        await stage.connection.execute("UPDATE box.requests SET position = NULL")
        await steps.batches()
    assert await stage.connection.fetchval("SELECT position FROM box.requests") == len(stage.world.entries)
    assert await stage.connection.fetchval("SELECT count(*) FROM board.refused") == 0


async def test_of_two_sequencers_one_works(stage: Stage) -> None:
    """The second waits for the lock and takes over when the first is gone."""
    log = await asyncpg.connect(stage.dsn)
    async with stage.running() as first:
        await stage.until(lambda: stage.published_size() == len(stage.world.entries))
        async with stage.running():
            await stage.ask(0)
            await stage.until(lambda: stage.published_size() == len(stage.world.entries) + 1)
            locks = await log.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert locks == 1
            await stage.stop(first)
            await stage.ask(1)
            await stage.until(lambda: stage.published_size() == len(stage.world.entries) + 2)
    await log.close()
    assert (await stage.replay()).size == len(stage.world.entries) + 2


async def test_a_sequencer_that_was_overtaken_writes_nothing(stage: Stage) -> None:
    """Whoever finds another head than its own starts anew instead of writing."""
    async with stage.open() as steps:
        await stage.connection.execute(
            "INSERT INTO board.entries VALUES (0, sha256('\\x0061'), 'style', 'a')"
        )
        with pytest.raises(OvertakenError):
            await steps.sequencer.run_batch()
    assert await stage.kinds() == ["style"]


async def test_a_table_that_was_changed_by_hand_stops_the_sequencer(stage: Stage) -> None:
    """Entries that do not lead to the head are not built upon."""
    async with stage.open() as steps:
        await steps.batches()
    await stage.connection.execute("UPDATE board.head SET root = sha256('x')")
    with pytest.raises(BoardServiceError, match="changed by hand"):
        async with stage.open():
            pass


async def test_no_sequencer_works_on_a_database_that_forgets(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With synchronous_commit off in its session it refuses to start."""
    monkeypatch.setattr(sequencer_main, "session_settings", lambda role: {"role": role.value})
    name = stage.dsn.split("/@/")[-1].split("?")[0].rsplit("/", 1)[-1]
    await stage.connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    with pytest.raises(DurabilityError):
        await run_once(stage.dsn, stage.ground, lambda: stage.time)


async def test_a_manifest_of_another_operator_is_refused(stage: Stage) -> None:
    """A board whose checkpoints nobody could verify is not begun."""
    manifest = stage.world.entries[3]
    stage.world.keys.operator = bytes(32)
    async with stage.open() as steps:
        await steps.batches()
    assert await stage.kinds() == ["style", "style", "contest"]
    assert await store.find_state(stage.connection, leaf_hash(manifest)) == ("refused", "manifest-operator")


async def test_another_operators_key_does_not_go_on(stage: Stage) -> None:
    """The key in the state folder must be the one of the manifest."""
    async with stage.open() as steps:
        await steps.batches()
    stage.world.keys.operator = bytes(32)
    with pytest.raises(BoardServiceError, match="operator's key in WIJK_STATE_DIR"):
        async with stage.open():
            pass


async def test_the_officials_close_open_count_and_certify(stage: Stage) -> None:
    """After the last release `prepare_close` gives what officials sign; the rest goes through the inbox."""
    world = stage.world
    async with stage.open() as steps:
        await steps.step()
        await stage.vote_all()
        with pytest.raises(NotDrainedError, match="last release"):
            await prepare_close(stage.connection, world.options.origin)
        stage.time = RELEASES[-1]
        await steps.step()
        close = world.by_officials(await prepare_close(stage.connection, world.options.origin))
        await stage.offer([encode(close)])
        await steps.step()
        await stage.offer([encode(world.make_trustee_key(partner)) for partner in world.keys.trustees])
        await steps.step()
        await stage.follow()
        world.count()
        await stage.offer([world.entries[-1]])
        await steps.step()
        world.certify(lambda official: f'{{"official":"{official}"}}'.encode())
        await stage.offer([world.entries[-1]])
        await steps.step()
    board = await stage.replay()
    assert board.phase is Phase.CERTIFIED
    assert stage.published_size() == board.size
    assert {f"files/{name.hex()}" for name in world.files} <= stage.files().keys()
