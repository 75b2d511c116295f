"""Elections full of ties, rules with parameters, and changes of them, drawn for tests of explanations."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import msgspec

from tally.explain import explain_outcome
from tally.explain.facts import ProjectFacts
from tally.profile import (
    Profile,
    Project,
    Relations,
    Vote,
    group_votes,
    points_weights,
)
from tally.rules import count
from tests.tally.profiles import by_lot

Params = Mapping[str, Any]


def draw_profile(random: Random, heaviest: int = 1, most: int = 12) -> Profile:
    """Return a small election full of ties."""
    projects = random.randint(1, 5)
    ballots = [
        points_weights({i: random.randint(1, heaviest) for i in range(projects) if random.random() < 0.5})
        for _ in range(random.randint(1, 6))
    ]
    return Profile(
        budget=random.randint(1, most),
        projects=tuple(Project(id="abcde"[i], cost=random.randint(0, most // 2)) for i in range(projects)),
        votes=group_votes(ballots),
    )


def draw_relations(random: Random, profile: Profile) -> Profile:
    """Return the election with two projects that exclude each other, or with one that needs another."""
    places = [*range(len(profile.projects))]
    if len(places) < 3 or random.random() < 0.6:
        return profile
    one, other, third = random.sample(places, 3)
    relations = Relations(
        alternatives=((min(one, other), max(one, other)),) if random.random() < 0.6 else (),
        needs=((third, one),) if random.random() < 0.6 else (),
    )
    return msgspec.structs.replace(profile, relations=relations)


def draw_rule(random: Random) -> tuple[str, dict[str, Any]]:
    name = random.choice(["greedy", "equal-shares", "equal-shares", "phragmen-sequential"])
    zero = {"zero_votes": random.choice(["skip", "take"])}
    if name == "phragmen-sequential":
        return name, zero
    if name == "greedy":
        return name, zero | {
            "order": random.choice(["votes", "votes-per-cost"]),
            "misfits": random.choice(["skip", "skip", "stop"]),
            "minimum_votes": random.choice([0, 0, 2]),
            "minimum_share": random.choice([0, 0, 0, 3000]),
        }
    return name, zero | {
        "utility": random.choice(["cost", "points"]),
        "completion": random.choice(["none", "none", "greedy", "add1", "add1-greedy"]),
        "stop": random.choice(["exhaustive", "overspend"]),
        "start": random.choice(["exact", "whole"]),
        "increment": 1,
        "comparison": random.choice(["none", "none", "none", "satisfaction", "exclusion"]),
    }


def draw_cases(seed: int, times: int) -> Iterator[tuple[Profile, str, Params]]:
    random, related = Random(seed), Random(-seed)
    for _ in range(times):
        name, parameters = draw_rule(random)
        if name.startswith("phragmen"):
            yield draw_profile(random), name, parameters
        else:
            profile = draw_profile(random, random.choice([1, 1, 3]))
            yield draw_relations(related, profile), name, parameters


def winners(profile: Profile, name: str, parameters: Params) -> tuple[str, ...]:
    return count(name, profile, parameters, by_lot(profile)).winners


def with_cost(profile: Profile, project: str, cost: int) -> Profile:
    projects = tuple(Project(id=p.id, cost=cost if p.id == project else p.cost) for p in profile.projects)
    return msgspec.structs.replace(profile, projects=projects)


def with_ballots(profile: Profile, project: str, more: int, weight: int) -> Profile:
    place = [each.id for each in profile.projects].index(project)
    added = (Vote(projects=((place, weight),)),) * more
    return msgspec.structs.replace(profile, votes=profile.votes + added)


def explain(profile: Profile, name: str, parameters: Params) -> tuple[ProjectFacts, ...]:
    return explain_outcome(profile, name, parameters, by_lot(profile), search=True).projects
