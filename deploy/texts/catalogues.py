"""Read, bring up to date and write the PO files. Every language follows the source's order.

Beside each text of another language stands the source's, as a comment. When the source's changes, the text is
marked fuzzy, and so left out, until someone has looked at it again and takes the mark away.
"""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from deploy.build_texts import FOLDER
from deploy.texts.cldr import read_marks
from deploy.texts.found import AREAS
from tally.texts.languages import LANGUAGES, SOURCE, Language

WIDTH = 100
HEADER = """\
# {name}. Kept by `make texts`; deploy/decisions/0010-one-catalogue-of-texts.md says how.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""
Used = Mapping[str, tuple[str, ...]]
"""The ids that are used, with the files that use them."""


def read_catalogue(language: Language, folder: Path = FOLDER) -> Catalog:
    """Return one language's texts; none if it has no file yet."""
    path = folder / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=LANGUAGES[language].locale)
    return read_po(io.BytesIO(path.read_bytes()), abort_invalid=True)


def format_catalogue(language: Language, catalogue: Catalog) -> bytes:
    """Return the one spelling of a PO file."""
    facts, body = LANGUAGES[language], io.BytesIO()
    write_po(body, catalogue, width=WIDTH, omit_header=True, include_lineno=False, ignore_obsolete=True)
    plural = str(get_plural(facts.locale))
    header = HEADER.format(name=facts.name, locale=facts.locale, plural=plural)
    return header.encode() + body.getvalue().rstrip(b"\n") + b"\n"


def update_all(catalogues: Mapping[Language, Catalog], used: Used) -> dict[Language, Catalog]:
    """Return all languages with the texts that are used and no others."""
    source = _update(SOURCE, catalogues[SOURCE], catalogues[SOURCE], used)
    return {
        language: source if language == SOURCE else _update(language, old, source, used)
        for language, old in catalogues.items()
    }


def _update(language: Language, old: Catalog, source: Catalog, used: Used) -> Catalog:
    facts = LANGUAGES[language]
    marks, new = read_marks(facts.locale), Catalog(locale=facts.locale)
    for name in _order(source, used):
        known, first = old.get(name), source.get(name)
        if name in marks:
            message = Message(name, marks[name], auto_comments=["CLDR"])
        elif language == SOURCE:
            message = _keep(name, known, first)
        else:
            message = _translate(_keep(name, known, first), known, first)
        message.locations = [(path, 0) for path in used[name]]
        new[message.id] = message
    return new


def _order(source: Catalog, used: Used) -> list[str]:
    """Return the ids that are used in the source's order, area by area; new ones last of their area."""
    known = {name: place for place, name in enumerate(names_of(source))}
    return sorted(used, key=lambda name: (AREAS.index(name.split(".")[0]), known.get(name, len(known)), name))


def _keep(name: str, known: Message | None, first: Message | None) -> Message:
    """Return a text as it was, with as many forms as the source has; empty if it was not there."""
    plural = first is not None and first.pluralizable
    stays = known is not None and known.pluralizable == plural
    return Message(
        (name, name) if plural else name,
        known.string if known is not None and stays else "",
        flags=known.flags if known is not None and stays else (),
        user_comments=() if first is None else first.user_comments,
    )


def _translate(message: Message, known: Message | None, first: Message | None) -> Message:
    """Return a text of another language with the source's beside it, fuzzy if another stood there."""
    message.auto_comments = [] if first is None else list(forms_of(first))
    stood = [] if known is None else _words(known)
    if stood and any(forms_of(message)) and stood != _words(message):
        message.flags.add("fuzzy")
    return message


def _words(message: Message) -> list[str]:
    """Return the words of the comment: how its lines are broken says nothing."""
    return " ".join(message.auto_comments).split()


def names_of(catalogue: Catalog) -> list[str]:
    """Return the ids of a catalogue, in order."""
    return [
        message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id
    ]


def forms_of(message: Message) -> tuple[str, ...]:
    """Return the forms of a text, one if it is the same for every number; an empty one is missing."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def write_all(catalogues: Mapping[Language, Catalog], folder: Path = FOLDER) -> Iterable[Path]:
    """Write what has changed, and yield it."""
    for language, catalogue in catalogues.items():
        path, text = folder / f"{language}.po", format_catalogue(language, catalogue)
        if not path.is_file() or path.read_bytes() != text:
            path.write_bytes(text)
            yield path
