"""A profile in columns: who supports each project, with what weight.

For rules that look at many ballots at once. Groups are the profile's votes: equal ballots taken together. All
numbers are whole; ProfileError where one is so large that a float64 could not hold it exactly.
"""

from collections.abc import Mapping
from copy import copy
from functools import cached_property
from itertools import chain

import msgspec
import numpy as np
import numpy.typing as npt

from tally.profile import Profile, ProfileError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

EXACT = 2**53
"""Whole numbers below this are exact as float64."""


class Columns:
    """Supporters by project and projects by group; `ballots[g]` is how many ballots group g stands for."""

    def __init__(self, profile: Profile) -> None:
        lengths = np.fromiter((len(vote.projects) for vote in profile.votes), np.int64, len(profile.votes))
        entries = int(lengths.sum())
        _verify_sizes(profile)
        pairs = chain.from_iterable(vote.projects for vote in profile.votes)
        try:
            flat = np.fromiter(chain.from_iterable(pairs), np.int64, 2 * entries).reshape(entries, 2)
        except OverflowError as error:
            raise ProfileError(f"expected money and votes below {EXACT}, got a larger weight") from error
        _verify_exact(int(flat[:, 1].max(initial=0)) * profile.count_ballots())
        self.ballots: Ints = np.fromiter(
            (vote.ballots for vote in profile.votes), np.int64, len(profile.votes)
        )
        self.group_starts: Ints = np.concatenate([[0], np.cumsum(lengths)])
        self.group_projects: Places = flat[:, 0].astype(np.int32)
        self.group_weights: Ints = flat[:, 1].copy()
        order = np.argsort(self.group_projects, kind="stable")
        groups = np.repeat(np.arange(len(profile.votes), dtype=np.int32), lengths)
        counts = np.bincount(self.group_projects, minlength=len(profile.projects))
        self.profile = profile
        self.ids = [project.id for project in profile.projects]
        self.costs = [project.cost for project in profile.projects]
        self._starts: Ints = np.concatenate([[0], np.cumsum(counts)])
        self._groups: Places = groups[order]
        self._weights: Ints = self.group_weights[order]

    def groups(self, project: int) -> Places:
        """Return the groups that support a project, in rising order."""
        return self._groups[self._starts[project] : self._starts[project + 1]]

    def weights(self, project: int) -> Ints:
        """Return the weights that those groups give, in the same order."""
        return self._weights[self._starts[project] : self._starts[project + 1]]

    def copies(self, project: int) -> Ints:
        """Return how many ballots each of those groups stands for."""
        return self.ballots[self.groups(project)]

    @cached_property
    def floats(self) -> list[tuple[Floats | None, Floats]]:
        """For each project its supporters' weights (None: all 1) and ballots, as floats."""
        found: list[tuple[Floats | None, Floats]] = []
        for project in range(len(self.costs)):
            weights = self.weights(project)
            plain = None if weights.max(initial=1) == 1 else weights.astype(np.float64)
            found.append((plain, self.copies(project).astype(np.float64)))
        return found

    @cached_property
    def total_weights(self) -> list[int]:
        """The weight of each project over all ballots: its votes."""
        return self._totals(self.group_weights)

    @cached_property
    def total_supporters(self) -> list[int]:
        """How many ballots support each project."""
        return self._totals(np.ones_like(self.group_weights))

    # --- the same election with one thing changed ---

    def with_cost(self, project: int, cost: int) -> "Columns":
        """Return the same ballots where a project costs `cost` cents."""
        changed = copy(self)
        changed.costs = [cost if index == project else each for index, each in enumerate(self.costs)]
        projects = list(self.profile.projects)
        projects[project] = msgspec.structs.replace(projects[project], cost=cost)
        changed.profile = _replace_checked(self.profile, "projects", tuple(projects))
        return changed

    def with_ballots(self, group: int, ballots: int) -> "Columns":
        """Return the same projects where a group stands for `ballots` ballots, 1 or more."""
        changed, vote = copy(self), self.profile.votes[group]
        changed.ballots = self.ballots.copy()
        changed.ballots[group] = ballots
        _verify_exact(int(self.group_weights.max(initial=0)) * int(changed.ballots.sum()))
        votes = list(self.profile.votes)
        votes[group] = msgspec.structs.replace(vote, ballots=ballots)
        changed.profile = _replace_checked(self.profile, "votes", tuple(votes))
        floats, weights, supporters = [*self.floats], [*self.total_weights], [*self.total_supporters]
        for project, weight in vote.projects:
            floats[project] = (floats[project][0], changed.copies(project).astype(np.float64))
            weights[project] += weight * (ballots - vote.ballots)
            supporters[project] += ballots - vote.ballots
        changed.__dict__.update(floats=floats, total_weights=weights, total_supporters=supporters)
        return changed

    def with_totals(self, weights: Mapping[int, int], supporters: Mapping[int, int]) -> "Columns":
        """Return the election with other totals, for rules that look at nothing else of the ballots."""
        changed = copy(self)
        for name, old, new in (
            ("total_weights", self.total_weights, weights),
            ("total_supporters", self.total_supporters, supporters),
        ):
            changed.__dict__[name] = [new.get(project, total) for project, total in enumerate(old)]
        return changed

    def _totals(self, weights: Ints) -> list[int]:
        each = np.repeat(self.ballots, np.diff(self.group_starts)) * weights
        found = np.zeros(len(self._starts) - 1, np.int64)
        np.add.at(found, self.group_projects, each)
        return [int(total) for total in found]

    def entries_of(self, groups: Places) -> tuple[Ints, Ints]:
        """Return the places in `group_projects` of all that some groups support, and how many each has."""
        starts, ends = self.group_starts[groups], self.group_starts[groups + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        skipped = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        return np.arange(total) + skipped, lengths


def _replace_checked(profile: Profile, field: str, value: object) -> Profile:
    """Return the profile with a field that is known to be right: nothing is checked again."""
    changed = copy(profile)
    msgspec.structs.force_setattr(changed, field, value)
    return changed


def _verify_sizes(profile: Profile) -> None:
    dearest = max((project.cost for project in profile.projects), default=0)
    for number in (profile.budget, dearest, profile.count_ballots()):
        _verify_exact(number)


def _verify_exact(number: int) -> None:
    if number >= EXACT:
        raise ProfileError(f"expected money and votes below {EXACT}, got {number}")
