"""Spend what Equal Shares leaves: larger purses until the budget would not suffice, then greedy.

Purses grow by one unit of currency a ballot at a time (Add1), as the cities that use Equal Shares do. The
outcome that stands is the last one that the budget pays. Two rules say when to stop:

- "overspend": only when the next outcome would cost more than the budget;
- "exhaustive": also as soon as nothing open that has support and a cost would still fit.

Source: Peters and Skowron, Completion of the Method of Equal Shares, https://equalshares.net/implementation/completion;
Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis, IJCAI 2023, section 4.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from gmpy2 import mpq

from tally.profile import TieOrder
from tally.rules.columns import Columns
from tally.rules.method import find_winners
from tally.rules.openness import Openness

Stop = Literal["exhaustive", "overspend"]
Start = Literal["exact", "whole"]
"""Purses of budget / ballots exactly, or rounded down to whole increments."""

Told = Callable[[int], None]
"""Is told how many increments have been tried."""


class Growth(NamedTuple):
    """How purses grow: each choice that changes winners, by name."""

    by_cost: bool
    take_free: bool
    stop: Stop
    start: Start
    increment: int


def first_purse(columns: Columns, budget: int, start: Start, increment: int) -> mpq:
    """Return the purse of one ballot before any increment, in cents."""
    purse = mpq(budget, int(columns.ballots.sum()) or 1)
    return purse if start == "exact" else mpq(purse // increment * increment)


def open_losers(columns: Columns, winners: Sequence[int], *, take_free: bool) -> list[int]:
    """Return what has support, did not win, and is open after these winners, in their order."""
    openness, won = Openness(columns, take_free=take_free), set(winners)
    for winner in winners:
        openness.win(winner)
    losers = (p for p, votes in enumerate(columns.total_weights) if votes and p not in won)
    return list(openness.among(losers))


def is_exhaustive(columns: Columns, losers: Iterable[int], left: int) -> bool:
    """Say whether none of some projects has a cost and fits what is left, in cents."""
    return not any(0 < columns.costs[project] <= left for project in losers)


def find_increments(
    columns: Columns, budget: int, ties: TieOrder, growth: Growth, told: Told = lambda _: None
) -> int:
    """Return by how many increments the purses grow for the outcome that stands."""
    first = first_purse(columns, budget, growth.start, growth.increment)
    times = 0
    while True:
        told(times)
        purse = first + times * growth.increment
        winners = find_winners(columns, purse, ties, by_cost=growth.by_cost, take_free=growth.take_free)
        left = budget - sum(columns.costs[winner] for winner in winners)
        if left < 0:
            return times - 1
        losers = open_losers(columns, winners, take_free=growth.take_free)
        if not losers or (growth.stop == "exhaustive" and is_exhaustive(columns, losers, left)):
            return times
        times += 1
