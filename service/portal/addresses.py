"""Where each page is found in each language: its address in Dutch, and the language's code behind it. Pure.

"/wall/3" is the page in Dutch and "/wall/3/en" the same page in English; the first page is "/" and "/en".
"""

import re
from typing import NamedTuple

from service.booth_page import address_in, find_language
from tally.texts.languages import COMPLETE, LANGUAGES, SOURCE, Language

_PLAIN = re.compile(r"/|(/[a-z0-9-]+)+")


class PageLink(NamedTuple):
    """A language that a page is offered in; `name` is its own."""

    code: Language
    name: str
    address: str


def list_paths(page: str) -> list[str]:
    """Return the addresses of a page in all languages, begun ones too."""
    return [address_in(page, language) for language in LANGUAGES]


def split_address(path: str) -> tuple[str, Language]:
    """Return a page's address in Dutch, and the language that an address ends with."""
    page, _, last = path.rpartition("/")
    language = find_language(last)
    return (path, SOURCE) if language is None else (page or "/", language)


def plain_address(page: str) -> str:
    """Return an address that a page may lead to: itself if it is one of ours by its form, else the first."""
    return page if _PLAIN.fullmatch(page) else "/"


def list_languages(page: str) -> list[PageLink]:
    """Return the languages that a page is offered in."""
    return [PageLink(code, LANGUAGES[code].name, address_in(page, code)) for code in COMPLETE]
