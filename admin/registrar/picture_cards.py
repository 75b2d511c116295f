"""Cards for children: a large picture, a QR code, few words, and nothing that says whose the card is.

Promise: no name and no number of the roll stands on such a card. Cards come in an order that was drawn anew,
and a card has the picture of its place in that order; neither is written down, so that once the list of
letters is destroyed nothing that remains says which line of the roll has which picture. Among any 64 cards
that follow each other no picture comes twice, so a class can be told apart. Limit: whoever holds a card has
its code.
"""

import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from random import Random

from admin.registrar.cards import check_code, check_site
from admin.registrar.errors import RegistrarError
from admin.registrar.people import Letter
from ballots.wire import Record
from tally.texts.languages import SOURCE, Language
from tally.texts.texts import Texts

PAGE = "jeugd"
_SYMBOL = re.compile(r'<symbol id="mark-[0-9]+" data-name="([^"]+)" viewBox="([0-9 ]+)">(.*?)</symbol>')
_COLOURS = {"currentColor": "#12398f", "var(--wijk-fired, #12398f)": "#8a3a00"}
"""What a page's style sheet says elsewhere: cobalt, and fired clay."""


class Drawing(Record):
    """One of the 64 marks: the id of its name, and an SVG of its own."""

    name: str
    svg: str


class PictureCard(Record):
    """What is printed for one child. `link` is what the QR code says, `address` what one types instead."""

    address: str
    code: str
    drawing: str
    link: str
    name: str


def read_drawings() -> list[Drawing]:
    """Return the marks in their order. Errors: RegistrarError (the browser's part has not been built)."""
    try:
        text = files("service").joinpath("static", "booth", "marks.svg").read_text("utf-8")
    except FileNotFoundError:
        raise RegistrarError("the pictures have not been built; run: make booth") from None
    return [Drawing(name=name, svg=_draw(box, lines)) for name, box, lines in _SYMBOL.findall(text)]


def _draw(box: str, lines: str) -> str:
    for colour, value in _COLOURS.items():
        lines = lines.replace(colour, value)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{lines}</svg>'


def make_picture_cards(
    letters: Iterable[Letter], site: str, manifest_hash: bytes, texts: Texts, random: Random
) -> list[PictureCard]:
    """Return the cards for letters, in an order of their own, each with a picture.

    Errors: CodeError (a letter's code is none), RegistrarError.
    """
    drawn = sorted(letters, key=lambda letter: letter.number)
    random.shuffle(drawn)
    drawings = read_drawings()
    origin, page = check_site(site), page_in(texts.language)
    return [
        PictureCard(
            address=f"{origin.partition('//')[2]}/{page}",
            code=check_code(letter.code),
            drawing=drawing.svg,
            link=f"{origin}/{page}#{letter.code}.{manifest_hash.hex()}",
            name=texts.find(drawing.name),
        )
        for letter, drawing in zip(drawn, _repeat(drawings, len(drawn)), strict=True)
    ]


def _repeat(drawings: Sequence[Drawing], count: int) -> list[Drawing]:
    return [drawings[number % len(drawings)] for number in range(count)]


def page_in(language: Language) -> str:
    """Return the path of the page where children vote."""
    return PAGE if language == SOURCE else f"{PAGE}/{language}"


def say_picture_words(texts: Texts) -> dict[str, str]:
    """Return the words that stand on every card, by what they are for."""
    return {
        "address": texts.find("page.child-card.address"),
        "document": texts.find("page.child-card.document"),
        "help": texts.find("page.child-card.help"),
        "picture": texts.find("page.child-card.picture"),
        "title": texts.find("page.child-card.title"),
    }
