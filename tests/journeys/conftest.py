"""A real browser for the journeys: Debian's Chromium, driven from outside.

Where Chromium is missing the journeys are skipped, and in CI they fail.
"""

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.journeys.station import Station, open_station

STATION_SECONDS = 110
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def find_chromium() -> str:
    """Return the browser's path; skip the test without one, or fail it in CI."""
    path = os.environ.get("WIJK_CHROMIUM") or shutil.which("chromium")
    if path and Path(path).exists():
        return path
    if os.environ.get("CI"):
        pytest.fail("no chromium; install it with: apt-get install --no-install-recommends chromium")
    pytest.skip("no chromium; install it or name it in WIJK_CHROMIUM")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser of the test's own."""
    path = find_chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def station() -> Iterator[Station]:
    """A polling site that is open, for all tests of a worker; it runs in a loop of its own."""
    find_chromium()
    opened: list[Station] = []
    failures: list[BaseException] = []
    ready, closing = threading.Event(), threading.Event()

    async def run() -> None:
        with tempfile.TemporaryDirectory(prefix="wijk-station-") as folder:
            async with open_station(Path(folder) / "site") as found:
                opened.append(found)
                ready.set()
                await asyncio.to_thread(closing.wait)

    def work() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        ready.wait(STATION_SECONDS)
        if failures or not opened:
            pytest.fail(f"the station did not open: {failures}")
        yield opened[0]
    finally:
        closing.set()
        thread.join(STATION_SECONDS)
