"""Children's cards: a picture that tells a class apart, and nothing that tells whose the card is."""

import io
import random
import re
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest

from admin.registrar.picture_cards import PictureCard, make_picture_cards, read_drawings, say_picture_words
from admin.registrar.printing import Paper, print_picture_cards
from tally.texts.languages import COMPLETE, Language
from tally.texts.texts import texts_in
from tests.admin.test_cards import ANCHOR, CODES, SITE, list_alternatives, make_letters, read_pages, run_cards
from tests.admin.test_registrar import Desk, with_people
from tests.simulator import Phase, make_world

CLASS = 30


def draw(count: int, seed: int = 1, language: Language = "nl") -> list[PictureCard]:
    """Children's cards for so many letters."""
    return make_picture_cards(make_letters(count), SITE, ANCHOR, texts_in(language), random.Random(seed))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A registrar whose manifest stands."""
    return Desk(make_world(until=Phase.ROLL), tmp_path)


def test_a_class_has_a_picture_a_child() -> None:
    """Among cards that follow each other, as many as a class has children, no picture comes twice."""
    names = [card.name for card in draw(130)]
    assert len(set(names)) == 64
    assert all(len(set(names[start : start + CLASS])) == CLASS for start in range(len(names) - CLASS))


def test_every_child_gets_the_own_code_and_link() -> None:
    """Each letter has one card, whose QR code leads to the children's page with its code behind `#`."""
    cards = draw(40)
    assert sorted(card.code for card in cards) == sorted(letter.code for letter in make_letters(40))
    for card in cards:
        assert card.link == f"{SITE}/jeugd#{card.code}.{ANCHOR.hex()}"
    assert draw(1, language="en")[0].address == "stem.example.org/jeugd/en"


def test_neither_order_nor_picture_says_which_line_it_is() -> None:
    """Another draw gives another order and other pictures, and the roll's order is none of them."""
    roll = [letter.code for letter in make_letters(40)]
    orders = [[card.code for card in draw(40, seed)] for seed in range(6)]
    assert all(one != other for one, other in pairwise([roll, *orders]))
    pictures = [{card.code: card.name for card in draw(40, seed)}[roll[0]] for seed in range(6)]
    assert len(set(pictures)) > 3


def test_the_draw_does_not_depend_on_the_order_of_the_list() -> None:
    """A list that somebody sorted by name gives the same cards: its order comes in nowhere."""
    turned = make_picture_cards(reversed(make_letters(40)), SITE, ANCHOR, texts_in("nl"), random.Random(1))
    assert turned == draw(40)


@pytest.mark.parametrize(("paper", "pages"), [("a4", 2), ("a6", 5)])
@pytest.mark.parametrize("language", COMPLETE)
def test_what_stands_on_a_card(language: Language, paper: Paper, pages: int) -> None:
    """Few words, the picture's name and the code: no name, no number, no hash; four an A4 or one an A6."""
    cards = draw(5, language=language)
    words = say_picture_words(texts_in(language))
    texts = read_pages(print_picture_cards(cards, words, language, paper))
    assert len(texts) == pages
    whole = "\n".join(texts)
    assert CODES.findall(whole) == [card.code for card in cards]
    for card in cards:
        assert card.name in whole
    for hidden in ("Bewoner", ANCHOR.hex(), texts_in(language).find("page.card.number")):
        assert hidden not in whole
    said = [*words.values(), *(text for each in cards for text in (each.code, each.name, each.address))]
    assert re.sub("|".join(map(re.escape, said)), "", " ".join(whole.split())).split() == []


def test_a_screen_reader_names_the_picture() -> None:
    """The PDF is tagged, and each picture has its name as text."""
    cards = draw(2)
    made = print_picture_cards(cards, say_picture_words(texts_in("nl")), "nl", "a4")
    root = pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert [each.name for each in cards] == list_alternatives(root["/StructTreeRoot"])[::2]


def test_the_drawings_are_whole() -> None:
    """There are 64, all different, in ink alone: nothing in them waits for a page's style sheet."""
    drawings = read_drawings()
    assert (len(drawings), len({each.svg for each in drawings})) == (64, 64)
    assert not any(word in each.svg for each in drawings for word in ("currentColor", "var("))


def test_the_command_prints_one_style(desk: Desk, tmp_path: Path) -> None:
    """`--style youth --pictures` prints the children's cards alone, in a file of their own, without names."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    assert run_cards(desk, "--style", "youth", "--pictures") == 0
    made = desk.folder / "letters" / "letters-youth.pdf"
    whole = "\n".join(read_pages(made.read_bytes()))
    rows = [row for row in desk.letters() if row["style"] == "youth"]
    assert sorted(CODES.findall(whole)) == sorted(row["code"] for row in rows)
    assert [word for row in rows for word in (row["name"], row["street"]) if word in whole] == []


def test_names_are_refused(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line with a name is refused on children's cards, a style that nobody has too; nothing is written."""
    assert desk.run("roll", "--people", str(with_people(desk, tmp_path))) == 0
    assert run_cards(desk, "--pictures", "--line", "name") == 1
    assert "no name" in capsys.readouterr().err
    assert run_cards(desk, "--pictures", "--style", "nobody") == 1
    assert list((desk.folder / "letters").glob("*.pdf")) == []
