"""Voting at the kiosk: by touch, by card, one visitor after the other, and nothing of anybody stays."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.journeys import kiosk
from tests.journeys.faults import assert_no_faults
from tests.journeys.kiosk import browser_with_card, open_kiosk, read_stores
from tests.journeys.site import listen, sideways
from tests.journeys.station import Station
from tests.journeys.test_vote import go_to
from tests.journeys.test_vote_trouble import ballots_grow
from tests.journeys.voter import Voter, enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

KIOSK = {"local": {"wijkaandeel-kiosk-mm": str(kiosk.MM)}, "key": "key, extractable: false"}
AWAY = "Er is nu geen verbinding"


async def is_ready(page: Page) -> None:
    """Wait until the kiosk waits for anybody."""
    await page.locator("#code").wait_for()
    await expect(page.locator("#code")).to_have_value("")


async def assert_no_trace(page: Page, *secrets: str) -> None:
    """Check that nothing is kept but the kiosk's own setting and key, and nothing is shown of a visitor."""
    stores = await read_stores(page)
    assert stores.local == KIOSK["local"]
    assert stores.session == {}
    assert stores.databases == {
        "wijkaandeel-kiosk/ballots": [],
        "wijkaandeel-kiosk/keys": [KIOSK["key"]],
    }
    assert stores.caches == []
    assert stores.cookies == ""
    assert stores.address.endswith(("/kiosk", "/kiosk/ar"))
    assert stores.history == 2, "nothing to go back to but the blank page of the start"
    shown = await page.content()
    for secret in secrets:
        assert secret not in shown


async def open_by_touch(voter: Voter) -> None:
    """Type the code on the keys of the screen."""
    await voter.page.goto(f"{voter.station.url}/kiosk")
    keys = voter.page.locator(".keypad")
    for symbol in voter.code.replace("-", ""):
        await keys.get_by_role("button", name=symbol, exact=True).tap()
    await expect(voter.page.locator("#code")).to_have_value(voter.code)
    await voter.look("code")


async def test_a_visit_leaves_nothing(station: Station, browser: Browser) -> None:
    """By touch from code to promise; then every store is as before, and the next visitor votes."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page

    async def look(screen: str) -> None:
        assert await sideways(page) <= 0, screen
        for _ in range(2):
            await assert_no_faults(page, screen)
            await page.locator("#contrast").tap()

    voter.look = look
    async with ballots_grow(station, 1):
        await open_by_touch(voter)
        await voter.get_share()
        await voter.choose()
        await voter.review()
        await voter.mark()
        number = await voter.cast()
    assert await page.locator("a[href]:visible").count() == 0, "nothing leads away from the kiosk"
    await page.locator("#groter").tap()
    await page.locator("#klaar button").tap()
    await is_ready(page)
    await assert_no_trace(page, voter.code, number[:5])
    assert await page.evaluate("document.documentElement.dataset.size") == "0"
    assert voter.heard == []
    fresh = Voter(station=station, page=page, code=station.take_code(), path="/kiosk")
    async with ballots_grow(station, 1):
        await page.locator("#code").fill(fresh.code)
        await fresh.get_share()
        assert await page.locator(".pick input:checked").count() == 0
        await fresh.choose()
        await fresh.review()
        await fresh.mark()
        assert await fresh.cast() != number


async def test_sizes_are_those_of_the_screen(station: Station, browser: Browser) -> None:
    """Letters, targets and the room between them are as large as they must be, in millimetres."""
    voter = await enter(station, await open_kiosk(browser), "/kiosk")
    page = voter.page

    async def look(screen: str) -> None:
        for size in range(len(kiosk.SIZES) if screen != "done" else 0):
            assert await page.evaluate("document.documentElement.dataset.size") == str(size)
            await measure(page, size, screen)
            await page.locator("#groter").tap(force=True)
        for _ in kiosk.SIZES:
            await page.locator("#kleiner").tap(force=True)

    await page.goto(f"{station.url}/kiosk")
    await is_ready(page)
    await look("code")
    voter.look = look
    await page.locator("#code").fill(voter.code)
    await voter.get_share()
    await voter.press("next")
    await page.locator("#wat-mist").wait_for()
    await look("problems")
    await voter.choose()
    await voter.review()
    await voter.mark()
    await voter.cast()


async def measure(page: Page, size: int, screen: str) -> None:
    """Check a screen at one of the sizes."""
    least, most = kiosk.SIZES[size]
    where = (screen, size)
    found = await page.evaluate(kiosk.MEASURE, kiosk.MM)
    assert found["targets"] > 5, where
    assert found["small"] == [], where
    assert found["close"] == [], where
    assert found["broken"] == [], where
    heights = [float(name) for name in found["capitals"] if not name.startswith("bar")]
    assert min(heights) >= least, (where, found["capitals"])
    assert any(least <= each <= most for each in heights), (where, found["capitals"])
    assert all(float(name[4:]) >= least for name in found["capitals"] if size == 0 and name.startswith("bar"))
    assert await sideways(page) <= 0, where


async def test_who_walks_away_is_asked_and_can_go_on(station: Station, browser: Browser) -> None:
    """After a minute a question, then the next visitor; the code goes on with the same share."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page
    await page.clock.install()
    await page.goto(f"{station.url}/kiosk")
    await page.locator("#code").fill(voter.code)
    await voter.get_share()
    await voter.choose()
    dialog = page.get_by_role("alertdialog")
    for _ in range(61):
        await page.clock.run_for(1_000)
    await expect(dialog).to_contain_text("U hebt nog niet gestemd")
    await assert_no_faults(page)
    await dialog.get_by_role("button", name="Ik ben er nog").tap()
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".pick input:checked")).to_have_count(3)
    for _ in range(82):
        await page.clock.run_for(1_000)
    await is_ready(page)
    await assert_no_trace(page, voter.code)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.locator("#code").fill(voter.code)
    await voter.press("go")
    await page.locator("section.contest").first.wait_for(timeout=40_000)
    assert not [each for each in asked if "/api/" in each], "the share was here"
    assert await page.locator(".pick input:checked").count() == 0
    await voter.choose()
    await voter.review()
    await voter.mark()
    async with ballots_grow(station, 1):
        await voter.cast()


