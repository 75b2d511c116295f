"""The service as a whole: it refuses bad ground, keeps its manners, and describes itself truly."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import msgspec
import pytest

from ballots.board import Phase
from service.db import durability
from service.db.errors import DurabilityError, MigrationError
from service.db.roles import Role, session_settings
from service.errors import SettingsError
from service.headers import HEADERS
from service.settings import Settings, read_operator_seed, read_settings
from tests.service.hall import ballot_of, make_settings, put_on_board, served
from tests.simulator import World, make_world

ENVIRONMENT = {
    "WIJK_DATABASE_URL": "postgresql://booth:hunter2@localhost/wijk",
    "WIJK_RECORD_DIR": "/srv/record",
    "WIJK_STATE_DIR": "/srv/state",
    "WIJK_JOURNAL_DIR": "/mnt/journal",
    "WIJK_ORIGIN": "stad.example/board",
}


@pytest.fixture(scope="module")
def world() -> World:
    """A world in which voting is open; no test changes it."""
    return make_world(until=Phase.VOTING)


@pytest.fixture
def settings(world: World, database: str, folder: Path) -> Settings:
    return make_settings(database, folder, world)


@pytest.fixture
async def client(
    world: World, settings: Settings, connection: asyncpg.Connection
) -> AsyncIterator[httpx.AsyncClient]:
    await put_on_board(connection, world)
    async with served(settings) as opened:
        yield opened


async def test_a_database_that_may_forget(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a durability setting that is not accepted the service refuses to start, and names it."""
    monkeypatch.setitem(durability.ACCEPTABLE, "full_page_writes", ("doubly",))
    with pytest.raises(DurabilityError, match="full_page_writes is on"):
        async with served(settings):
            pass


@pytest.mark.parametrize("role", list(Role))
async def test_a_session_answers_from_the_disk(
    database: str, connection: asyncpg.Connection, role: Role
) -> None:
    """Whatever the database comes to say of synchronous_commit, a session of ours has it on."""
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    session = await asyncpg.connect(database, server_settings=session_settings(role))
    found = await session.fetchval("SHOW synchronous_commit")
    await session.close()
    assert found == "on"


async def test_a_database_without_migrations(world: World, empty_database: str, folder: Path) -> None:
    """On a database that lacks migrations the service refuses to start."""
    with pytest.raises((MigrationError, asyncpg.PostgresError)):
        async with served(make_settings(empty_database, folder, world)):
            pass


async def test_a_key_that_others_can_read(settings: Settings) -> None:
    """An operator's key that others can read, that is none, or that is missing is refused by its path."""
    key = settings.state_dir / "operator.key"
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="0600"):
        read_operator_seed(settings.state_dir)
    key.chmod(0o600)
    for content in ("", "00" * 31, "hunter2" * 10):
        key.write_text(content)
        with pytest.raises(SettingsError, match="64 hex digits") as caught:
            read_operator_seed(settings.state_dir)
        assert "hunter2" not in str(caught.value)
    key.unlink()
    with pytest.raises(SettingsError, match=r"operator\.key"):
        async with served(settings):
            pass


async def test_a_key_of_another_operator(world: World, client: httpx.AsyncClient, settings: Settings) -> None:
    """With a key that the manifest does not name, nothing is promised."""
    (settings.state_dir / "operator.key").write_text("11" * 32)
    stranger = make_world(until=Phase.VOTING)
    raw = ballot_of(stranger, stranger.get_share(0), 0)
    async with served(settings) as wrong:
        answer = await wrong.post("/api/ballots", content=raw)
    assert (answer.status_code, answer.json()["reason"]) == (503, "settings")
    assert (await client.post("/api/ballots", content=raw)).status_code == 200


def test_settings_from_the_environment() -> None:
    """The environment gives the settings; numbers and witnesses are read, the rest has its defaults."""
    witnesses = '[{"id":"school","url":"http://127.0.0.1:9001"}]'
    found = read_settings(ENVIRONMENT | {"WIJK_PORT": "9000", "WIJK_WITNESSES": witnesses})
    assert (found.port, found.origin, found.record_dir) == (9000, "stad.example/board", Path("/srv/record"))
    assert [each.url for each in found.witnesses] == ["http://127.0.0.1:9001"]
    assert "hunter2" not in repr(found)


def test_check_pages_that_are_taken() -> None:
    """A partner's check page is taken with TLS; on this machine without it, for a rehearsal."""
    pages = ("https://school.example/check", "http://127.0.0.1:9001/check", "https://a.example/wijk/check")
    found = read_settings(ENVIRONMENT | {"WIJK_CHECK_PAGES": msgspec.json.encode(pages).decode()})
    assert found.check_pages == pages


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"WIJK_ORIGIN": "", "WIJK_STATE_DIR": ""}, "WIJK_STATE_DIR, WIJK_ORIGIN"),
        ({"WIJK_PORT": "http"}, "port"),
        ({"WIJK_WITNESSES": "school"}, "wrong value"),
        ({"WIJK_WITNESSES": '[{"id":"school"}]'}, "witnesses"),
        *(
            ({"WIJK_CHECK_PAGES": f'["https://school.example/check","{address}"]'}, "number 2 .* in that way")
            for address in (
                "https://hunter2.example",
                "https://hunter2.example/check/",
                "https://hunter2.example/check/en",
                "https://hunter2.example/check?a=b",
                "https://hunter2.example/check#a",
                "http://hunter2.example/check",
                "hunter2.example/check",
                "//hunter2.example/check",
                "https:///check",
                "https://[hunter2/check",
                "javascript:hunter2/check",
                "",
            )
        ),
    ],
)
def test_settings_that_are_wrong(changes: dict[str, str], named: str) -> None:
    """A variable that is missing or wrong is named, and no value is repeated."""
    with pytest.raises(SettingsError, match=named) as caught:
        read_settings(ENVIRONMENT | changes)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "path", ["/api/status", "/health", "/metrics", "/openapi.json", "/api/nothing", "/nothing", "/"]
)
async def test_headers(client: httpx.AsyncClient, path: str) -> None:
    """Every answer, also of an error, has the headers that close the browser's doors."""
    answer = await client.get(path)
    for name in HEADERS:
        assert name in answer.headers, name
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "cache-control" in answer.headers


