"""A whole site for the tests of the pages: a made-up election in PostgreSQL, and the service before it."""

import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from litestar import Litestar
from litestar.testing import AsyncTestClient

from admin.ledger.awards import read_awards
from admin.ledger.booking import commitment, grants
from admin.ledger.store import book, open_ledger
from ballots.entries import parse_entry
from ballots.merkle import leaf_hash
from ballots.signing import kind_of
from ballots.wire import Hash
from service.app import create_app
from service.settings import Settings
from tally.outcome import format_outcome
from tests.simulator import World

BOOKED_ON = datetime.date(2026, 3, 5)

ADD_ENTRIES = """
-- All entries from position $1 on.
INSERT INTO board.entries (position, entry_hash, kind, raw)
SELECT $1 + place - 1, hash, kind, raw
FROM unnest($2::bytea[], $3::text[], $4::bytea[]) WITH ORDINALITY AS rows (hash, kind, raw, place)
"""
ADD_FILES = """
-- Files that are not there yet.
INSERT INTO board.files (hash, raw) SELECT * FROM unnest($1::bytea[], $2::bytea[]) ON CONFLICT DO NOTHING
"""
MOVE_HEAD = """
-- The tree head, with a checkpoint that witnesses have confirmed.
UPDATE board.head SET root = $1, phase = $2, witnessed = $3, witnessed_size = $4
"""


async def put_world(dsn: str, world: World, witnessed: int | None = None) -> None:
    """Bring the database up to what the world's board says; `witnessed` entries are confirmed."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            size = await connection.fetchval("SELECT size FROM board.head")
            new = world.entries[size:]
            kinds = [kind_of(parse_entry(raw)) for raw in new]
            await connection.execute(ADD_ENTRIES, size, [leaf_hash(raw) for raw in new], kinds, new)
            files = list(world.files.items())
            await connection.execute(ADD_FILES, [name for name, _ in files], [raw for _, raw in files])
            confirmed = len(world.entries) if witnessed is None else witnessed
            note = world.checkpoint() if confirmed and world.board.election else None
            await connection.execute(
                MOVE_HEAD, world.board.root(), world.board.phase, note, confirmed if note else 0
            )
    finally:
        await connection.close()


async def book_world(dsn: str, world: World) -> None:
    """Book the grants of a world's pots, and what its certified outcome commits."""
    election = world.election
    transactions = list(grants(election.manifest_hash, election.contests.values(), BOOKED_ON))
    if world.board.certify is not None and world.outcome is not None:
        awards = read_awards(world.board, format_outcome(world.outcome))
        certify = Hash(leaf_hash(world.entries[-1]))
        found = commitment(election.manifest_hash, election.contests, awards, certify, BOOKED_ON)
        transactions += [found] if found else []
    async with open_ledger(dsn) as connection:
        for transaction in transactions:
            await book(connection, transaction)


def make_settings(dsn: str, folder: Path, world: World, port: int = 8080) -> Settings:
    """Return settings with folders of their own, the operator's key, and the world's record published."""
    folders = {name: folder / name for name in ("record", "state", "journal")}
    for path in folders.values():
        path.mkdir(mode=0o700, exist_ok=True)
    key = folders["state"] / "operator.key"
    key.write_text(world.keys.operator.hex())
    key.chmod(0o600)
    if world.board.election:
        world.write_record(folders["record"])
    return Settings(
        database_url=dsn,
        record_dir=folders["record"],
        state_dir=folders["state"],
        journal_dir=folders["journal"],
        origin=world.options.origin,
        port=port,
    )


def make_site(dsn: str, folder: Path, world: World) -> Litestar:
    """Return the service for a world that `put_world` has put into the database."""
    return create_app(make_settings(dsn, folder, world))


@asynccontextmanager
async def open_site(dsn: str, folder: Path, world: World) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """Put a world into the database and yield a client of its site."""
    await put_world(dsn, world)
    async with AsyncTestClient(make_site(dsn, folder, world)) as client:
        yield client
