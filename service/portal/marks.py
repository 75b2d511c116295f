"""The 64 marks by their numbers, for the page of an opened ballot: drawing and name.

The order is that of service/booth/src/booth/marks.ts, for ever; tests/test_booth_marks.py compares them.
"""

import msgspec

from service.portal.pages import find_marks
from tally.texts.languages import Language
from tally.texts.texts import texts_in

NAMES = """
    boat fountain cyclist flower balloon anchor umbrella key
    scissors cat butterfly snail horse spider bird leaf
    tree cactus apple banana cherries carrot cheese ice-lolly
    mug candle pram traffic-light bed armchair bath ladder
    shovel bucket t-shirt sock shoe glasses hanger tooth
    bell book padlock magnet alarm-clock hourglass camera telephone
    planet stairs car train aeroplane submarine tent robot
    sun cloud snowflake snowman castle house puzzle-piece heart
"""
TEXTS = tuple(f"booth.mark.{name}" for name in NAMES.split())
"""What the marks are called: ids of texts, by number."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A mark as a page shows it; `drawing` is empty where the drawings have not been built."""

    drawing: str
    name: str


def show_mark(number: int, language: Language) -> Mark:
    """Return the mark with this number, which a valid ballot may name."""
    file = find_marks()
    return Mark(
        drawing=f"{file}#mark-{number}" if file else "",
        name=texts_in(language).say(TEXTS[number]),
    )
