"""The booth's pages as HTML, for whoever serves them: the service, and a partner's node.

Needs Jinja alone. Where the page's script asks for what is in `Places`.
"""

from pathlib import Path
from typing import Literal

import jinja2
import msgspec

from service.sheets import STATIC, list_sheets, version_of
from tally.texts.languages import COMPLETE, LANGUAGES, SOURCE, Direction, Language
from tally.texts.texts import texts_in

TEMPLATES = Path(__file__).parent / "portal" / "templates"
BOOTH = STATIC / "booth"
FILES = {"vote": "vote.js", "check": "check.js", "marks": "marks.svg"}
"""What the pages load beside their texts, by name."""
SAYS = {
    "vote": "booth.page.title",
    "check": "booth.page.check-title",
    "skip": "booth.page.skip",
    "languages": "booth.page.languages",
    "home": "booth.page.home",
    "wait": "booth.page.wait",
    "script": "booth.page.script",
    "sorry": "booth.page.sorry",
    "foot": "booth.page.foot",
}
"""What the page says before its script runs."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses on the page's own site; `home` is that of the election."""

    api: str
    ballots: str
    board: str
    home: str
    proofs: str


SERVICE = Places(api="/api", ballots="/api/ballots", board="/board", home="/", proofs="/api/proofs")


class LanguageLink(msgspec.Struct, frozen=True, kw_only=True):
    """A language that the page can be read in; `name` is its own."""

    code: Language
    name: str
    address: str


class BoothShown(msgspec.Struct, frozen=True, kw_only=True):
    """One of the booth's pages; `files` are addresses with a version, by name."""

    language: Language
    direction: Direction
    languages: list[LanguageLink]
    files: dict[str, str]
    places: Places
    says: dict[str, str]
    told: "Told"


_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the script is told of the election: anchor, whether votes are taken, the time, where to check."""

    manifest: str
    open: Literal["before", "now", "after"]
    check: str
    now: int


def find_language(code: str) -> Language | None:
    """Return the language with this code, None if the catalogue does not have it."""
    return next((language for language in LANGUAGES if language == code), None)


def show_booth(page: str, language: Language, places: Places, told: Told) -> BoothShown | None:
    """Return what a page of the booth shows, None where its scripts have not been built.

    `page` is its address in the source's language.
    """
    try:
        files = {name: _address(file) for name, file in {**FILES, "texts": f"texts.{language}.json"}.items()}
    except FileNotFoundError:
        return None
    texts = texts_in(language)
    return BoothShown(
        language=language,
        direction=texts.direction,
        languages=[
            LanguageLink(code=code, name=LANGUAGES[code].name, address=address_in(page, code))
            for code in COMPLETE
        ],
        files=files,
        places=places,
        says={name: texts.say(text) for name, text in SAYS.items()},
        told=told,
    )


def render_booth(shown: BoothShown, script: Literal["vote", "check"]) -> str:
    """Return a page as HTML."""
    return _environment.get_template("vote.html").render(page=shown, script=script, sheets=list_sheets)


def address_in(page: str, language: Language) -> str:
    """Return a page's address in a language."""
    return page if language == SOURCE else f"{page}/{language}"


def _address(name: str) -> str:
    return f"/static/booth/{name}?v={version_of(BOOTH / name)}"
