"""A real browser for the journeys: Debian's Chromium, driven from outside.

Where Chromium is missing the journeys are skipped, and in CI they fail.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

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
