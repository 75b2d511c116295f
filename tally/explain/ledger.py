"""Who paid what under Equal Shares: every ballot's payments follow from the shares and from when it emptied.

A run is made again with the purses of the published outcome. A ballot that is not emptied pays the full share
times its weight; in the round that empties it, all that it has left; and nothing after. All exact.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from gmpy2 import mpq

from tally.explain.facts import Flow, Money
from tally.profile import TieOrder, Weights
from tally.rules.columns import Columns, Floats, Ints, Places
from tally.rules.equal_shares import Parameters
from tally.rules.method import Run
from tally.rules.result import format_exact


def guess_limit(
    columns: Columns, purse: Fraction, ties: TieOrder, project: int, parameters: Parameters
) -> int:
    """Return about the highest cost at which supporters' purses pay for a project: in floats, to be checked.

    As long as a project is not chosen its cost changes nothing for others. So in a run without it, its limit
    is the most that its supporters raise at the price of the chosen project in some round, or at the end.
    """
    ballots, weights = columns.copies(project).astype(float), columns.weights(project).astype(float)
    start = mpq(purse.numerator, purse.denominator)
    beyond = columns.profile.budget + int(start * int(columns.ballots.sum())) + 1
    by_cost = parameters.by_cost
    run = Run(columns.with_cost(project, beyond), start, by_cost=by_cost, take_free=parameters.take_free)
    most, before = 0.0, run.purses.floats[columns.groups(project)]
    for step in run.steps(ties):
        full = float(step.price) * weights
        most = max(
            most, _raise_most(before, full, ballots) if by_cost else float(np.minimum(before, full) @ ballots)
        )
        before = run.purses.floats[columns.groups(project)]
    return int(max(most, float(before @ ballots)) + 1e-6)


def _raise_most(purses: Floats, full: Floats, ballots: Floats) -> float:
    """Return about the highest cost that is raised when each pays at most its part of that cost."""
    low, high = 0.0, float(purses @ ballots)
    for _ in range(60):
        cost = (low + high) / 2
        low, high = (cost, high) if float(np.minimum(purses, full * cost) @ ballots) >= cost else (low, cost)
    return low


class Ledger:
    """All payments of one run; `chosen` are its projects in order."""

    def __init__(self, columns: Columns, purse: Fraction, ties: TieOrder, parameters: Parameters) -> None:
        self.columns = columns
        self.purse = mpq(purse.numerator, purse.denominator)
        self.chosen: list[int] = []
        run = Run(columns, self.purse, by_cost=parameters.by_cost, take_free=parameters.take_free)
        start = -1
        self._emptied: Ints = np.where(run.purses.empty, start, len(columns.costs)).astype(np.int64)
        for number, step in enumerate(run.steps(ties)):
            self.chosen.append(step.project)
            now = run.purses.empty & (self._emptied == len(columns.costs))
            self._emptied[now] = number
        self._shares = [run.purses.shares.get(project, mpq(0)) for project in self.chosen]

    def find_money(self, project: int) -> Money:
        """Return what the supporters of a project had together, what they paid and what they have left."""
        groups = self.columns.groups(project)
        had = self.purse * int(self.columns.ballots[groups].sum())
        paid = self._paid_by(groups)
        flows = sorted(paid.items(), key=lambda pair: (-pair[1], pair[0]))
        return Money(
            had=format_exact(had),
            paid=tuple(self._flow(winner, total) for winner, total in flows if total),
            left=format_exact(had - sum(paid.values(), mpq(0))),
        )

    def find_payments(self, weights: Weights) -> tuple[tuple[Flow, ...], mpq]:
        """Return what one ballot of this content paid, round by round, and what it has left.

        Equal ballots pay the same, so nothing has to be known but what the ballot says.
        """
        left, given = self.purse, dict(weights)
        found: list[Flow] = []
        for project, share in zip(self.chosen, self._shares, strict=True):
            if project in given:
                paid = min(left, share * given[project])
                left -= paid
                found.append(self._flow(project, paid))
        return tuple(found), left

    def _flow(self, project: int, total: mpq) -> Flow:
        return Flow(project=self.columns.ids[project], total=format_exact(total))

    def _paid_by(self, groups: Places) -> Mapping[int, mpq]:
        """Return what all ballots of some groups paid for each chosen project."""
        entries, lengths = self.columns.entries_of(groups)
        projects = self.columns.group_projects[entries]
        heavy = np.repeat(self.columns.ballots[groups], lengths) * self.columns.group_weights[entries]
        emptied = np.repeat(self._emptied[groups], lengths)
        total = len(self.columns.costs)
        paid: dict[int, mpq] = {}
        for number, project in enumerate(self.chosen):
            full = (projects == project) & (emptied > number)
            paid[project] = self._shares[number] * int(heavy[full].sum())
            now = groups[self._emptied[groups] == number]
            if len(now):
                # What they had at first, less their full shares of all rounds before.
                last = self.purse * int(self.columns.ballots[now].sum())
                sums = np.zeros(total, np.int64)
                before = emptied == number
                np.add.at(sums, projects[before], heavy[before])
                for earlier in range(number):
                    last -= self._shares[earlier] * int(sums[self.chosen[earlier]])
                paid[project] += last
        return paid
