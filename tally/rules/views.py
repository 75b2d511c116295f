"""A project's supporters in many runs of Equal Shares at once, with the bound of purses.py for each run.

Every number here stands once a run, in arrays; `purses[run]` are the supporters' purses in that run. What is
said to be proved holds for the exact purses. Where nothing can be proved bounds are infinite.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tally.rules.columns import Floats, Places
from tally.rules.purses import ULP, Mask

STEPS = 100
"""After so many steps a share is taken as it is; what is proved of it is proved anew."""


LOOKS = 3
"""So many steps are taken towards a price that may not matter."""


class Support(NamedTuple):
    """Who supports a project: groups, their weights (None: all 1), ballots, and weight times ballots."""

    groups: Places
    weights: Floats | None
    ballots: Floats
    heavy: Floats
    cost: float
    rounding: float
    """What sums over the supporters may be off by, as a part of the sum."""


class Crowd:
    """The supporters of several projects in one run, whose purses are off by `error` in sum."""

    def __init__(self, supports: Sequence[Support], purses: Floats, error: float) -> None:
        self._lengths = np.array([len(each.groups) for each in supports])
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._purses = purses.take(np.concatenate([each.groups for each in supports]))
        self._ballots = np.concatenate([each.ballots for each in supports])
        self._heavy, self._weights = self._ballots, None
        if any(each.weights is not None for each in supports):
            self._heavy = np.concatenate([each.heavy for each in supports])
            self._weights = self._heavy / self._ballots
        self._costs = np.array([each.cost for each in supports])
        self._rounding = (self._lengths + 8) * ULP
        self._error = error

    def find_below(self, shares: Floats) -> Floats:
        """Return shares a point that are proved to be no more than those that pay each cost."""
        best = np.full(len(shares), -np.inf)
        for _ in range(LOOKS):
            asked = np.repeat(shares, self._lengths)
            if self._weights is not None:
                asked *= self._weights
            weight = np.add.reduceat((self._purses >= asked) * self._heavy, self._starts)
            raised = np.add.reduceat(np.minimum(self._purses, asked) * self._ballots, self._starts)
            best = np.maximum(
                best, _step_below(shares, self._costs, raised, weight, self._error, self._rounding)
            )
            shares = np.maximum(best, shares)
        return best


class Views(NamedTuple):
    """Their purses in some runs, and how far each run's are off the exact ones, in sum over all ballots."""

    support: Support
    purses: Floats
    errors: Floats

    def part(self, rows: Mask) -> "Views":
        """Return the view of some of the runs."""
        if rows.all():
            return self
        return self._replace(purses=self.purses[rows], errors=self.errors[rows])

    def all_have(self, share: float) -> Mask:
        """Say where it is proved that all supporters have more than a full share that is off by 4 ULP."""
        least = share * (1 + 8 * ULP)
        if self.support.weights is None:
            return np.asarray(self.purses.min(axis=1) > least + self.errors)
        return np.asarray((self.purses > least * self.support.weights + self.errors[:, None]).all(axis=1))

    def cannot_pay(self) -> Mask:
        """Say where it is proved that the supporters have not the cost together."""
        money = self.purses @ self.support.ballots
        return np.asarray(self.support.cost - money > self.errors + self.support.rounding * money)

    def find_below(self, shares: Floats) -> Floats:
        """Return shares proved to be no more than those that pay the cost, one step from any others.

        What is raised is concave in the share, so it lies below its tangent; where the tangent reaches the
        cost, it does not yet. Infinite where nobody has a share and what all have is proved not to suffice.
        """
        return self._step_below(shares, *self._raised_at(shares))

    def find_shares(self, least: Floats) -> tuple[Floats, Floats]:
        """Return about the shares that pay the cost, found upwards from `least`, and the weight there."""
        shares, weight = least, self.support.heavy[:1]
        near = self.support.rounding * self.support.cost / 4
        for _ in range(STEPS):
            raised, weight = self._raised_at(shares)
            short = self.support.cost - raised
            shares = np.where(weight > 0, shares + short / np.maximum(weight, 1.0), shares)
            if not ((short > near) & (weight > 0)).any():
                break
        return shares, weight

    def prove(self, shares: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """Return the exact shares at least and at most, as far as can be proved close to those found."""
        least: Floats = np.full(len(shares), -np.inf)
        most: Floats = np.full(len(shares), np.inf)
        apart = (self.errors + self.support.rounding * self.support.cost) / np.maximum(weight, 1.0)
        for times in (4.0, 64.0, 4096.0):
            above = shares * (1 + 8 * ULP) + times * apart
            raised, heavy = self._raised_at(above)
            least = np.maximum(least, self._step_below(above, raised, heavy))
            enough = raised - self.errors - self.support.rounding * raised >= self.support.cost
            most = np.where(enough, np.minimum(most, above), most)
            if enough.all():
                break
        return least, most

    def pay(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return the purses after about these full shares, and what the error of each run has grown by."""
        given = np.minimum(self.purses, self._ask(shares))
        raised = given @ self.support.ballots
        rounding = self.support.rounding * raised + 2 * ULP * (self.purses @ self.support.ballots)
        return self.purses - given, np.abs(raised - self.support.cost) + rounding

    def _raised_at(self, shares: Floats) -> tuple[Floats, Floats]:
        """Return about what full shares a point raise, and the weight of those who have them."""
        asked = self._ask(shares)
        weight = (self.purses >= asked) @ self.support.heavy
        return np.minimum(self.purses, asked) @ self.support.ballots, weight

    def _step_below(self, shares: Floats, raised: Floats, weight: Floats) -> Floats:
        support = self.support
        return _step_below(shares, support.cost, raised, weight, self.errors, support.rounding)

    def _ask(self, shares: Floats) -> Floats:
        """Return what full shares a point are for each supporter, in rows."""
        column = shares[:, None]
        return column if self.support.weights is None else column * self.support.weights


def _step_below(
    shares: Floats,
    cost: Floats | float,
    raised: Floats,
    weight: Floats,
    error: Floats | float,
    rounding: Floats | float,
) -> Floats:
    """Return where the tangent of what is raised reaches the cost; infinite where it never does."""
    spare = cost - raised - (error + rounding * raised)
    steps = spare / np.maximum(weight, 1.0)
    below: Floats = shares + steps - rounding * np.abs(steps)
    if weight.all():
        return below
    return np.where(weight > 0, below, np.where(spare > 0, np.inf, -np.inf))
