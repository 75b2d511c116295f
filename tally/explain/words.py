"""How the explanations are said: sentences by name and number, amounts, percentages and lists.

All text stands in one table a language, words_en.py and words_nl.py, by name; so it can move to a catalogue.
Both languages use the first form for the number 1 and the second for every other number, as gettext's
`nplurals=2; plural=n != 1` does.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple

from tally.explain import words_en, words_nl

Language = Literal["en", "nl"]
NO_BREAK = "\u00a0"


class _Marks(NamedTuple):
    """The marks between thousands and before decimals, and what stands between a sign and an amount."""

    thousands: str
    decimal: str
    after_sign: str


_MARKS: Mapping[Language, _Marks] = {"en": _Marks(",", ".", ""), "nl": _Marks(".", ",", NO_BREAK)}
_TABLES: Mapping[Language, Mapping[str, str | tuple[str, str]]] = {
    "en": words_en.SENTENCES,
    "nl": words_nl.SENTENCES,
}


class Words:
    """One language, with the titles of the projects and the sign of the currency."""

    def __init__(self, language: Language, titles: Mapping[str, str], currency: str = "€") -> None:
        self._marks = _MARKS[language]
        self._table = _TABLES[language]
        self._titles = titles
        self._currency = currency

    def say(self, name: str, n: int = 0, **values: str) -> str:
        """Return a text; `n` picks the form and is filled in as a number."""
        text = self._table[name]
        form = text if isinstance(text, str) else text[n != 1]
        return form.format(n=self.number(n), **values)

    def number(self, number: int) -> str:
        """Return a whole number with marks between the thousands."""
        return f"{number:,}".replace(",", self._marks.thousands)

    def amount(self, cents: int) -> str:
        """Return whole cents as money, without the cents where there are none."""
        whole, rest = divmod(cents, 100)
        decimals = f"{self._marks.decimal}{rest:02}" if rest else ""
        gap = self._marks.after_sign if len(self._currency) == 1 else NO_BREAK
        return f"{self._currency}{gap}{self.number(whole)}{decimals}"

    def money(self, exact: str) -> str:
        """Return what one ballot has, "about" and to the nearest cent where it is not whole cents."""
        cents = Fraction(exact)
        if cents.denominator == 1:
            return self.amount(int(cents))
        return self.say("about", amount=self.sum(exact))

    def sum(self, exact: str) -> str:
        """Return what many ballots have together, to the nearest cent."""
        return self.amount(int(Fraction(exact) + Fraction(1, 2)))

    def percent(self, part: int, whole: int) -> str:
        """Return a percentage with one decimal, rounded down."""
        tenths = 1000 * part // whole if whole else 0
        return f"{tenths // 10}{self._marks.decimal}{tenths % 10}%"

    def title(self, project: str) -> str:
        """Return a project's title in quotation marks; its id where it has none."""
        return f"“{self._titles.get(project) or project}”"

    def join(self, parts: Iterable[str], last: Literal["and", "or"] = "and") -> str:
        """Return the parts as one list; nothing: "no project"."""
        some = list(parts)
        if len(some) < 2:
            return some[0] if some else self.say("none")
        return self.say(last, first=self.say("comma").join(some[:-1]), last=some[-1])

    def votes(self, number: int, heaviest: int) -> str:
        """Return so many votes, or points where ballots give points."""
        return self.say("votes" if heaviest == 1 else "points", number)

    def ballots(self, number: int) -> str:
        """Return so many ballots."""
        return self.say("ballots", number)
