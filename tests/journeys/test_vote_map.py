"""The map of the projects: verified, equal to its list, by keyboard, large, in millimetres at the kiosk."""

import re

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from admin.demo.area import MAP, read_projects
from admin.demo.neighbourhood import draw_map
from ballots.wire import content_hash
from tests.journeys import kiosk
from tests.journeys.child import Tablet
from tests.journeys.conftest import FLAGS, find_chromium
from tests.journeys.faults import assert_no_faults
from tests.journeys.kiosk import open_kiosk
from tests.journeys.layout import find_faults
from tests.journeys.site import listen
from tests.journeys.station import Station
from tests.journeys.test_kiosk import measure
from tests.journeys.test_vote import go_to
from tests.journeys.test_vote_large import WINDOWS, Window
from tests.journeys.voter import Voter, enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

PROJECTS = read_projects()["wijkbudget"]
ON_MAP = sum(bool(project.point) for project in PROJECTS)
GROUND = content_hash(next(draw_map(project.title) for project in PROJECTS if project.drawing == MAP))
SMALL = ("text at 200 %", "page at 400 %", "narrow telephone")
COUNT_MARKS = "section => section.querySelectorAll('.map-mark').length"


async def open_ballot(voter: Voter) -> Locator:
    """Go to the ballot and return its first contest."""
    await voter.open()
    await voter.get_share()
    return voter.page.locator("section.contest").first


async def unfold(contest: Locator) -> None:
    """Open the map, and wait until its marks stand somewhere."""
    await contest.locator(".map summary").click()
    await expect(contest.locator(".map-mark").first).to_have_attribute("style", re.compile("left"))


async def test_numbers_are_those_of_list_and_cards(station: Station, browser: Browser) -> None:
    """A mark, the list and the card say the same number; the list has the projects without a place too."""
    voter = await enter(station, await browser.new_context(viewport={"width": 1280, "height": 900}))
    contest = await open_ballot(voter)
    await unfold(contest)
    cards = await contest.locator(".card").all()
    titles = [await card.locator("h3").inner_text() for card in cards]
    assert await contest.locator(".map-beside a").all_inner_texts() == titles
    marks = await contest.locator(".map-mark").all()
    assert len(marks) == ON_MAP < len(cards)
    for mark in marks:
        number, title = (await mark.text_content() or "").split(": ", 1)
        assert titles[int(number) - 1] == title
        await expect(cards[int(number) - 1].locator(".hint")).to_have_text(f"Nummer {number} op de kaart")
    await expect(contest.get_by_text("Dit idee staat niet op de kaart.")).to_have_count(len(cards) - ON_MAP)
    assert not re.search(r"[0-9]\.[0-9]{5}", await contest.text_content() or ""), "degrees are for the map"
    await assert_no_faults(voter.page)
    assert voter.heard == [], "nothing foreign is asked for"


async def test_by_keyboard_a_mark_leads_to_its_card(station: Station, browser: Browser) -> None:
    """Marks are links in the order of their numbers; a card gets the focus, though a search had hidden it."""
    voter = await enter(station, await browser.new_context(viewport={"width": 1280, "height": 900}))
    contest = await open_ballot(voter)
    page, name = voter.page, await contest.get_attribute("aria-labelledby")
    await contest.locator("input[type=search]").fill("van dit woord is er geen")
    await go_to(page, f"section[aria-labelledby={name}] .map summary")
    await page.keyboard.press("Enter")
    numbers = [
        int((await mark.text_content() or "").split(":")[0])
        for mark in await contest.locator(".map-mark").all()
    ]
    assert numbers == sorted(numbers)
    for mark in (0, 1):
        await go_to(page, f"section[aria-labelledby={name}] .map-mark >> nth={mark}")
    await page.keyboard.press("Enter")
    title = contest.locator(".card h3").nth(numbers[1] - 1)
    await expect(title).to_be_focused()
    await expect(title).to_be_in_viewport()
    await expect(contest.locator(".card:visible")).to_have_count(len(PROJECTS))
    assert "#" not in page.url


async def test_a_ground_that_is_another_file_is_not_shown(station: Station, browser: Browser) -> None:
    """The ground is the picture that the contest names; with another one there are places alone."""
    voter = await enter(station, await browser.new_context())
    contest = await open_ballot(voter)
    await unfold(contest)
    await expect(contest.locator(".map-ground")).to_be_visible()
    liar = await enter(station, await browser.new_context())
    false = draw_map("Another")
    answer = {"body": false, "content_type": "image/svg+xml"}
    await liar.page.route(f"**/files/{GROUND.hex()}", lambda route: route.fulfill(**answer))
    contest = await open_ballot(liar)
    await unfold(contest)
    await expect(contest.locator(".map-ground")).to_have_count(0)
    assert await contest.evaluate(COUNT_MARKS) == ON_MAP


async def test_without_texts_there_is_no_map(station: Station, browser: Browser) -> None:
    """A ballot whose texts do not come has no map and no numbers, and can be filled in."""
    voter = await enter(station, await browser.new_context())
    await voter.page.route("**/files/*", lambda route: route.abort())
    contest = await open_ballot(voter)
    await expect(contest.locator(".card .about").last).not_to_be_empty()
    await expect(contest.locator(".map")).to_have_count(0)
    await expect(contest.locator(".card .hint:visible")).to_have_count(0)
    await voter.choose()
    assert await voter.review()


@pytest.mark.parametrize("window", [WINDOWS[name] for name in SMALL], ids=SMALL)
async def test_the_map_can_be_read_and_reached(station: Station, window: Window) -> None:
    """Nothing is cut off, no mark lies over another, nothing needs scrolling sideways."""
    settings = [f"--blink-settings=defaultFontSize={window.text}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS + settings)
        context = await browser.new_context(
            viewport={"width": window.width, "height": window.height}, device_scale_factor=window.scale
        )
        voter = await enter(station, context)
        await unfold(await open_ballot(voter))
        assert await find_faults(voter.page) == []
        await assert_no_faults(voter.page)
        await browser.close()


async def test_marks_at_the_kiosk_are_as_large_as_they_must_be(station: Station, browser: Browser) -> None:
    """Targets of 12.7 mm, and 2.54 mm between them, at every size of letters."""
    voter = await enter(station, await open_kiosk(browser), "/kiosk")
    page: Page = voter.page
    await page.goto(f"{station.url}/kiosk")
    await page.locator("#code").fill(voter.code)
    await voter.get_share()
    await unfold(page.locator("section.contest").first)
    for size in range(len(kiosk.SIZES)):
        await page.wait_for_timeout(200)
        await measure(page, size, "map")
        await page.locator("#groter").tap(force=True)
    assert voter.heard == []


async def test_children_get_no_map(station: Station, browser: Browser) -> None:
    """On the children's pages there is neither a map nor what its places are made of."""
    page = await (await browser.new_context()).new_page()
    tablet = Tablet(station=station, page=page, heard=listen(page))

    async def look(screen: str) -> None:
        assert await page.locator(".map").count() == 0, screen
        assert "Op de kaart" not in await page.locator("main").inner_text(), screen

    tablet.look = look
    await tablet.open()
    await tablet.get_share(station.take_code("youth"))
    assert await tablet.choose()
