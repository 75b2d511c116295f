"""`wijkaandeel sequencer` runs the one writer of the board; `wijkaandeel rebuild` puts the board back.

A sequencer that loses PostgreSQL, or whose disk is full, starts anew from the tables. One that finds another
board than it signed last stops: exit code 3, with what to do on standard error.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import asyncpg
import httpx
import structlog

from ballots.errors import ProtocolError
from service.board.errors import (
    BoardServiceError,
    FolderInUseError,
    OvertakenError,
    SilentWitnessesError,
)
from service.board.rebuild import Rebuilding, Rebuilt
from service.board.sequencer import Ground, Sequencer
from service.db.errors import DatabaseError, describe_fault
from service.db.migrate import verify_migrated
from service.db.roles import Role, session_settings
from service.errors import ServiceError
from service.settings import Settings, read_operator_seed, read_settings

STOPPED = 3
"""Exit code: a person must act."""
AGAIN_SECONDS = 1.0
CONNECT_SECONDS = 10.0
QUERY_SECONDS = 60.0

PASSING = (
    OSError,
    OvertakenError,
    FolderInUseError,
    SilentWitnessesError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
)
"""What may be over in a moment: PostgreSQL restarts, a disk is full, another process lets go, a deadlock."""

log = structlog.get_logger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sequencer until it is told to stop."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel sequencer",
        description="Put what waits on the board, publish it, have it witnessed. "
        "Any number may run; one works.",
        epilog="Example: WIJK_DATABASE_URL=... WIJK_ORIGIN=stad.example/board wijkaandeel sequencer",
    )
    parser.parse_args(argv)
    return _guarded(lambda settings: asyncio.run(run_until_stopped(settings)))


def main_rebuild(argv: Sequence[str] | None = None) -> int:
    """Put the board back into the database from the published record."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel rebuild",
        description="Put the board back into a database that was restored from a backup, from the published "
        "record in WIJK_RECORD_DIR. Stop sequencer and service first; "
        "then start the service, and then the sequencer.",
        epilog="Example: WIJK_DATABASE_URL=... WIJK_ORIGIN=stad.example/board wijkaandeel rebuild",
    )
    parser.parse_args(argv)

    def run(settings: Settings) -> None:
        rebuilt = asyncio.run(rebuild(settings))
        sys.stdout.write(f"the board had {rebuilt.before} entries and has {rebuilt.after}\n")

    return _guarded(run)


def _guarded(work: Callable[[Settings], None]) -> int:
    try:
        work(read_settings(os.environ))
    except (BoardServiceError, ServiceError, ProtocolError, DatabaseError, asyncpg.PostgresError) as error:
        sys.stderr.write(f"{describe_fault(error)}\n")
        return STOPPED
    return 0


async def run_until_stopped(settings: Settings, now: Callable[[], float] = time.time) -> None:
    """Run until SIGTERM or SIGINT; begin anew when PostgreSQL goes away.

    Errors: BoardServiceError, ServiceError, ProtocolError, DatabaseError.
    """
    ground = Ground(
        journal_dir=settings.journal_dir,
        operator_seed=read_operator_seed(settings.state_dir),
        origin=settings.origin,
        record_dir=settings.record_dir,
        state_dir=settings.state_dir,
        witness_urls=_witness_urls(settings),
    )
    work = asyncio.create_task(_work(settings.database_url, ground, now))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.info("sequencer-stops")
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _witness_urls(settings: Settings) -> dict[str, str]:
    return {witness.id: witness.url for witness in settings.witnesses}


async def _work(database_url: str, ground: Ground, now: Callable[[], float]) -> None:
    while True:
        try:
            await run_once(database_url, ground, now)
        except* PASSING as group:
            log.warning("sequencer-starts-anew", fault=_tell(_first(group)))
        await asyncio.sleep(AGAIN_SECONDS)


def _tell(error: BaseException) -> str:
    return f"{type(error).__name__}: {describe_fault(error)}"


def _first(error: BaseException) -> BaseException:
    """Return the first error inside a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def run_once(database_url: str, ground: Ground, now: Callable[[], float] = time.time) -> None:
    """Run one sequencer on two connections and an HTTP client of its own, until it fails or is cancelled."""
    async with AsyncExitStack() as stack:
        writer, reader = [await _connect(database_url, stack) for _ in range(2)]
        await verify_migrated(reader)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        await Sequencer(ground, writer, reader, client, now).run()


async def _connect(database_url: str, stack: AsyncExitStack) -> asyncpg.Connection:
    connection = await asyncpg.connect(
        database_url,
        server_settings=session_settings(Role.SEQUENCER),
        timeout=CONNECT_SECONDS,
        command_timeout=QUERY_SECONDS,
    )
    stack.callback(connection.terminate)
    return connection


async def rebuild(settings: Settings) -> Rebuilt:
    """Rebuild as the owner of the database."""
    connection = await asyncpg.connect(settings.database_url, timeout=CONNECT_SECONDS)
    try:
        await verify_migrated(connection)
        seed = read_operator_seed(settings.state_dir)
        urls = _witness_urls(settings)
        rebuilding = Rebuilding(settings.origin, seed, settings.record_dir, settings.state_dir, urls)
        return await rebuilding.run(connection)
    finally:
        await connection.close()
