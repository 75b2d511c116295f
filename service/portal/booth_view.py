"""What the booth's pages are told beside the election itself: addresses, the time, the language. Pure."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from ballots.board import Phase
from service.portal.follow import Snapshot
from service.portal.pages import STATIC
from tally.texts.languages import COMPLETE, LANGUAGES, SOURCE, Direction, Language
from tally.texts.texts import texts_in

BOOTH = STATIC / "booth"
CHECK = "/check"


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
    manifest: str
    open: Literal["before", "now", "after"]
    check: str
    files: dict[str, str]
    now: int
    says: dict[str, str]


def find_language(code: str) -> Language | None:
    """Return the language with this code, None if the catalogue does not have it."""
    return next((language for language in LANGUAGES if language == code), None)


def show_booth(
    page: str, language: Language, snapshot: Snapshot, checks: Sequence[str], now: float
) -> BoothShown | None:
    """Return what a page of the booth is told, None where its scripts have not been built.

    `page` is its address, `checks` are addresses of partners at which a second device checks a ballot.
    """
    names = {"vote": "vote.js", "check": "check.js", "marks": "marks.svg", "texts": f"texts.{language}.json"}
    try:
        files = {name: _address(BOOTH / file) for name, file in names.items()}
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
        manifest=snapshot.election.manifest_hash.hex() if snapshot.election else "",
        open=_say_open(snapshot, now),
        check=checks[0] if checks else address_in(CHECK, language),
        files=files,
        now=round(now),
        says={name: texts.say(text) for name, text in SAYS.items()},
    )


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


def _say_open(snapshot: Snapshot, now: float) -> Literal["before", "now", "after"]:
    """Say whether a ballot would be taken in: what the page says at once, and the service decides."""
    if snapshot.phase in (Phase.SETUP, Phase.ROLL, Phase.SEALED):
        return "before"
    is_open = snapshot.phase in (Phase.VOTING, Phase.RELEASING)
    in_time = snapshot.election is not None and now < snapshot.election.deadline
    return "now" if is_open and in_time else "after"


def address_in(page: str, language: Language) -> str:
    """Return a page's address in a language."""
    return page if language == SOURCE else f"{page}/{language}"


def _address(path: Path) -> str:
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return f"/static/booth/{path.name}?v={version}"
