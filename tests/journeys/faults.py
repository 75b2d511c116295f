"""What axe-core finds wrong with a page, in every theme that a browser can give it."""

from collections.abc import Sequence
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AxeResults
from playwright.async_api import Page

Scheme = Literal["light", "dark"]
Forced = Literal["active", "none"]

Theme = tuple[Scheme, Forced]

THEMES: tuple[Theme, ...] = (("light", "none"), ("dark", "none"), ("light", "active"))
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"]}
RULES_OF_COLOUR = EVERY_RULE | {"runOnly": ["color-contrast", "link-in-text-block"]}
"""What a theme can change; all else is the same in each."""
IS_THERE = "'axe' in window"
RUN = "options => axe.run(document, options)"
THEME_NOW = """() => [
  matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  matchMedia("(forced-colors: active)").matches ? "active" : "none",
]"""


async def assert_no_faults(page: Page, where: object = "", themes: Sequence[Theme] = THEMES) -> None:
    """Fail with axe's report unless the page satisfies it, in the theme that it has and in these.

    The page is left in the theme that it had, without transitions.
    """
    had: Theme = tuple(await page.evaluate(THEME_NOW))
    await _assert_in(page, had, EVERY_RULE, where)
    for theme in themes:
        if theme != had:
            await _assert_in(page, theme, RULES_OF_COLOUR, where)
    await page.emulate_media(color_scheme=had[0], forced_colors=had[1])


async def _assert_in(page: Page, theme: Theme, rules: dict[str, Any], where: object) -> None:
    await page.emulate_media(color_scheme=theme[0], forced_colors=theme[1], reduced_motion="reduce")
    if not await page.evaluate(IS_THERE):
        await page.evaluate(Axe().axe_script)
    found = AxeResults(await page.evaluate(RUN, rules))
    assert found.violations_count == 0, (where, theme, found.generate_report())
