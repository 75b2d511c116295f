"""Somebody counts the election again in their own browser: on the site, from a folder, from one file."""

import asyncio
import os
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from service.portal.alone import NAME, make_alone
from tally.audit.checks import CHECKS
from tests.journeys.faults import assert_no_faults
from tests.journeys.site import listen, serve_site, sideways
from tests.simulator import World, changed
from tests.tally.breaks import BREAKS, Break
from tests.tally.drafts import Draft, certified, draft_of

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SIZES = {"phone": (320, 740), "desk": (1280, 900), "kiosk": (1080, 1920)}
PATIENCE = 60_000
CLIPPED = """() => [...document.querySelectorAll('.scroll')]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.ariaLabel)"""
STORES = """() => [localStorage.length, sessionStorage.length, document.cookie.length]"""


@dataclass(frozen=True)
class Hall:
    """A served record: its address, the folder that it is in, and the manifest hash on the letters."""

    site: str
    record: Path
    anchor: str


@asynccontextmanager
async def serve(dsn: str, folder: Path, record: Draft) -> AsyncIterator[Hall]:
    """Serve the pages, and this record as the site's board."""
    async with serve_site(dsn, folder, record.world) as site:
        shutil.rmtree(folder / "record")
        (folder / "record").mkdir()
        yield Hall(site, record.write(folder / "record"), record.world.election.manifest_hash.hex())


async def recount(page: Page, anchor: str = "") -> str:
    """Fill in the manifest hash, start, and return the verdict's title and sentences."""
    await page.get_by_label("Kenmerk van de verkiezing").fill(anchor)
    await page.get_by_role("button", name="Begin met natellen").click()
    return await verdict_of(page)


async def verdict_of(page: Page) -> str:
    """Wait for a verdict and return it."""
    shown = page.locator("#uitkomst .verdict")
    await shown.wait_for(timeout=PATIENCE)
    return " ".join((await shown.inner_text()).split())


async def row_of(page: Page, check: str) -> str:
    """Return the row of a check."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name=check, exact=True))
    return " ".join((await row.inner_text()).split())


async def assert_all_good(page: Page) -> None:
    """Every check is there, with its sentence, and is good; they are folded away until somebody asks."""
    first = page.get_by_role("rowheader", name=CHECKS[0].id, exact=True)
    assert not await first.is_visible()
    await page.get_by_role("button", name="Toon alle controles").click()
    for check in CHECKS:
        row = await row_of(page, check.id)
        assert check.name in row
        assert "✓" in row, row


async def test_a_good_board(database: str, folder: Path, browser: Browser) -> None:
    """On every screen a good board comes out as good: in words, outcome and each check.

    Nothing is loaded from elsewhere, refused by the content policy, or kept; axe finds nothing in any theme.
    """
    async with serve(database, folder, certified()) as hall:
        for size, (width, height) in SIZES.items():
            context = await browser.new_context(viewport={"width": width, "height": height})
            page = await context.new_page()
            heard = listen(page)
            await page.goto(hall.site + "/recount")
            await assert_good_verdict(page, await recount(page, hall.anchor))
            assert await sideways(page) <= 0, size
            assert await page.evaluate(CLIPPED) == [], size
            await assert_no_faults(page, size)
            assert heard == []
            assert await page.evaluate(STORES) == [0, 0, 0]
            assert await page.evaluate("indexedDB.databases()") == []
            await context.close()


async def assert_good_verdict(page: Page, said: str) -> None:
    """The words, the outcome and every check say that all is well, and all cores took part."""
    assert "Het klopt" in said
    assert f"Alle {len(CHECKS)} controles zijn goed." in said
    assert "is gelijk aan de gepubliceerde uitslag" in said
    await assert_all_good(page)
    shown = " ".join((await page.locator("#uitkomst").inner_text()).split())
    assert "Moestuin € 1.200" in shown
    assert "Kerkwijk, adult" in shown
    assert await page.locator("#uitkomst [lang=nl]").count() == 0
    assert (os.cpu_count() or 1) == 1 or f"met {min(4, os.cpu_count() or 1)} rekenaars tegelijk" in shown


async def test_what_the_verdict_depends_on(database: str, folder: Path, browser: Browser) -> None:
    """Without the manifest hash the board is only consistent, and with another one it is another board. What
    is no hash starts nothing. One in the address's fragment is taken over, and reaches no server."""
    async with serve(database, folder, certified()) as hall:
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(hall.site + "/recount")
        said = await recount(page)
        assert "Dit bord past bij zichzelf" in said
        assert "u vulde geen kenmerk in" in said
        said = await recount(page, "00" * 32)
        assert "Dit is een ander bord" in said
        assert "fout bij tegel" in await row_of(page, "S10")
        count = len(asked)
        await page.get_by_label("Kenmerk van de verkiezing").fill(hall.anchor[:-1])
        await page.get_by_role("button", name="Begin met natellen").click()
        assert "Een kenmerk heeft 64 tekens; u vulde er 63 in." in await page.inner_text("#kenmerk-fout")
        assert await page.evaluate("document.activeElement.id") == "kenmerk"
        assert len(asked) == count
        fresh = await browser.new_page()
        fresh.on("request", lambda request: asked.append(request.url))
        await fresh.goto(f"{hall.site}/recount#{hall.anchor}")
        await expect(fresh.get_by_label("Kenmerk van de verkiezing")).to_have_value(hall.anchor)
        await fresh.get_by_role("button", name="Begin met natellen").click()
        assert "Het klopt" in await verdict_of(fresh)
        assert not [address for address in asked if hall.anchor in address.partition("#")[0]]


