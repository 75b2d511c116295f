"""A polling hall for tests: a made-up election on the board of a real database, and the service upon it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from ballots.board import Phase
from ballots.entries import Ballot
from ballots.merkle import leaf_hash
from ballots.voter import Share, vote
from ballots.wire import encode
from service.app import create_app
from service.settings import Settings
from tests.simulator import World

DURING = 1_800_000_000
"""A time before the last release of the made-up elections."""


def never(point: str) -> None:
    """Reach a point, and go on."""


def make_settings(dsn: str, folder: Path, world: World, **changes: object) -> Settings:
    """Return settings for a service on this database, with its folders and the operator's key."""
    state = folder / "state"
    state.mkdir(exist_ok=True, mode=0o700)
    key = state / "operator.key"
    key.write_text(world.keys.operator.hex())
    key.chmod(0o600)
    given = {
        "database_url": dsn,
        "record_dir": folder / "record",
        "state_dir": state,
        "journal_dir": folder / "journal",
        "origin": world.options.origin,
    }
    return Settings(**(given | changes))


async def put_on_board(connection: asyncpg.Connection, world: World) -> None:
    """Bring the database's board to where the world's is; the voting is open if it is so there."""
    start = await connection.fetchval("SELECT size FROM board.head")
    for position, raw in enumerate(world.entries[start:], start):
        kind = raw.split(b'"kind":"')[1].split(b'"')[0].decode()
        await connection.execute(
            "INSERT INTO board.entries VALUES ($1, $2, $3, $4)", position, leaf_hash(raw), kind, raw
        )
    phase = world.board.phase
    await connection.execute("UPDATE board.head SET phase = $1, root = $2", phase, world.board.root())
    await connection.execute("UPDATE box.phase SET open = $1", phase is Phase.VOTING)


async def witness(connection: asyncpg.Connection) -> None:
    """Make all of the board's entries witnessed, as far as the tables say."""
    await connection.execute("UPDATE board.head SET witnessed = 'note', witnessed_size = size")


async def log_requests(connection: asyncpg.Connection, world: World) -> None:
    """Put all waiting requests on the board, as the sequencer does."""
    for row in await connection.fetch("SELECT raw FROM box.requests WHERE position IS NULL"):
        placed = world.append(row["raw"])
        await put_on_board(connection, world)
        await connection.execute(
            "UPDATE box.requests SET position = $1 WHERE entry_hash = $2", placed.index, placed.entry_hash
        )
    await witness(connection)


@asynccontextmanager
async def served(
    settings: Settings, reach: Callable[[str], None] = never, now: float = DURING
) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service in this process and give a client of it."""
    app = create_app(settings, clock=lambda: now, reach=reach)
    opened, done = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        """Open and close the application in one task, as a server does."""
        try:
            async with app.lifespan():
                opened.set()
                await done.wait()
        finally:
            opened.set()

    task = asyncio.create_task(live())
    await opened.wait()
    if task.done():
        try:
            await task
        except ExceptionGroup as errors:  # the framework wraps what keeps it from starting
            raise errors.exceptions[0] from errors
    try:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30) as client:
            yield client
    finally:
        done.set()
        await task


def ballot_of(
    world: World, share: Share, number: int, before: bytes | None = None, revision: int = 1
) -> bytes:
    """Return a sealed ballot; it follows the ballot `before` if one is given."""
    choices = world.some_choices(share.style, number)
    if before is None:
        return encode(vote(world.election, share, choices, world.draw, revision))
    return encode(vote(world.election, share, choices, world.draw, revision, leaf_hash(before)))


def altered(raw: bytes, **members: object) -> Ballot:
    """Return a ballot with other members, not signed again."""
    from ballots.wire import decode
    from tests.simulator import changed

    return changed(decode(Ballot, raw), **members)
