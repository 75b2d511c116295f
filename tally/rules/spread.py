"""Spread costs over the ballots that support them, so that no ballot carries more than a given load.

For a set T of projects let z(T) be the smallest load for which that can be done, and N(S) the ballots that
support any project of S. Then z(T) is the largest cost(S) / |N(S)| over the non-empty S within T:

- the cost of S can lie on N(S) alone, so z(T) is no less;
- take a largest flow from projects to ballots that carry at most z. Where it leaves some cost over, let S be
  the projects that the cost left over can reach: from i to j if a ballot that supports both carries some of
  j. All of N(S) carries z and nothing but costs of S, so cost(S) > z |N(S)|, and z is less than z(T).

(Max-flow min-cut, Ford and Fulkerson 1956.) So whoever tries a load that is proved to be no more than z(T)
learns that it is z(T), or a set S whose cost(S) / |N(S)| is more than it and may be tried next (Dinkelbach,
On Nonlinear Fractional Programming, Management Science 1967).

Exact, without floats: under a load of a/b cents everything is counted in units of 1/b cents. The flow is that
of Dinic (1970) over projects: each move takes all that j may give up to i at once, on whatever ballots.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from gmpy2 import mpq

from tally.rules.columns import Columns, Ints

LARGE = 2**62
"""Sums below this fit 64 bits; for larger ones the columns hold Python's own integers."""
DEAD = -1

Amounts = npt.NDArray[Any]


