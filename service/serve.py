"""`wijkaandeel serve`: the service under its HTTP server, with one or more worker processes.

Before the workers start, database and journal are brought to agree (ballot_box/recovery.py), and the database
is marked as the one that they may store in (ballot_box/epoch.py). No access log is written: it would hold
addresses beside times. Settings come from the environment (settings.py).
"""

import argparse
import asyncio
import gc
import os
import secrets
import sys
import tempfile
from collections.abc import Sequence

import asyncpg
import structlog
from litestar import Litestar

from service.db.errors import DatabaseError, describe_fault
from service.errors import ServiceError
from service.faults import reach
from service.settings import Settings, read_settings

EXAMPLE = "example: WIJK_DATABASE_URL=postgresql:///wijk WIJK_ORIGIN=stad.example/board ... wijkaandeel serve"


def main(argv: Sequence[str]) -> int:
    """Serve until a signal comes. Exit codes: 0 stopped, 1 refused to start."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel serve",
        description="Serve residents, kiosks, partners and the public.",
        epilog=EXAMPLE,
    )
    parser.add_argument("--host", help="address to listen on (WIJK_HOST, default 127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (WIJK_PORT, default 8080)")
    parser.add_argument("--workers", help="worker processes (WIJK_WORKERS, default 2)")
    for name, value in vars(parser.parse_args(argv)).items():
        if value is not None:
            os.environ[f"WIJK_{name.upper()}"] = value
    with tempfile.TemporaryDirectory(prefix="wijk-metrics-") as folder:
        # Before anything counts: it is read once, when the figures are made.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            settings = read_settings(os.environ)
            asyncio.run(prepare(settings))
        except (ServiceError, DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            print(f"wijkaandeel serve: {describe_fault(error)}", file=sys.stderr)  # noqa: T201
            return 1
        run(settings)
    return 0


async def prepare(settings: Settings) -> None:
    """Check the ground, and bring database and journal to agree. Errors: those that `main` answers."""
    from service.app import open_pool, verify_ground
    from service.ballot_box.epoch import LENGTH, write_epoch
    from service.ballot_box.journal import Journal
    from service.ballot_box.recovery import Recovered, recover
    from service.ballot_box.store import set_epoch
    from service.db.roles import Role
    from service.election_cache import ElectionCache
    from service.settings import read_operator_seed
    from service.theme import read_theme

    read_theme(settings.theme)
    read_operator_seed(settings.state_dir)
    async with open_pool(settings, Role.SERVICE, 1) as pool:
        await verify_ground(pool)
        epoch = secrets.token_bytes(LENGTH)
        await set_epoch(pool, epoch)  # from here on nobody casts until the file says the same
        reach("epoch-set")
        election = await ElectionCache(pool, settings.origin).find()
        done = Recovered(journaled=0, missing=0, restored=0)
        if election is not None:
            done = await recover(pool, Journal(settings.journal_dir), election)
        write_epoch(settings.state_dir, epoch)
        reach("epoch-written")
    log = structlog.get_logger()
    if done.restored or done.journaled:
        log.warning("recovered", restored=done.restored, journaled=done.journaled)
    if done.missing:
        log.error("ballots-missing", count=done.missing, advice="the journal has them; see OPERATIONS.md")


def application() -> Litestar:
    """Return the application of the environment's settings; each worker process calls this.

    What is there by now stays as long as the process, so the garbage collector need not look at it again: a
    full collection held up every cast for 0.1 s.
    """
    from service.app import create_app

    made = create_app(read_settings(os.environ))
    gc.collect()
    gc.freeze()
    return made


def run(settings: Settings) -> None:
    """Run the HTTP server until a signal comes."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops

    Granian(
        "service.serve:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        runtime_threads=1,
        loop=Loops.auto,
        http=HTTPModes.http1,
        websockets=False,
        factory=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
