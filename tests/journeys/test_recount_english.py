"""Somebody counts again in English, on the site and with the page saved as a file: nothing is in Dutch."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from service.portal.alone import NAME, make_alone
from tally.audit.checks import CHECKS
from tests.journeys.faults import assert_no_faults
from tests.journeys.site import listen
from tests.journeys.test_recount import choose, row_of, serve, verdict_of
from tests.service.test_page_languages import DUTCH
from tests.tally.breaks import BREAKS
from tests.tally.drafts import certified

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SAID = """() => ['melding', 'bezig', 'uitkomst', 'natellen', 'inhoud'].flatMap((id) => {
    const part = document.getElementById(id);
    const seen = [...part.querySelectorAll('[aria-label], [data-label]')];
    return [part.textContent, ...seen.flatMap((each) => [each.ariaLabel, each.dataset.label])];
}).join(' | ') + document.title"""


async def recount(page: Page, anchor: str) -> str:
    """Fill in the fingerprint, start, and return the verdict's title and sentences."""
    await page.get_by_label("The election's fingerprint").fill(anchor)
    await page.get_by_role("button", name="Start counting").click()
    return await verdict_of(page)


async def assert_no_dutch(page: Page) -> None:
    """Nothing that the catalogue says in Dutch was said or shown, folded away or not."""
    said = await page.evaluate(SAID)
    assert not {part: name for part, name in DUTCH.items() if part in said}


async def assert_good(page: Page, said: str) -> None:
    """The verdict, the outcome and every check are told in English, with English numbers."""
    assert "Everything is right" in said
    assert f"All {len(CHECKS)} checks are good." in said
    assert "is the same as the published outcome" in said
    await page.get_by_role("button", name="Show all checks").click()
    assert "good, " in await row_of(page, "B08")
    shown = " ".join((await page.locator("#uitkomst").inner_text()).split())
    assert "Moestuin €1,200" in shown
    assert "How many people voted" in shown
    foreign = await page.locator("#uitkomst [lang=nl]").all_text_contents()
    assert {"Wijkbudget", "Buurtpot", "Moestuin", "Kerkwijk, adult", "Wijkbudget Kerkwijk"} <= set(foreign)
    assert await page.get_by_role("status").inner_text() == "Everything is right"
    await assert_no_dutch(page)


async def test_a_good_board_in_english(database: str, folder: Path, browser: Browser) -> None:
    """The English page says all in English, from what is filled in wrongly to the last check."""
    async with serve(database, folder, certified()) as hall:
        page = await browser.new_page()
        heard = listen(page)
        await page.goto(hall.site + "/recount/en")
        await page.get_by_label("The election's fingerprint").fill(hall.anchor[:-1])
        await page.get_by_role("button", name="Start counting").click()
        assert "A fingerprint has 64 characters; you filled in 63." in await page.inner_text("#kenmerk-fout")
        await page.locator("#bron-tar").check()
        await page.get_by_label("The election's fingerprint").fill("")
        await page.get_by_role("button", name="Start counting").click()
        assert "You have not chosen a folder or a file yet." in await page.inner_text("#bron-fout")
        await assert_no_dutch(page)
        await page.locator("#bron-web").check()
        await assert_good(page, await recount(page, hall.anchor))
        await assert_no_faults(page)
        assert heard == []


async def test_a_tampered_board_in_english(database: str, folder: Path, browser: Browser) -> None:
    """What is wrong is told in English, and its tile is shown on the English wall."""
    (broken,) = [each for each in BREAKS if each.name == "a ballot with a share that nobody asked for"]
    record = broken.make()
    async with serve(database, folder, record) as hall:
        page = await browser.new_page()
        await page.goto(hall.site + "/recount/en")
        said = await recount(page, hall.anchor)
        assert "Something is wrong" in said
        told = re.search(rf"Check {broken.check} goes wrong at tile (\d+)\.", said)
        assert told
        assert f"wrong at tile {told[1]}" in await row_of(page, broken.check)
        link = page.get_by_role("link", name=f"tile {told[1]}", exact=True)
        assert await link.get_attribute("href") == f"/wall/{told[1]}/en"
        await assert_no_dutch(page)
        await assert_no_faults(page)


async def test_the_file_of_its_own_in_english(folder: Path, browser: Browser) -> None:
    """The page, saved as one file, says in English what it found, and asks nobody for its texts."""
    record = certified()
    (folder / NAME).write_text(make_alone("en"))
    copy = folder / "bord"
    copy.mkdir()
    record.write(copy)
    page = await browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto((folder / NAME).as_uri())
    await choose(page, "folder", copy)
    await assert_good(page, await recount(page, record.world.election.manifest_hash.hex()))
    assert heard == []
    assert [address for address in asked if not address.startswith("blob:")] == [(folder / NAME).as_uri()]


async def test_texts_that_do_not_come(database: str, folder: Path, browser: Browser) -> None:
    """Without its texts the page says that it did not load, in its language, and shows no form."""
    async with serve(database, folder, certified()) as hall:
        context = await browser.new_context()
        page = await context.new_page()
        await context.route("**/texts.recount.*", lambda route: route.fulfill(status=503))
        await page.goto(hall.site + "/recount/en")
        await page.get_by_text("Loading failed. Nothing is lost. Reload the page.").wait_for()
        assert not await page.locator("#begin").is_visible()
        await context.close()
