"""Find a text by its id in a compiled catalogue, in the form that goes with a number.

Reads the MO files beside this module, each once, with the standard library's gettext: what runs needs no
Babel. A text that is nowhere raises, so no id is ever shown to a reader.
"""

from functools import cache
from gettext import GNUTranslations
from importlib.resources import files

from tally.texts.languages import LANGUAGES, SOURCE, Language


class TextsError(LookupError):
    """The catalogue was not compiled, or lacks a text; whoever built or wrote this version must act."""


@cache
def load_catalogue(language: Language) -> GNUTranslations:
    """Return the compiled texts of one language. Raises TextsError."""
    path = files("tally.texts").joinpath(f"{language}.mo")
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except FileNotFoundError:
        raise TextsError(f"expected compiled texts in {path}; `make booth` makes them") from None


def find_text(language: Language, name: str, n: int) -> str:
    """Return a text as it stands in the catalogue, with its fields open, in the form for `n`.

    A language that has begun falls back on the source's text. Raises TextsError.
    """
    tried = (language,) if LANGUAGES[language].complete else (language, SOURCE)
    for each in tried:
        if (found := _find_in(each, name, n)) is not None:
            return found
    raise TextsError(f"expected a text {name!r} in {' or '.join(tried)}, there is none")


def has_text(language: Language, name: str) -> bool:
    """Say whether a language has a text itself, and does not say it in the source's language."""
    return _find_in(language, name, 0) is not None


def _find_in(language: Language, name: str, n: int) -> str | None:
    catalogue = load_catalogue(language)
    # gettext answers with what it was asked where it finds nothing; no text is its own id
    return next(
        (said for said in (catalogue.ngettext(name, name, n), catalogue.gettext(name)) if said != name), None
    )