async def test_status(client: httpx.AsyncClient, world: World) -> None:
    """The status shows public facts: phase, size, manifest, deadline."""
    status = (await client.get("/api/status")).json()
    assert (status["phase"], status["size"], status["open"]) == ("voting", world.board.size, True)
    assert status["manifest"] == world.election.manifest_hash.hex()
    assert status["deadline"] == world.election.deadline


async def test_status_before_there_is_an_election(world: World, settings: Settings) -> None:
    """On an empty board the status says so."""
    async with served(settings) as client:
        status = (await client.get("/api/status")).json()
    assert (status["phase"], status["size"], status["manifest"], status["open"]) == ("set-up", 0, "", False)


async def test_health(client: httpx.AsyncClient, connection: asyncpg.Connection) -> None:
    """Health is good when the database answers."""
    assert (await client.get("/health")).json() == {"status": "ok"}


async def test_figures_tell_nobody(client: httpx.AsyncClient) -> None:
    """The figures count casts, and their only label is the answer."""
    await client.post("/api/ballots", content=b"x")
    text = (await client.get("/metrics")).text
    assert "wijkaandeel_casts_total" in text
    labels = set(re.findall(r"[{,](\w+)=", text))
    assert labels <= {"answer", "le"}


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/api/ballots", 405, "method"),
        ("DELETE", "/api/requests", 405, "method"),
        ("GET", "/nothing", 404, "not-found"),
    ],
)
async def test_where_there_is_nothing(
    client: httpx.AsyncClient, method: str, path: str, status: int, reason: str
) -> None:
    """An unknown address and a wrong method are problems with a reason too."""
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_browser_gets_a_page(client: httpx.AsyncClient) -> None:
    """Who reads pages gets a page where there is nothing, and a problem in the interface."""
    page = await client.get("/nothing", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem = await client.get("/api/nothing", headers={"accept": "text/html"})
    assert problem.headers["content-type"] == "application/problem+json"


async def test_nothing_is_logged_of_who_comes(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], world: World
) -> None:
    """Neither a refused nor a failing request leaves a trace of its sender or its content in the log."""
    headers = {"user-agent": "hunter2", "x-forwarded-for": "203.0.113.9"}
    await client.post("/api/ballots?secret=hunter2", content=b"hunter2", headers=headers)
    await client.get("/api/issuing?after=hunter2", headers=headers)
    await client.get("/hunter2", headers=headers)
    said = "".join(capfd.readouterr())
    assert "hunter2" not in said
    assert "203.0.113.9" not in said


async def test_a_sender_who_hangs_up_is_no_fault(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    """A request that breaks off in the middle of its body is not logged as a fault of the service."""
    parts = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}],
    )
    sent = []

    async def receive() -> dict[str, object]:
        return next(parts)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    address = {"method": "POST", "path": "/api/ballots", "raw_path": b"/api/ballots", "query_string": b""}
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"}
    more = {"headers": [], "server": ("test", 80), "client": ("test", 1), "root_path": ""}
    await client._transport.app(scope | address | more, receive, send)
    assert sent[0]["status"] == 400
    assert "fault" not in "".join(capfd.readouterr())


async def test_the_description(client: httpx.AsyncClient) -> None:
    """openapi.json describes bodies, answers and problems of casting, with the limits of the wire."""
    schema = json.loads((await client.get("/openapi.json")).content)
    cast = schema["paths"]["/api/ballots"]["post"]
    ballot = cast["requestBody"]["content"]["application/json"]["schema"]
    assert ballot["properties"]["boxes"]["items"]["maxLength"] == 107
    assert ballot["properties"]["kind"] == {"enum": ["ballot"]}
    assert set(cast["responses"]) == {"200", "400", "409", "413", "422", "503"}
    assert "application/problem+json" in cast["responses"]["409"]["content"]
    assert "Retry-After" in cast["responses"]["503"]["headers"]
    assert set(schema["paths"]) >= {"/api/requests", "/api/issuing", "/api/blind-signatures", "/api/status"}


async def test_the_list_of_problems(client: httpx.AsyncClient) -> None:
    """The address in a problem's type lists its reason."""
    problem = (await client.post("/api/ballots", content=b"")).json()
    listed = (await client.get(problem["type"].split("#")[0])).json()
    assert problem["type"].split("#")[1] in {each["reason"] for each in listed}
