"""Typeset cards as a PDF that a screen reader can read (PDF/UA-1): eight on an A4 or one on an A6.

Children's cards, with a picture, are four on an A4 or one on an A6.

Promise: what stands on a card goes to the typesetter as data, never as markup, in memory; no file and no
other program sees it. The same cards give the same bytes. Texts of errors never repeat a card.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from admin.registrar.cards import Card
from admin.registrar.errors import RegistrarError
from admin.registrar.picture_cards import PictureCard

Paper = Literal["a4", "a6"]
TEMPLATE = Path(__file__).parent / "cards.typ"
PICTURE_TEMPLATE = Path(__file__).parent / "picture_cards.typ"
QUIET = 4
"""Light modules around a QR code, as ISO/IEC 18004 asks."""


def print_cards(cards: Sequence[Card], words: Mapping[str, str], language: str, paper: Paper) -> bytes:
    """Return the PDF. Errors: RegistrarError (the extra `print` is not installed, or it does not typeset)."""
    return _typeset(TEMPLATE, cards, words, language, paper)


def print_picture_cards(
    cards: Sequence[PictureCard], words: Mapping[str, str], language: str, paper: Paper
) -> bytes:
    """Return the PDF of children's cards. Errors: RegistrarError, as with the others."""
    return _typeset(PICTURE_TEMPLATE, cards, words, language, paper)


def _typeset(
    template: Path, cards: Sequence[Card | PictureCard], words: Mapping[str, str], language: str, paper: Paper
) -> bytes:
    try:
        import typst
    except ImportError:
        raise RegistrarError("printing needs the extra: pip install 'wijkaandeel[print]'") from None
    content = {
        "cards": [msgspec.to_builtins(card) | {"qr": draw_qr(card.link)} for card in cards],
        "language": language,
        "paper": paper,
        "words": dict(words),
    }
    compiler = typst.Compiler(template.read_bytes(), ignore_system_fonts=True)
    data = {"content": msgspec.json.encode(content).decode()}
    try:
        made = compiler.compile(format="pdf", sys_inputs=data, pdf_standards="ua-1", timestamp=0)
    except typst.TypstError:
        raise RegistrarError(
            "the cards cannot be typeset: a title or a line is too long, or has letters that the font has not"
        ) from None
    if not isinstance(made, bytes):
        raise RegistrarError("the typesetter gave no document")
    return made


def draw_qr(text: str) -> str:
    """Return a text's QR code as an SVG in black, of level M: a seventh of it may be worn off."""
    import segno

    drawn = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(drawn, kind="svg", border=QUIET, xmldecl=False)
    return drawn.getvalue().decode()
