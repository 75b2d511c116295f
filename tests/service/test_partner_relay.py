"""A second device asks a partner for everything: what is relayed, what is not, and what it costs the node."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from structlog.testing import capture_logs

from ballots.wire import MAX_ENTRY
from service.headers import HEADERS
from service.partner import relay
from service.partner.client import Client
from service.partner.http import Answer, Call, HttpServer
from service.partner.relay import MOST, SENDERS, Relay
from service.partner.state import Pins

HASH = "ab" * 32
THEME = ":root{--wijk-ink:#000000}"


@dataclass
class Site:
    """A service and board that answer as they are told, and remember what they were asked."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Call] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def answer(self, call: Call) -> Answer:
        """Answer a request, once it may."""
        self.asked.append(call)
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.get(call.path, Answer(404, b"no"))


def pins(port: int, manifest_hash: str = "cd" * 32) -> Pins:
    """Return pins to a site on a port."""
    address = f"http://127.0.0.1:{port}"
    return Pins(
        board_url=f"{address}/board",
        manifest_hash=manifest_hash,
        operator_key="",
        origin="wijk.example/board",
        service_url=address,
    )


@asynccontextmanager
async def relaying(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Run a site and a partner that relays it, and yield a second device's client."""
    behind = HttpServer(site.answer, 1000)
    port = await behind.start("127.0.0.1", 0)
    try:
        async with Client() as client:
            front = HttpServer(Relay(client, lambda: pins(port), THEME).answer, 0, SENDERS)
            base = f"http://127.0.0.1:{await front.start('127.0.0.1', 0)}"
            try:
                async with httpx.AsyncClient(base_url=base, trust_env=False) as device:
                    yield device
            finally:
                await front.stop()
    finally:
        await behind.stop()


RELAYED = {
    "/relay/board/checkpoint": "/board/checkpoint",
    "/relay/board/tile/entries/000": "/board/tile/entries/000",
    "/relay/board/tile/entries/000.p/7": "/board/tile/entries/000.p/7",
    "/relay/board/tile/0/x001/234": "/board/tile/0/x001/234",
    f"/relay/board/files/{HASH}": f"/board/files/{HASH}",
    f"/relay/ballots/{HASH}": f"/api/ballots/{HASH}",
    f"/relay/proofs/{HASH}": f"/api/proofs/{HASH}",
}


@pytest.mark.parametrize(("path", "behind"), RELAYED.items())
async def test_what_is_relayed(path: str, behind: str) -> None:
    """The bytes come as they are, as bytes that no browser runs, and nothing of the asker goes on."""
    site = Site({behind: Answer(200, b"<script>bytes</script>", "text/html", (("x-theirs", "1"),))})
    async with relaying(site) as device:
        answer = await device.get(path, headers={"cookie": "a=b", "x-mine": "1"}, params={"v": "1"})
    assert (answer.status_code, answer.content) == (200, b"<script>bytes</script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "x-theirs" not in answer.headers
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert [call.target for call in site.asked] == [behind]


REFUSED = [
    "/relay/board/../api/status",
    "/relay/board/files/../checkpoint",
    f"/relay/board/files/{HASH}0",
    f"/relay/ballots/{HASH.upper()}",
    f"/relay/ballots/{HASH}/",
    "/relay/board/tile/entries/0000",
    "/relay/board/tile/entries/000.p/256",
    "/relay/board/tile/",
    "/relay/api/requests",
    "/relay/",
    "/static/../partner/keys",
    "/static/booth/../../settings.py",
    "/static/booth/LICENSES.txt",
    "/check/xx",
    "/check/nl/",
    "/add-checkpoint",
    "/health",
]


@pytest.mark.parametrize("path", REFUSED)
async def test_what_is_not(path: str) -> None:
    """Other paths are answered here, and nobody behind is asked."""
    async with Client() as client:
        answer = await Relay(client, lambda: pins(1), THEME).answer(Call("GET", path, b""))
    assert answer.status == 404


async def test_only_reading() -> None:
    """Nothing can be sent through a partner."""
    site = Site()
    async with relaying(site) as device:
        answer = await device.post(f"/relay/ballots/{HASH}")
        head = await device.head("/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert head.status_code == 200
    assert site.asked == []


TROUBLE = {
    "not there": (Answer(404, b"no"), 404),
    "refused": (Answer(503, b"later"), 502),
    "elsewhere": (Answer(302, b"", headers=(("location", "http://127.0.0.1:1/"),)), 502),
    "too long": (Answer(200, b"x" * (MAX_ENTRY + 1)), 502),
}


@pytest.mark.parametrize(("answered", "status"), TROUBLE.values(), ids=TROUBLE)
async def test_trouble_behind(answered: Answer, status: int) -> None:
    """What is absent is told from what could not be had; no redirect is followed, and nothing is logged."""
    site = Site({f"/api/ballots/{HASH}": answered})
    with capture_logs() as logged:
        async with relaying(site) as device:
            answer = await device.get(f"/relay/ballots/{HASH}")
    assert answer.status_code == status
    assert logged == []


async def test_more_than_it_takes_on_wait_for_a_place() -> None:
    """A family that checks at once gets its answers one after another, and no more are asked for at once."""
    site = Site({"/board/checkpoint": Answer(200, b"note")}, hold=asyncio.Event())
    async with relaying(site) as device, asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(device.get("/relay/board/checkpoint")) for _ in range(2 * MOST)]
        while len(site.asked) < MOST:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert len(site.asked) == MOST
        assert site.hold is not None
        site.hold.set()
        assert [(await each).status_code for each in asking] == [200] * (2 * MOST)


async def test_a_place_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits too long is told to come back, and those before them are answered."""
    monkeypatch.setattr(relay, "PATIENCE", 0.1)
    site = Site({"/board/checkpoint": Answer(200, b"note")}, hold=asyncio.Event())
    async with relaying(site) as device, asyncio.TaskGroup() as tasks:
        inside = [tasks.create_task(device.get("/relay/board/checkpoint")) for _ in range(MOST)]
        while len(site.asked) < MOST:
            await asyncio.sleep(0.01)
        late = await device.get("/relay/board/checkpoint")
        assert (late.status_code, late.headers["retry-after"]) == (503, "1")
        assert site.hold is not None
        site.hold.set()
        assert [(await each).status_code for each in inside] == [200] * MOST


SHEETS = ("booth/components.css", "theme.css", "style.css", "vote.css")


async def test_the_page() -> None:
    """The page names the partner's own addresses and the pinned election, and its files are there."""
    async with relaying(Site()) as device:
        page = await device.get("/check/en")
        assert page.headers["content-security-policy"] == HEADERS["content-security-policy"]
        for text in ('lang="en"', 'data-board="/relay/board"', 'data-ballots="/relay/ballots"', "cd" * 32):
            assert text in page.text
        for name in ("booth/check.js", "booth/marks.svg", "booth/texts.en.json", *SHEETS):
            found = await device.get(f"/static/{name}")
            assert found.status_code == 200, name
            assert f"/static/{name}?v=" in page.text
            assert (found.text == THEME) is (name == "theme.css")


async def test_a_partner_that_has_pinned_nothing_yet() -> None:
    """The pins are read again until they name the election."""
    given = [pins(1, ""), pins(1, ""), pins(1)]
    async with Client() as client:
        relay = Relay(client, lambda: given.pop(0), THEME)
        for _ in range(3):
            answer = await relay.answer(Call("GET", "/check", b""))
    assert b"cd" * 32 in answer.body
    assert given == []


async def test_trouble_takes_no_place() -> None:
    """However often the site behind fails, the next one is asked again."""
    site = Site()
    async with relaying(site) as device:
        for _ in range(2 * MOST):
            assert (await device.get(f"/relay/proofs/{HASH}")).status_code == 404
    assert len(site.asked) == 2 * MOST


async def test_a_fault_does_not_tell_which_ballot() -> None:
    """What goes wrong is logged without what was asked for."""

    async def fail(call: Call) -> Answer:
        raise ValueError(call.path)

    server = HttpServer(fail, 0)
    port = await server.start("127.0.0.1", 0)
    with capture_logs() as logged:
        async with httpx.AsyncClient(trust_env=False) as device:
            answer = await device.get(f"http://127.0.0.1:{port}/relay/ballots/{HASH}")
    await server.stop()
    assert answer.status_code == 500
    assert [each["part"] for each in logged] == ["relay"]
    assert HASH not in str(logged)