BROKEN = {
    "a bundle that ends too early": "L04",
    "the root of another branch": "L05",
    "a project's text with other words": "F03",
    "a ballot with a share that nobody asked for": "B10",
    "a winner left out": "T06",
    "a report that says not valid": "K03",
}


async def test_a_tampered_board(database: str, folder: Path, browser: Browser) -> None:
    """A board that was tampered with comes out as wrong, served and as a folder, with check and place."""
    async with serve(database, folder, certified()) as hall:
        for name, check in BROKEN.items():
            (broken,) = [each for each in BREAKS if each.name == name and each.check == check]
            record = broken.make()
            anchor = record.world.election.manifest_hash.hex()
            shutil.rmtree(hall.record)
            hall.record.mkdir()
            record.write(hall.record)
            context = await browser.new_context()
            page = await context.new_page()
            for way in ("web", "folder"):
                await page.goto(hall.site + "/recount")
                await choose(page, way, hall.record)
                await assert_wrong(page, await recount(page, anchor), broken)
            await context.close()


async def assert_wrong(page: Page, said: str, broken: Break) -> None:
    """The verdict names the check and the place, and the check's row says the same."""
    assert "Het klopt niet" in said, (broken.name, said)
    assert f"Controle {broken.check} gaat mis bij" in said
    assert "Zo hoort het: “" in said
    assert await page.get_by_role("rowheader", name=broken.check, exact=True).is_visible()
    row = await row_of(page, broken.check)
    assert "fout bij" in row
    assert "✓" not in row
    if isinstance(broken.at, int):
        assert f"fout bij tegel {broken.at}" in row
    if broken.check == "T06":
        assert "is niet gelijk aan de gepubliceerde uitslag" in said


async def choose(page: Page, way: str, where: Path) -> None:
    """Choose what to count again."""
    if way == "folder":
        await page.locator("#map").set_input_files(where)
    elif way == "tar":
        await page.locator("#tar").set_input_files(where)
    assert await page.locator(f"input[name=bron][value={way}]").is_checked()


def with_tar(record: Path, to: Path) -> None:
    """Make an archive with the command that the page tells."""
    subprocess.run(["tar", "-cf", to, "-C", record, "."], check=True, timeout=60)


def with_python(form: int) -> Callable[[Path, Path], None]:
    """Make an archive in one of the forms that Python knows, with a folder around the record."""

    def make(record: Path, to: Path) -> None:
        with tarfile.open(to, "w", format=form) as archive:
            archive.add(record, arcname=f"{'lang' * 30}/bord")

    return make


ARCHIVES = {
    "the page's own command": with_tar,
    "pax": with_python(tarfile.PAX_FORMAT),
    "gnu": with_python(tarfile.GNU_FORMAT),
}


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
async def test_a_copy_in_one_file(
    database: str, folder: Path, browser: Browser, make: Callable[[Path, Path], None]
) -> None:
    """A copy in one tar file is counted again without asking the server for anything of the board."""
    async with serve(database, folder, certified()) as hall:
        archive = folder / "bord.tar"
        make(hall.record, archive)
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(hall.site + "/recount")
        await choose(page, "tar", archive)
        assert "Het klopt" in await recount(page, hall.anchor)
        await assert_all_good(page)
        assert not [address for address in asked if "/board/" in address]


async def drop(page: Page, where: Path) -> None:
    """Drop a file or folder on the page, as a hand would."""
    session = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(where)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        await session.send("Input.dispatchDragEvent", {"type": kind, "x": 50, "y": 50, "data": data})


async def test_a_copy_that_is_dropped(database: str, folder: Path, browser: Browser) -> None:
    """A folder, or a file, that is dropped on the page is what is counted again."""
    async with serve(database, folder, certified()) as hall:
        archive = folder / "bord.tar"
        with_tar(hall.record, archive)
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(hall.site + "/recount")
        for where, way in ((hall.record, "folder"), (archive, "tar")):
            await drop(page, where)
            await page.get_by_text("Druk nu op de knop.").first.wait_for()
            assert await page.locator(f"input[name=bron][value={way}]").is_checked()
            assert "Het klopt" in await recount(page, hall.anchor)
            await assert_all_good(page)
        assert not [address for address in asked if "/board/" in address]


