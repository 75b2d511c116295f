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
from tally.rules.runs import Runs

Stop = Literal["exhaustive", "overspend"]
Start = Literal["exact", "whole"]
"""Purses of budget / ballots exactly, or rounded down to whole increments."""

FEWEST_RUNS = 8
"""So many purses are tried together at first."""
MOST_PURSES = 2**20
"""The most purses of groups, of all runs together, that are kept in memory: 8 MiB."""

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
    """Return by how many increments the purses grow for the outcome that stands.

    Runs are looked at together, more each time; those above the one that ends the growth cost little.
    """
    first = first_purse(columns, budget, growth.start, growth.increment)
    times, number = 0, FEWEST_RUNS
    most = max(1, MOST_PURSES // max(1, len(columns.ballots), len(columns.costs)))
    while True:
        told(times)
        starts = [first + (times + each) * growth.increment for each in range(min(number, most))]
        if (found := _find_last(columns, budget, ties, growth, starts)) is not None:
            return times + found
        times, number = times + len(starts), number * 4


def _find_last(
    columns: Columns, budget: int, ties: TieOrder, growth: Growth, starts: Sequence[mpq]
) -> int | None:
    """Return which of rising first purses is that of the outcome that stands; -1: the one before them all."""
    runs = Runs(columns, starts, ties, by_cost=growth.by_cost, take_free=growth.take_free)
    found, undecided = None, list[int]()
    for numbers, winners in runs.outcomes():
        if winners is None:
            undecided += numbers.tolist()
        elif (ended := _judge(columns, budget, growth, winners)) is not None:
            runs.until = int(numbers[0])
            found = runs.until + ended
    for number in sorted(undecided):
        if number < runs.until:
            winners = find_winners(
                columns, starts[number], ties, by_cost=growth.by_cost, take_free=growth.take_free
            )
            if (ended := _judge(columns, budget, growth, winners)) is not None:
                return number + ended
    return found


def _judge(columns: Columns, budget: int, growth: Growth, winners: Sequence[int]) -> int | None:
    """Return how purses stop growing: 0 with this outcome, -1 with the one before, None if they go on."""
    left = budget - sum(columns.costs[winner] for winner in winners)
    if left < 0:
        return -1
    losers = open_losers(columns, winners, take_free=growth.take_free)
    stops = not losers or (growth.stop == "exhaustive" and is_exhaustive(columns, losers, left))
    return 0 if stops else None
