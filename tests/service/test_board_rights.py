"""What the roles of service and sequencer may not do to ballots and requests: destroy or forge them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from service.db.roles import Role, session_settings
from tests.service.board_stage import Stage, open_stage

WAITING = "SELECT count(*) FROM box.ballots WHERE raw IS NOT NULL"
FIRST = bytes(32)


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """A stage with one ballot that waits."""
    async with open_stage(database, folder) as stage, stage.open() as steps:
        await steps.batches()
        await stage.cast(await stage.ask(0), 0)
        yield stage


@asynccontextmanager
async def session(stage: Stage, role: Role) -> AsyncIterator[asyncpg.Connection]:
    """Open a session in a role."""
    connection = await asyncpg.connect(stage.dsn, server_settings=session_settings(role))
    try:
        yield connection
    finally:
        await connection.close()


async def test_the_sequencer_empties_only_ballots_that_stand_on_the_board(stage: Stage) -> None:
    """A ballot that waits for its release stays whole."""
    async with session(stage, Role.SEQUENCER) as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="not on the board"):
            await connection.execute("SELECT board.empty_ballots(array_agg(entry_hash)) FROM box.ballots")
    assert await stage.connection.fetchval(WAITING) == 1


async def test_the_sequencer_changes_no_ballot_itself(stage: Stage) -> None:
    """It empties them through the function, which looks at the board, and in no other way."""
    async with session(stage, Role.SEQUENCER) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE box.ballots SET raw = NULL")
    assert await stage.connection.fetchval(WAITING) == 1


async def test_the_service_stores_no_empty_ballot(stage: Stage) -> None:
    """A row without bytes would say that its ballot stands on the board."""
    async with session(stage, Role.SERVICE) as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="not on the board"):
            await connection.execute(
                "INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous) "
                "VALUES ($1, 1, $1, 'adult', $2)",
                b"k" * 32,
                FIRST,
            )


@pytest.mark.parametrize("role", [Role.SERVICE, Role.DESK])
@pytest.mark.parametrize("table", ["requests", "ballots"])
async def test_what_residents_sent_stays_refused(stage: Stage, role: Role, table: str) -> None:
    """Only a refusal of the officials' own entries goes, when they offer one again."""
    await stage.connection.execute(f"INSERT INTO board.refused SELECT entry_hash, 'bad' FROM box.{table}")
    async with session(stage, role) as connection:
        with pytest.raises(asyncpg.RestrictViolationError, match="stays"):
            await connection.execute("DELETE FROM board.refused")


async def test_the_service_gives_no_request_a_place_on_the_board(stage: Stage) -> None:
    """Only the sequencer says where a request stands."""
    async with session(stage, Role.SERVICE) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO box.requests (credential, style, entry_hash, raw, blinded, position) "
                "SELECT key, style, key, key, array[key, key], 0 FROM box.credentials LIMIT 1"
            )
