"""The sequencer as a command: it stops when told, starts anew when it can, and says what a person must do."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from ballots.board import Phase
from service import sequencer_main
from service.sequencer_main import STOPPED, run_once, run_until_stopped
from service.settings import read_settings
from tests.service.board_stage import Stage, open_stage


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election of which everything up to the voting waits in the inbox."""
    async with open_stage(database, folder) as stage:
        yield stage


@contextlib.asynccontextmanager
async def child(
    stage: Stage, function: str = "main", **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command in a process of its own."""
    stage.use_real_clock()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import sys; from service.sequencer_main import {function}; sys.exit({function}([]))",
        env=stage.environment() | {"PATH": "/usr/bin:/bin"} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def finish(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for a process to end; return its exit code and what it said."""
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_it_works_until_it_is_told_to_stop(stage: Stage) -> None:
    """SIGTERM ends it with exit code 0, and the record is there."""
    async with child(stage) as process:
        await stage.until(lambda: stage.published_size() == len(stage.world.entries))
        process.send_signal(signal.SIGTERM)
        code, _, err = await finish(process)
    assert (code, err) == (0, "")


async def test_it_says_what_to_do_after_a_restore(stage: Stage) -> None:
    """A board that it did not sign last ends it with exit code 3 and one line of advice."""
    async with stage.open() as steps:
        await steps.step()
    (stage.state_dir / "last-checkpoint").unlink()
    async with child(stage) as process:
        code, _, err = await finish(process)
    assert code == STOPPED
    assert err.count("\n") == 1
    assert "wijkaandeel rebuild" in err
    async with child(stage, "main_rebuild") as process:
        code, out, err = await finish(process)
    size = len(stage.world.entries)
    assert (code, out, err) == (0, f"the board had {size} entries and has {size}\n", "")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WIJK_ORIGIN", "", "WIJK_ORIGIN"),
        ("WIJK_STATE_DIR", "/nonexistent", "operator.key"),
        ("WIJK_WITNESSES", "[]", "WIJK_WITNESSES"),
    ],
)
async def test_wrong_settings_are_named(stage: Stage, name: str, value: str, words: str) -> None:
    """A missing or wrong setting ends it with its name, and without a secret."""
    async with child(stage, **{name: value}) as process:
        code, _, err = await finish(process)
    assert code == STOPPED
    assert words in err
    assert "Traceback" not in err
    assert stage.world.keys.operator.hex() not in err


async def test_what_postgresql_refuses_is_told_without_the_row(stage: Stage) -> None:
    """A constraint that fails ends it with the constraint's name, and with nothing of what was written."""
    await stage.connection.execute("ALTER TABLE board.entries ADD CONSTRAINT full_up CHECK (false) NOT VALID")
    async with child(stage) as process:
        code, _, err = await finish(process)
    assert code == STOPPED
    assert "full_up" in err
    assert "SQLSTATE 23514" in err
    assert "Failing row" not in err


async def test_it_starts_anew_when_postgresql_drops_its_connections(stage: Stage) -> None:
    """After a restart of PostgreSQL the log goes on."""
    settings = read_settings(stage.environment())
    task = asyncio.create_task(run_until_stopped(settings, lambda: stage.time))
    try:
        await stage.until(lambda: stage.published_size() == len(stage.world.entries))
        await stage.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await stage.ask(0)
        await stage.until(lambda: stage.published_size() == len(stage.world.entries) + 1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (await stage.replay()).phase is Phase.VOTING


@pytest.mark.parametrize(
    "error",
    [asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.InternalClientError],
)
async def test_it_starts_anew_after_what_passes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A deadlock, or a connection that breaks in the midst of an answer, does not end it."""
    lives: list[Exception] = [error("once")]

    async def live(*args: object) -> None:
        if lives:
            raise lives.pop()
        await run_once(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sequencer_main, "run_once", live)
    monkeypatch.setattr(sequencer_main, "AGAIN_SECONDS", 0.0)
    task = asyncio.create_task(run_until_stopped(read_settings(stage.environment()), lambda: stage.time))
    try:
        await stage.until(lambda: task.done() or stage.published_size() == len(stage.world.entries))
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_offered_entry_wakes_it(stage: Stage) -> None:
    """What waits is on the board within a second, published and witnessed."""
    task = asyncio.create_task(run_once(stage.dsn, stage.ground, lambda: stage.time))
    try:
        await stage.until(lambda: stage.published_size() == len(stage.world.entries))
        await stage.offer([stage.make_bundle()])
        await stage.until(lambda: stage.published_size() == len(stage.world.entries) + 1, seconds=5)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
