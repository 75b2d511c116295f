"""Find the cheapest project under Equal Shares, looking only at prices that can matter.

Purses only shrink, so a price once found bounds all later ones from below. Prices are compared in floats as
far as the bound of purses.py decides, and else exactly. The price of a project is its full share a point of
weight for each unit of utility; utility is the cost or 1.
"""

from typing import NamedTuple

from gmpy2 import mpq

from tally.rules.openness import Openness
from tally.rules.purses import ULP, Purses, View


class Offer(NamedTuple):
    """What is known of a project's price: `least` or more, about `price`, and `exact` where that is easy.

    `share` is about the full share a point; `apart` by how much that may be too high.
    """

    least: float
    price: float
    share: float
    apart: float
    exact: mpq | None
    view: View | None


class Offers:
    """The projects that may still be chosen, with what is known of their prices."""

    def __init__(self, purses: Purses, openness: Openness, *, by_cost: bool) -> None:
        self._purses = purses
        columns = purses.columns
        self._costs = columns.costs
        self._worth = [cost or 1 if by_cost else 1 for cost in columns.costs]
        supported = [p for p, weight in enumerate(columns.total_weights) if weight]
        self._rich = {p: mpq(self._costs[p], columns.total_weights[p] * self._worth[p]) for p in supported}
        self._openness = openness
        self.known = {p: _below(float(self._rich[p])) for p in openness.among(supported)}

    def win(self, project: int) -> None:
        """Take a winner out, and what it closes; bring in what it opens."""
        del self.known[project]
        closed, opened = self._openness.win(project)
        for other in closed:
            self.known.pop(other, None)
        self.known |= {p: _below(float(self._rich[p])) for p in opened if p in self._rich}

    def find_cheapest(self) -> dict[int, Offer]:
        """Return all projects that may be the cheapest: one if that is proved; none if nobody can pay any."""
        found: dict[int, Offer] = {}
        left = sorted(self.known, key=self.known.__getitem__)
        most = self._look_below(left, found, guess=float("inf"))
        # What was passed over on a guess is looked at if the proof does not exclude it.
        self._look_below([p for p in left if p not in found and p in self.known], found, guess=most)
        return {project: offer for project, offer in found.items() if offer.least <= most}

    def _look_below(self, projects: list[int], found: dict[int, Offer], guess: float) -> float:
        """Look at projects by rising known price, up to the guess; return a proved bound of the cheapest."""
        best: Offer | None = None
        for project in projects:
            if self.known[project] > guess:
                break
            offer = self._look(project)
            if offer is None:
                del self.known[project]
                continue
            self.known[project] = offer.least
            found[project] = offer
            if offer.price < guess:
                best, guess = offer, offer.price
        if best is None:
            return guess
        return self._bound(best)

    def _look(self, project: int) -> Offer | None:
        """Look at a project's price now; None if its supporters cannot pay it any more."""
        if self._costs[project] == 0:
            return Offer(0.0, 0.0, 0.0, 0.0, mpq(0), None)
        view, worth = self._purses.view(project), self._worth[project]
        rich = self._rich[project]
        price = float(rich)
        if view.all_have(price * worth):
            return Offer(_below(price), price, price * worth, 0.0, rich, view)
        if not self._purses.has_money(project, view):
            return None
        share, apart = view.find_share(_below(max(price, self.known[project]) * worth))
        least = max(self.known[project], _below((share - apart) / worth))
        return Offer(least, share / worth, share, apart, None, view)

    def _bound(self, offer: Offer) -> float:
        """Return a price that is proved to be no less than an offer's."""
        if offer.exact is not None or offer.view is None:
            return _above(offer.price)
        for times in (2.0, 16.0, 4096.0):
            share = offer.share + times * offer.apart
            raised, error = offer.view.raise_at(share)
            if raised - error >= offer.view.cost:
                return _above(offer.price * (share / offer.share))
        return float("inf")


def _below(price: float) -> float:
    return price * (1 - 8 * ULP)


def _above(price: float) -> float:
    return price * (1 + 8 * ULP)
