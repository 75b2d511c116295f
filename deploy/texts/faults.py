"""Say what is wrong with the catalogue: texts that are missing, forms, fields that differ, texts not used."""

from collections.abc import Iterator, Mapping
from gettext import c2py
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from deploy.texts.catalogues import Used, forms_of, names_of
from deploy.texts.cldr import read_marks
from tally.texts.languages import LANGUAGES, SOURCE, Language

TRIED_NUMBERS = 1000
"""Numbers up to here are tried to see which form stands for one number only."""


def find_faults(catalogues: Mapping[Language, Catalog], used: Used) -> Iterator[str]:
    """Yield every fault as one line, language by language."""
    for language, catalogue in catalogues.items():
        names = set(names_of(catalogue))
        yield from (f"{language}: {name} is used and not there" for name in sorted(set(used) - names))
        yield from (f"{language}: {name} is there and not used" for name in sorted(names - set(used)))
        if str(catalogue.plural_forms) != str(get_plural(LANGUAGES[language].locale)):
            yield f"{language}: the rule for plural forms is not CLDR's"
        marks = read_marks(LANGUAGES[language].locale)
        for name in sorted(names & set(used)):
            message, first = catalogue[name], catalogues[SOURCE].get(name)
            yield from (f"{language}: {name}: {fault}" for fault in _judge(language, catalogue, message))
            if first is not None and any(forms_of(message)):
                yield from (f"{language}: {name}: {fault}" for fault in _compare(catalogue, message, first))
            if name in marks and forms_of(message) != (marks[name],):
                yield f"{language}: {name} is not what CLDR says"


def _judge(language: Language, catalogue: Catalog, message: Message) -> Iterator[str]:
    """Yield what is wrong with a text by itself; a language that has begun may lack it, not half of it."""
    forms = forms_of(message)
    if not any(forms):
        if LANGUAGES[language].complete:
            yield "has no text"
        return
    if message.fuzzy:
        yield "the source has changed: look at it, and take the mark `fuzzy` away"
    if not all(forms) or (message.pluralizable and len(forms) != catalogue.num_plurals):
        yield f"expected {catalogue.num_plurals} forms, not all are there"


def _compare(catalogue: Catalog, message: Message, first: Message) -> Iterator[str]:
    """Yield where a text has other fields than the source's.

    What stands for many numbers has the fields of the source's last form. What stands for one number has at
    least those of the source's first form, and may write out the others.
    """
    if message.pluralizable != first.pluralizable:
        yield "has forms where the source has none, or none where it has"
        return
    least, most = fields_of(forms_of(first)[0]), fields_of(forms_of(first)[-1])
    numbers = numbers_of(catalogue) if message.pluralizable else {}
    for place, form in enumerate(forms_of(message)):
        fields = fields_of(form)
        single = len(numbers.get(place, ())) == 1
        if not (least <= fields <= most if single else fields == most):
            yield f"form {place} has the fields {sorted(fields)}, the source {sorted(most)}"


def fields_of(form: str) -> set[str]:
    """Return the names of the fields that are filled in."""
    return {field for _, field, _, _ in Formatter().parse(form) if field is not None}


def numbers_of(catalogue: Catalog) -> dict[int, list[int]]:
    """Return which of the tried numbers each form stands for."""
    rule = c2py(catalogue.plural_expr)
    found: dict[int, list[int]] = {}
    for number in range(TRIED_NUMBERS):
        found.setdefault(rule(number), []).append(number)
    return found
