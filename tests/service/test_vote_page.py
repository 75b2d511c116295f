"""The pages of the booth as the service gives them: languages, headers, and what they tell the script."""

import re
from pathlib import Path

import asyncpg
import pytest

from ballots.board import Phase
from service import booth_page
from service.portal.follow import Portal
from service.portal.store import PortalStore
from tests.service.portal_site import open_site
from tests.simulator import make_world

pytestmark = pytest.mark.store
HTML = {"accept": "text/html"}

PAGES = {
    "/vote": ("nl", "vote.js"),
    "/vote/en": ("en", "vote.js"),
    "/vote/ar": ("ar", "vote.js"),
    "/check": ("nl", "check.js"),
    "/check/en": ("en", "check.js"),
    "/jeugd": ("nl", "youth.js"),
    "/jeugd/en": ("en", "youth.js"),
    "/les": ("nl", "lesson.js"),
    "/les/en": ("en", "lesson.js"),
}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_of_the_booth(database: str, folder: Path, path: str) -> None:
    """It names its language, its script and the election's anchor, is not kept, and has no script inside."""
    language, script = PAGES[path]
    world = make_world(Phase.VOTING)
    async with open_site(database, folder, world) as client:
        answer = await client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text
    assert f'data-manifest="{world.election.manifest_hash.hex()}"' in answer.text
    assert re.findall(r"<script[^>]*>", answer.text) == re.findall(
        rf'<script src="/static/booth/{script}\?v=[0-9a-f]{{12}}" defer>', answer.text
    )
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("path", "may"), [("/jeugd", "(self)"), ("/les", "()"), ("/vote", "()")])
async def test_who_may_ask_for_the_camera(database: str, folder: Path, path: str, may: str) -> None:
    """Only pages on which a card is scanned: the children's, and not the teacher's."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get(path, headers=HTML)
    assert answer.headers["permissions-policy"].startswith(f"camera={may},")


async def test_the_childrens_pages_lead_nowhere_else(database: str, folder: Path) -> None:
    """From a class's tablet no link goes away but to the other language."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get("/jeugd", headers=HTML)
    assert re.findall(r'<a [^>]*href="([^"]+)"', answer.text) == ["/jeugd", "/jeugd/en"]


async def test_only_complete_languages_are_offered(database: str, folder: Path) -> None:
    """A language that has begun can be looked at and is offered to nobody."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get("/vote/ar", headers=HTML)
    assert re.findall(r'hreflang="(..)"', answer.text) == ["nl", "en"]


@pytest.mark.parametrize("page", booth_page.PAGES.values())
async def test_a_language_that_nobody_has(database: str, folder: Path, page: str) -> None:
    """It is a page that says so, and its links lead to the page in the languages that there are."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get(f"{page}/xx", headers=HTML)
        links = re.findall(r'<a href="([^"]+)" hreflang="([^"]+)"', answer.text)
        offered = [(await client.get(address, headers=HTML)).text for address, _ in links]
    assert answer.status_code == 404
    assert "refresh" not in answer.headers
    assert "Kies een taal" in answer.text
    assert f'<link rel="canonical" href="{page}">' in answer.text
    assert [code for _, code in links] == ["nl", "en"]
    assert [re.findall(r'<html lang="(..)"[^>]*data-manifest', text) for text in offered] == [["nl"], ["en"]]


ALONE = {"/kiosk": "20", "/kiosk/en": "20", "/jeugd": "20", "/les/ar": "20", "/vote": None, "/check/en": None}


@pytest.mark.parametrize("path", ALONE)
async def test_a_page_that_nobody_loads_again(database: str, folder: Path, path: str) -> None:
    """A kiosk that was answered "later" asks again by itself; nobody else is interrupted."""
    async with open_site(database, folder, make_world(Phase.SETUP)) as client:
        soon = await client.get(path, headers=HTML)
        closed = await asyncpg.create_pool(database)
        await closed.close()
        client.app.state.portal = Portal(PortalStore(closed))
        away = await client.get(path, headers=HTML)
    assert (soon.status_code, soon.headers.get("refresh")) == (200, ALONE[path])
    assert (away.status_code, away.headers.get("refresh")) == (503, ALONE[path])


async def test_before_there_is_an_election(database: str, folder: Path) -> None:
    """The booth waits with the rest of the site."""
    async with open_site(database, folder, make_world(Phase.SETUP)) as client:
        answer = await client.get("/vote", headers=HTML)
    assert answer.status_code == 200
    assert "vote.js" not in answer.text


async def test_a_site_without_the_bundle(
    database: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the scripts were not built the page says that, and who must act."""
    monkeypatch.setattr(booth_page, "BOOTH", folder)
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get("/vote", headers=HTML)
    assert answer.status_code == 503
    assert "Meld het ons" in answer.text


async def test_the_first_page_leads_to_the_booth(database: str, folder: Path) -> None:
    """While votes are taken, the one next step is to vote."""
    async with open_site(database, folder, make_world(Phase.VOTING)) as client:
        answer = await client.get("/", headers=HTML)
    assert '<a class="utrecht-button utrecht-button--primary-action" href="/vote">Stem nu</a>' in answer.text


WHEN = {Phase.SEALED: "before", Phase.VOTING: "now", Phase.CLOSED: "after", Phase.CERTIFIED: "after"}


@pytest.mark.parametrize("phase", WHEN)
async def test_the_booth_knows_when_it_is_open(database: str, folder: Path, phase: Phase) -> None:
    """Before and after, the page says so at once instead of asking for a code."""
    async with open_site(database, folder, make_world(phase)) as client:
        answer = await client.get("/vote", headers=HTML)
    assert f'data-open="{WHEN[phase]}"' in answer.text
