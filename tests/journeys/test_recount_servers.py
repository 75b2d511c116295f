"""Servers that answer badly while somebody counts again: never a verdict, and a button tries again."""

import asyncio
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route

from tests.journeys.test_recount import PATIENCE, choose, recount, serve
from tests.tally.drafts import certified

pytestmark = [pytest.mark.journey, pytest.mark.attack, pytest.mark.timeout(240)]


@contextmanager
def send_elsewhere(site: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a site's pages, and send whoever asks for its board to another place on the same server.

    Yield the address, and the paths that were asked for so far.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library calls
            asked.append(self.path)
            if self.path.startswith("/board/"):
                self.send_response(302)
                self.send_header("location", self.path.replace("/board/", "/other/"))
                self.end_headers()
                return
            with urllib.request.urlopen(site + self.path) as answer:
                self.send_response(answer.status)
                for name in ("content-type", "content-security-policy"):
                    self.send_header(name, answer.headers[name])
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


async def test_a_board_that_cannot_be_fetched(database: str, folder: Path, browser: Browser) -> None:
    """When the board cannot be fetched the page says so, and does not say that anything is wrong with it."""
    async with serve(database, folder, certified()) as hall:
        context = await browser.new_context()
        page = await context.new_page()
        await context.route("**/board/tile/entries/**", lambda route: route.fulfill(status=503))
        await page.goto(hall.site + "/recount")
        said = await recount(page, hall.anchor)
        assert "Het natellen is niet gelukt" in said
        assert "Dat zegt niets over de uitslag." in said
        assert "Het klopt" not in said
        await context.unroute("**/board/tile/entries/**")
        await assert_good_at_second_try(page)
        await context.close()


async def assert_good_at_second_try(page: Page) -> None:
    """One press of a button counts again, with what was filled in before."""
    await page.get_by_role("button", name="Probeer opnieuw").click()
    await page.get_by_role("heading", name="Het klopt").wait_for(timeout=PATIENCE)


async def test_a_server_that_sends_elsewhere(database: str, folder: Path, browser: Browser) -> None:
    """A redirect is not followed: the page says so at once, and that it is no verdict."""
    async with serve(database, folder, certified()) as hall:
        with send_elsewhere(hall.site) as (site, asked):
            page = await browser.new_page()
            await page.goto(site + "/recount")
            said = await recount(page, hall.anchor)
            assert "De server stuurt ons door naar een ander adres." in said
            assert "Dat zegt niets over de uitslag." in said
            of_board = [path for path in asked if path.startswith(("/board/", "/other/"))]
            assert of_board == ["/board/checkpoint"]
            assert await page.get_by_role("button", name="Probeer opnieuw").is_visible()


async def test_a_server_that_says_nothing(database: str, folder: Path, browser: Browser) -> None:
    """After half a minute without an answer the page says so, and tries again when it is asked to."""
    async with serve(database, folder, certified()) as hall:
        context = await browser.new_context()
        page = await context.new_page()
        held: asyncio.Queue[Route] = asyncio.Queue()
        await context.route("**/board/checkpoint", held.put)
        await page.goto(hall.site + "/recount")
        said = await recount(page, hall.anchor)
        assert "De server geeft geen antwoord" in said
        assert "Dat zegt niets over de uitslag." in said
        assert held.qsize() == 1
        await context.unroute("**/board/checkpoint")
        await assert_good_at_second_try(page)
        await context.close()


async def test_a_copy_of_which_a_file_vanishes(database: str, folder: Path, browser: Browser) -> None:
    """A file that goes away after the folder was chosen is no verdict: the page says to choose again."""
    async with serve(database, folder, certified()) as hall:
        page = await browser.new_page()
        await page.goto(hall.site + "/recount")
        await choose(page, "folder", hall.record)
        (hall.record / "checkpoint").unlink()
        said = await recount(page, hall.anchor)
        assert "Uw computer geeft het bestand niet meer vrij" in said
        assert "Het klopt" not in said
