"""Never two boards: an old backup is found out before anything is signed, and the board is put back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ballots.board import Phase
from ballots.note import ED25519, verifier_of
from service.board import sequencer as sequencing
from service.board import store
from service.board.errors import BoardServiceError, RecordError, RestoredBackupError, WitnessError
from service.board.guard import Guard
from service.board.rebuild import Rebuilding, Rebuilt
from tests.service.board_stage import Stage, open_stage
from tests.service.test_publish import verify_record
from tests.simulator import RELEASES, make_world


class Backups:
    """Copies of a stage's database on the same server."""

    def __init__(self, server: Any, stage: Stage) -> None:
        self._server = server
        self._stage = stage
        self.names: list[str] = []

    async def take(self) -> str:
        """Copy the database as it is, and return the copy's address."""
        connection = self._stage.connection
        name = await connection.fetchval("SELECT current_database()")
        await connection.close()
        await self._server.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        self.names.append(f"{name}_{len(self.names)}")
        await self._server.execute(f'CREATE DATABASE "{self.names[-1]}" TEMPLATE "{name}"')
        self._stage.connection = await asyncpg.connect(self._stage.dsn)
        return str(self._server.dsn(self.names[-1]))

    async def restore(self, dsn: str) -> None:
        """Let the stage go on with a backup."""
        await self._stage.connection.close()
        self._stage.dsn = dsn
        self._stage.connection = await asyncpg.connect(dsn)


@asynccontextmanager
async def backups(server: Any, stage: Stage) -> AsyncIterator[Backups]:
    """Make backups, and drop them in the end."""
    made = Backups(server, stage)
    try:
        yield made
    finally:
        for name in made.names:
            await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def restored(postgres_server: Any, database: str, folder: Path) -> AsyncIterator[Stage]:
    """A stage whose database is a backup from before the voting; after it three releases were published."""
    async with open_stage(database, folder) as stage, backups(postgres_server, stage) as made:
        async with stage.open() as steps:
            await steps.step()
        old = await made.take()
        async with stage.open() as steps:
            await stage.vote_all()
            stage.time = RELEASES[0]
            await steps.step()
        await made.restore(old)
        yield stage


async def start(stage: Stage) -> None:
    """Start a sequencer, and stop it."""
    async with stage.open():
        pass


async def rebuild(stage: Stage) -> Rebuilt:
    """Run `wijkaandeel rebuild`."""
    rebuilding = Rebuilding(
        stage.world.options.origin,
        stage.world.keys.operator,
        stage.record_dir,
        stage.state_dir,
        stage.ground.witness_urls,
    )
    return await rebuilding.run(stage.connection)


# --- refusing -------------------------------------------------------------------------------------


async def test_a_restored_backup_is_refused(restored: Stage) -> None:
    """The error says what happened and what to do, and nothing is signed."""
    before = await store.read_head(restored.connection)
    with pytest.raises(RestoredBackupError, match=r"backup .* was restored.*wijkaandeel rebuild"):
        await start(restored)
    assert await store.read_head(restored.connection) == before


async def test_the_published_record_alone_finds_it_out(restored: Stage) -> None:
    """Even when the state folder went back together with the database."""
    (restored.state_dir / "last-checkpoint").unlink()
    with pytest.raises(RestoredBackupError, match="the published one"):
        await start(restored)


async def test_the_witnesses_alone_find_it_out(restored: Stage) -> None:
    """Even when database, state folder and record all went back together."""
    (restored.state_dir / "last-checkpoint").write_bytes(
        await restored.connection.fetchval("SELECT signed FROM board.head")
    )
    shutil.rmtree(restored.record_dir)
    with pytest.raises(RestoredBackupError, match="partner-1 cosigned"):
        await start(restored)


async def test_a_witness_that_was_silent_at_the_start_stops_it_later(restored: Stage) -> None:
    """The first request for a cosignature shows the larger board, and nothing is published."""
    (restored.state_dir / "last-checkpoint").write_bytes(
        await restored.connection.fetchval("SELECT signed FROM board.head")
    )
    shutil.rmtree(restored.record_dir)
    knowing = [restored.witnesses[name] for name in ("partner-1", "partner-2")]
    for witness in restored.witnesses.values():
        if witness in knowing:
            witness.spoil = lambda status, body: (503, b"")
        else:
            witness.remembered, witness.note = None, b""
    async with restored.open() as steps:
        await restored.ask(0)
        await steps.batches()
        published = restored.files()
        for witness in knowing:
            witness.spoil = lambda status, body: (status, body)
        with pytest.raises(RestoredBackupError, match="cosigned"):
            await steps.sequencer.publisher.publish_newest()
    assert restored.files()["checkpoint"] == published["checkpoint"]


async def test_a_lost_state_folder_is_refused(database: str, folder: Path) -> None:
    """Without the last signed checkpoint nobody knows what was signed."""
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.batches()
        (stage.state_dir / "last-checkpoint").unlink()
        with pytest.raises(RestoredBackupError, match="is missing"):
            await start(stage)


async def test_an_emptied_database_is_refused(postgres_server: Any, restored: Stage) -> None:
    """A new database beside an old record does not begin a second board."""
    async with backups(postgres_server, restored) as made:
        made.names.append(f"{await restored.connection.fetchval('SELECT current_database()')}_empty")
        await postgres_server.execute(
            f'CREATE DATABASE "{made.names[0]}" TEMPLATE "{postgres_server.template}"'
        )
        await made.restore(postgres_server.dsn(made.names[0]))
        with pytest.raises(RestoredBackupError):
            await start(restored)
        assert (await rebuild(restored)).before == 0
        await start(restored)
        await verify_record(restored)
        await restored.connection.close()


