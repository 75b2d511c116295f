"""Who wins under Equal Shares with each of many first purses, found together.

Runs in which the same projects have won so far are one bundle, and go on as one until their winners differ.
Neighbouring purses rarely disagree, so most rounds are looked at once for many. Two bounds spare looks:

- within a run purses only shrink, so a price once found bounds all later ones from below;
- after the same winners, who began with more has no less: with larger purses the share is no larger, and
  b - min(b, share w) grows with b and falls with the share. So what bounds a price from below in the last
  run of a bundle, the richest, bounds it in all.

Floats decide as far as the bound of purses.py does; a run that they leave undecided is told as such.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from gmpy2 import mpq

from tally.profile import TieOrder
from tally.rules.columns import Columns, Floats, Ints
from tally.rules.openness import Openness
from tally.rules.purses import ULP, Mask
from tally.rules.views import Crowd, Support, Views

NEVER = float("inf")
"""The price of what can never be paid any more, or is not open."""
ENDED, UNDECIDED = -1, -2
NEAREST = 6
"""So many of the lowest prices are looked at together."""

Number = TypeVar("Number", float, Floats)


class Outcome(NamedTuple):
    """Who wins in some runs, in order of choice; None where floats cannot tell."""

    runs: Ints
    winners: list[int] | None


class Bundle(NamedTuple):
    """Runs with the same winners so far; by rows what ballots have, its error, and each price at least.

    `dear` are projects that not all supporters can pay alike any more.
    """

    runs: Ints
    purses: Floats
    errors: Floats
    known: Floats
    winners: list[int]
    dear: set[int]

    def part(self, rows: Mask) -> "Bundle":
        """Return some of the runs as a bundle of their own."""
        return Bundle(
            self.runs[rows],
            self.purses[rows],
            self.errors[rows],
            self.known[rows],
            [*self.winners],
            {*self.dear},
        )


class Prices:
    """What one round has found: the lowest price of each run at most, and who was looked at."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.most: Floats = np.full(len(bundle.runs), NEVER)
        self.highest = NEVER
        self.exact: dict[int, Mask] = {}
        self.shares: dict[int, Floats] = {}

    def note(self, rows: Ints, project: int, shares: Floats | float, most: Floats | float) -> None:
        """Note a project's shares in some rows, and prices that are proved to be at most so high."""
        if project not in self.shares:
            self.shares[project] = np.zeros(len(self.most))
        self.shares[project][rows] = shares
        self.most[rows] = np.minimum(self.most[rows], most)
        self.highest = float(self.most.max())

    def note_exact(self, rows: Ints, project: int, share: float, price: float) -> None:
        """Note that in some rows a price is the lowest that there can be, and known exactly."""
        if project not in self.exact:
            self.exact[project] = np.zeros(len(self.most), np.bool_)
        self.exact[project][rows] = True
        self.note(rows, project, share, _above(price))

    def raise_known(self, rows: Ints | slice, project: int, least: Floats | float) -> None:
        """Note prices that are proved to be at least so high."""
        self.bundle.known[rows, project] = np.maximum(self.bundle.known[rows, project], least)

    def decide(self, break_tie: "Runs") -> Ints:
        """Return for each row who wins, ENDED where nobody can pay anything, or UNDECIDED."""
        known = self.bundle.known
        if known.shape[1] == 0:
            return np.full(len(known), ENDED, np.int64)
        candidates = (known <= self.most[:, None]) & (known < NEVER)
        number = candidates.sum(axis=1)
        decided: Ints = candidates.argmax(axis=1)
        if self.highest < NEVER and (number == 1).all():
            return decided
        decided[number == 0] = ENDED
        decided[(number > 0) & (self.most == NEVER)] = UNDECIDED
        for row in np.flatnonzero((number > 1) & (decided >= 0)):
            tied = np.flatnonzero(candidates[row]).tolist()
            exact = all(project in self.exact and self.exact[project][row] for project in tied)
            decided[row] = break_tie.first_of(tied) if exact else UNDECIDED
        return decided


