"""The kiosk reads aloud with voices of the device alone, to the visitor who asked for it."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.kiosk import open_kiosk
from tests.journeys.station import Station

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

VOICES = """(voices) => {
  window.said = [];
  const engine = { getVoices: () => voices, speak: (said) => window.said.push([said.voice.name, said.text]),
    cancel: () => undefined, addEventListener: () => undefined };
  Object.defineProperty(window, "speechSynthesis", { value: engine });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""
REMOTE = {"name": "remote", "lang": "nl-NL", "localService": False}
LOCAL = {"name": "local", "lang": "nl-NL", "localService": True}


async def test_only_voices_of_the_device_read_aloud(station: Station, browser: Browser) -> None:
    """What comes and what gets the focus is read, by a local voice; without one the kiosk says so."""
    context = await open_kiosk(browser)
    await context.add_init_script(
        f"({VOICES})({str([REMOTE, LOCAL]).replace('False', 'false').replace('True', 'true')})"
    )
    page = await context.new_page()
    await page.goto(f"{station.url}/kiosk")
    await page.locator("#voorlezen").tap()
    await page.locator("#code").focus()
    said = await page.evaluate("window.said")
    assert {name for name, _ in said} == {"local"}
    assert any("Begin met uw code" in text and "wijkaandeel" in text for _, text in said)
    assert any("Uw code" in text for _, text in said)
    await page.locator("#stoppen").tap()
    await expect(page.locator("#voorlezen")).to_have_attribute("aria-pressed", "false")
    so_far = await page.evaluate("window.said.length")
    await page.locator("#code").focus()
    assert await page.evaluate("window.said.length") == so_far, "the next visitor hears nothing"
    alone = await open_kiosk(browser)
    await alone.add_init_script(f"({VOICES})({str([REMOTE]).replace('False', 'false')})")
    silent = await alone.new_page()
    await silent.goto(f"{station.url}/kiosk")
    await expect(silent.locator("#voorlezen")).to_have_text("Voorlezen kan hier niet")
    await silent.locator("#voorlezen").tap(force=True)
    assert await silent.evaluate("window.said") == []
