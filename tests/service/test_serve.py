"""The service as a process: a crash loses nothing that was promised, and it describes what it does."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ballots.board import Phase
from ballots.merkle import leaf_hash
from service.app import create_app
from service.ballot_box.journal import Journal
from service.settings import Settings
from tests.conftest import Server, make_folder
from tests.service.hall import ballot_of, make_settings, put_on_board
from tests.service.process import PROGRAM, environment_of, running, stop
from tests.simulator import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    """A world in which voting is open; no test changes it but to make ballots."""
    return make_world(until=Phase.VOTING, residents={"adult": 12, "youth": 2})


def cast_until_it_ends(url: str, raws: list[bytes]) -> dict[bytes, bytes]:
    """Cast one by one until the service breaks off; return the promises by ballot."""
    promises = {}
    with httpx.Client(base_url=url, timeout=20) as client:
        for raw in raws:
            try:
                answer = client.post("/api/ballots", content=raw)
            except httpx.TransportError:
                break
            assert answer.status_code == 200
            promises[raw] = answer.content
    return promises


async def test_a_crash_between_database_and_journal(
    world: World, database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """When a process dies between the two copies, all promises hold, and the same bytes get them again."""
    raws = [ballot_of(world, world.get_share(number), number) for number in range(10)]
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    with running(settings, WIJK_FAULT="cast-stored:5") as (url, process):
        promises = await asyncio.to_thread(cast_until_it_ends, url, raws)
        stop(process, signal.SIGKILL)
    assert len(promises) == 4
    assert {leaf_hash(raw) for raw in Journal(settings.journal_dir).read()} == set(map(leaf_hash, promises))
    stored = {row["raw"] for row in await connection.fetch("SELECT raw FROM box.ballots")}
    assert stored == {*promises, raws[4]}
    with running(settings, workers=2) as (url, _):
        assert {leaf_hash(raw) for raw in Journal(settings.journal_dir).read()} == set(map(leaf_hash, stored))
        again = await asyncio.to_thread(cast_until_it_ends, url, raws)
        figures = httpx.get(f"{url}/metrics", timeout=10).text
    assert 'wijkaandeel_casts_total{answer="promised"} 10.0' in figures
    assert len(again) == 10
    assert {raw: again[raw] for raw in promises} == promises
    assert await connection.fetchval("SELECT count(*) FROM box.ballots") == 10


async def test_a_kill_under_load(
    world: World, database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """When the service is killed under load, every ballot that got its promise is in both places."""
    shares = [world.get_share(number) for number in (10, 11)]
    raws = []
    for share in shares:
        chain = [ballot_of(world, share, 0)]
        for revision in range(2, 10):
            chain.append(ballot_of(world, share, revision, chain[-1], revision))
        raws.append(chain)
    await put_on_board(connection, world)
    settings = make_settings(database, folder, world)
    with running(settings, workers=2) as (url, process):
        tasks = [asyncio.create_task(asyncio.to_thread(cast_until_it_ends, url, chain)) for chain in raws]
        while await connection.fetchval("SELECT count(*) FROM box.ballots") < 5:
            await asyncio.sleep(0)
        stop(process, signal.SIGKILL)
        promised = {raw for task in tasks for raw in await task}
    stored = {row["raw"] for row in await connection.fetch("SELECT raw FROM box.ballots")}
    assert promised <= stored
    assert promised <= set(Journal(settings.journal_dir).read())


def test_refusing_to_start(world: World, folder: Path) -> None:
    """Without settings or database the service says in one line what is missing and ends with 1."""
    settings = make_settings(f"postgresql:///nowhere?host={folder}", folder, world)
    for environment, text in (
        ({"PATH": os.environ["PATH"]}, "WIJK_DATABASE_URL"),
        (environment_of(settings), "wijkaandeel serve: "),
    ):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert text in done.stderr
        assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def url(world: World, postgres_server: Server) -> Iterator[str]:
    """The address of a running service on a database of its own."""
    folder, name = make_folder(), f"wijk_interface_{uuid.uuid4().hex[:12]}"

    async def prepare() -> None:
        await postgres_server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_server.template}"')
        connection = await asyncpg.connect(postgres_server.dsn(name))
        await put_on_board(connection, world)
        await connection.close()

    asyncio.run(prepare())
    with running(make_settings(postgres_server.dsn(name), folder, world)) as (address, _):
        yield address
    asyncio.run(postgres_server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'))
    shutil.rmtree(folder, ignore_errors=True)


def describe_interface() -> schemathesis.schemas.BaseSchema:
    """Return the interface as it describes itself."""
    nowhere = Path("/nonexistent")
    app = create_app(
        Settings(
            database_url="",
            record_dir=nowhere,
            state_dir=nowhere,
            journal_dir=nowhere,
            origin="nowhere.example",
        )
    )
    return schemathesis.openapi.from_dict(app.openapi_schema.to_schema())


OPERATIONS = {each.ok().label: each.ok() for each in describe_interface().get_all_operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.mark.store
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_interface_keeps_to_its_description(label: str, url: str) -> None:
    """Whatever is sent to any address, the answer is one that is described, and never a fault of ours."""

    @given(case=OPERATIONS[label].as_strategy())
    @hypothesis.settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
    def send(case: schemathesis.Case) -> None:
        response = case.call(base_url=url, timeout=20)
        case.validate_response(response, checks=CHECKS)

    send()
