"""What a resident does on the public pages, in a browser: on a phone, with a keyboard, without script."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from ballots.board import Phase
from ballots.codes import ballot_number
from ballots.merkle import leaf_hash
from service.portal.addresses import list_paths
from tests.count_rules import EQUAL_SHARES
from tests.journeys.faults import assert_no_faults
from tests.journeys.site import certified_world, listen, serve_site, sideways
from tests.related import Related
from tests.service.portal_site import book_world
from tests.simulator import Options, World, changed, make_world
from tests.tally.test_outcome import play_to_opening

pytestmark = pytest.mark.journey

PATHS = [
    "/",
    "/wall",
    "/wall/3",
    "/wall/20",
    "/find",
    "/roll",
    "/outcome",
    "/ledger",
    "/audit",
    "/recount",
    "/docs",
    "/vote",
    "/check",
    "/nergens",
]
SIZES = {"phone": (320, 740), "desk": (1280, 900), "kiosk": (1080, 1920)}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("size", SIZES)
async def test_every_page_on_every_screen(database: str, folder: Path, browser: Browser, size: str) -> None:
    """Every page fits the screen, loads nothing foreign, and satisfies axe in every theme."""
    world = certified_world()
    await book_world(database, world)
    async with serve_site(database, folder, world) as site:
        width, height = SIZES[size]
        context = await browser.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        heard = listen(page)
        for path in PATHS:
            await page.goto(site + path)
            assert await sideways(page) <= 0, path
            await assert_no_faults(page, path)
        assert heard == []
        await context.close()


HIDDEN = """() => {
  const probe = document.createElement("p");
  probe.style.color = "Canvas";
  document.body.append(probe);
  const canvas = getComputedStyle(probe).color;
  probe.remove();
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ""));
  return texts.filter((element) => {
    const { color, forcedColorAdjust } = getComputedStyle(element);
    return color === canvas && forcedColorAdjust !== "none";
  }).map((element) => element.outerHTML.slice(0, 80));
}"""
"""Texts in the colour of the plate that a browser puts behind text when colours are forced."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("phase", [Phase.VOTING, Phase.COUNTED])
async def test_every_page_in_forced_colours(
    database: str, folder: Path, browser: Browser, phase: Phase
) -> None:
    """With forced colours every page satisfies axe, and no text hides, hovered or with the focus."""
    world = make_world(phase)
    async with serve_site(database, folder, world) as site:
        context = await browser.new_context(viewport={"width": 360, "height": 740}, forced_colors="active")
        page = await context.new_page()
        heard = listen(page)
        for path in ("/", "/wall", "/find", "/roll", "/outcome", "/recount", "/vote"):
            await page.goto(site + path)
            await assert_no_faults(page, path)
            assert await page.evaluate(HIDDEN) == [], path
            await page.locator(".nl-skip-link").focus()
            assert await page.evaluate(HIDDEN) == [], path
            for button in await page.locator(".utrecht-button").locator("visible=true").all():
                await button.focus()
                await button.hover()
                assert await page.evaluate(HIDDEN) == [], path
        assert heard == []
        await context.close()


async def test_pages_on_paper(database: str, folder: Path, browser: Browser) -> None:
    """Paper has no menu and no forms, whole tables, where links lead, and light colours in dark too."""
    world = certified_world()
    await book_world(database, world)
    async with serve_site(database, folder, world) as site:
        page = await browser.new_page(viewport={"width": 672, "height": 900}, color_scheme="dark")
        for path in ("/", "/outcome", "/ledger"):
            await page.goto(site + path)
            await page.emulate_media(media="print", color_scheme="dark")
            assert (
                await page.locator(".top nav, .bottom ul, form, .utrecht-button")
                .locator("visible=true")
                .count()
                == 0
            )
            assert await sideways(page) <= 0, path
            assert (
                await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
            )
            assert (
                await page.evaluate("getComputedStyle(document.querySelector('h1')).color")
                == "rgb(18, 57, 143)"
            )
            for table in await page.locator("table").all():
                assert await table.evaluate("table => getComputedStyle(table).display") == "table"
                row = table.locator("tbody tr").first
                assert await row.evaluate("row => getComputedStyle(row).breakInside") == "avoid"
            for link in await page.locator("main a[href^='/']").locator("visible=true").all():
                said = await link.evaluate("link => getComputedStyle(link, '::after').content")
                assert str(await link.get_attribute("href")) in said


@pytest.mark.timeout(240)
@pytest.mark.parametrize("place", [1, 2], ids=["english", "arabic"])
async def test_every_page_in_other_languages(
    database: str, folder: Path, browser: Browser, place: int
) -> None:
    """In English, and in Arabic from the right, every page fits a phone and satisfies axe in every theme."""
    world = certified_world()
    await book_world(database, world)
    async with serve_site(database, folder, world) as site:
        page = await browser.new_page(viewport={"width": 320, "height": 740})
        heard = listen(page)
        for address in (list_paths(path)[place] for path in PATHS):
            await page.goto(site + address)
            assert await sideways(page) <= 0, address
            await assert_no_faults(page, address)
        assert heard == []


async def test_the_switch_leads_to_the_same_page(database: str, folder: Path, browser: Browser) -> None:
    """Whoever changes the language stays on the page, and stays in the language from then on."""
    async with serve_site(database, folder, certified_world()) as site:
        page = await browser.new_page()
        await page.goto(site + "/wall/3")
        await page.get_by_role("link", name="English").click()
        assert page.url == f"{site}/wall/3/en"
        await page.get_by_role("link", name="Back to the wall").click()
        assert page.url == f"{site}/wall/en?from=0"
        assert await page.locator("html").get_attribute("lang") == "en"


