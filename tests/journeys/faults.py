"""What axe-core finds wrong with a page, in every theme that a browser can give it."""

from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AxeResults
from playwright.async_api import Page

Scheme = Literal["light", "dark"]
Forced = Literal["active", "none"]

Theme = tuple[Scheme, Forced]

THEMES: tuple[Theme, ...] = (("light", "none"), ("dark", "none"), ("light", "active"))
OF_COLOUR = ("color-contrast", "link-in-text-block")
"""The rules whose verdict a theme can change."""
VIOLATIONS: dict[str, Any] = {"resultTypes": ["violations"]}
ALL_ELSE = VIOLATIONS | {"rules": {rule: {"enabled": False} for rule in OF_COLOUR}}
COLOURS = VIOLATIONS | {"runOnly": list(OF_COLOUR)}
IS_THERE = "'axe' in window"
RUN = "options => axe.run(document, options)"
RUN_ON_KINDS = (Path(__file__).parent / "axe_kinds.js").read_text()
THEME_NOW = """() => [
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  matchMedia("(forced-colors: active)").matches ? "active" : "none",
]"""


async def assert_no_faults(page: Page, where: object = "") -> None:
    """Fail with axe's report unless the page satisfies it in every theme.

    The page is left in the theme that it had, without transitions.
    """
    had: Theme = tuple(await page.evaluate(THEME_NOW))
    if not await page.evaluate(IS_THERE):
        await page.evaluate(Axe().axe_script)
    await _run(page, RUN, ALL_ELSE, (where, had))
    for scheme, forced in THEMES:
        await page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")
        await _run(page, RUN_ON_KINDS, COLOURS, (where, scheme, forced))
    await page.emulate_media(color_scheme=had[0], forced_colors=had[1])


async def _run(page: Page, script: str, options: dict[str, Any], where: object) -> None:
    found = AxeResults(await page.evaluate(script, options))
    assert found.violations_count == 0, (where, found.generate_report())
