"""The kiosk's colours: 10:1 by default, 20:1 at wish, for all text."""

import re
from pathlib import Path

import pytest

from service.theme import contrast
from tests.service.test_page_words import OURS

STYLE = (Path(__file__).parents[2] / "service" / "static" / "kiosk.css").read_text()
DEFAULT = ":root[data-kiosk]"
SHARP = ':root[data-kiosk][data-contrast="sharp"]'
LEAST = {DEFAULT: 10, SHARP: 20}


def read_kiosk(name: str) -> dict[str, str]:
    """Return the colours of one of the kiosk's contrasts, by name."""
    found = {name.removeprefix("--wijk-"): value for name, value in OURS.light.items()}
    for block in (DEFAULT, name):
        part = re.search(re.escape(block) + r" \{(.*?)\n\}", STYLE, re.DOTALL)
        assert part, block
        found |= dict(re.findall(r"--wijk-([a-z0-9-]+): (#[0-9a-f]{6});", part[1]))
    return found


@pytest.mark.parametrize("name", LEAST)
def test_contrast_of_the_kiosk(name: str) -> None:
    """Every colour of text has it with every ground; lines have a contrast of 3:1 or more."""
    colours = read_kiosk(name)
    for text in ("ink", "soft", "cobalt", "clay"):
        for behind in ("paper", "glaze", "warm"):
            assert contrast(colours[text], colours[behind]) >= LEAST[name], (text, behind)
    assert contrast(colours["cobalt-paper"], colours["cobalt"]) >= LEAST[name]
    for line in ("line", "fired"):
        assert contrast(colours[line], colours["paper"]) >= 3, line
