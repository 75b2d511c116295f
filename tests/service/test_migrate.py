"""Migrations run once, in order, whole or not at all; durability that is off is named."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from service.db.durability import ACCEPTABLE, read_durability, verify_durability
from service.db.embedded import EmbeddedPostgres
from service.db.errors import DurabilityError, MigrationError
from service.db.migrate import find_pending, migrate, migrate_dsn, read_migrations, verify_migrated
from service.db.roles import Role, session_settings

FIRST = "CREATE TABLE public.first (n integer);"
SECOND = "CREATE TABLE public.second (n integer);"


def write(folder: Path, **files: str) -> Path:
    """Write migrations named like n0001_first."""
    for name, text in files.items():
        (folder / f"{name.removeprefix('n')}.sql").write_text(text)
    return folder


@pytest.fixture
async def empty(empty_database: str):
    """A connection to a database without any migration."""
    opened = await asyncpg.connect(empty_database)
    yield opened
    await opened.close()


async def has_table(connection: asyncpg.Connection, name: str) -> bool:
    """Tell whether a table exists."""
    return bool(await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name))


# Reading


def test_own_migrations_are_readable() -> None:
    """The project's own migrations parse, and begin with the roles."""
    assert read_migrations()[0].label == "0001_roles"


def test_order_is_by_number(tmp_path: Path) -> None:
    """Steps come in the order of their numbers, gaps allowed."""
    write(tmp_path, n0020_b=SECOND, n0010_a=FIRST)
    assert [step.label for step in read_migrations(tmp_path)] == ["0010_a", "0020_b"]


@pytest.mark.parametrize("name", ["1_short", "0001-dash", "0001_Upper", "first"])
def test_misnamed_file_is_refused(tmp_path: Path, name: str) -> None:
    """A file whose name has no place in the order is refused."""
    (tmp_path / f"{name}.sql").write_text(FIRST)
    with pytest.raises(MigrationError, match=name):
        read_migrations(tmp_path)


def test_double_number_is_refused(tmp_path: Path) -> None:
    """Two files with one number are refused, both named."""
    write(tmp_path, n0001_a=FIRST, n0001_b=SECOND)
    with pytest.raises(MigrationError, match="0001_a and 0001_b"):
        read_migrations(tmp_path)


@pytest.mark.parametrize("line", ["BEGIN;", "commit ;", "  ROLLBACK;", "START TRANSACTION;"])
def test_own_transaction_is_refused(tmp_path: Path, line: str) -> None:
    """A step that ends the transaction it runs in is refused before it runs."""
    write(tmp_path, n0001_a=f"{FIRST}\n{line}\n")
    with pytest.raises(MigrationError, match="transaction"):
        read_migrations(tmp_path)


def test_body_of_a_function_is_no_transaction(tmp_path: Path) -> None:
    """The BEGIN of a function's body is not mistaken for one."""
    write(tmp_path, n0001_a="DO $$\nBEGIN\n  PERFORM 1;\nEND\n$$;\nDO $$\nBEGIN PERFORM 1; END $$;")
    assert len(read_migrations(tmp_path)) == 1


# Running


async def test_runs_once(empty: asyncpg.Connection) -> None:
    """The project's migrations run on an empty database, and a second time nothing is left to do."""
    assert [step.label for step in await migrate(empty)] == [step.label for step in read_migrations()]
    assert await migrate(empty) == []
    await verify_migrated(empty)


async def test_missing_step_is_named(empty: asyncpg.Connection) -> None:
    """A process that starts on a database without its tables is told what is lacking."""
    with pytest.raises(MigrationError, match="0001_roles"):
        await verify_migrated(empty)


async def test_new_step_runs_after_the_old(empty: asyncpg.Connection, tmp_path: Path) -> None:
    """Only the step that is new runs."""
    await migrate(empty, read_migrations(write(tmp_path, n0001_a=FIRST)))
    done = await migrate(empty, read_migrations(write(tmp_path, n0002_b=SECOND)))
    assert [step.label for step in done] == ["0002_b"]


async def test_changed_step_is_refused(empty: asyncpg.Connection, tmp_path: Path) -> None:
    """A step whose text changed after it ran is refused, and nothing after it runs."""
    await migrate(empty, read_migrations(write(tmp_path, n0001_a=FIRST)))
    write(tmp_path, n0001_a=FIRST + " ", n0002_b=SECOND)
    with pytest.raises(MigrationError, match="0001_a was changed"):
        await migrate(empty, read_migrations(tmp_path))
    assert not await has_table(empty, "public.second")


async def test_vanished_step_is_refused(empty: asyncpg.Connection, tmp_path: Path) -> None:
    """A database that ran a step this program does not know is refused."""
    await migrate(empty, read_migrations(write(tmp_path, n0001_a=FIRST)))
    with pytest.raises(MigrationError, match="0001_a, which this program does not know"):
        await migrate(empty, [])


async def test_step_before_a_later_one_is_refused(empty: asyncpg.Connection, tmp_path: Path) -> None:
    """A step slipped in before one that has run is refused."""
    await migrate(empty, read_migrations(write(tmp_path, n0002_b=SECOND)))
    with pytest.raises(MigrationError, match="higher number"):
        await migrate(empty, read_migrations(write(tmp_path, n0001_a=FIRST)))


async def test_failed_step_leaves_nothing(empty: asyncpg.Connection, tmp_path: Path) -> None:
    """A step that fails halfway leaves no table and no mark; the steps before it stay."""
    steps = read_migrations(write(tmp_path, n0001_a=FIRST, n0002_b=SECOND + " SELECT no_such_thing;"))
    with pytest.raises(MigrationError, match="0002_b failed"):
        await migrate(empty, steps)
    assert await has_table(empty, "public.first")
    assert not await has_table(empty, "public.second")
    assert [step.label for step in await find_pending(empty, steps)] == ["0002_b"]


