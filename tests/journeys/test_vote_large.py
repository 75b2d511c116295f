"""Large text and small windows: on every screen of the booth all of it can be read and reached.

WCAG 2.2, 1.4.4 (text at 200 %, by the reader's own setting and by magnifying the page) and 1.4.10 (a window
of 1280 pixels at 400 %, which is 320 wide). A telephone with doubled text is more than WCAG asks for.
"""

from dataclasses import dataclass

import pytest
from playwright.async_api import async_playwright

from tests.journeys.conftest import FLAGS, find_chromium
from tests.journeys.layout import find_faults
from tests.journeys.station import Station
from tests.journeys.voter import enter

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

DOUBLE = 32
"""The size of text that the reader has chosen, in pixels; a browser comes with 16."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window in CSS pixels, how many real ones each of them has, and the reader's size of text."""

    width: int
    height: int
    scale: int = 1
    text: int = 16


WINDOWS = {
    "text at 200 %": Window(width=1280, height=900, text=DOUBLE),
    "text at 200 % on a telephone": Window(width=360, height=740, text=DOUBLE),
    "page at 200 %": Window(width=640, height=450, scale=2),
    "page at 400 %": Window(width=320, height=256, scale=4),
    "narrow telephone": Window(width=320, height=740),
}
SCROLLS = "cut off: input#code"
"""A field of one line cannot hold a doubled code on a telephone; what is typed scrolls within it."""


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
async def test_all_can_be_read_and_reached(station: Station, window: Window) -> None:
    """Nothing is cut off, nothing lies over another, nothing needs scrolling sideways."""
    faults: list[str] = []
    settings = [f"--blink-settings=defaultFontSize={window.text}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS + settings)
        context = await browser.new_context(
            viewport={"width": window.width, "height": window.height}, device_scale_factor=window.scale
        )
        voter = await enter(station, context)

        async def look(screen: str) -> None:
            faults.extend(f"{screen}: {fault}" for fault in await find_faults(voter.page))

        voter.look = look
        await voter.vote()
        await voter.press("check")
        await voter.page.locator(".qr").wait_for()
        await look("second device")
        await browser.close()
    is_small = window.text == DOUBLE and window.width < 640
    assert [fault for fault in faults if not (is_small and SCROLLS in fault)] == []