class Runs:
    """Runs of Equal Shares from rising first purses, numbered by their place.

    A run that has spent more than the budget is told at once, with its winners so far. Who wants to know
    nothing about the last runs any more lowers `until`.
    """

    def __init__(
        self,
        columns: Columns,
        starts: Sequence[mpq],
        ties: TieOrder,
        *,
        by_cost: bool,
        take_free: bool = True,
    ) -> None:
        self.until = len(starts)
        self._columns = columns
        self._starts = starts
        self._ties = ties
        self._take_free = take_free
        self._worth = [cost or 1 if by_cost else 1 for cost in columns.costs]
        votes = columns.total_weights
        self._rich = [
            mpq(cost, votes[p] * self._worth[p]) if votes[p] else None for p, cost in enumerate(columns.costs)
        ]
        self._free = {project for project, cost in enumerate(columns.costs) if not cost}
        self._supports = [_support(columns, project) for project in range(len(columns.costs))]

    def outcomes(self) -> Iterator[Outcome]:
        """Yield every run once, lower ones first as far as bundles allow."""
        waiting = [self._begin()]
        while waiting:
            bundle = waiting.pop()
            rows = bundle.runs < self.until
            if not rows.all():
                bundle = bundle.part(rows)
            if not len(bundle.runs):
                continue
            if sum(self._columns.costs[winner] for winner in bundle.winners) > self._columns.profile.budget:
                yield Outcome(bundle.runs, bundle.winners)
                continue
            prices = self._look(bundle)
            decided = prices.decide(self)
            for winner, part in _split(bundle, decided):
                if winner >= 0:
                    shares = prices.shares[winner]
                    self._win(part, winner, shares if part is bundle else shares[decided == winner])
                    waiting.append(part)
                else:
                    yield Outcome(part.runs, None if winner == UNDECIDED else part.winners)
            waiting.sort(key=lambda each: -int(each.runs[0]))

    def first_of(self, tied: list[int]) -> int:
        """Return the first of the cheapest where everybody can pay the full share of each."""
        rich = {project: self._rich[project] or mpq(0) for project in tied}
        price = min(rich.values())
        first: int = self._ties.break_tie([project for project, each in rich.items() if each == price])[0]
        return first

    def _begin(self) -> Bundle:
        purses = np.array([float(start) for start in self._starts])
        errors = purses * (ULP * float(self._columns.ballots.sum()))
        known = np.full((len(purses), len(self._rich)), NEVER)
        for project in Openness(self._columns, take_free=self._take_free).among(range(len(self._rich))):
            known[:, project] = self._least(project)
        ballots = np.repeat(purses[:, None], len(self._columns.ballots), axis=1)
        return Bundle(np.arange(len(purses)), ballots, errors, known, [], set())

    def _least(self, project: int) -> float:
        """Return a price that no run gets below."""
        rich = self._rich[project]
        return NEVER if rich is None else _below(float(rich))

    # --- one round ---

    def _look(self, bundle: Bundle) -> Prices:
        """Look at every price that may be the lowest in a run; in the richest alone as far as that goes."""
        prices, raised, seen = Prices(bundle), {*self._free}, set[int]()
        lowest: Floats = bundle.known.min(axis=0)
        while True:
            may_win = (lowest <= prices.highest) & (lowest < NEVER)
            maybe = [project for project in np.flatnonzero(may_win).tolist() if project not in seen]
            maybe.sort(key=lowest.tolist().__getitem__)
            if not maybe:
                return prices
            if prices.highest == NEVER:
                maybe = maybe[:NEAREST]
            fresh = [project for project in maybe if project not in raised]
            if maybe[0] in fresh or (fresh and prices.highest < NEVER):
                self._raise(bundle, lowest, fresh)
                raised.update(fresh)
                continue
            seen.add(maybe[0])
            self._examine(bundle, prices, maybe[0])
            lowest[maybe[0]] = bundle.known[:, maybe[0]].min()

    def _raise(self, bundle: Bundle, lowest: Floats, projects: list[int]) -> None:
        """Raise what is known of some prices by what the richest run says."""
        crowd = Crowd([self._supports[p] for p in projects], bundle.purses[-1], float(bundle.errors[-1]))
        worth = np.array([float(self._worth[project]) for project in projects])
        below = _below(crowd.find_below(lowest[projects] * worth) / worth)
        bundle.known[:, projects] = np.maximum(bundle.known[:, projects], below)
        lowest[projects] = np.maximum(lowest[projects], below)

    def _view(self, bundle: Bundle, project: int, rows: Ints) -> Views:
        support = self._supports[project]
        if len(rows) == len(bundle.runs):
            return Views(support, bundle.purses.take(support.groups, axis=1), bundle.errors)
        if len(rows) == 1:
            return Views(support, bundle.purses[rows[0]].take(support.groups)[None, :], bundle.errors[rows])
        return Views(support, bundle.purses[rows[:, None], support.groups], bundle.errors[rows])

    def _examine(self, bundle: Bundle, prices: Prices, project: int) -> None:
        """Look at a price where it may be the lowest: first whether it is at all, and then what it is."""
        known, most = bundle.known[:, project], prices.most
        rows = np.flatnonzero((known <= most) & (known < NEVER))
        if project in self._free:
            prices.note_exact(rows, project, 0.0, 0.0)
            return
        view = self._view(bundle, project, rows)
        if prices.highest < NEVER:
            worth = self._worth[project]
            prices.raise_known(rows, project, _below(view.find_below(most[rows] * worth) / worth))
            low = known[rows] <= most[rows]
            rows, view = rows[low], view.part(low)
        if len(rows):
            self._find_price(bundle, prices, project, rows, view)

    def _find_price(self, bundle: Bundle, prices: Prices, project: int, rows: Ints, view: Views) -> None:
        worth = self._worth[project]
        if project not in bundle.dear:
            price = float(self._rich[project] or 0)
            exact = view.all_have(price * worth)
            if exact.any():
                prices.note_exact(rows[exact], project, price * worth, price)
            elif len(rows) == len(bundle.runs):
                bundle.dear.add(project)
            rows, view = rows[~exact], view.part(~exact)
            if not len(rows):
                return
        shares, weight = view.find_shares(_below(bundle.known[rows, project] * worth))
        least, most = view.prove(shares, weight)
        prices.raise_known(rows, project, _below(least / worth))
        prices.note(rows, project, shares, _above(most / worth))
        if np.isinf(most).any():
            bundle.known[rows[view.cannot_pay()], project] = NEVER

    def _win(self, bundle: Bundle, project: int, shares: Floats) -> None:
        """Let a project win in all runs of a bundle."""
        if self._columns.costs[project]:
            view = self._view(bundle, project, bundle.runs)
            left, more = view.pay(shares)
            bundle.purses[:, view.support.groups] = left
            bundle.errors[:] += more
        bundle.known[:, project] = NEVER
        if self._columns.profile.relations:
            openness = Openness(self._columns, take_free=self._take_free)
            for winner in bundle.winners:
                openness.win(winner)
            closed, opened = openness.win(project)
            bundle.known[:, list(closed)] = NEVER
            for other in opened:
                bundle.known[:, other] = self._least(other)
        bundle.winners.append(project)


def _split(bundle: Bundle, decided: Ints) -> Iterator[tuple[int, Bundle]]:
    """Yield a bundle for each different decision: the same one if there is one decision."""
    first = int(decided[0])
    if (decided == first).all():
        yield first, bundle
        return
    for winner in np.unique(decided).tolist():
        yield winner, bundle.part(decided == winner)


def _support(columns: Columns, project: int) -> Support:
    weights, ballots = columns.floats[project]
    heavy = ballots if weights is None else weights * ballots
    rounding = (len(ballots) + 8) * ULP
    return Support(columns.groups(project), weights, ballots, heavy, float(columns.costs[project]), rounding)


def _below(price: Number) -> Number:
    return price * (1 - 8 * ULP)


def _above(price: Number) -> Number:
    return price * (1 + 8 * ULP)
