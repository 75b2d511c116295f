"""The rule itself, on the same election with one thing changed about one project.

Who asks "would it have won" gets what the rule says, never an estimate. Winners alone are counted, on
columns that are made once, by the same functions that `count` of each rule is made of.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from tally.profile import Profile, TieOrder, Vote
from tally.rules import equal_shares, greedy, phragmen, rule_named
from tally.rules.columns import Columns

Choose = Callable[[Columns, Any, TieOrder], list[int]]
CHOOSE: Mapping[str, Choose] = MappingProxyType(
    {rule.NAME: rule.choose for rule in (greedy, equal_shares, phragmen)}
)
"""Rules that can tell who wins on columns; any other is counted in full."""


class Change(NamedTuple):
    """What is changed about a project: its cost, or `more` ballots that give it alone `weight`."""

    project: int
    cost: int | None = None
    more: int = 0
    weight: int = 1


def change_profile(profile: Profile, change: Change) -> Profile:
    """Return the changed election."""
    projects, votes = list(profile.projects), profile.votes
    if change.cost is not None:
        projects[change.project] = msgspec.structs.replace(projects[change.project], cost=change.cost)
    if change.more:
        votes = (*votes, Vote(projects=((change.project, change.weight),), ballots=change.more))
    return msgspec.structs.replace(profile, projects=tuple(projects), votes=votes)


def change_ties(ties: TieOrder, project: int, cost: int, votes: int) -> TieOrder:
    """Return the tie order when a project has this cost and these votes; its lot and its id stay."""
    current = {"cost": cost, "votes": -votes}
    key = tuple(current.get(step, old) for step, old in zip(ties.steps, ties.keys[project], strict=True))
    keys = (*ties.keys[:project], key, *ties.keys[project + 1 :])
    return msgspec.structs.replace(ties, keys=keys)


class Recount:
    """One election and its rule, to be counted again with changes."""

    def __init__(self, profile: Profile, name: str, parameters: Mapping[str, object], ties: TieOrder) -> None:
        self.profile = profile
        self.name = name
        self.ties = ties
        self.rule = rule_named(name)
        self.parameters: Any = msgspec.convert(parameters, self.rule.Parameters)
        self._added: tuple[tuple[int, int], Columns] | None = None

    @cached_property
    def columns(self) -> Columns:
        """The election as it is."""
        return Columns(self.profile)

    @cached_property
    def heaviest(self) -> int:
        """The most weight that any ballot gives one project, 1 if none gives any."""
        return int(self.columns.group_weights.max(initial=1))

    def wins(self, change: Change) -> bool:
        """Say whether the project wins with the change."""
        return change.project in self.choose(change)

    def choose(self, change: Change) -> list[int]:
        """Return who wins with the change, in order of choice."""
        cost = self.columns.costs[change.project] if change.cost is None else change.cost
        votes = self.columns.total_weights[change.project] + change.more * change.weight
        ties = change_ties(self.ties, change.project, cost, votes)
        if self.name not in CHOOSE:
            return self._count(change_profile(self.profile, change), ties)
        return CHOOSE[self.name](self._columns_with(change), self.parameters, ties)

    def choose_from(self, profile: Profile) -> list[int]:
        """Return who wins with other ballots on the same projects, in order of choice."""
        ties = self.ties
        for project, votes in enumerate(profile.total_votes()):
            ties = change_ties(ties, project, self.columns.costs[project], votes)
        if self.name not in CHOOSE:
            return self._count(profile, ties)
        return CHOOSE[self.name](Columns(profile), self.parameters, ties)

    def _count(self, profile: Profile, ties: TieOrder) -> list[int]:
        places = {project.id: place for place, project in enumerate(profile.projects)}
        return [places[winner] for winner in self.rule.count(profile, self.parameters, ties).winners]

    def choose_with_votes(self, project: int, votes: int) -> list[int]:
        """Return who wins under greedy when as many ballots, without points, support the project."""
        assert self.name == greedy.NAME
        ties = change_ties(self.ties, project, self.columns.costs[project], votes)
        return greedy.choose(
            self.columns.with_totals({project: votes}, {project: votes}), self.parameters, ties
        )

    def _columns_with(self, change: Change) -> Columns:
        columns = self.columns
        if change.more:
            columns = self._columns_added(change).with_ballots(len(self.profile.votes), change.more)
        return columns if change.cost is None else columns.with_cost(change.project, change.cost)

    def _columns_added(self, change: Change) -> Columns:
        """Return columns with one added ballot; kept, as one project is asked about many times."""
        key = (change.project, change.weight)
        if self._added is None or self._added[0] != key:
            self._added = key, Columns(change_profile(self.profile, change._replace(more=1, cost=None)))
        return self._added[1]