async def test_arabic_runs_from_the_right(database: str, folder: Path, browser: Browser) -> None:
    """On a phone the Arabic pages begin at the right, with Dutch digits, and what is typed stays in order."""
    async with serve_site(database, folder, make_world(Phase.VOTING)) as site:
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        for path in ("/vote/ar", "/ar", "/audit/ar"):
            await page.goto(site + path)
            await page.wait_for_load_state("networkidle")
            assert await sideways(page) <= 0, path
            assert await page.evaluate(RIGHT, "h1") < await page.evaluate(LEFT, "h1"), path
            assert not re.search("[\u0660-\u0669\u06f0-\u06f9]", await page.inner_text("body")), path
        assert await page.evaluate("getComputedStyle(document.querySelector('pre')).direction") == "ltr"


RIGHT, LEFT = (
    "name => { const range = document.createRange(); range.selectNodeContents(document.querySelector(name));"
    f" const box = range.getBoundingClientRect(); return {side}; }}"
    for side in ("innerWidth - box.right", "box.left")
)
"""How far the text of an element is from the right and the left of the window."""


async def test_a_contest_with_all_that_it_can_have(database: str, folder: Path, browser: Browser) -> None:
    """Two pots, relations, growth, rest and comparison are told in words, on a phone too."""
    rule = changed(EQUAL_SHARES, comparison="exclusion", completion="add1-greedy", increment=10_000)
    world = play_to_opening(Related(Options(rule=rule)))
    world.count()
    async with serve_site(database, folder, world) as site:
        page = await browser.new_page(viewport={"width": 320, "height": 740})
        heard = listen(page)
        await page.goto(site + "/")
        said = await page.inner_text("main")
        for text in RELATED:
            assert text in said
        for path in ("/", "/outcome", "/wall/2"):
            await page.goto(site + path)
            assert await sideways(page) <= 0, path
            await assert_no_faults(page, path)
        await page.goto(site + "/outcome")
        assert "Vergeleken met een telling" in await page.inner_text("main")
        assert heard == []


RELATED = (
    "Blijft er geld over, dan worden die stukken stap voor stap groter",
    "Wat overblijft gaat naar projecten waar nog genoeg geld voor is",
    "Daarna vergelijken we",
    "We tellen de potten na elkaar",
    "Van deze projecten kan er hoogstens één worden gekozen: Plein en Speeltuin.",
    "Bankjes kan alleen worden gekozen als Moestuin is gekozen.",
    "Kan worden betaald uit Groene pot of Vrije pot.",
)


async def test_text_of_double_size(database: str, folder: Path, browser: Browser) -> None:
    """With text of twice the size nothing runs off the page."""
    async with serve_site(database, folder, certified_world()) as site:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        for path in PATHS:
            await page.goto(site + path)
            await page.evaluate("document.documentElement.style.fontSize = '225%'")
            assert await sideways(page) <= 0, path


async def test_everything_works_without_script(database: str, folder: Path, browser: Browser) -> None:
    """Without any script a resident finds their ballot by its number, and the number stands in no address."""
    world = certified_world()
    place, number = next(
        (place, ballot_number(leaf_hash(raw)))
        for place, raw in enumerate(world.entries)
        if b'"revision":2' in raw
    )
    async with serve_site(database, folder, world) as site:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        visited: list[str] = []
        page.on("request", lambda asked: visited.append(asked.url))
        await page.goto(site)
        await page.get_by_role("link", name="Zoek uw stembiljet").first.click()
        await page.get_by_label("Nummer van uw stembiljet").fill(number.lower())
        await page.get_by_role("button", name="Zoek").click()
        await page.get_by_role("link", name=f"tegel {place}").click()
        assert page.url == f"{site}/wall/{place}"
        assert await page.get_by_text("Dit stembiljet is geteld.").is_visible()
        assert not [address for address in visited if number.lower() in address.lower()]
        await context.close()


async def test_keyboard_reaches_the_content_first(database: str, folder: Path, browser: Browser) -> None:
    """The first stop of the keyboard is a visible link past the menu, and it leads into the content."""
    async with serve_site(database, folder, make_world(Phase.VOTING)) as site:
        page = await browser.new_page()
        await page.goto(site + "/roll")
        await page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Naar de inhoud")
        assert await skip.evaluate("each => each === document.activeElement")
        assert (await skip.bounding_box())["y"] >= 0
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "number"
        await page.keyboard.type("1")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").wait_for()
        assert "nog geen aandeel aangevraagd" in await page.get_by_role("status").inner_text()


async def test_pictures_are_shown_and_do_nothing(database: str, folder: Path, browser: Browser) -> None:
    """Pictures of projects come from the board's files, and a script inside one does not run."""
    world = World(make_world(Phase.ROLL).options)
    picture = world.add_file(
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 5"><script>document.title = "taken"</script>'
        b'<rect width="8" height="5"/></svg>'
    )
    original = world.make_contest()
    projects = [type(each)(**fields_of(each) | {"picture": picture}) for each in original.projects]
    world.make_contest = lambda: type(original)(**fields_of(original) | {"projects": projects})  # type: ignore[method-assign]
    world.set_up()
    async with serve_site(database, folder, world) as site:
        page = await browser.new_page()
        await page.goto(site)
        shown = page.locator(".projects img").first
        await shown.scroll_into_view_if_needed()
        await page.wait_for_function("document.querySelector('.projects img').complete")
        assert await shown.evaluate("each => each.naturalWidth") > 0
        await page.goto(f"{site}/board/files/{picture.hex()}")
        assert await page.title() != "taken"


def fields_of(record) -> dict[str, object]:
    """Return a record's members by name."""
    return {name: getattr(record, name) for name in record.__struct_fields__}