async def test_a_sealed_ballot_waits_for_the_network(station: Station, browser: Browser) -> None:
    """The visitor may go: the ballot waits encrypted, also over a restart, and is sent by itself."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page
    async with ballots_grow(station, 1):
        await page.goto(f"{station.url}/kiosk")
        await page.locator("#code").fill(voter.code)
        await voter.get_share()
        await voter.choose()
        await voter.review()
        await page.route("**/api/ballots", lambda route: route.abort())
        await voter.mark()
        await voter.press("cast")
        await expect(page.get_by_role("heading", name=AWAY)).to_be_visible()
        await page.get_by_role("button", name="Laat mijn stem hier wachten").tap()
        await expect(page.locator("#inhoud")).to_contain_text("Uw stem is nog niet ontvangen")
        await assert_no_faults(page)
        number = await voter.number()
        await page.get_by_role("button", name="Klaar").tap()
        await is_ready(page)
        stores = await read_stores(page)
        assert stores.databases["wijkaandeel-kiosk/ballots"] == ["nonce,refused,sealed"]
        assert number[:5] not in await page.content()
        await page.reload()
        await is_ready(page)
        answered: list[str] = []
        await page.route("**/api/ballots", refuse(NOT_LAST_WORDS, answered))
        await expect_empty(page)
        assert len(answered) > len(NOT_LAST_WORDS)
    found = await page.request.post(
        f"{station.url}/find", form={"number": number}, headers={"origin": station.url}
    )
    assert found.ok


NOT_LAST_WORDS = ("<html>a filter on the way</html>", '{"reason": "something-new"}')
"""What may come with a 403 and says nothing of this ballot: it is tried again."""


def refuse(bodies: Sequence[str], answered: list[str]) -> Callable[[Route], Awaitable[None]]:
    """Return a route that refuses with these bodies in turn, lets all else through, and notes each."""

    async def answer(route: Route) -> None:
        answered.append(route.request.url)
        told = bodies[len(answered) - 1 :]
        await (route.fulfill(status=403, body=told[0]) if told else route.continue_())

    return answer


async def test_who_leaves_while_the_code_is_looked_up(station: Station, browser: Browser) -> None:
    """A late answer asks for nothing, and draws nothing before the next; one code is looked up once."""
    voter = await enter(station, await open_kiosk(browser), "/kiosk")
    page = voter.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    async def wait(route: Route) -> None:
        await asyncio.sleep(2)
        await route.continue_()

    await page.route("**/api/roll-lines", wait)
    await page.goto(f"{station.url}/kiosk")
    await page.locator("#code").fill(voter.code)
    await voter.press("go")
    await scan(page, voter.code)
    await scan(page, voter.code)
    await page.locator("#stoppen").tap()
    await is_ready(page)
    await page.wait_for_timeout(4_000)
    await is_ready(page)
    assert asked.count("roll-lines") == 1
    assert asked.count("requests") == 0


async def expect_empty(page: Page) -> None:
    """Wait until no ballot waits."""
    for _ in range(100):
        if (await read_stores(page)).databases["wijkaandeel-kiosk/ballots"] == []:
            return
        await page.wait_for_timeout(300)
    pytest.fail("a ballot still waits")


async def test_a_scanner_that_types(station: Station, browser: Browser) -> None:
    """What a scanner types goes on by itself, wherever the focus is; a card of another election is told."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page
    await page.goto(f"{station.url}/kiosk")
    await is_ready(page)
    await page.locator("#contrast").focus()
    await scan(page, f"{station.url}/vote#{voter.code}.{'0' * 64}")
    await expect(page.locator(".scan .said")).to_have_text("Deze kaart is van een andere stemming.")
    await page.wait_for_timeout(200)
    await scan(page, f"{station.url}/vote#{voter.code}.{station.anchor}")
    await page.locator("section.contest").first.wait_for(timeout=40_000)
    assert await page.evaluate("document.documentElement.dataset.contrast") == "clear"


