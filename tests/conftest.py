"""What all tests stand on: a PostgreSQL server, fresh databases, and no network but loopback.

The server is the embedded one (one for each xdist worker, in memory where the machine allows) or the
one that WIJK_TEST_DATABASE_URL names. Its durability settings are PostgreSQL's own, all on.
"""

import asyncio
import gc
import ipaddress
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import service.app
from service.board import witnesses
from service.db.embedded import EmbeddedPostgres
from service.db.external import ExternalPostgres
from service.db.migrate import migrate_dsn
from tests.second import Second
from tests.workers import SharersTogether

GIB = 1024**3
PATIENCE_SECONDS = 15
"""How long whoever answers within a test's own process is waited for; the product waits for some seconds."""
# Roles belong to the whole server, so workers that share one make them in turn.
TEMPLATE_LOCK = 7_306_001

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)


def is_loopback(host: object) -> bool:
    """Tell whether a host name or address stays on this machine."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback or text in {"0.0.0.0", "::"}
    except ValueError:
        return text.endswith(".localhost")


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Raise when this process is about to leave the machine; unix sockets have a path as address."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise RuntimeError(f"tests reach no network but loopback, and this one wants {host!r}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch every socket of this process from before the first test; an audit hook cannot be taken off.

    On a busy machine whoever answers within this process may have to wait for seconds before it runs.
    """
    sys.addaudithook(refuse_network)
    service.app.CONNECT_SECONDS = PATIENCE_SECONDS
    witnesses.ANSWER_SECONDS = PATIENCE_SECONDS


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL, and the migrated database that every test's own is copied from."""

    postgres: EmbeddedPostgres | ExternalPostgres
    template: str

    def dsn(self, database: str | None = None) -> str:
        """Address of a database as the owner; without a name, of the one to administer from."""
        return self.postgres.dsn(database)

    async def execute(self, sql: str) -> None:
        """Run one statement from outside the tests' databases."""
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


async def make_template(server: Server) -> None:
    """Create and migrate the template."""
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
        await connection.execute(f'CREATE DATABASE "{server.template}" TEMPLATE template0')
        await migrate_dsn(server.dsn(server.template))
    finally:
        await connection.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the test's own with a short path, in memory where the machine allows."""
    path = make_folder()
    yield path
    shutil.rmtree(path, ignore_errors=True)


def make_folder() -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * GIB
    return Path(tempfile.mkdtemp(prefix="wijk-test-", dir=memory if roomy else None))


@pytest.fixture(scope="session")
def second() -> Iterator[Second]:
    """The second implementation, one process for this worker's whole run."""
    with Second() as judge:
        yield judge


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server for this worker's whole run, with a migrated template."""
    template = f"wijk_template_{uuid.uuid4().hex[:12]}"
    url = os.environ.get("WIJK_TEST_DATABASE_URL")
    if url:
        server = Server(ExternalPostgres(url), template)
        asyncio.run(make_template(server))
        yield server
        asyncio.run(server.execute(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)'))
        return
    path = make_folder()
    try:
        with EmbeddedPostgres(path) as postgres:
            server = Server(postgres, template)
            asyncio.run(make_template(server))
            yield server
    finally:
        shutil.rmtree(path, ignore_errors=True)


async def _fresh(server: Server, template: str) -> AsyncIterator[str]:
    name = f"wijk_test_{uuid.uuid4().hex[:12]}"
    await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if template == server.template:
        # A copy has all of the template's rights but those on the database itself.
        await server.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    yield server.dsn(name)
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(postgres_server: Server) -> AsyncIterator[str]:
    """Address of a fresh, migrated database, as its owner; dropped after the test."""
    async for dsn in _fresh(postgres_server, postgres_server.template):
        yield dsn


@pytest.fixture
async def empty_database(postgres_server: Server) -> AsyncIterator[str]:
    """Address of a fresh database in which no migration has run."""
    async for dsn in _fresh(postgres_server, "template0"):
        yield dsn


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    """An open connection to a fresh, migrated database, as its owner."""
    opened = await asyncpg.connect(database)
    yield opened
    await opened.close()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Say which worker gets which test (workers.py)."""
    return SharersTogether(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Leave what is collected out of every search for garbage, and do not search meanwhile.

    Thousands of tests with their vectors make a full search take seconds on a busy machine, and whatever has
    a time limit then fails for no fault of its own.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


STORE_FIXTURES = {"postgres_server", "database", "empty_database", "connection"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as `store` whatever uses a database, so nobody can forget it."""
    for item in items:
        if STORE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("store")
