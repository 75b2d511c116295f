"""Small elections for tests of the count: made by hand from letters, or drawn so that ties are common."""

from random import Random

import msgspec
from hypothesis import strategies as st

from tally.profile import (
    Profile,
    Project,
    Relations,
    TieOrder,
    Vote,
    approval_weights,
    borda_weights,
    group_votes,
    points_weights,
    ties_by_cost_votes_lot,
)


def by_lot(profile: Profile) -> TieOrder:
    """Return the protocol's order with lots in the order of the ids."""
    names = sorted(project.id for project in profile.projects)
    lots = {name: bytes([place] + [7] * 31) for place, name in enumerate(names)}
    return ties_by_cost_votes_lot(profile, lots)


def make_profile(budget: int, costs: dict[str, int], *ballots: str) -> Profile:
    """Return a profile; each letter of a ballot is a project, and its repeats are points."""
    names = list(costs)
    weights = (points_weights({names.index(x): ballot.count(x) for x in ballot}) for ballot in ballots)
    return Profile(
        budget=budget,
        projects=tuple(Project(id=name, cost=cost) for name, cost in costs.items()),
        votes=group_votes(weights),
    )


@st.composite
def elections(draw: st.DrawFn, *, points: bool = False, relations: bool = False) -> Profile:
    """Draw up to 6 projects and 9 ballots, grouped; approvals, or with `points` any kind of ballot.

    Ids do not stand in the order of places, and some projects cost nothing or are supported by nobody.
    """
    projects = draw(st.sampled_from([6, 5, 4, 3, 2, 1]))
    costs = draw(st.lists(st.sampled_from([0, 1, 2, 2, 3, 4, 6, 9]), min_size=projects, max_size=projects))
    index = st.integers(0, max(0, projects - draw(st.sampled_from([1, 2, 3]))))
    kinds = [st.builds(approval_weights, st.sets(index, max_size=4))]
    if points:
        kinds.append(st.builds(points_weights, st.dictionaries(index, st.integers(1, 3), max_size=4)))
        kinds.append(st.builds(borda_weights, st.lists(index, max_size=4, unique=True)))
    least = draw(st.sampled_from([6, 3, 0]))
    return Profile(
        budget=draw(st.sampled_from([*range(25)])),
        projects=tuple(Project(id=str(12 - i), cost=cost) for i, cost in enumerate(costs)),
        votes=group_votes(draw(st.lists(draw(st.sampled_from(kinds)), min_size=least, max_size=9))),
        relations=draw(_relations(projects)) if relations else Relations(),
    )


@st.composite
def _relations(draw: st.DrawFn, projects: int) -> Relations:
    """Draw at most one group of alternatives and some needs, each of a project with a lower place."""
    index = st.integers(0, projects - 1)
    group = draw(st.sets(index, max_size=3))
    pairs = draw(st.sets(st.tuples(index, index), max_size=2))
    needs = sorted({(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]})
    return Relations(alternatives=(tuple(sorted(group)),) if len(group) > 1 else (), needs=tuple(needs))


def shuffle(profile: Profile, random: Random) -> Profile:
    """Return the same election with projects and ballots in another order, and equal ballots one by one."""
    places = list(range(len(profile.projects)))
    random.shuffle(places)
    votes = [
        Vote(projects=points_weights({places[p]: weight for p, weight in vote.projects}))
        for vote in profile.votes
        for _ in range(vote.ballots)
    ]
    random.shuffle(votes)
    order = sorted(range(len(places)), key=places.__getitem__)
    relations = Relations(
        alternatives=tuple(tuple(places[p] for p in group) for group in profile.relations.alternatives),
        needs=tuple((places[one], places[other]) for one, other in profile.relations.needs),
    )
    return Profile(
        budget=profile.budget,
        projects=tuple(profile.projects[p] for p in order),
        votes=tuple(votes),
        relations=relations,
    )


def scale(profile: Profile, factor: int) -> Profile:
    """Return the same election in another unit of money."""
    projects = tuple(Project(id=p.id, cost=p.cost * factor) for p in profile.projects)
    return msgspec.structs.replace(profile, budget=profile.budget * factor, projects=projects)
