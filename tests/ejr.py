"""Whether an outcome gives groups of ballots what their part of the money could buy: approval ballots alone.

Written from the definitions, without anything of tally.rules. In all of them n ballots share a budget of B,
`purse` is B / n, W are the winners, A_i what ballot i approves, and u(c) is what a project is worth to
who approves it: its cost, or 1.

**EJR+ up to any project** (Brill and Peters, Robust and Verifiable Proportionality Axioms for Multiwinner
Voting, EC 2023, https://arxiv.org/abs/2302.01989, for projects with costs). It is violated by a project c
that is not in W, a threshold T and a group N' of ballots that all approve c, if the group's money pays for T,
|N'| B / n >= T, and nobody in it has more than T from W and c: cost(A_i n W) + cost(c) <= T for all of N'.
That is for cost as worth. Where each project is worth 1, T is a number of projects, and what it takes to pay
for them is T cost(c): |N'| B / n >= T cost(c), and |A_i n W| + 1 <= T. If all projects cost 1, with n and k
the number of seats, both are EJR+ itself: |N'| >= T n / k, and nobody in N' has T winners.

Why Equal Shares satisfies it: while everybody in N' has cost(c) / |N'|, c can be bought at a price of
rho = cost(c) / (|N'| u(c)), and so all is bought at rho or less. As c does not win, some i of N' ends with
less; the first one has then paid more than B / n - cost(c) / |N'|, at most rho for each unit of worth, so
u_i(W) + u(c) > |N'| B / n x u(c) / cost(c) >= T.

**EJR up to any project** (Peters, Pierczynski and Skowron, Proportional Participatory Budgeting with
Additive Utilities, NeurIPS 2021, https://arxiv.org/abs/2008.13276: up to one project; up to any: Brill,
Forster, Lackner, Maly and Peters, Proportionality in Approval-Based Participatory Budgeting, AAAI 2023). For
projects T and ballots S that approve all of T, with |S| B / n >= cost(T): some i of S has u_i(W) >= u(T), or
u_i(W) + u(c) > u(T) for every c of T that is not in W. Up to a slack more: u_i(W) + u(c) + slack >= u(T).
"""

from collections.abc import Callable, Collection, Iterator
from fractions import Fraction
from itertools import chain, combinations
from typing import Literal, NamedTuple

from tally.profile import Profile

Worth = Literal["cost", "points"]


class Deprived(NamedTuple):
    """A group that could have had more: what it would have bought, how many ballots, and the threshold T."""

    projects: tuple[str, ...]
    ballots: int
    threshold: int


class _Ballots:
    """Each ballot's projects, and its worth from the winners."""

    def __init__(self, profile: Profile, winners: Collection[str], worth: Worth) -> None:
        assert all(weight == 1 for vote in profile.votes for _, weight in vote.projects)
        self.projects = profile.projects
        self.worth = [project.cost if worth == "cost" else 1 for project in profile.projects]
        self.lost = [place for place, project in enumerate(profile.projects) if project.id not in winners]
        won = {*range(len(profile.projects))} - {*self.lost}
        self.approved = [{place for place, _ in vote.projects} for vote in profile.votes]
        self.copies = [vote.ballots for vote in profile.votes]
        self.has = [sum(self.worth[place] for place in each & won) for each in self.approved]

    def count(self, belongs: Callable[[int], bool]) -> int:
        """Return how many ballots belong to a group."""
        return sum(copies for group, copies in enumerate(self.copies) if belongs(group))


def fair_purse(profile: Profile) -> Fraction:
    """Return B / n."""
    return Fraction(profile.budget, profile.count_ballots() or 1)


def find_deprived(
    profile: Profile, winners: Collection[str], worth: Worth, purse: Fraction
) -> Deprived | None:
    """Return a violation of EJR+ up to any project, trying every project and threshold; None if it holds.

    For a threshold the largest group is that of all who have no more. Only thresholds matter that somebody
    has exactly: between two of them the group is the same, and T less.
    """
    ballots = _Ballots(profile, winners, worth)
    for project in ballots.lost:
        cost, more = ballots.projects[project].cost, ballots.worth[project]
        supporters = [group for group, each in enumerate(ballots.approved) if project in each]
        sizes: dict[int, int] = {}
        for group in supporters:
            reached = ballots.has[group] + more
            sizes[reached] = sizes.get(reached, 0) + ballots.copies[group]
        number = 0
        for threshold, size in sorted(sizes.items()):
            number += size
            if number * purse >= (threshold if worth == "cost" else threshold * cost):
                return Deprived((ballots.projects[project].id,), number, threshold)
    return None


def find_cohesive(
    profile: Profile,
    winners: Collection[str],
    worth: Worth,
    purse: Fraction,
    slack: Callable[[int], Fraction] | None = None,
) -> Deprived | None:
    """Return a violation of EJR up to any project, trying every set T; None if it holds.

    With `slack`, a number for each size of S: of EJR up to that and any project. The largest group of who is
    not content is tried, and, as a slack falls with the size, all smaller ones.
    """
    ballots = _Ballots(profile, winners, worth)
    for chosen in _subsets(len(ballots.projects)):
        cost = sum(ballots.projects[place].cost for place in chosen)
        wanted = sum(ballots.worth[place] for place in chosen)
        rest = [ballots.worth[place] for place in chosen if place in ballots.lost]
        if not rest:
            continue
        groups = [group for group, each in enumerate(ballots.approved) if {*chosen} <= each]
        for size in range(1, sum(ballots.copies[group] for group in groups) + 1):
            more = Fraction(0) if slack is None else slack(size)
            poor = {g for g in groups if not _is_content(ballots.has[g], min(rest), wanted, more, slack)}
            number = ballots.count(poor.__contains__)
            if number >= size and size * purse >= cost:
                return Deprived(tuple(ballots.projects[place].id for place in chosen), size, wanted)
    return None


def _is_content(has: int, least: int, wanted: int, more: Fraction, slack: object) -> bool:
    if slack is None:
        return has >= wanted or has + least > wanted
    return has + least + more >= wanted


def _subsets(number: int) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(range(number), size) for size in range(1, number + 1))
