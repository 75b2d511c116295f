"""What goes wrong at home: networks that fail, answers that are lost, tabs that are closed, and two at once.

Nothing is lost and nothing doubles: every story ends with one ballot for one voter.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.journeys.station import Station
from tests.journeys.voter import Voter, enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

COUNT_BALLOTS = "SELECT count(*) FROM box.ballots"


@asynccontextmanager
async def ballots_grow(station: Station, by: int) -> AsyncIterator[None]:
    """Check that so many ballots came in meanwhile; tests of one worker come one after the other."""
    connection = await asyncpg.connect(station.site.dsn)
    try:
        before = await connection.fetchval(COUNT_BALLOTS)
        yield
        assert await connection.fetchval(COUNT_BALLOTS) - before == by
    finally:
        await connection.close()


async def reload(page: Page, context: BrowserContext) -> Page:
    """Load the page again."""
    await page.reload()
    return page


async def close_tab(page: Page, context: BrowserContext) -> Page:
    """Close the tab, and open the page in a new one, without the code."""
    address = page.url
    await page.close()
    fresh = await context.new_page()
    await fresh.goto(address)
    return fresh


Interrupt = Callable[[Page, BrowserContext], Awaitable[Page]]
INTERRUPTS: dict[str, Interrupt] = {"reload": reload, "closed tab": close_tab}


@pytest.mark.parametrize("interrupt", INTERRUPTS.values(), ids=INTERRUPTS)
async def test_interrupted_at_every_step(station: Station, browser: Browser, interrupt: Interrupt) -> None:
    """The page picks up where it was: waiting for the share, with what was ticked, sending, and after it."""
    context = await browser.new_context()
    voter = await enter(station, context)
    async with ballots_grow(station, 1):
        await voter.open()
        await voter.press("go")
        await voter.page.locator(".signers, section.contest").first.wait_for()
        voter.page = await interrupt(voter.page, context)
        await voter.page.locator("section.contest").first.wait_for(timeout=40_000)
        await voter.choose()
        voter.page = await interrupt(voter.page, context)
        await expect(voter.page.locator(".pick input:checked")).to_have_count(3)
        reviewed = await voter.review()
        voter.page = await interrupt(voter.page, context)
        if not await voter.page.locator(".reviewed").count():
            assert await voter.review() == reviewed
        await voter.mark()
        await voter.page.route("**/api/ballots", lambda route: route.abort())
        await voter.press("cast")
        await expect(voter.page.get_by_role("heading", level=1)).to_have_text("Uw stembiljet wordt verstuurd")
        await voter.page.unroute_all()
        voter.page = await interrupt(voter.page, context)
        number = await voter.voted()
        voter.page = await interrupt(voter.page, context)
        assert await voter.voted() == number


async def test_the_network_is_away_at_every_step(station: Station, browser: Browser) -> None:
    """Each time the page says that nothing is lost, and goes on by itself when the network is back."""
    context = await browser.new_context()
    voter = await enter(station, context)
    away = voter.page.get_by_role("heading", name="Er is nu geen verbinding")
    async with ballots_grow(station, 1):
        await voter.open()
        await context.set_offline(True)
        await voter.press("go")
        await expect(away).to_be_visible(timeout=10_000)
        await expect(voter.page.locator("#nog-niet")).to_be_visible()
        await context.set_offline(False)
        await voter.page.locator("section.contest").first.wait_for(timeout=40_000)
        await context.set_offline(True)
        await voter.choose()
        await voter.review()
        await voter.mark()
        await voter.press("cast")
        await expect(away).to_be_visible(timeout=10_000)
        await context.set_offline(False)
        await voter.voted()
        await expect(voter.page.locator("#nog-niet")).to_be_hidden()


LOST = {
    "the answer to the request": "**/api/requests",
    "the promise": "**/api/ballots",
    "the style of the code": "**/api/roll-lines",
}


@pytest.mark.parametrize("address", LOST.values(), ids=LOST)
async def test_an_answer_that_is_lost(station: Station, browser: Browser, address: str) -> None:
    """What the service did and could not say is done once: the same bytes are sent again."""
    voter = await enter(station, await browser.new_context())
    sent: list[str] = []

    async def lose(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) > 2:
            await route.continue_()
            return
        await route.fetch()
        await route.abort()

    await voter.page.route(address, lose)
    async with ballots_grow(station, 1):
        await voter.vote()
    assert len(sent) >= 3
    assert len(set(sent)) == 1


async def test_a_service_that_is_too_busy(station: Station, browser: Browser) -> None:
    """503 means later: the voter waits, and is told that nothing is lost."""
    voter = await enter(station, await browser.new_context())
    times = 0

    async def refuse(route: Route) -> None:
        nonlocal times
        times += 1
        await (route.fulfill(status=503, body="{}") if times == 1 else route.continue_())

    await voter.page.route("**/api/ballots", refuse)
    async with ballots_grow(station, 1):
        await voter.vote()
    assert times == 2


async def test_two_tabs(station: Station, browser: Browser) -> None:
    """A second tab says that the first is at work; it can take over, and there is one ballot."""
    context = await browser.new_context()
    voter = await enter(station, context)
    async with ballots_grow(station, 1):
        await voter.open()
        await voter.get_share()
        await voter.choose()
        second = await context.new_page()
        await second.goto(f"{station.url}/vote")
        await expect(second.get_by_role("heading", level=1)).to_have_text(
            "U bent al bezig in een ander tabblad"
        )
        await second.get_by_role("button", name="Ga hier verder").click()
        await expect(second.locator(".pick input:checked")).to_have_count(3)
        await expect(voter.page.get_by_role("heading", level=1)).to_have_text(
            "U bent al bezig in een ander tabblad"
        )
        voter.page = second
        await voter.review()
        await voter.mark()
        await voter.cast()


async def test_the_way_back(station: Station, browser: Browser) -> None:
    """The back button goes from mark to review to ballot, and never from the end to a ballot that is in."""
    voter = await enter(station, await browser.new_context())
    page = voter.page
    async with ballots_grow(station, 1):
        await voter.open()
        await voter.get_share()
        await voter.choose()
        await voter.review()
        await voter.mark()
        await page.go_back()
        await page.locator(".reviewed").first.wait_for()
        await page.go_back()
        await expect(page.locator(".pick input:checked")).to_have_count(3)
        await voter.review()
        await page.get_by_role("button", name="Dit klopt").click()
        await expect(page.locator(".marks input:checked")).to_have_count(2)
        await voter.cast()
        await page.go_back()
        await voter.voted()


async def test_voting_again(station: Station, browser: Browser) -> None:
    """Until the new ballot is in, the old one counts and the page says so; then there are two revisions."""
    voter = await enter(station, await browser.new_context())
    async with ballots_grow(station, 2):
        first = await voter.vote()
        await voter.press("again")
        await expect(voter.page.locator("#nog-niet")).to_contain_text("Uw vorige stem telt nog")
        await expect(voter.page.locator(".pick input:checked")).to_have_count(0)
        await voter.press("Toch niet: mijn vorige stem blijft")
        assert await voter.voted() == first
        await voter.press("again")
        await voter.page.locator("section.contest").first.wait_for()
        await voter.choose(skip=2)
        await voter.review()
        await voter.mark(1, 2)
        assert await voter.cast() != first


async def test_a_share_on_another_device(station: Station, browser: Browser, tmp_path: Path) -> None:
    """The code opens one share; a file takes it to another device, and a damaged one is refused in words."""
    voter = await enter(station, await browser.new_context())
    await voter.vote()
    async with voter.page.expect_download() as download:
        await voter.press("Bewaar mijn aandeel als bestand")
    file = tmp_path / "mijn.wijkaandeel"
    await (await download.value).save_as(file)
    other = Voter(station=station, page=await (await browser.new_context()).new_page(), code=voter.code)
    await other.open()
    await other.press("go")
    await expect(other.page.get_by_role("heading", level=1)).to_have_text("Uw aandeel is al opgehaald")
    await other.page.get_by_text("Hebt u uw aandeel als bestand bewaard?").click()
    damaged = tmp_path / "damaged.wijkaandeel"
    damaged.write_bytes(file.read_bytes().replace(b'"style":"adult"', b'"style":"youth"'))
    await other.page.locator("#aandeel").set_input_files(damaged)
    await expect(other.page.locator("main")).to_contain_text("geen aandeel van deze verkiezing")
    async with ballots_grow(station, 1):
        await other.page.locator("#aandeel").set_input_files(file)
        await other.voted()
        await other.press("again")
        await other.page.locator("section.contest").first.wait_for()
        await other.choose(skip=3)
        await other.review()
        await other.mark()
        await other.cast()


@pytest.mark.timeout(600)
async def test_voters_who_do_what_the_screen_says(station: Station, browser: Browser) -> None:
    """Fifty people, three at a time, youth among them, all get through."""
    turns = asyncio.Semaphore(3)

    async def come(place: int) -> None:
        async with turns:
            context = await browser.new_context(viewport={"width": 390, "height": 800})
            style = "youth" if place % 5 == 4 else "adult"
            voter = await enter(station, context, style=style)
            await voter.vote(skip=place % 5)
            await context.close()

    async with ballots_grow(station, PEOPLE), asyncio.TaskGroup() as people:
        for place in range(PEOPLE):
            people.create_task(come(place))


PEOPLE = 50
