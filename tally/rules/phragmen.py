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

from tally.profile import Profile, ProfileError, TieOrder
from tally.rules.columns import Columns
from tally.rules.result import Result, Round, Status, format_exact, pick

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
    support if all of them fit (so does pabutools); "skip" leaves them out.
    """

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
    columns = Columns(profile)
    if any(weight != 1 for weight in columns.group_weights.tolist()):
        raise ProfileError("expected approval ballots: Phragmen's method knows no points")
    left = profile.budget
    rounds: list[Round] = []
    for load, tied in _take(columns, parameters, ties):
        index, tie = pick(profile, ties, tied)
        left -= columns.costs[index]
        rounds.append(
            Round(
                project=profile.projects[index].id,
                chosen=True,
                votes=columns.total_weights[index],
                supporters=columns.total_supporters[index],
                money_left=left,
                tie=tie,
                price=None if load is None else format_exact(load),
            )
        )
    winners = tuple(done.project for done in rounds)
    return Result(
        rule=NAME,
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=winners,
        cost=profile.budget - left,
        rounds=tuple(rounds),
        statuses=_statuses(profile, columns, frozenset(winners), left),
    )


def choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> list[int]:
    """Return who wins and nothing else, in order of choice: `count` for who counts many times."""
    return [ties.break_tie(tied)[0] for _, tied in _take(columns, parameters, ties)]


def _take(columns: Columns, parameters: Parameters, ties: TieOrder) -> Iterator[tuple[mpq | None, list[int]]]:
    """Yield what `_find_least` yields as long as all of the equal best fit."""
    left = columns.profile.budget
    for load, tied in _find_least(columns, parameters, ties):
        if any(columns.costs[project] > left for project in tied):
            return
        left -= columns.costs[ties.break_tie(tied)[0]]
        yield load, tied


def _find_least(
    columns: Columns, parameters: Parameters, ties: TieOrder
) -> Iterator[tuple[mpq | None, list[int]]]:
    """Yield the smallest load and who has it, round by round; None for projects without supporters."""
    loads = _Loads(columns)
    affordable = [p for p, cost in enumerate(columns.costs) if cost <= columns.profile.budget]
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


def _statuses(profile: Profile, columns: Columns, winners: frozenset[str], left: int) -> tuple[Status, ...]:
    found = []
    for index, project in enumerate(profile.projects):
        chosen = project.id in winners
        supported = columns.total_supporters[index] > 0
        found.append(
            Status(
                project=project.id,
                reason="chosen" if chosen else "does-not-fit" if supported else "no-votes",
                votes=columns.total_weights[index],
                supporters=columns.total_supporters[index],
                missing=max(project.cost - left, 0) if supported and not chosen else None,
            )
        )
    return tuple(found)
