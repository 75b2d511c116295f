"""The templates in one language: how they say a text of the catalogue, and where they lead.

Texts are escaped as everything is. What a language that has begun does not say yet stands there in Dutch, and
says so to whoever reads it aloud.
"""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from service.booth_page import address_in
from service.portal.words import Words, words_in
from service.sheets import list_sheets
from tally.texts.catalogue import has_text
from tally.texts.languages import LANGUAGES, SOURCE, Language

FOLDER = Path(__file__).parent / "templates"
IN_SOURCE = Markup('<span lang="{}" dir="{}">{}</span>')
LINK = Markup('<a href="{}">{}</a>')
CODE = Markup("<code>{}</code>")


class Speaker:
    """What a template calls: `say` between tags, `plain` within one, `link` and `code` inside a text."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def plain(self, name: str, n: int = 0, **values: str) -> str:
        """Return a text for an attribute or a title."""
        return self._words.say(name, n, **values)

    def say(self, name: str, n: int = 0, **values: str) -> Markup:
        """Return a text for a page; values that are markup already stay so."""
        said = escape(self._words.texts.find(name, n)).format(n=self._words.say_number(n), **values)
        return (
            said
            if has_text(self._words.language, name)
            else IN_SOURCE.format(SOURCE, LANGUAGES[SOURCE].direction, said)
        )

    def link(self, address: str, name: str, n: int = 0, **values: str) -> Markup:
        """Return a link to one of our pages in this language."""
        return LINK.format(self.to(address), self.say(name, n, **values))

    def code(self, text: str) -> Markup:
        """Return what is typed or found as it stands."""
        return CODE.format(text)

    def to(self, address: str) -> str:
        """Return where a page is found in this language."""
        return address_in(address, self._words.language)


@cache
def templates_in(language: Language) -> jinja2.Environment:
    """Return the templates in a language."""
    words = words_in(language)
    speaker = Speaker(words)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "euros": words.say_euros,
        "number": words.say_number,
        "moment": words.say_moment,
        "day": words.say_day,
    }
    given: dict[str, Any] = {name: getattr(speaker, name) for name in ("say", "plain", "link", "code", "to")}
    environment.globals |= given | {
        "language": language,
        "direction": words.texts.direction,
        "join": words.say_list,
        "sheets": list_sheets,
    }
    return environment