async def test_many_at_once(empty_database: str) -> None:
    """Of processes that migrate at the same moment one does the work and none fails."""
    done = await asyncio.gather(*(migrate_dsn(empty_database) for _ in range(5)))
    assert sorted(map(len, done)) == [0, 0, 0, 0, len(read_migrations())]


# Roles


async def test_session_takes_its_role(database: str) -> None:
    """A session works as its role from its first packet, and keeps it through a pool's reset."""
    for role in Role:
        async with asyncpg.create_pool(
            database, min_size=1, max_size=1, server_settings=session_settings(role)
        ) as pool:
            for _ in range(2):
                assert await pool.fetchval("SELECT current_user") == role.value


async def test_roles_cannot_log_in_or_rule(connection: asyncpg.Connection) -> None:
    """No role can log in, make roles or databases, or pass by row security."""
    rows = await connection.fetch("SELECT * FROM pg_roles WHERE rolname = ANY($1::text[])", [*Role])
    assert len(rows) == len(Role)
    for row in rows:
        powers = ("rolcanlogin", "rolsuper", "rolcreaterole", "rolcreatedb", "rolbypassrls", "rolreplication")
        assert not any(row[power] for power in powers)


@pytest.mark.parametrize("role", list(Role))
async def test_role_makes_no_tables(database: str, role: Role) -> None:
    """A role reads which migrations have run, and can neither change that nor make tables."""
    session = await asyncpg.connect(database, server_settings=session_settings(role))
    try:
        await verify_migrated(session)
        for sql in (
            "DELETE FROM public.migrations",
            "CREATE TABLE public.mine ()",
            "CREATE TEMP TABLE mine ()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await session.execute(sql)
    finally:
        await session.close()


async def test_database_is_closed_to_others(empty_database: str) -> None:
    """After the first migration the roles may connect and nobody else may."""
    await migrate_dsn(empty_database)
    session = await asyncpg.connect(empty_database)
    connects = "SELECT has_database_privilege($1, current_database(), 'CONNECT')"
    assert not await session.fetchval(connects, "pg_monitor")
    assert [await session.fetchval(connects, role.value) for role in Role] == [True] * len(Role)
    await session.close()


async def test_new_functions_are_closed(database: str) -> None:
    """A function that a later migration makes is nobody's until it is granted."""
    owner = await asyncpg.connect(database)
    public = await asyncpg.connect(database, server_settings=session_settings(Role.PUBLIC))
    try:
        await owner.execute("CREATE FUNCTION public.secret() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await public.fetchval("SELECT public.secret()")
    finally:
        await owner.close()
        await public.close()


async def test_owner_without_superuser(postgres_server, empty_database: str) -> None:
    """An owner who may only make roles, as hosted databases give, can migrate and take every role."""
    administrator = await asyncpg.connect(empty_database)
    name = await administrator.fetchval("SELECT current_database()")
    login = f"owner_{name}"
    await administrator.execute(f"CREATE ROLE {login} CREATEROLE")
    await administrator.execute(f"ALTER DATABASE {name} OWNER TO {login}")
    try:
        for role in Role:
            exists = await administrator.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.value)
            if exists:
                await administrator.execute(f"GRANT {role.value} TO {login}")
        await administrator.execute(f"SET SESSION AUTHORIZATION {login}")
        await migrate(administrator)
        for role in Role:
            await administrator.execute(f"SET ROLE {role.value}")
            await administrator.execute("RESET ROLE")
    finally:
        await administrator.execute("RESET SESSION AUTHORIZATION")
        await administrator.close()
        await postgres_server.execute(f"ALTER DATABASE {name} OWNER TO CURRENT_USER")
        cleaner = await asyncpg.connect(empty_database)
        await cleaner.execute(f"DROP OWNED BY {login} CASCADE")
        await cleaner.execute(f"DROP ROLE {login}")
        await cleaner.close()


# Durability


async def test_durable_by_default(connection: asyncpg.Connection) -> None:
    """A server with PostgreSQL's own settings passes."""
    await verify_durability(connection)
    assert set(await read_durability(connection)) == set(ACCEPTABLE)


@pytest.mark.parametrize("value", ["local", "remote_write", "remote_apply"])
async def test_weaker_replication_is_durable(connection: asyncpg.Connection, value: str) -> None:
    """Every value that waits for this server's own disk passes."""
    await connection.execute(f"SET synchronous_commit = {value}")
    await verify_durability(connection)


async def test_synchronous_commit_off_is_named(connection: asyncpg.Connection) -> None:
    """A session that does not wait for the disk is refused, with the setting's name and no other."""
    await connection.execute("SET synchronous_commit = off")
    with pytest.raises(DurabilityError, match="synchronous_commit is off") as refused:
        await verify_durability(connection)
    assert "fsync" not in str(refused.value)


async def test_synchronous_commit_off_for_the_database(database: str, connection: asyncpg.Connection) -> None:
    """A database or role that switches it off for its sessions is found out as well."""
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    session = await asyncpg.connect(database)
    with pytest.raises(DurabilityError, match="synchronous_commit"):
        await verify_durability(session)
    await session.close()


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
async def test_server_that_forgets_is_named(folder: Path, name: str) -> None:
    """A server with one of the two off is refused, with the setting's name."""
    with EmbeddedPostgres(folder, settings={name: "off"}) as server:
        session = await asyncpg.connect(server.dsn())
        with pytest.raises(DurabilityError, match=f"{name} is off"):
            await verify_durability(session)
        await session.close()
