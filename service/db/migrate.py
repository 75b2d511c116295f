"""Bring a database to the tables this program knows, step by step and never twice.

A step is a file `migrations/NNNN_name.sql`. It runs in one transaction, as the owner of the
database. What has run stands in `public.migrations` with the SHA-256 of its text: a step that was
changed, removed or slipped in before a later one is refused, for the tables would not be what the
files say. Going back is restoring a backup; there are no downward steps.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.db.errors import MigrationError, describe_fault

if TYPE_CHECKING:
    import asyncpg

FOLDER = Path(__file__).parent / "migrations"
FILE_NAME = re.compile(r"(?P<number>[0-9]{4})_(?P<name>[a-z0-9_]+)\.sql")
OWN_TRANSACTION = re.compile(
    r"^\s*(BEGIN|START|COMMIT|ROLLBACK)(\s+(WORK|TRANSACTION))?\s*;", re.IGNORECASE | re.MULTILINE
)
# One number for this whole program; advisory locks count per database.
LOCK = 0x57494A4B

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS public.migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text NOT NULL DEFAULT current_user
)
"""
TABLE_EXISTS = "SELECT to_regclass('public.migrations') IS NOT NULL"
READ_APPLIED = "SELECT number, name, checksum FROM public.migrations ORDER BY number"
RECORD = "INSERT INTO public.migrations (number, name, checksum) VALUES ($1, $2, $3)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """One step, as its file has it."""

    number: int
    name: str
    sql: str
    checksum: str

    @property
    def label(self) -> str:
        """The file's name without its ending."""
        return f"{self.number:04d}_{self.name}"


def read_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Read all steps of a folder in their order; refuse misnamed and doubly numbered files."""
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        migration = _read_migration(path)
        if migration.number in found:
            other = found[migration.number]
            raise MigrationError(f"two migrations have one number: {other.label} and {migration.label}")
        found[migration.number] = migration
    return tuple(found[number] for number in sorted(found))


def _read_migration(path: Path) -> Migration:
    match = FILE_NAME.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"expected a file name like 0001_roles.sql, got {path.name}")
    content = path.read_bytes()
    sql = content.decode("utf-8")
    if OWN_TRANSACTION.search(sql):
        raise MigrationError(f"{path.name} begins or ends a transaction; every migration already runs in one")
    return Migration(
        number=int(match["number"]),
        name=match["name"],
        sql=sql,
        checksum=hashlib.sha256(content).hexdigest(),
    )


async def find_pending(
    connection: "asyncpg.Connection", migrations: Sequence[Migration] | None = None
) -> list[Migration]:
    """List the steps that have not run yet; raise MigrationError when what has run differs from the files."""
    known = read_migrations() if migrations is None else migrations
    applied = await connection.fetch(READ_APPLIED) if await connection.fetchval(TABLE_EXISTS) else []
    by_number = {migration.number: migration for migration in known}
    for row in applied:
        _verify_unchanged(by_number.get(row["number"]), row)
    done = {row["number"] for row in applied}
    pending = [migration for migration in known if migration.number not in done]
    if done and pending and pending[0].number < max(done):
        raise MigrationError(
            f"{pending[0].label} has not run, but a later one ({max(done):04d}) has; give it a higher number"
        )
    return pending


def _verify_unchanged(migration: Migration | None, row: "asyncpg.Record") -> None:
    label = f"{row['number']:04d}_{row['name']}"
    if migration is None:
        raise MigrationError(f"the database has run {label}, which this program does not know; is it older?")
    if migration.checksum != row["checksum"]:
        raise MigrationError(
            f"{migration.label} was changed after it ran: expected SHA-256 {row['checksum']}, "
            f"got {migration.checksum}. Restore the file and write a new migration instead."
        )


async def migrate(
    connection: "asyncpg.Connection", migrations: Sequence[Migration] | None = None
) -> list[Migration]:
    """Run what has not run yet, each in a transaction, and return it.

    Any number of processes may call this at once: one works, the others wait and find nothing to do.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
    try:
        await connection.execute(CREATE_TABLE)
        pending = await find_pending(connection, migrations)
        for migration in pending:
            await _apply(connection, migration)
        return pending
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _apply(connection: "asyncpg.Connection", migration: Migration) -> None:
    import asyncpg

    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL search_path = public")
            await connection.execute(migration.sql)
            await connection.execute(RECORD, migration.number, migration.name, migration.checksum)
    except asyncpg.PostgresError as error:
        raise MigrationError(
            f"{migration.label} failed and left nothing behind: {describe_fault(error)}"
        ) from error


async def verify_migrated(connection: "asyncpg.Connection") -> None:
    """Raise MigrationError unless every step of this program has run; for processes at their start."""
    pending = await find_pending(connection)
    if pending:
        names = ", ".join(migration.label for migration in pending)
        raise MigrationError(f"the database lacks {names}; run the migrations first")


async def migrate_dsn(dsn: str) -> list[Migration]:
    """Connect as the owner, run what has not run yet, and return it."""
    import asyncpg

    connection = await asyncpg.connect(dsn)
    try:
        return await migrate(connection)
    finally:
        await connection.close()
