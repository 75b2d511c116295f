"""A kiosk in a browser: its screen, what stands in its stores, and a camera that shows a card."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.journeys.conftest import FLAGS, find_chromium

MM = 3.6
"""Pixels to the millimetre of a screen of 24 inches with 1080 by 1920 pixels."""
SIZES = [(3.5, 4.2), (4.8, 5.6), (6.4, 7.1), (8.5, 9.0)]
"""The heights of capitals in millimetres, by the size that was set."""
TARGET = 12.7
GAP = 2.54
WIDE, HIGH = 640, 480
HERE = Path(__file__).parent
READ_STORES = (HERE / "kiosk_stores.js").read_text()
MEASURE = (HERE / "kiosk_measure.js").read_text()


@dataclass(frozen=True, kw_only=True)
class Stores:
    """All that a browser keeps of a site."""

    local: dict[str, str]
    session: dict[str, str]
    databases: dict[str, list[str]]
    caches: list[str]
    cookies: str
    address: str
    history: int


async def read_stores(page: Page) -> Stores:
    """Return what this browser keeps; of databases the names of fields."""
    found: dict[str, Any] = await page.evaluate(READ_STORES)
    return Stores(**found)


async def open_kiosk(browser: Browser, size: tuple[int, int] = (1080, 1920)) -> BrowserContext:
    """Return a kiosk whose screen was measured."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, has_touch=True)
    await context.add_init_script(f"localStorage.setItem('wijkaandeel-kiosk-mm', '{MM}')")
    return context


@asynccontextmanager
async def browser_with_card(folder: Path, text: str) -> AsyncIterator[Browser]:
    """Run a browser whose camera sees a QR code with this text."""
    film = folder / "card.y4m"
    film.write_bytes(film_of(text))
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags = [*FLAGS, *fake, f"--use-file-for-fake-video-capture={film}"]
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        yield opened
        await opened.close()


def film_of(text: str) -> bytes:
    """Return a film of two pictures with a QR code, as YUV4MPEG2 (4:2:0)."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    scale = HIGH // len(rows)
    picture = bytearray(b"\xeb" * (WIDE * HIGH))
    for y in range(len(rows) * scale):
        row = rows[y // scale]
        line = b"".join((b"\x10" if dark else b"\xeb") * scale for dark in row)
        picture[y * WIDE : y * WIDE + len(line)] = line
    frame = b"FRAME\n" + bytes(picture) + b"\x80" * (WIDE * HIGH // 2)
    return f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2
