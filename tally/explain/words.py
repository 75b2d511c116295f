"""How the explanations are said: the catalogue's texts with projects' titles and amounts in a currency."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from tally.texts.languages import Language
from tally.texts.texts import texts_in


class Words:
    """One language, with the titles of the projects and the sign of the currency."""

    def __init__(self, language: Language, titles: Mapping[str, str], currency: str = "€") -> None:
        self._texts = texts_in(language)
        self._titles = titles
        self._currency = currency

    def say(self, name: str, n: int = 0, **values: str) -> str:
        """Return a text; `n` picks the form and is filled in as a number."""
        return self._texts.say(name, n, **values)

    def number(self, number: int) -> str:
        """Return a whole number with marks between the thousands."""
        return self._texts.number(number)

    def amount(self, cents: int) -> str:
        """Return whole cents as money, without the cents where there are none."""
        return self._texts.amount(cents, self._currency)

    def money(self, exact: str) -> str:
        """Return what one ballot has, "about" and to the nearest cent where it is not whole cents."""
        cents = Fraction(exact)
        if cents.denominator == 1:
            return self.amount(int(cents))
        return self.say("explain.about", amount=self.sum(exact))

    def sum(self, exact: str) -> str:
        """Return what many ballots have together, to the nearest cent."""
        return self.amount(int(Fraction(exact) + Fraction(1, 2)))

    def percent(self, part: int, whole: int) -> str:
        """Return a percentage with one decimal, rounded down."""
        return self._texts.percent(part, whole)

    def title(self, project: str) -> str:
        """Return a project's title in quotation marks; its id where it has none."""
        return f"“{self._titles.get(project) or project}”"

    def join(self, parts: Iterable[str], last: Literal["and", "or"] = "and") -> str:
        """Return the parts as one list; nothing: "no project"."""
        return self._texts.join(parts, last) or self.say("explain.none")

    def votes(self, number: int, heaviest: int) -> str:
        """Return so many votes, or points where ballots give points."""
        return self.say("explain.votes" if heaviest == 1 else "explain.points", number)

    def ballots(self, number: int) -> str:
        """Return so many ballots."""
        return self.say("explain.ballots", number)