async def scan(page: Page, text: str) -> None:
    """Press keys as fast as a scanner does, which is faster than a browser can be told to from outside."""
    await page.evaluate(
        """async (text) => {
          for (const key of [...text, "Enter"]) {
            const target = document.activeElement ?? document.body;
            target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            await Promise.resolve();
          }
        }""",
        text,
    )


async def test_a_card_before_the_camera(station: Station, tmp_path: Path) -> None:
    """The camera reads the card; its picture goes nowhere, and it is off when the ballot is there."""
    code = station.take_code()
    async with browser_with_card(tmp_path, f"{station.url}/vote#{code}.{station.anchor}") as browser:
        page = await (await open_kiosk(browser)).new_page()
        heard = listen(page)
        await page.goto(f"{station.url}/kiosk")
        await page.locator("#kaart").tap()
        await page.locator("section.contest, .signers").first.wait_for(timeout=40_000)
        assert await page.locator("video").count() == 0
        await page.locator("section.contest").first.wait_for(timeout=40_000)
        assert heard == []


async def test_the_language_changes_in_place(station: Station, browser: Browser) -> None:
    """What is ticked stays when the language changes, and the next visitor has the kiosk's own again."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page
    await page.goto(f"{station.url}/kiosk")
    await page.locator("#code").fill(voter.code)
    await voter.get_share()
    await voter.choose()
    ticked = await page.locator(".pick input:checked").count()
    await page.locator("#taal-en").tap()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Choose your ideas")
    assert await page.locator("html").get_attribute("lang") == "en"
    assert await page.locator(".pick input:checked").count() == ticked
    assert await page.locator("#taal-en").evaluate("each => each === document.activeElement")
    await assert_no_faults(page, "the ballot in English")
    await page.locator("#stoppen").tap()
    await is_ready(page)
    assert await page.locator("html").get_attribute("lang") == "nl"
    await page.goto(f"{station.url}/kiosk/ar")
    await is_ready(page)
    assert await page.locator("html").get_attribute("dir") == "rtl"
    assert await sideways(page) <= 0
    await assert_no_faults(page, "the code in Arabic")
    smaller = await page.locator("#kleiner").bounding_box()
    larger = await page.locator("#groter").bounding_box()
    assert smaller is not None
    assert larger is not None
    assert smaller["x"] > larger["x"], "right to left"


async def test_by_switch_alone(station: Station, browser: Browser) -> None:
    """Two switches, Tab and Enter, reach every key and button."""
    context = await open_kiosk(browser)
    voter = await enter(station, context, "/kiosk")
    page = voter.page
    await page.goto(f"{station.url}/kiosk")
    await is_ready(page)
    for symbol in voter.code.replace("-", ""):
        key = page.locator(".keypad").get_by_role("button", name=symbol, exact=True)
        await key.focus()
        await page.keyboard.press("Enter")
    await go_to(page, "form button")
    await page.keyboard.press("Enter")
    await page.locator("section.contest").first.wait_for(timeout=40_000)


async def test_the_screen_is_measured_once(station: Station, browser: Browser) -> None:
    """A bank card gives the millimetre, and that stays for every visitor; what waits is told there."""
    page = await (await browser.new_context(viewport={"width": 1080, "height": 1920})).new_page()
    await page.goto(f"{station.url}/kiosk#instellen")
    slider = page.get_by_label("Breedte van het vak")
    await slider.fill("428")
    card = await page.locator(".bank-card").bounding_box()
    assert card
    assert card["width"] == pytest.approx(428, abs=1)
    await expect(page.locator("#inhoud")).to_contain_text("Er wachten hier 0 stembiljetten")
    await page.get_by_role("button", name="Bewaar en begin").click()
    await is_ready(page)
    for _ in range(2):
        shown = await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--mm')")
        assert re.fullmatch(r"5(\.0\d*)?px", shown), shown
        await page.goto(f"{station.url}/kiosk")
        await is_ready(page)
