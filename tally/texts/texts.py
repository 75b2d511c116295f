"""Say texts, numbers, money and lists in one language, as CLDR writes them there.

The marks and patterns of a language stand in the catalogue under "cldr."; deploy/texts takes them from Babel.
"""

from collections.abc import Iterable
from functools import cache
from typing import Literal

from tally.texts.catalogue import find_text
from tally.texts.languages import LANGUAGES, Direction, Language

_PAIRS = {"and": "cldr.and.2", "or": "cldr.or.2"}
_STARTS = {"and": "cldr.and.start", "or": "cldr.or.start"}
_MIDDLES = {"and": "cldr.and.middle", "or": "cldr.or.middle"}
_ENDS = {"and": "cldr.and.end", "or": "cldr.or.end"}


class Texts:
    """One language. Get it from `texts_in`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._decimal = self.find("cldr.decimal")
        self._group = self.find("cldr.group")

    @property
    def direction(self) -> Direction:
        """Return which way the language is written."""
        return LANGUAGES[self.language].direction

    def find(self, name: str, n: int = 0) -> str:
        """Return a text with its fields open, in the form for `n`. Raises TextsError."""
        return find_text(self.language, name, n)

    def say(self, name: str, n: int = 0, **values: str) -> str:
        """Return a text; `n` picks the form and is filled in as a number. Raises TextsError."""
        return self.find(name, n).format(n=self.number(n), **values)

    def number(self, number: int) -> str:
        """Return a whole number with marks between the thousands."""
        return f"{number:,}".replace(",", self._group)

    def decimal(self, units: int, places: int) -> str:
        """Return a number of `units` of 10 to the power of -places, with all its places; not below zero."""
        whole, rest = divmod(units, 10**places)
        return f"{self.number(whole)}{self._decimal}{rest:0{places}}"

    def amount(self, cents: int, currency: str = "€") -> str:
        """Return whole cents as money, without the cents where there are none; a minus stands first.

        A currency's letters stand further from its amount than a sign does.
        """
        number = self.decimal(abs(cents), 2) if cents % 100 else self.number(abs(cents) // 100)
        pattern = self.find("cldr.money.sign" if len(currency) == 1 else "cldr.money.letters")
        return "-" * (cents < 0) + pattern.format(currency=currency, number=number)

    def percent(self, part: int, whole: int) -> str:
        """Return a percentage with one decimal, rounded down."""
        tenths = 1000 * part // whole if whole else 0
        return self.find("cldr.percent").format(number=self.decimal(tenths, 1))

    def join(self, parts: Iterable[str], last: Literal["and", "or"] = "and") -> str:
        """Return the parts as one list; of nothing, nothing."""
        some = list(parts)
        if len(some) < 3:
            return self.find(_PAIRS[last]).format(*some) if len(some) == 2 else "".join(some)
        joined = self.find(_STARTS[last]).format(*some[:2])
        for part in some[2:-1]:
            joined = self.find(_MIDDLES[last]).format(joined, part)
        return self.find(_ENDS[last]).format(joined, some[-1])


@cache
def texts_in(language: Language) -> Texts:
    """Return the texts of one language."""
    return Texts(language)
