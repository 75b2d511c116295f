"""Say what stands on a resident's card: title, code, the address that the QR code holds, and help.

Promise: code and manifest hash stand behind the `#` of the address, which browsers send to no server. Limit:
a card is as secret as its code; how it looks is decided in cards.typ, and where it lies in folder.py.
"""

import re
from collections.abc import Iterable, Sequence

from admin.registrar.errors import RegistrarError
from admin.registrar.people import Letter
from ballots.codes import parse_code
from ballots.wire import Key, Record
from tally.texts.texts import Texts

_SITE = re.compile(r"(?:https://[a-z0-9.-]+|http://(?:localhost|127\.0\.0\.1))(?::[0-9]{1,5})?")

_GROUPS = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


class Card(Record):
    """What is printed for one resident. `link` is what the QR code says, `address` what one types instead."""

    address: str
    code: str
    lines: list[str]
    link: str
    manifest: str
    number: str
    title: str


def check_site(site: str) -> str:
    """Return the site's origin, a last slash taken off; RegistrarError if browsers do not trust it."""
    origin = site.removesuffix("/")
    if not _SITE.fullmatch(origin):
        raise RegistrarError("expected the site's address as https://name, with no path and in small letters")
    return origin


def make_card(
    letter: Letter, title: str, site: str, manifest_hash: bytes, columns: Iterable[str] = ()
) -> Card:
    """Return the card for a letter. `columns` of its list are printed as lines, as for a window envelope.

    Errors: CodeError (the letter's code is none), RegistrarError (no such column).
    """
    code, origin, manifest = check_code(letter.code), check_site(site), manifest_hash.hex()
    lines = [_find_column(letter, column) for column in columns]
    return Card(
        address=f"{origin.partition('//')[2]}/vote",
        code=code,
        lines=[line for line in lines if line],
        link=f"{origin}/vote#{code}.{manifest}",
        manifest=manifest,
        number=str(letter.number),
        title=title,
    )


def check_code(code: str) -> str:
    """Return the code as it was drawn, four groups of four. Errors: CodeError, RegistrarError."""
    parse_code(code)
    if not _GROUPS.fullmatch(code):
        raise RegistrarError("expected codes in four groups of four, as this program wrote them")
    return code


def _find_column(letter: Letter, column: str) -> str:
    try:
        return letter.person.columns[column]
    except KeyError:
        raise RegistrarError(f"expected a column of the list of letters, got {column}") from None


def check_letters(letters: Sequence[Letter], keys: Iterable[Key], roll: Sequence[Key]) -> None:
    """Raise RegistrarError unless each letter's code, whose key is given, opens the line of its number."""
    for letter, key in zip(letters, keys, strict=True):
        if not 1 <= letter.number <= len(roll) or roll[letter.number - 1] != key:
            raise RegistrarError(
                f"the code of letter {letter.number} does not fit that line of the roll; are list, roll and "
                "manifest of one election?"
            )


def say_words(texts: Texts) -> dict[str, str]:
    """Return the words that stand on every card, by what they are for."""
    return {
        "address": texts.find("page.card.address"),
        "code": texts.find("page.card.code"),
        "document": texts.find("page.card.document"),
        "help": texts.find("page.card.help"),
        "manifest": texts.find("page.card.manifest"),
        "number": texts.find("page.card.number"),
        "picture": texts.find("page.card.picture"),
    }
