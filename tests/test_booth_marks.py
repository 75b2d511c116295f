"""The 64 marks: one table, one drawing and one name each, and an order that nobody may change."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypedDict

import pytest

from deploy import build_booth as booth
from deploy.texts.catalogues import forms_of, read_catalogue
from service.portal.marks import show_mark
from tally.texts.languages import COMPLETE, LANGUAGES, Language
from tally.texts.texts import texts_in

OUTLINE = booth.MODULES / "@tabler" / "icons" / "icons" / "outline"
SVG = "{http://www.w3.org/2000/svg}"
READ = "import('./src/booth/marks.ts').then(({ MARKS }) => console.log(JSON.stringify(MARKS)))"
FOR_EVER = """
    boat fountain cyclist flower balloon anchor umbrella key
    scissors cat butterfly snail horse spider bird leaf
    tree cactus apple banana cherries carrot cheese ice-lolly
    mug candle pram traffic-light bed armchair bath ladder
    shovel bucket t-shirt sock shoe glasses hanger tooth
    bell book padlock magnet alarm-clock hourglass camera telephone
    planet stairs car train aeroplane submarine tent robot
    sun cloud snowflake snowman castle house puzzle-piece heart
"""


class Mark(TypedDict):
    """A row of the table."""

    id: str
    icon: str
    name: str


@pytest.fixture(scope="module")
def marks() -> list[Mark]:
    """The table, as the browser reads it."""
    booth.build_booth()
    rows: list[Mark] = json.loads(booth.run_node("--eval", READ))
    return rows


@pytest.fixture
def symbols(marks: list[Mark]) -> list[ET.Element]:
    """The drawings that a site serves, in the file's order."""
    return list(ET.fromstring((booth.PUBLIC / "marks.svg").read_bytes()))


def test_the_order_of_the_marks_is_for_ever(marks: list[Mark]) -> None:
    """A ballot holds the numbers of its marks: number n is for ever the n-th of these."""
    assert [mark["id"] for mark in marks] == FOR_EVER.split()


def test_the_pages_name_the_same_marks(marks: list[Mark]) -> None:
    """A tile's page shows every number with the name and the drawing that the booth has for it."""
    shown = [show_mark(number, "nl") for number in range(64)]
    texts = texts_in("nl")
    assert [each.name for each in shown] == [texts.say(mark["name"]) for mark in marks]
    assert [each.drawing.partition("#")[2] for each in shown] == [f"mark-{number}" for number in range(64)]


def test_the_marks_are_64_and_distinct(marks: list[Mark]) -> None:
    """As many as a ballot may name (PROTOCOL.md section 8), and no word, drawing or name twice."""
    assert len(marks) == 64
    for column in ("id", "icon", "name"):
        assert len({mark[column] for mark in marks}) == 64
    assert [mark["name"] for mark in marks] == [f"booth.mark.{mark['id']}" for mark in marks]


def test_every_mark_has_a_drawing_of_its_own(symbols: list[ET.Element]) -> None:
    """The file has one symbol a number, in the same tile, and no two pictures in it are the same."""
    assert [each.get("id") for each in symbols] == [f"mark-{number}" for number in range(64)]
    assert {(each.tag, each.get("viewBox")) for each in symbols} == {(f"{SVG}symbol", "0 0 100 100")}
    pictures = [each.findall(f".//{SVG}path[@transform]") for each in symbols]
    assert {len(each) for each in pictures} == {1}
    assert len({picture.get("d") for (picture,) in pictures}) == 64
    for symbol, (picture,) in zip(symbols, pictures, strict=True):
        picture.set("d", "")
        symbol.set("id", "")
    assert len({ET.tostring(symbol) for symbol in symbols}) == 1


def test_each_number_has_the_drawing_of_its_row(marks: list[Mark], symbols: list[ET.Element]) -> None:
    """Symbol n shows the lines of the drawing that row n names."""
    for mark, symbol in zip(marks, symbols, strict=True):
        file = OUTLINE / f"{mark['icon']}.svg"
        drawn = ET.fromstring(file.read_bytes()).findall(f"{SVG}path")
        lines = "".join(path.get("d", "") for path in drawn if path.get("stroke") != "none")
        assert [each.get("d") for each in symbol.iterfind(f".//{SVG}path[@transform]")] == [lines]


def test_drawings_take_the_colour_of_the_page(symbols: list[ET.Element]) -> None:
    """No drawing has a colour, a script, a style or an address of its own; black and white shows the same."""
    for symbol in symbols:
        for each in symbol.iter():
            assert each.tag.removeprefix(SVG) in {"symbol", "g", "rect", "path", "circle"}
            assert each.get("stroke") in {None, "currentColor"}
            assert each.get("fill") in {None, "none", "var(--wijk-fired, currentColor)"}
            assert not {
                name for name in each.attrib if name.startswith("on") or "href" in name or name == "style"
            }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_marks_have_the_same_name(marks: list[Mark], language: Language) -> None:
    """In every language a name says one mark, capitals or not; a complete one has them all."""
    catalogue = read_catalogue(language)
    names = [forms_of(catalogue[mark["name"]])[0].casefold() for mark in marks]
    given = [name for name in names if name]
    assert len(set(given)) == len(given)
    assert len(given) == 64 or language not in COMPLETE


def test_a_mark_that_the_set_has_not_fails_the_build(tmp_path: Path) -> None:
    """A row with a drawing that is missing, or that is more than lines, is no silent gap in the file."""
    outline = tmp_path / "@tabler" / "icons" / "icons" / "outline"
    outline.mkdir(parents=True)
    for file in OUTLINE.glob("*.svg"):
        (outline / file.name).symlink_to(file)
    draw = f"import('./sprite.mjs').then((it) => it.drawMarks({json.dumps(str(tmp_path))})).then(console.log)"
    assert booth.run_node("--eval", draw).encode() == (booth.PUBLIC / "marks.svg").read_bytes() + b"\n"
    heart = outline / "heart.svg"
    text = heart.read_text()
    heart.unlink()
    with pytest.raises(booth.BuildError, match=r"heart\.svg"):
        booth.run_node("--eval", draw)
    heart.write_text(text.replace("</svg>", '<circle r="3" /></svg>'))
    with pytest.raises(booth.BuildError, match="lines alone in heart"):
        booth.run_node("--eval", draw)
