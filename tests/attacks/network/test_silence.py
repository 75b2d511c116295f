"""A process that is not heard any more holds nothing up: the database gives its locks to others.

A cut network does not say that it is cut, so the server must notice by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from service.board import sequencer, store
from service.db import roles
from service.db.roles import Role, session_settings
from service.phase import hold_open
from tests.service.board_stage import open_stage

pytestmark = [pytest.mark.attack]
SOON = 30.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds; TimeoutError if it does not come to that."""
    async with asyncio.timeout(SOON):
        while not await holds():
            await asyncio.sleep(0.05)


async def test_a_silent_sequencer_loses_the_lock(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs, or that nobody can hear, keeps the next one out for so many seconds and no longer."""
    hangs = asyncio.Event()

    async def hang(self: object) -> int:
        hangs.set()
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(sequencer, "UNHEARD_SECONDS", 1)
    monkeypatch.setattr(sequencer.Sequencer, "run_batch", hang)
    async with open_stage(database, folder) as stage:
        running = asyncio.create_task(stage_run(stage.running()))
        async with asyncio.timeout(SOON):
            await hangs.wait()
        await until(lambda: store.try_writer_lock(stage.connection))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def stage_run(running: "object") -> None:
    async with running:  # type: ignore[attr-defined]
        await asyncio.Event().wait()


async def test_a_silent_cast_does_not_keep_the_voting_open(
    database: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that holds the voting open, and from which no more is heard, is ended by the server."""
    monkeypatch.setitem(roles.UNHEARD, "idle_in_transaction_session_timeout", "1s")
    silent = await asyncpg.connect(database, server_settings=session_settings(Role.SERVICE))
    try:
        await silent.execute("BEGIN")
        await hold_open(silent)
        async with asyncio.timeout(SOON):
            await connection.execute("UPDATE box.phase SET open = false")
    finally:
        silent.terminate()


@pytest.mark.parametrize("role", Role)
async def test_every_session_asks_to_be_given_up(database: str, role: Role) -> None:
    """Whatever a process does, its sessions have the limit on silent transactions."""
    session = await asyncpg.connect(database, server_settings=session_settings(role))
    try:
        assert await session.fetchval("SHOW idle_in_transaction_session_timeout") == "1min"
    finally:
        await session.close()
