"""What every ballot has left under Equal Shares: in floats with a proved bound, and exactly where it matters.

A ballot that is not emptied has paid the full share of every chosen project that it supports, so its exact
purse is the first purse less those shares. Only shares are kept exactly, one number a chosen project; what a
set of ballots has together follows from whole counts. Beside it stand the purses in float64.

**The bound.** Let b be the exact purses, f the floats, c the ballots of a group, and M >= sum of c |b - f|.
For a project with weights w let F_b(r) = sum of c min(b, r w): what is raised when a full share is r a point.

1. |F_b(r) - F_f(r)| <= M for every r, as min(., r w) is 1-Lipschitz.
2. Paying keeps the bound: let F_b(s) = cost, and let F_f(t) = cost + e for the t found in floats. With
   g(b, r) = max(0, b - r w) = b - min(b, r w), both parts monotone in b:
   sum c |g(b, s) - g(f, t)| <= sum c |g(b, s) - g(f, s)| + sum c |g(f, s) - g(f, t)|; the second sum is
   |F_f(s) - F_f(t)| <= |F_f(s) - F_b(s)| + |e|, as g(f, .) is monotone; and |g(b, s) - g(f, s)| +
   |min(b, s w) - min(f, s w)| = |b - f| group by group. So the new sum is at most M + |e|.
3. Rounding: t w and the subtraction err by at most 2^-53 of what they give, which never exceeds f; so M grows
   by at most 2^-51 of the supporters' money. Sums of n products of floats err by less than (n + 2) 2^-53 of
   the sum (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), in whatever order.

So what is decided with more than M and rounding to spare holds for the exact purses; `Purses.level` decides
the rest with whole numbers.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from gmpy2 import mpq

from tally.rules.columns import Columns, Floats, Ints, Places

ULP = 2.0**-52
"""Twice the unit roundoff of float64."""
Mask = npt.NDArray[np.bool_]


class UndecidedError(Exception):
    """Purses in floats alone cannot tell what is cheapest; the count must be done exactly."""


class View:
    """A project's supporters and their purses, as floats, at one moment; `error` bounds the purses' sum."""

    def __init__(
        self, purses: Floats, weights: Floats | None, ballots: Floats, cost: int, error: float
    ) -> None:
        self.purses = purses
        self.ballots = ballots
        self.cost = float(cost)
        self._weights = weights
        self._heavy = ballots if weights is None else ballots * weights
        self._error = error
        self._rounding = (len(ballots) + 8) * ULP

    def ask(self, share: float) -> Floats | float:
        """Return what a full share a point is for each supporter."""
        return share if self._weights is None else share * self._weights

    def all_have(self, share: float) -> bool:
        """Say whether it is proved that all supporters have more than a full share that is off by 4 ULP."""
        if self._weights is None:
            return float(self.purses.min()) > share * (1 + 8 * ULP) + self._error
        return bool((self.purses > self.ask(share * (1 + 8 * ULP)) + self._error).all())

    def raise_at(self, share: float) -> tuple[float, float]:
        """Return what a full share raises, and by how much the exact purses' sum may be off it."""
        raised = float(np.minimum(self.purses, self.ask(share)) @ self.ballots)
        return raised, self._error + self._rounding * raised

    def find_money(self) -> tuple[float, float]:
        """Return what the supporters have together, and by how much that may be off."""
        money = float(self.purses @ self.ballots)
        return money, self._error + self._rounding * money

    def find_share(self, least: float) -> tuple[float, float]:
        """Return about the full share that pays the cost, and by how much it may be too high.

        It is sought upwards from `least`, which is no more than it; the supporters have the money. By how
        much: below the share, what is raised falls at least by the weight of those who have it, a unit.
        """
        share = least
        while True:
            able = self.purses >= self.ask(share)
            weight = float(self._heavy @ able)
            if weight == 0:
                return share, float("inf")
            rest = self.cost - float(np.where(able, 0.0, self.purses) @ self.ballots)
            higher = rest / weight
            if higher <= share:
                break
            share = higher
        raised, error = self.raise_at(share)
        return share, (error + abs(raised - self.cost)) / weight


class Level(NamedTuple):
    """The exact full share a point that pays for a project, and who of its supporters pays it in full."""

    share: mpq
    groups: Places
    weights: Ints
    full: Mask


