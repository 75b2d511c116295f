"""One run of the Method of Equal Shares with given purses, either told in full or only who wins.

Both are exact. The short one keeps purses in floats and stops with UndecidedError, to be run in full, where
the bound of purses.py does not decide.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gmpy2 import mpq

from tally.profile import TieOrder
from tally.rules.columns import Columns
from tally.rules.offers import Offer, Offers
from tally.rules.openness import Openness
from tally.rules.payments import list_payments
from tally.rules.purses import Level, Purses, UndecidedError
from tally.rules.result import Payment


class Step(NamedTuple):
    """One round: who is chosen, at which exact price, among which equals, and who paid what."""

    project: int
    price: mpq
    tied: Sequence[int]
    payments: tuple[Payment, ...]


class Run:
    """One run in full. `purses` are what is left when `steps` has come to its end."""

    def __init__(self, columns: Columns, start: mpq, *, by_cost: bool, take_free: bool = True) -> None:
        self.columns = columns
        self.purses = Purses(columns, start)
        self._worth = [cost or 1 if by_cost else 1 for cost in columns.costs]
        self.openness = Openness(columns, take_free=take_free)
        self._offers = Offers(self.purses, self.openness, by_cost=by_cost)

    def steps(self, ties: TieOrder) -> Iterator[Step]:
        """Yield the rounds; each has been paid when it comes."""
        while found := self._offers.find_cheapest():
            levels = {project: self._level(project, offer) for project, offer in found.items()}
            prices = {p: self._price(p, offer, levels[p]) for p, offer in found.items()}
            price = min(prices.values())
            tied = [project for project, each in prices.items() if each == price]
            project, _ = ties.break_tie(tied)
            yield self._take(project, price, tied, levels[project])

    def _level(self, project: int, offer: Offer) -> Level | None:
        if self.columns.costs[project] == 0:
            return None
        return self.purses.level(project, offer.least * self._worth[project])

    def _price(self, project: int, offer: Offer, level: Level | None) -> mpq:
        return mpq(0) if level is None else level.share / self._worth[project]

    def _take(self, project: int, price: mpq, tied: Sequence[int], level: Level | None) -> Step:
        self._offers.win(project)
        emptied = None if level is None else self.purses.emptied(level)
        payments = list_payments(self.purses, project, level, emptied)
        if level is not None and emptied is not None:
            self.purses.pay(project, level, emptied)
        return Step(project, price, tied, payments)


def find_winners(
    columns: Columns, start: mpq, ties: TieOrder, *, by_cost: bool, take_free: bool = True
) -> list[int]:
    """Return who wins with these purses, in order of choice."""
    try:
        return _find_fast(columns, start, ties, by_cost=by_cost, take_free=take_free)
    except UndecidedError:
        run = Run(columns, start, by_cost=by_cost, take_free=take_free)
        return [step.project for step in run.steps(ties)]


def _find_fast(columns: Columns, start: mpq, ties: TieOrder, *, by_cost: bool, take_free: bool) -> list[int]:
    purses = Purses(columns, start)
    offers = Offers(purses, Openness(columns, take_free=take_free), by_cost=by_cost)
    winners: list[int] = []
    while found := offers.find_cheapest():
        project = _decide(found, ties)
        offers.win(project)
        winners.append(project)
        if columns.costs[project]:
            purses.pay_about(project, found[project].share)
    return winners


def _decide(found: dict[int, Offer], ties: TieOrder) -> int:
    if len(found) == 1:
        return min(found)
    exact = {project: offer.exact for project, offer in found.items() if offer.exact is not None}
    if len(exact) < len(found):
        raise UndecidedError
    price = min(exact.values())
    first: int = ties.break_tie([project for project, each in exact.items() if each == price])[0]
    return first
