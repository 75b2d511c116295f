"""The words and the look of the pages: money, numbers, moments, colours."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ballots.entries import Entry
from ballots.signing import kind_of
from service.portal import words
from service.portal.entry_view import FACTS, MEANINGS
from service.portal.words import words_in
from service.sheets import STATIC
from service.theme import contrast, parse_theme
from tally.rules import RULES
from tests.count_rules import GREEDY

DUTCH = words_in("nl")
DAYS = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]
MONTHS = [
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
]
STYLE = (STATIC / "style.css").read_text()
OURS = parse_theme((STATIC / "theme.css").read_text())


@pytest.mark.parametrize(("cents", "said"), [
    (0, "€ 0"),
    (5, "€ 0,05"),
    (1_250_000, "€ 12.500"),
    (123_456_789, "€ 1.234.567,89"),
    (-50, "-€ 0,50"),
    (Fraction(250_000, 3), "€ 833,33"),
])  # fmt: skip
def test_money(cents: int | Fraction, said: str) -> None:
    """Money is written as in the Netherlands, with cents only where there are any."""
    assert DUTCH.say_euros(cents).replace("\u00a0", " ") == said


@given(st.integers(0, 4_102_444_800))
@example(1_774_745_999)
@example(1_774_746_000)
@example(1_792_890_000)
def test_moments(seconds: int) -> None:
    """A moment is the time of day in the Netherlands, summer and winter."""
    local = datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
    if local.year < 1997:
        return  # summer time began and ended by other rules then
    said = DUTCH.say_moment(seconds)
    assert said == (
        f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year} "
        f"om {local.hour}.{local.minute:02} uur"
    )


@given(st.integers(0, 2**53 - 1))
def test_any_time_has_words(seconds: int) -> None:
    """Every time that a manifest may name can be said."""
    assert DUTCH.say_moment(seconds)


def test_every_kind_has_words() -> None:
    """Every kind of entry, every rule and every reason has its own words."""
    kinds = {kind.__struct_config__.tag for kind in Entry.__args__}
    assert kinds == set(words.KINDS) == set(FACTS) == set(MEANINGS)
    assert {"greedy", "equal-shares", "phragmen-sequential"} == set(words.RULES) <= set(RULES)
    protocol = (Path(words.__file__).parents[2] / "ballots" / "PROTOCOL.md").read_text()
    assert set(re.findall(r"`(choices-[a-z]+)`", protocol)) - {"choices-length"} <= set(words.INVALID)
    assert kind_of(GREEDY) in words.RULES


def test_words_are_said_and_not_their_ids() -> None:
    """What has a text is said with it; a word that has none is said as it is."""
    assert DUTCH.say_word(words.KINDS, "ballot") == "Stembiljet"
    assert DUTCH.say_word(words.KINDS, "unheard-of") == "unheard-of"
    assert DUTCH.list_steps() == ["Voorbereiden", "Kiezerslijst", "Stemmen", "Openen", "Tellen", "Uitslag"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast(dark: bool) -> None:
    """Text has a contrast of 7:1 or more with everything it stands on; lines and marks one of 3:1."""
    colours = OURS.seen(dark=dark)
    for text in ("ink", "soft", "cobalt", "clay"):
        for behind in ("paper", "glaze", "warm"):
            assert contrast(colours[f"--wijk-{text}"], colours[f"--wijk-{behind}"]) >= 7, (text, behind)
    assert contrast(colours["--wijk-cobalt-paper"], colours["--wijk-cobalt"]) >= 7
    for line in ("line", "fired", "tone-0", "tone-1", "tone-2", "tone-3"):
        assert contrast(colours[f"--wijk-{line}"], colours["--wijk-paper"]) >= 3, line


def test_kiosk_contrast() -> None:
    """The kiosk's text, all in ink and cobalt, has a contrast of 10:1 or more."""
    for text in ("ink", "cobalt"):
        assert contrast(OURS.light[f"--wijk-{text}"], OURS.light["--wijk-paper"]) >= 10
        assert contrast(OURS.light[f"--wijk-{text}"], OURS.light["--wijk-glaze"]) >= 9.5


def test_style_loads_nothing() -> None:
    """The style sheet and the drawings load nothing and hold no script."""
    for path in STATIC.glob("*.*"):
        text = path.read_text()
        assert "url(" not in text
        assert "@import" not in text
        assert "<script" not in text
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text) == []


def test_text_is_large_enough() -> None:
    """Running text has 18 px or more."""
    percent = float(re.search(r"html \{ font-size: ([\d.]+)%", STYLE)[1])
    assert percent / 100 * 16 >= 18
