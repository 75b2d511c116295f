"""A real browser for the journeys: Debian's Chromium, driven from outside.

Where Chromium is missing the journeys are skipped, and in CI they fail.
"""

import asyncio
import ctypes
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.station import OPEN_SECONDS, Station, open_station

STATION_SECONDS = 110
LONGEST_SECONDS = 800
"""How long a journey may take, the opening of the polling site included."""
PATIENCE_MILLISECONDS = 20_000
"""How long a page may take to show what is expected, on a machine that is busy with other tests."""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

PR_CAPBSET_DROP, CAP_SYS_NICE = 24, 23
"""linux/prctl.h, linux/capability.h."""

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session", autouse=True)
def equals() -> None:
    """Let no program that is started from here on put itself before others.

    As root, Chromium gives itself a higher priority than what runs beside it, and on a busy machine that
    stands still for seconds then. For whoever may not do so anyway this changes nothing.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_SYS_NICE, 0, 0, 0)


def find_chromium() -> str:
    """Return the browser's path; skip the test without one, or fail it in CI."""
    path = os.environ.get("WIJK_CHROMIUM") or shutil.which("chromium")
    if path and Path(path).exists():
        return path
    if os.environ.get("CI"):
        pytest.fail("no chromium; install it with: apt-get install --no-install-recommends chromium")
    pytest.skip("no chromium; install it or name it in WIJK_CHROMIUM")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all journeys of a worker: to start one takes seconds."""
    path = find_chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """A browser in which nobody was: a context has stores of its own, and is closed after the test."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


class Stand:
    """A polling site that is open, in a loop of its own."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._closing, self._ready = threading.Event(), threading.Event()
        self._opened: list[Station] = []
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    @property
    def is_fresh(self) -> bool:
        """Whether the voting lasts for the longest journey still."""
        return time.monotonic() - self._began < OPEN_SECONDS - LONGEST_SECONDS

    def wait(self) -> Station:
        """Return the site once it is open; fail the test if it does not open."""
        self._ready.wait(STATION_SECONDS)
        if self._failures or not self._opened:
            pytest.fail(f"the station did not open: {self._failures}")
        return self._opened[0]

    def close(self) -> None:
        """Stop all of it."""
        self._closing.set()
        self._thread.join(STATION_SECONDS)

    def _work(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:
            self._failures.append(error)
        finally:
            self._ready.set()

    async def _run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="wijk-station-") as folder:
            async with open_station(Path(folder) / "site") as found:
                self._opened.append(found)
                self._ready.set()
                await asyncio.to_thread(self._closing.wait)


STANDS: list[Stand] = []
"""The one that is open, if any: for as long as journeys follow each other."""


@pytest.fixture
def station() -> Station:
    """A polling site that is open for long enough; journeys that follow each other share one."""
    find_chromium()
    if not all(stand.is_fresh for stand in STANDS):
        close_stand()
    if not STANDS:
        STANDS.append(Stand())
    return STANDS[0].wait()


def close_stand() -> None:
    """Stop what is open: an empty polling site slows down what comes after the journeys."""
    while STANDS:
        STANDS.pop().close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all journeys in the loop in which the browser was opened."""
    for item in items:
        if item.get_closest_marker("journey") is not None:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close after the last journey."""
    if nextitem is not None and nextitem.get_closest_marker("journey") is None:
        close_stand()


def pytest_sessionfinish() -> None:
    """Close in any case."""
    close_stand()
