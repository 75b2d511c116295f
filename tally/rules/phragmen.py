"""Sequential Phragmen: a project is a load that its supporters carry together; the least load is chosen.

When a project is chosen its supporters all carry the same load: what they carried and its cost, shared
equally. The next one is that which leads to the smallest load. Exact: loads are fractions of cents. For
approval ballots.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np
from gmpy2 import mpq

from tally.profile import Profile, TieOrder
from tally.rules.columns import Columns
from tally.rules.loads import Choice, columns_of_approvals, take, tell
from tally.rules.result import Result

NAME = "phragmen-sequential"
PAPER = (
    "Brill, Freeman, Janson and Lackner, Phragmen's Voting Methods and Justified Representation, "
    "Mathematical Programming 2024, https://arxiv.org/abs/2102.12305; for costs: Los, Christoff and Grossi, "
    "Proportional Budget Allocations, IJCAI 2022, https://arxiv.org/abs/2202.01982"
)


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice that changes winners.

    The count ends when one of the equal best does not fit. Projects that cost more than the whole budget are
    left out from the start. `zero_votes`: "take" chooses, when nothing with support is left, projects without
    support if all of them fit (so does pabutools); "skip" leaves them out. `zero_cost`: "skip" leaves out
    what costs nothing.
    """

    zero_cost: Literal["skip", "take"] = "take"
    zero_votes: Literal["skip", "take"] = "skip"


class _Loads:
    """What every ballot carries: the load of the last chosen project that it supports, 0 at first."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._last = np.zeros(len(columns.ballots), np.int64)
        self._levels = [mpq(0)]

    def ask(self, project: int) -> mpq:
        """Return the load that the project's supporters would carry."""
        groups = self._columns.groups(project)
        ballots = np.bincount(self._last[groups], weights=self._columns.copies(project))
        carried = sum(
            (self._levels[level] * int(ballots[level]) for level in np.flatnonzero(ballots)), mpq(0)
        )
        return (carried + self._columns.costs[project]) / self._columns.total_supporters[project]

    def put(self, project: int, load: mpq) -> None:
        """Put the load on the project's supporters."""
        self._last[self._columns.groups(project)] = len(self._levels)
        self._levels.append(load)


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "phragmen-sequential". Errors: ProfileError (ballots with weights)."""
    columns = columns_of_approvals(profile)
    choices = _choose(columns, parameters, ties)
    return tell(NAME, columns, ties, choices, take_free=parameters.zero_cost == "take")


def choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> list[int]:
    """Return who wins and nothing else, in order of choice: `count` for who counts many times."""
    return [index for index, _ in take(columns, ties, _choose(columns, parameters, ties))]


def _choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> Iterator[Choice]:
    """Yield the smallest load and who has it, round by round; None for projects without supporters."""
    loads = _Loads(columns)
    least = 0 if parameters.zero_cost == "take" else 1
    affordable = [p for p, cost in enumerate(columns.costs) if least <= cost <= columns.profile.budget]
    known = {p: mpq(0) for p in affordable if columns.total_supporters[p]}
    while known:
        best: mpq | None = None
        for project in sorted(known, key=known.__getitem__):
            if best is not None and known[project] > best:
                break
            known[project] = loads.ask(project)
            best = known[project] if best is None else min(best, known[project])
        assert best is not None
        tied = [project for project, load in known.items() if load == best]
        yield best, tied
        index, _ = ties.break_tie(tied)
        loads.put(index, best)
        del known[index]
    rest = [p for p in affordable if not columns.total_supporters[p]]
    while rest and parameters.zero_votes == "take":
        yield None, rest
        rest.remove(ties.break_tie(rest)[0])