class Purses:
    """All purses of one count. `shares` are the exact full shares a point that were paid, by project."""

    def __init__(self, columns: Columns, start: mpq) -> None:
        self.columns = columns
        self.start = start
        self.shares: dict[int, mpq] = {}
        self.empty: Mask = np.full(len(columns.ballots), start == 0)
        self.floats: Floats = np.full(len(columns.ballots), float(start))
        self.error = float(start) * ULP * float(columns.ballots.sum())
        self._paid = np.zeros(len(columns.costs), np.bool_)
        self._about = False

    # --- in floats ---

    def view(self, project: int) -> View:
        """Return a project's supporters as they stand."""
        weights, ballots = self.columns.floats[project]
        purses = self.floats[self.columns.groups(project)]
        return View(purses, weights, ballots, self.columns.costs[project], self.error)

    # --- exactly ---

    def purse(self, group: int) -> mpq:
        """Return what one ballot of a group has."""
        if self.empty[group]:
            return mpq(0)
        left, place = self.start, slice(*self.columns.group_starts[group : group + 2].tolist())
        pairs = zip(
            self.columns.group_projects[place].tolist(),
            self.columns.group_weights[place].tolist(),
            strict=True,
        )
        for project, weight in pairs:
            if project in self.shares:
                left -= self.shares[project] * weight
        return left

    def money(self, groups: Places) -> mpq:
        """Return what the ballots of groups have together. Errors: UndecidedError after `pay_about`."""
        if self._about:
            raise UndecidedError
        groups = groups[~self.empty[groups]]
        ballots = self.columns.ballots[groups]
        entries, lengths = self.columns.entries_of(groups)
        projects = self.columns.group_projects[entries]
        paid = self._paid[projects]
        given = (np.repeat(ballots, lengths) * self.columns.group_weights[entries])[paid]
        sums = np.bincount(projects[paid], weights=given, minlength=len(self._paid))
        total = self.start * int(ballots.sum())
        for project, share in self.shares.items():
            if sums[project]:
                total -= share * int(sums[project])
        return total

    def has_money(self, project: int, view: View) -> bool:
        """Say whether a project's supporters have its cost together."""
        money, error = view.find_money()
        if abs(money - view.cost) > error:
            return money > view.cost
        return bool(self.money(self.columns.groups(project)) >= self.columns.costs[project])

    def level(self, project: int, least: float) -> Level:
        """Return the exact full share a point, and who pays it; `least` is proved to be no more than it.

        The caller has made sure that the supporters have the money.
        """
        groups, weights = self.columns.groups(project), self.columns.weights(project)
        held = ~self.empty[groups]
        groups, weights = groups[held], weights[held]
        cost, heavy = self.columns.costs[project], self.columns.ballots[groups] * weights
        full = self.floats[groups] + self.error >= least * weights * (1 - 4 * ULP)
        while True:
            share = (cost - self.money(groups[~full])) / int(heavy[full].sum())
            less = full & self._have_less(groups, weights, share)
            if not less.any():
                return Level(share, groups, weights, full)
            full &= ~less

    def _have_less(self, groups: Places, weights: Ints, share: mpq) -> Mask:
        """Say of each group whether it has less than the full share."""
        asked = float(share) * weights
        apart = self.floats[groups] - asked
        less: Mask = apart < 0
        for place in np.flatnonzero(np.abs(apart) <= self.error + 4 * ULP * asked):
            less[place] = self.purse(int(groups[place])) < share * int(weights[place])
        return less

    def emptied(self, level: Level) -> Mask:
        """Say of each payer of a level whether it has nothing left after it; a share of 0 empties nobody."""
        if level.share == 0:
            return np.zeros(len(level.groups), np.bool_)
        emptied = ~level.full
        asked = float(level.share) * level.weights
        near = np.abs(self.floats[level.groups] - asked) <= self.error + 4 * ULP * asked
        for place in np.flatnonzero(near & level.full):
            emptied[place] = self.purse(int(level.groups[place])) == level.share * int(level.weights[place])
        return emptied

    # --- paying ---

    def pay(self, project: int, level: Level, emptied: Mask) -> None:
        """Take an exact level from everybody who pays it."""
        asked = float(level.share) * level.weights
        self.floats[level.groups] = np.where(emptied, 0.0, np.maximum(self.floats[level.groups] - asked, 0.0))
        self.error += 4 * ULP * float(self.start) * float(self.columns.ballots[level.groups].sum())
        self.empty[level.groups[emptied]] = True
        self.shares[project] = level.share
        self._paid[project] = True

    def pay_about(self, project: int, share: float) -> None:
        """Take about the full share in floats alone: nothing exact can be asked of these purses any more."""
        self._about = True
        view = self.view(project)
        given = np.minimum(view.purses, view.ask(share))
        raised = float(given @ view.ballots)
        self.floats[self.columns.groups(project)] = view.purses - given
        rounding = (len(given) + 8) * ULP * raised + 2 * ULP * float(view.purses @ view.ballots)
        self.error += abs(raised - view.cost) + rounding