async def test_stop(database: str, folder: Path, browser: Browser) -> None:
    """Stop ends it at once: no verdict comes, nothing more is asked, and it can begin again."""
    async with serve(database, folder, certified()) as hall:
        context = await browser.new_context()
        page = await context.new_page()
        held: asyncio.Queue[Route] = asyncio.Queue()
        await context.route("**/board/checkpoint", held.put)
        await page.goto(hall.site + "/recount")
        await page.get_by_role("button", name="Begin met natellen").click()
        await held.get()
        assert await page.get_by_role("progressbar").is_visible()
        assert await page.evaluate("document.activeElement.id") == "bezig-kop"
        await assert_no_faults(page)
        await page.get_by_role("button", name="Stop").click()
        assert await page.get_by_role("status").inner_text() == "U bent gestopt met natellen."
        assert await page.evaluate("document.activeElement.id") == "begin"
        assert not await page.get_by_role("progressbar").is_visible()
        await context.unroute("**/board/checkpoint")
        assert len(page.workers) == 0
        assert "Het klopt" in await recount(page, hall.anchor)
        await context.close()


async def test_keyboard_alone(database: str, folder: Path, browser: Browser) -> None:
    """With the keyboard alone: to the field, to the choice, to the button, and the verdict has the focus."""
    async with serve(database, folder, certified()) as hall:
        page = await browser.new_page()
        await page.goto(hall.site + "/recount#inhoud")
        await page.locator("#kenmerk").wait_for()  # the form is there when its words are
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "kenmerk"
        await page.keyboard.type(hall.anchor)
        stops = []
        while "begin" not in stops and len(stops) < 9:
            await page.keyboard.press("Tab")
            stops.append(await page.evaluate("document.activeElement.id"))
        assert stops == ["bron-web", "map", "tar", "begin"]
        await page.keyboard.press("Enter")
        assert "Het klopt" in await verdict_of(page)
        assert await page.evaluate("document.activeElement.id") == "oordeel"
        assert "Het klopt" in await page.title()
        assert await page.get_by_role("status").inner_text() == "Het klopt"


async def test_without_script(database: str, folder: Path, browser: Browser) -> None:
    """Without script the page says what to do instead, and shows no form that does nothing."""
    async with serve(database, folder, certified()) as hall:
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(hall.site + "/recount")
        assert await page.get_by_role("heading", name="Hiervoor is JavaScript nodig").is_visible()
        assert not await page.locator("#begin").is_visible()
        await page.get_by_role("link", name="Zelf controleren").first.click()
        assert "wijkaandeel audit" in await page.inner_text("pre")
        await context.close()


async def test_titles_are_only_text(database: str, folder: Path, browser: Browser) -> None:
    """Markup in a title is shown as it is, and does nothing."""
    attack = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    world = World(certified().world.options)
    original = world.make_contest()
    projects = [changed(each, title=attack) for each in original.projects]
    world.make_contest = lambda: changed(original, title=attack, projects=projects)  # type: ignore[method-assign]
    for step in (
        world.set_up,
        world.enrol,
        world.start,
        world.vote_all,
        world.close,
        world.open,
        world.count,
    ):
        step()
    async with serve(database, folder, draft_of(world)) as hall:
        page = await browser.new_page()
        heard = listen(page)
        await page.goto(hall.site + "/recount")
        assert "Het klopt" in await recount(page, hall.anchor)
        assert attack in await page.locator("#uitkomst").inner_text()
        assert await page.locator("#uitkomst img, #uitkomst script").count() == 0
        assert heard == []


async def test_a_page_in_a_file_of_its_own(folder: Path, browser: Browser) -> None:
    """The page, saved as one file, counts a copy again without any server, and asks nobody for anything."""
    record = certified()
    page_file, copy = folder / NAME, folder / "bord"
    page_file.write_text(make_alone())
    copy.mkdir()
    record.write(copy)
    with_tar(copy, folder / "bord.tar")
    page = await browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(page_file.as_uri())
    for way, where in (("folder", copy), ("tar", folder / "bord.tar")):
        await choose(page, way, where)
        assert "Het klopt" in await recount(page, record.world.election.manifest_hash.hex())
        await assert_all_good(page)
        if (os.cpu_count() or 1) > 1:
            assert "rekenaars tegelijk" in await page.locator("#uitkomst").inner_text()
    await assert_no_faults(page)
    await page.emulate_media(media="print")
    assert await page.locator("#uitkomst .verdict").is_visible()
    assert not await page.locator("#natellen").is_visible()
    assert heard == []
    assert {address.partition(":")[0] for address in asked} <= {"file", "blob"}
    assert [address for address in asked if address.startswith("file:")] == [page_file.as_uri()]