class Network:
    """Who can carry what. `kind` holds every amount and product that can arise.

    All loads are cost(S) / |N(S)|: numerators up to the sum of all costs, denominators up to all ballots.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        ballots, costs = int(columns.ballots.sum()), sum(columns.costs)
        self.kind: type[Any] = np.int64 if ballots * max(costs, ballots) < LARGE else object
        self._shared: dict[tuple[int, int], Ints] = {}
        self._mark = np.zeros(len(columns.ballots), np.bool_)

    def shared(self, project: int, other: int) -> Ints:
        """Return the places in `groups(project)` of those that support the other too."""
        if (project, other) not in self._shared:
            groups = self.columns.groups(other)
            self._mark[groups] = True
            self._shared[project, other] = np.flatnonzero(self._mark[self.columns.groups(project)])
            self._mark[groups] = False
        return self._shared[project, other]

    def ask(self, projects: Iterable[int]) -> mpq:
        """Return cost(S) / |N(S)|."""
        chosen = list(projects)
        reached = np.zeros(len(self.columns.ballots), np.bool_)
        for project in chosen:
            reached[self.columns.groups(project)] = True
        costs = sum(self.columns.costs[project] for project in chosen)
        return mpq(costs, int(self.columns.ballots[reached].sum()))


class Spread:
    """What each group of ballots carries of each project, in units of 1/most.denominator cents.

    `stuck` is empty if everything has found a place; otherwise it is the set S with cost(S) > most |N(S)|.
    """

    def __init__(self, network: Network, most: mpq, laid: dict[int, Amounts]) -> None:
        columns = network.columns
        self.most = most
        self.stuck: frozenset[int] = frozenset()
        self._network = network
        self._laid = laid
        self._room = columns.ballots.astype(network.kind) * int(most.numerator)
        self._short: dict[int, int] = {}
        for project, amounts in laid.items():
            self._room[columns.groups(project)] -= amounts
            self._short[project] = columns.costs[project] * int(most.denominator) - int(amounts.sum())
        self._levels: dict[int, int] = {}
        self._last = 0
        self._settle()

    def add(self, project: int, most: mpq) -> "Spread":
        """Return the spread with one more project, under a load that is no smaller than the present one."""
        old, new = int(self.most.denominator), int(most.denominator)
        laid = {place: _rescale(amounts, old, new) for place, amounts in self._laid.items()}
        laid[project] = np.zeros(len(self._network.columns.groups(project)), self._network.kind)
        return Spread(self._network, most, laid)

    def _settle(self) -> None:
        """Find places until no project is short of any, or those that are can reach no ballot with room."""
        while short := [project for project, missing in self._short.items() if missing]:
            if not self._find_levels(short):
                self.stuck = frozenset(self._levels)
                return
            for project in short:
                self._short[project] -= self._push(project, self._short[project])
        self._verify()

    def _verify(self) -> None:
        """Assert that every cost lies whole on its supporters and no ballot carries too much.

        So a load that is found too small has its set S as proof, and one that is enough has the spread.
        """
        columns = self._network.columns
        carried = np.zeros(len(columns.ballots), self._network.kind)
        for project, amounts in self._laid.items():
            assert (amounts >= 0).all()
            assert int(amounts.sum()) == columns.costs[project] * int(self.most.denominator)
            carried[columns.groups(project)] += amounts
        assert (carried <= columns.ballots.astype(self._network.kind) * int(self.most.numerator)).all()

    def _find_levels(self, short: list[int]) -> bool:
        """Set how many moves away each project is from those that are short, up to the first with room.

        False if there is none; the levels are then all that can be reached.
        """
        columns = self._network.columns
        reached = np.zeros(len(columns.ballots), np.bool_)
        self._levels, frontier, self._last = {}, short, 0
        left = set(self._laid)
        while frontier:
            self._levels.update(dict.fromkeys(frontier, self._last))
            left.difference_update(frontier)
            for project in frontier:
                reached[columns.groups(project)] = True
            if self._room[reached].any():
                return True
            frontier = [p for p in left if self._laid[p][reached[columns.groups(p)]].any()]
            self._last += 1
        return False

    def _push(self, project: int, wanted: int) -> int:
        """Find places for more of a project by moves to the next level each; return for how much."""
        found, path = 0, [project]
        while path and found < wanted:
            at_end = self._levels[path[-1]] == self._last
            moved = self._move(path, wanted - found) if at_end else 0
            following = None if at_end else self._follow(path[-1])
            if moved:
                found, path = found + moved, [project]
            elif following is None:
                self._levels[path.pop()] = DEAD
            else:
                path.append(following)
        return found

    def _follow(self, project: int) -> int | None:
        """Return a project of the next level that lies on some of a project's supporters."""
        level = self._levels[project] + 1
        following = (other for other, its in self._levels.items() if its == level)
        return next((other for other in following if self._held(other, project)), None)

    def _held(self, giver: int, taker: int) -> int:
        """Return what one project has laid on ballots that support the other too."""
        return int(self._laid[giver][self._network.shared(giver, taker)].sum())

    def _move(self, path: list[int], wanted: int) -> int:
        """Let each project of a path take the place of the next, and the last lie on ballots with room."""
        groups = self._network.columns.groups(path[-1])
        steps = list(pairwise(path))
        room = self._room[groups]
        amount = min(wanted, int(room.sum()), *(self._held(giver, taker) for taker, giver in steps))
        taken = _take(room, amount)
        self._room[groups] -= taken
        self._laid[path[-1]] += taken
        for taker, giver in reversed(steps):
            spots = self._network.shared(giver, taker)
            taken = _take(self._laid[giver][spots], amount)
            self._laid[giver][spots] -= taken
            self._laid[taker][self._network.shared(taker, giver)] += taken
        return amount


def _take(held: Amounts, wanted: int) -> Amounts:
    """Return what to take of each, the first ones first, so that it sums to what is wanted."""
    before = np.cumsum(held) - held
    taken: Amounts = np.minimum(np.maximum(wanted - before, 0), held)
    return taken


def _rescale(amounts: Amounts, old: int, new: int) -> Amounts:
    """Return amounts in units of 1/new instead of 1/old, rounded down.

    That is floor(amount * new / old), without a product larger than the result or than old * new.
    """
    rescaled: Amounts = amounts // old * new + amounts % old * new // old
    return rescaled
