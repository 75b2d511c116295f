"""How many ballots must say something else before there can be other winners: proved, or a bound.

The number of ballots stays. A changed ballot may say anything (with points: give no project more than the
most that any ballot gives now); where ballots are limited in length the proved bound still holds. The winners
are the set, not the order.

**Greedy that passes over what does not fit.** Let W be the winners, L the money left at the end. All of W
fits together, so a winner is always chosen when only winners were chosen before it. So W stays the outcome as
long as all winners may be considered, and each loser that may be considered does not fit what the winners
before it leave. Hence there are other winners exactly if

1. a winner falls below the votes that it needs to be considered: of its v votes, v - needed + 1 must go; or
2. a loser l (cost at most the budget, and with the votes to be considered) comes before winners that cost
   l.cost - L together.

One changed ballot brings l nearer to a winner x by at most 2 votes: it drops x and takes l (which needs a
ballot with x and not l); by 1 if it has both or neither; not at all if it has l and not x. With M ballots the
most is gained by taking them in this order, so the fewest that bring l before x, M(l, x), follows from how
many ballots have one, both or neither. For 2, every x passed needs M(l, x), so the smallest M for which the
winners with M(l, x) <= M cost enough is a lower bound; and exact where one such x is enough. Whether it is
exact is not argued but tried: ballots are changed and counted.

By votes for each unit of cost, the same with v / cost: votes of l count x.cost, of x l.cost.

**Greedy with points.** The same, where one ballot brings l nearer by at most twice the most points; a bound.

**Any other rule, and projects that exclude or need each other.** One changed ballot may be enough, so the
bound is 1. A better one for Equal Shares would have to follow every purse through all rounds and every order
of the winners; none is proved here. Beside it stands an upper bound, found by changing ballots so that they
support nothing but one loser (tries.py).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tally.explain.facts import Margin
from tally.explain.recount import Recount
from tally.explain.tries import find_tried
from tally.profile import TieOrder
from tally.rules import greedy
from tally.rules.columns import Columns, Ints
from tally.rules.result import Result


class _Way(NamedTuple):
    """A way to other winners: `least` ballots at least, bringing a loser before some winners, or one down."""

    least: int
    loser: int | None
    passed: tuple[int, ...]


class _Line:
    """The line of greedy without points, and what changed ballots can do in it."""

    def __init__(self, recount: Recount) -> None:
        self.columns: Columns = recount.columns
        self.parameters: greedy.Parameters = recount.parameters
        self.ties: TieOrder = recount.ties
        self.heaviest = recount.heaviest
        self.winners = greedy.choose(self.columns, self.parameters, self.ties)
        self.losers = [p for p in range(len(self.columns.costs)) if p not in self.winners]
        self.ballots = int(self.columns.ballots.sum())
        self.left = recount.profile.budget - sum(self.columns.costs[p] for p in self.winners)
        share = -(-self.parameters.minimum_share * self.ballots // greedy.SHARE_UNITS)
        asked = max(self.parameters.minimum_votes, share)
        self.needed = max(asked, 1) if self.parameters.zero_votes == "skip" else asked

    def list_ways(self) -> Iterator[_Way]:
        """Yield for each winner and each loser the fewest ballots that may do it."""
        votes = self.columns.total_weights
        if self.needed:
            for winner in self.winners:
                yield _Way(-(-(votes[winner] - self.needed + 1) // self.heaviest), None, (winner,))
        for loser in self.losers:
            if self.columns.costs[loser] <= self.columns.profile.budget and self.needed <= self.ballots:
                yield self._way_of(loser)

    def _way_of(self, loser: int) -> _Way:
        """Return the smallest number for which the winners that it may pass cost enough."""
        lacks = self.columns.costs[loser] - self.left
        least = max(-(-(self.needed - self.columns.total_weights[loser]) // self.heaviest), 0)
        both = self._count_with(loser)
        paid = [winner for winner in self.winners if self.columns.costs[winner]]
        fewest = sorted((self._pass(loser, winner, int(both[winner])), winner) for winner in paid)
        passed: list[int] = []
        for number, winner in fewest:
            if lacks <= 0:
                break
            lacks -= self.columns.costs[winner]
            passed.append(winner)
            least = max(least, number)
        return _Way(max(least, 1), loser, tuple(passed))

    def _count_with(self, loser: int) -> Ints:
        """Return for each project how many ballots support both it and the loser."""
        groups = self.columns.groups(loser)
        entries, lengths = self.columns.entries_of(groups)
        found = np.zeros(len(self.columns.costs), np.int64)
        ballots = np.repeat(self.columns.ballots[groups], lengths)
        np.add.at(found, self.columns.group_projects[entries], ballots)
        return found

    def _pass(self, loser: int, winner: int, both: int) -> int:
        """Return M(loser, winner)."""
        votes = self.columns.total_weights
        up, down = self._units(loser, winner)
        lacks = votes[winner] * down - votes[loser] * up
        lacks += 0 if self._is_first(loser, winner) else 1
        if lacks <= 0:
            return 0
        if self.heaviest > 1:
            return -(-lacks // (self.heaviest * (up + down)))
        only = self.columns.total_supporters[winner] - both
        neither = self.ballots - self.columns.total_supporters[loser] - only
        gains = [(up + down, only), *sorted([(up, neither), (down, both)], reverse=True)]
        return _fewest(lacks, gains)

    def _units(self, loser: int, winner: int) -> tuple[int, int]:
        if self.parameters.order == "votes":
            return 1, 1
        return self.columns.costs[winner], self.columns.costs[loser]

    def _is_first(self, one: int, other: int) -> bool:
        """Say whether one comes before the other where their votes are equal."""
        steps = [place for place, step in enumerate(self.ties.steps) if step != "votes"]
        first, second = ([self.ties.keys[p][place] for place in steps] for p in (one, other))
        return first < second


def _fewest(lacks: int, gains: list[tuple[int, int]]) -> int:
    """Return how many ballots, best first, gain what is lacking; at most all there are."""
    taken = 0
    for gain, ballots in gains:
        if gain and -(-lacks // gain) <= ballots:
            return taken + -(-lacks // gain)
        taken, lacks = taken + ballots, lacks - gain * ballots
    return taken


def _is_line(recount: Recount) -> bool:
    """Say whether the count is the line of which the module speaks."""
    parameters = recount.parameters
    by_line = isinstance(parameters, greedy.Parameters) and parameters.misfits == "skip"
    return by_line and not recount.profile.relations


def find_margin(recount: Recount, result: Result, *, search: bool) -> Margin:
    """Return the margin; exact for greedy without points that passes over what does not fit, where it can.

    `search`: for other rules, seek an upper bound by counting.
    """
    if not _is_line(recount):
        possible = recount.columns.costs and len(recount.columns.ballots)
        return Margin(least=1 if possible else None, most=find_tried(recount, result) if search else None)
    line = _Line(recount)
    ways = sorted(line.list_ways(), key=lambda way: way.least)
    if not ways:
        return Margin(least=None, most=None)
    if recount.heaviest > 1:
        return Margin(least=1 if recount.parameters.minimum_share else ways[0].least, most=None)
    most: int | None = None
    for way in ways:
        if most is not None and way.least >= most:
            break
        number = way.least if way.loser is None else _find_number(line, way, most)
        most = number if most is None or (number is not None and number < most) else most
    return Margin(least=ways[0].least, most=most)


# Trying it ----------------------------------------------------------------------------------------------


def _find_number(line: _Line, way: _Way, most: int | None) -> int | None:
    """Return the smallest tried number of changed ballots that gives other winners, below `most`."""
    high = line.ballots if most is None else most - 1
    if high < way.least or not _changes(line, way, high):
        return None
    low = way.least
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _changes(line, way, middle) else (middle + 1, high)
    return high


def _changes(line: _Line, way: _Way, number: int) -> bool:
    """Say whether there are other winners when `number` ballots take the loser and drop the winners."""
    assert way.loser is not None
    columns, votes = line.columns, dict(enumerate(line.columns.total_weights))
    for project, change in _change_totals(columns, way.loser, way.passed, number).items():
        votes[project] += change
    changed = columns.with_totals(votes, votes)
    keys = [
        tuple(-votes[p] if step == "votes" else old for step, old in zip(line.ties.steps, key, strict=True))
        for p, key in enumerate(line.ties.keys)
    ]
    ties = TieOrder(name=line.ties.name, steps=line.ties.steps, keys=tuple(keys))
    return {*greedy.choose(changed, line.parameters, ties)} != {*line.winners}


def _change_totals(columns: Columns, loser: int, passed: tuple[int, ...], number: int) -> Mapping[int, int]:
    """Return by how many votes projects change when the ballots that can do most are changed.

    Ballots are taken by how many of these steps they can do: take the loser, drop each of the passed; and as
    evenly as can be from those that can do as many.
    """
    lacks = np.ones(len(columns.ballots), np.int64)
    lacks[columns.groups(loser)] = 0
    steps = lacks + sum(
        (np.bincount(columns.groups(p), minlength=len(lacks)) for p in passed), np.zeros_like(lacks)
    )
    worth, taken = 2 * steps + lacks, np.zeros(len(lacks), np.int64)
    for best in sorted(set(worth.tolist()), reverse=True):
        groups = np.flatnonzero(worth == best)
        taken[groups] = _take_evenly(columns.ballots[groups], number)
        number -= int(taken[groups].sum())
    found = {p: -int(taken[columns.groups(p)].sum()) for p in passed}
    found[loser] = int((taken * lacks).sum())
    return found


def _take_evenly(ballots: Ints, number: int) -> Ints:
    """Return how many of each group are taken so that they are `number` together, or all."""
    total = int(ballots.sum())
    number = min(number, total)
    ends = [int(end) * number // total for end in np.cumsum(ballots)]
    return np.array([later - earlier for earlier, later in pairwise([0, *ends])], np.int64)
