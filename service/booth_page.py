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
Script = Literal["vote", "check", "kiosk", "youth", "lesson"]
"""A page of the booth, by its script."""
FILES = {
    "vote": "vote.js",
    "check": "check.js",
    "kiosk": "kiosk.js",
    "youth": "youth.js",
    "lesson": "lesson.js",
    "marks": "marks.svg",
}
"""What the pages load beside their texts, by name."""
PAGES: dict[Script, str] = {
    "vote": "/vote",
    "check": "/check",
    "kiosk": "/kiosk",
    "youth": "/jeugd",
    "lesson": "/les",
}
"""Where the pages are, in the source's language."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How a page looks: its template, the kind that names its style sheet, the colours that it allows."""

    template: str
    kind: str = ""
    scheme: str = "light dark"

    @property
    def sheets(self) -> list[str]:
        """Return the style sheets that it has beside those of all pages, by name."""
        return ["vote", self.kind] if self.kind else ["vote"]


_YOUTH = Layout(template="youth.html", kind="youth")
LAYOUTS: dict[Script, Layout] = {
    "vote": Layout(template="vote.html"),
    "check": Layout(template="vote.html"),
    "kiosk": Layout(template="kiosk.html", kind="kiosk", scheme="only light"),
    "youth": _YOUTH,
    "lesson": _YOUTH,
}
SAYS = {
    "vote": "booth.page.title",
    "check": "booth.page.check-title",
    "kiosk": "booth.page.title",
    "youth": "booth.youth.page",
    "lesson": "booth.lesson.page",
    "patience": "booth.youth.wait",
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
    """A language that the page can be read in; `name` is its own, `texts` is where its texts are."""

    code: Language
    name: str
    direction: Direction
    address: str
    texts: str


class BoothShown(msgspec.Struct, frozen=True, kw_only=True):
    """One of the booth's pages; `files` are addresses with a version, by name."""

    language: Language
    direction: Direction
    languages: list[LanguageLink]
    files: dict[str, str]
    places: Places
    says: dict[str, str]
    told: "Told"

    @property
    def texts(self) -> str:
        """Where the texts of the page's language are."""
        return next(each.texts for each in self.languages if each.code == self.language)

    @property
    def offered(self) -> list[LanguageLink]:
        """The languages that are whole."""
        return [each for each in self.languages if each.code in COMPLETE]


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
        files = {name: _address(file) for name, file in FILES.items()}
        links = [_link(page, code) for code in LANGUAGES if code in COMPLETE or code == language]
    except FileNotFoundError:
        return None
    texts = texts_in(language)
    return BoothShown(
        language=language,
        direction=texts.direction,
        languages=links,
        files=files,
        places=msgspec.structs.replace(places, home=address_in(places.home, language)),
        says={name: texts.say(text) for name, text in SAYS.items()},
        told=told,
    )


def _link(page: str, code: Language) -> LanguageLink:
    return LanguageLink(
        code=code,
        name=LANGUAGES[code].name,
        direction=texts_in(code).direction,
        address=address_in(page, code),
        texts=_address(f"texts.{code}.json"),
    )


def render_booth(shown: BoothShown, script: Script) -> str:
    """Return a page as HTML."""
    layout = LAYOUTS[script]
    template = _environment.get_template(layout.template)
    return template.render(page=shown, script=script, layout=layout, sheets=list_sheets(*layout.sheets))


def address_in(page: str, language: Language) -> str:
    """Return a page's address in a language; what follows a question mark stays behind it."""
    if language == SOURCE:
        return page
    path, mark, asked = page.partition("?")
    return f"{path.rstrip('/')}/{language}{mark}{asked}"


def _address(name: str) -> str:
    return f"/static/booth/{name}?v={version_of(BOOTH / name)}"