async def test_a_state_folder_of_another_election_is_refused(database: str, folder: Path) -> None:
    """A checkpoint that our key did not sign says nothing about our board."""
    async with open_stage(database, folder) as stage:
        other = make_world(Phase.SETUP, seed="other")
        other.set_up()
        (stage.state_dir / "last-checkpoint").write_bytes(other.checkpoint())
        with pytest.raises(BoardServiceError, match="not signed by the operator's key"):
            await start(stage)


async def test_the_checkpoint_is_kept_before_anything_is_published(database: str, folder: Path) -> None:
    """After a batch the state folder has its checkpoint, though no witness has answered yet."""
    async with open_stage(database, folder) as stage:
        for witness in stage.witnesses.values():
            witness.spoil = lambda status, body: (503, b"")
        async with stage.open() as steps:
            await steps.batches()
            with pytest.raises(WitnessError):
                await steps.sequencer.publisher.publish_newest()
        vkey = verifier_of(stage.world.options.origin, ED25519, steps.sequencer._private)
        last = Guard(stage.state_dir, vkey).read()
        assert last is not None
        assert last.size == len(stage.world.entries)
        assert (stage.state_dir / "last-checkpoint").stat().st_mode & 0o077 == 0


# --- rebuilding -----------------------------------------------------------------------------------


async def test_a_rebuilt_board_goes_on_where_it_was(restored: Stage) -> None:
    """Every published entry is back, the witnesses go on, and the urn knows who has voted."""
    size = restored.published_size()
    done = await rebuild(restored)
    assert (done.before, done.after) == (len(restored.world.entries), size)
    async with restored.open() as steps:
        assert await restored.connection.fetchval("SELECT count(*) FROM box.ballots") == 14
        await restored.offer([restored.make_bundle()])
        await steps.step()
    await verify_record(restored)
    assert restored.published_size() == size + 1
    assert await restored.is_box_open()


async def test_a_rebuild_does_nothing_the_second_time(restored: Stage) -> None:
    """It may be run again."""
    await rebuild(restored)
    again = await rebuild(restored)
    assert again.before == again.after
    await start(restored)


async def test_a_rebuild_of_a_board_that_is_ahead_changes_nothing(database: str, folder: Path) -> None:
    """A database that has more than the record keeps it."""
    async with open_stage(database, folder) as stage:
        async with stage.open() as steps:
            await steps.step()
            await stage.ask(0)
            await steps.batches()
        done = await rebuild(stage)
        assert done.before == done.after == len(stage.world.entries) + 1
        async with stage.open() as steps:
            await steps.step()
        await verify_record(stage)


async def test_a_release_that_was_under_way_is_finished_after_a_rebuild(
    postgres_server: Any, database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ballots that were published stay; those that wait in the urn complete the release."""
    monkeypatch.setattr(sequencing, "BATCH", 3)
    async with open_stage(database, folder) as stage, backups(postgres_server, stage) as made:
        async with stage.open() as steps:
            await steps.step()
            for resident in range(6):
                await stage.cast(await stage.ask(resident), resident)
        old = await made.take()
        async with stage.open() as steps:
            await steps.batches()
            stage.time = RELEASES[-1]
            await steps.sequencer.run_batch()
            stage.time -= 60
            await steps.sequencer.publisher.publish_newest()
        await made.restore(old)
        await rebuild(stage)
        stage.time = RELEASES[-1]
        async with stage.open() as steps:
            await steps.step()
        board = await stage.replay()
        assert (board.phase, board.voters.ballots["adult"]) == (Phase.VOTING, 6)
        await verify_record(stage)


async def test_a_changed_record_is_not_put_into_the_database(restored: Stage) -> None:
    """An entry that may not stand there stops the rebuild, and the database stays as it was."""
    before = await store.read_head(restored.connection)
    bundle = max((restored.record_dir / "tile/entries/000.p").iterdir(), key=lambda path: int(path.name))
    content = bundle.read_bytes()
    bundle.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
    with pytest.raises(RecordError, match="the record was changed"):
        await rebuild(restored)
    assert await store.read_head(restored.connection) == before


async def test_a_database_that_signed_another_branch_is_not_mended(restored: Stage) -> None:
    """A backup that was written on is not a beginning of the record."""
    await restored.connection.execute(
        "INSERT INTO board.entries SELECT size, sha256('\\x0061'), 'close', 'a' FROM board.head"
    )
    with pytest.raises(RestoredBackupError, match="differ at entry"):
        await rebuild(restored)


async def test_nothing_is_rebuilt_while_a_sequencer_works(database: str, folder: Path) -> None:
    """The writer's lock keeps them apart."""
    async with open_stage(database, folder) as stage, stage.open() as steps:
        await steps.step()
        with pytest.raises(RecordError, match="stop it first"):
            await rebuild(stage)


async def test_without_a_record_nothing_is_rebuilt(database: str, folder: Path) -> None:
    """The error says to restore the record first."""
    async with open_stage(database, folder) as stage:
        with pytest.raises(RecordError, match="restore the record first"):
            await rebuild(stage)
    await asyncio.sleep(0)
