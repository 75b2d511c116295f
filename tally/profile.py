"""What a count rule reads: a budget, projects and weighted votes, with equal votes taken together.

Money is whole cents, weights are whole points. How a sealed ballot becomes a vote is decided
elsewhere; what the weights mean is decided here, one named function a kind of ballot. A rule never
draws a lot: it is given a finished order for ties (PROTOCOL.md section 12).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Weights = tuple[tuple[int, int], ...]
"""One ballot: pairs of (project index, weight of 1 or more), each project once, lowest index first."""

LOT_BYTES = 32

TieName = Literal["cost-votes-lot", "id"]


class ProfileError(ValueError):
    """Projects, votes or lots that do not fit together; whoever builds the profile must act."""


class Project(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project of one contest; `cost` in cents, 0 or more."""

    id: str
    cost: int


class Vote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `ballots` equal ballots say, as in `Weights`; () is an empty ballot."""

    projects: Weights
    ballots: int = 1


class Relations(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What excludes and what needs what, by project indexes.

    At most one project of each of the `alternatives` wins. `needs` are pairs: the first project wins only
    after the second. `excluded` and `lacking` never win here, as an alternative or a need of theirs was
    settled in another count.
    """

    alternatives: tuple[tuple[int, ...], ...] = ()
    needs: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[int] = frozenset()
    lacking: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.alternatives or self.needs or self.excluded or self.lacking)


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a rule may look at; `budget` in cents, projects in ballot order.

    Votes may be grouped or not and stand in any order: no rule sees the difference. Raises ProfileError when
    a number is out of range or an index points nowhere.
    """

    budget: int
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]
    relations: Relations = Relations()

    def __post_init__(self) -> None:
        if self.budget < 0:
            raise ProfileError(f"expected a budget of 0 cents or more, got {self.budget}")
        seen: set[str] = set()
        for project in self.projects:
            if project.cost < 0:
                raise ProfileError(
                    f"expected a cost of 0 cents or more for {project.id!r}, got {project.cost}"
                )
            if project.id in seen:
                raise ProfileError(f"expected each project once, got {project.id!r} twice")
            seen.add(project.id)
        for vote in self.votes:
            self._verify_vote(vote)
        self._verify_relations()

    def _verify_vote(self, vote: Vote) -> None:
        if vote.ballots < 1:
            raise ProfileError(f"expected a vote to stand for 1 ballot or more, got {vote.ballots}")
        last = -1
        for index, weight in vote.projects:
            if not last < index < len(self.projects):
                raise ProfileError(f"expected rising project indexes below {len(self.projects)}, got {index}")
            if weight < 1:
                raise ProfileError(f"expected a weight of 1 or more, got {weight}")
            last = index

    def _verify_relations(self) -> None:
        related = [*self.relations.alternatives, *self.relations.needs]
        related += [tuple(self.relations.excluded), tuple(self.relations.lacking)]
        for indexes in related:
            if len(set(indexes)) != len(indexes) or not all(0 <= i < len(self.projects) for i in indexes):
                raise ProfileError(f"expected different project indexes below {len(self.projects)}")

    def count_ballots(self) -> int:
        """Return the number of counted ballots, empty ones included."""
        return sum(vote.ballots for vote in self.votes)

    def total_votes(self) -> tuple[int, ...]:
        """Return the total weight of each project, in ballot order; for approvals, the number of votes."""
        totals = [0] * len(self.projects)
        for vote in self.votes:
            for index, weight in vote.projects:
                totals[index] += weight * vote.ballots
        return tuple(totals)

    def total_supporters(self) -> tuple[int, ...]:
        """Return for each project, in ballot order, how many ballots give it any weight."""
        totals = [0] * len(self.projects)
        for vote in self.votes:
            for index, _ in vote.projects:
                totals[index] += vote.ballots
        return tuple(totals)


def approval_weights(approved: Iterable[int]) -> Weights:
    """Return weight 1 for every approved project index; an approval is a set, a repeat adds nothing."""
    return tuple((index, 1) for index in sorted(set(approved)))


def points_weights(points: Mapping[int, int]) -> Weights:
    """Return the points of each project index as weights, leaving out projects given 0 points.

    Raises ProfileError for points below zero.
    """
    if any(given < 0 for given in points.values()):
        raise ProfileError(f"expected points of 0 or more, got {min(points.values())}")
    return tuple(sorted((index, given) for index, given in points.items() if given))


def borda_weights(ranking: Sequence[int]) -> Weights:
    """Return Borda weights of the ranked project indexes, best first.

    Of k ranked projects the first gets k - 1, the next k - 2, the last 0 (and so no support). The
    length is that of this ballot, not of the contest, as in `Additive_Borda_Sat` of pabutools 1.2.
    Raises ProfileError when a project is ranked twice.
    """
    if len(set(ranking)) != len(ranking):
        raise ProfileError("expected each project once in a ranking")
    return points_weights({index: len(ranking) - 1 - place for place, index in enumerate(ranking)})


def group_votes(ballots: Iterable[Weights]) -> tuple[Vote, ...]:
    """Return the ballots with equal ones taken together, in an order that does not depend on theirs."""
    return tuple(Vote(projects=weights, ballots=times) for weights, times in sorted(Counter(ballots).items()))


class TieOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finished order for ties: `keys[index]` has one number a step, and the smallest comes first.

    `name` names the rule and `steps` its steps. No two projects have the same key.
    """

    name: TieName
    steps: tuple[str, ...]
    keys: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if len(set(self.keys)) != len(self.keys):
            raise ProfileError(f"expected tie order {self.name!r} to set every two projects apart")

    def break_tie(self, tied: Sequence[int]) -> tuple[int, str | None]:
        """Return the first of the tied project indexes and the step that left it alone, None if it was alone.

        `tied` has at least one index.
        """
        left = list(tied)
        for place, step in enumerate(self.steps):
            if len(left) == 1:
                return left[0], None
            best = min(self.keys[index][place] for index in left)
            left = [index for index in left if self.keys[index][place] == best]
            if len(left) == 1:
                return left[0], step
        return left[0], None


def ties_by_cost_votes_lot(profile: Profile, lots: Mapping[str, bytes]) -> TieOrder:
    """Return the protocol's order "cost-votes-lot": lowest cost, then most votes, then smallest lot.

    `lots` maps project ids to 32 bytes each, compared as unsigned big-endian numbers. Raises
    ProfileError when a project has no lot, or one of another length, or two have the same.
    """
    drawn = []
    for project in profile.projects:
        lot = lots.get(project.id, b"")
        if len(lot) != LOT_BYTES:
            raise ProfileError(f"expected a lot of {LOT_BYTES} bytes for {project.id!r}, got {len(lot)}")
        drawn.append(int.from_bytes(lot, "big"))
    if len(set(drawn)) != len(drawn):
        raise ProfileError("expected a different lot for every project")
    votes = profile.total_votes()
    keys = tuple((project.cost, -votes[i], drawn[i]) for i, project in enumerate(profile.projects))
    return TieOrder(name="cost-votes-lot", steps=("cost", "votes", "lot"), keys=keys)


def ties_by_id(profile: Profile) -> TieOrder:
    """Return the order "id": code points of project ids ("10" before "2"), to compare with other tools."""
    rank = {name: place for place, name in enumerate(sorted(project.id for project in profile.projects))}
    return TieOrder(name="id", steps=("id",), keys=tuple((rank[project.id],) for project in profile.projects))
