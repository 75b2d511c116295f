"""Maximin support: the costs are spread anew each round, and the largest load on a ballot stays smallest.

Each round takes the project with which the costs of everything chosen can be spread over the supporters so
that the ballot that carries most carries least. Unlike under Phragmen's method no ballot is bound to what it
carried before. Exact: loads are fractions of cents; how they are found stands in spread.py. For approval
ballots.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Literal

import msgspec
import numpy as np
from gmpy2 import mpq

from tally.profile import Profile, TieOrder
from tally.rules.columns import Columns
from tally.rules.loads import Choice, columns_of_approvals, tell
from tally.rules.result import Result
from tally.rules.spread import Network, Spread

NAME = "maximin-support"
PAPER = (
    "Sanchez-Fernandez, Fernandez Garcia, Fisteus and Brill, The Maximin Support Method, Mathematical "
    "Programming 2024, https://arxiv.org/abs/1609.05370; for costs: Aziz, Lee and Talmon, Proportionally "
    "Representative Participatory Budgeting, AAMAS 2018, https://arxiv.org/abs/1711.08226"
)


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice that changes winners.

    `misfits`: "skip" leaves out, each round, what does not fit any more (Aziz, Lee and Talmon; pabutools);
    "stop" leaves out only what costs more than the whole budget, and ends the count when one of the equal
    best does not fit (as is done for Phragmen's method). `zero_votes`: "take" goes on in the same way with
    projects without support when no others are left; "skip" leaves them out. `zero_cost`: "skip" leaves out
    what costs nothing.
    """

    misfits: Literal["skip", "stop"] = "skip"
    zero_cost: Literal["skip", "take"] = "take"
    zero_votes: Literal["skip", "take"] = "skip"


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "maximin-support". Errors: ProfileError (ballots with weights)."""
    columns = columns_of_approvals(profile)
    choices = _choose(columns, parameters, ties)
    return tell(NAME, columns, ties, choices, take_free=parameters.zero_cost == "take")


def _choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> Iterator[Choice]:
    """Yield the smallest load and who has it, round by round; None for projects without supporters."""
    left = columns.profile.budget
    search = _Search(columns)
    least = 0 if parameters.zero_cost == "take" else 1
    rest = {project for project, cost in enumerate(columns.costs) if least <= cost <= left}
    while rest:
        supported = [project for project in rest if columns.total_supporters[project]]
        if not supported and parameters.zero_votes == "skip":
            return
        load, tied = search.find_best(supported) if supported else (None, sorted(rest))
        yield load, tied
        index, _ = ties.break_tie(tied)
        if load is not None:
            search.choose(index)
        left -= columns.costs[index]
        rest.remove(index)
        if parameters.misfits == "skip":
            rest = {project for project in rest if columns.costs[project] <= left}


class _Search:
    """Finds the projects with the smallest load, and tries only loads that may be smallest.

    For chosen projects W and another one p, z(W + p) is no less than z(W), than what it was with fewer
    chosen, and than cost(S) / |N(S)| for any S within W + p. The smallest of such bounds is tried first: if
    it is enough for its project, no other project can have less.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._network = Network(columns)
        self._spread = Spread(self._network, mpq(0), {})
        self._known: dict[int, mpq] = {}
        self._found: dict[int, Spread] = {}
        self._cost = self._people = 0
        self._reached = np.zeros(len(columns.ballots), np.bool_)

    def find_best(self, projects: list[int]) -> tuple[mpq, list[int]]:
        """Return the smallest load with which one of the projects can be chosen too, and who has it."""
        heap = [(self._bound(project), project) for project in projects]
        heapify(heap)
        self._found = {}
        best = heap[0][0]
        while heap and (heap[0][0] == best or not self._found):
            best, project = heappop(heap)
            spread = self._spread.add(project, best)
            self._known[project] = best
            if spread.stuck:
                self._known[project] = self._network.ask(spread.stuck)
                assert self._known[project] > best
                heappush(heap, (self._known[project], project))
            else:
                self._found[project] = spread
        return best, sorted(self._found)

    def choose(self, project: int) -> None:
        """Take one of the projects that were found."""
        self._spread = self._found.pop(project)
        self._cost += self._columns.costs[project]
        self._people += self._fresh(project)
        self._reached[self._columns.groups(project)] = True

    def _bound(self, project: int) -> mpq:
        """Return a load that is proved to be no more than what the project leads to."""
        cost = self._columns.costs[project]
        together = mpq(self._cost + cost, self._people + self._fresh(project))
        alone = mpq(cost, self._columns.total_supporters[project])
        return max(self._known.get(project, alone), self._spread.most, together)

    def _fresh(self, project: int) -> int:
        """Return how many ballots support a project and none that is chosen."""
        groups = self._columns.groups(project)
        return int(self._columns.ballots[groups[~self._reached[groups]]].sum())
