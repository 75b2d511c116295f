"""Spend what Equal Shares leaves: larger purses until the budget would not suffice, then greedy.

Purses grow by one unit of currency a ballot at a time (Add1), as the cities that use Equal Shares do. The
outcome that stands is the last one that the budget pays. Two rules say when to stop:

- "overspend": only when the next outcome would cost more than the budget;
- "exhaustive": also as soon as nothing that has support and a cost would still fit.

Source: Peters and Skowron, Completion of the Method of Equal Shares, https://equalshares.net/implementation/completion;
Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis, IJCAI 2023, section 4.
"""

from collections.abc import Callable, Collection
from typing import Literal, NamedTuple

from gmpy2 import mpq

from tally.profile import TieOrder
from tally.rules.columns import Columns
from tally.rules.method import find_winners

Stop = Literal["exhaustive", "overspend"]
Start = Literal["exact", "whole"]
"""Purses of budget / ballots exactly, or rounded down to whole increments."""

Told = Callable[[int], None]
"""Is told how many increments have been tried."""


class Growth(NamedTuple):
    """How purses grow: each choice that changes winners, by name."""

    by_cost: bool
    stop: Stop
    start: Start
    increment: int


def first_purse(columns: Columns, budget: int, start: Start, increment: int) -> mpq:
    """Return the purse of one ballot before any increment, in cents."""
    purse = mpq(budget, int(columns.ballots.sum()) or 1)
    return purse if start == "exact" else mpq(purse // increment * increment)


def is_exhaustive(columns: Columns, winners: Collection[int], left: int) -> bool:
    """Say whether nothing that has support and a cost fits what is left, in cents."""
    return all(
        project in winners or cost > left or cost == 0 or not columns.total_weights[project]
        for project, cost in enumerate(columns.costs)
    )


def find_increments(
    columns: Columns, budget: int, ties: TieOrder, growth: Growth, told: Told = lambda _: None
) -> int:
    """Return by how many increments the purses grow for the outcome that stands."""
    first, everything = first_purse(columns, budget, growth.start, growth.increment), _supported(columns)
    times = 0
    while True:
        told(times)
        winners = find_winners(columns, first + times * growth.increment, ties, by_cost=growth.by_cost)
        left = budget - sum(columns.costs[winner] for winner in winners)
        if left < 0:
            return times - 1
        if len(winners) == everything or (
            growth.stop == "exhaustive" and is_exhaustive(columns, {*winners}, left)
        ):
            return times
        times += 1


def _supported(columns: Columns) -> int:
    return sum(weight > 0 for weight in columns.total_weights)
