"""Inputs of the vectors of counts: every rule with its parameters, relations, ties, and whole outcomes."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import msgspec

from ballots import manifest as m
from ballots.board import Phase
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN
from tests.related import Related
from tests.simulator import Options, changed, make_world
from tests.tally.test_outcome import Apart, play_to_opening, with_invalid_ballots
from tests.vector_inputs_log import Input, texts

Group = tuple[int, list[tuple[int, int]]]
"""How many ballots, and the weights that each gives."""

COSTS = [300, 300, 200, 0]
PROFILES: dict[str, list[Group]] = {
    "a tie by lot": [(2, [(0, 1)]), (2, [(1, 1)])],
    "a tie by cost": [(2, [(0, 1)]), (2, [(2, 1)])],
    "points": [(1, [(0, 5), (2, 1)]), (3, [(1, 2)]), (1, [])],
    "a project that costs nothing": [(1, [(3, 1)]), (4, [(2, 1)])],
    "everything": [(3, [(0, 1), (1, 1)]), (2, [(1, 1), (2, 1)]), (1, [(0, 1), (2, 1), (3, 1)]), (2, [])],
    "unequal purses and weights": [
        (3, [(0, 1)]),
        (2, [(0, 3), (1, 1)]),
        (4, [(1, 2), (2, 1)]),
        (1, [(0, 1), (1, 1), (2, 5)]),
    ],
    "an empty purse supports": [(1, [(2, 1)]), (2, [(0, 1), (2, 1)]), (6, [(0, 1)])],
    "no votes": [],
}
PLAIN: dict[str, m.Rule] = {"greedy": GREEDY, "equal-shares": EQUAL_SHARES, "phragmen-sequential": PHRAGMEN}
_TAKE, _SKIP = {"zero_votes": "take"}, {"zero_cost": "skip"}
_GROWS = {"completion": "add1", "increment": 7}
RULES: dict[str, m.Rule] = {
    "greedy for each euro": changed(GREEDY, order="votes-per-cost"),
    "greedy that stops": changed(GREEDY, misfits="stop", **_TAKE),
    "greedy with a minimum": changed(GREEDY, minimum_votes=3),
    "greedy with a minimum share": changed(GREEDY, minimum_share=2_500, **_SKIP),
    "shares of points": changed(EQUAL_SHARES, utility="points"),
    "shares, nothing free": changed(EQUAL_SHARES, completion="greedy", **_SKIP),
    "shares, then greedy": changed(EQUAL_SHARES, completion="greedy", **_TAKE),
    "shares of points, then greedy": changed(EQUAL_SHARES, completion="greedy", utility="points"),
    "shares that grow": changed(EQUAL_SHARES, **_GROWS),
    "shares that grow from whole increments": changed(EQUAL_SHARES, start="whole", **_GROWS),
    "shares that grow to the last": changed(EQUAL_SHARES, stop="overspend", **_GROWS),
    "shares that grow, then greedy": changed(EQUAL_SHARES, completion="add1-greedy", increment=30, **_SKIP),
    "shares or greedy, by satisfaction": changed(EQUAL_SHARES, comparison="satisfaction"),
    "shares or greedy, by cost": changed(EQUAL_SHARES, comparison="cost-satisfaction", **_TAKE),
    "shares or greedy, by exclusion": changed(EQUAL_SHARES, comparison="exclusion", **_GROWS),
    "phragmen, the unwanted too": changed(PHRAGMEN, **_TAKE),
    "phragmen, nothing free": changed(PHRAGMEN, **_SKIP),
}
RELATIONS: dict[str, tuple[list[list[int]], list[tuple[int, int]]]] = {
    "two alternatives": ([[0, 1]], []),
    "overlapping alternatives": ([[0, 1], [1, 2, 3]], []),
    "a chain of needs": ([], [(1, 0), (2, 1)]),
    "a need of what costs nothing, and an alternative": ([[1, 2]], [(3, 0)]),
    "two needs": ([], [(3, 0), (3, 2)]),
}
RELATED = (
    "greedy that stops",
    "shares, then greedy",
    "shares that grow to the last",
    "shares that grow, then greedy",
)


def count_inputs() -> Iterator[Input]:
    """Yield counts of small elections with ties, and whole outcomes."""
    for (rule, record), (name, votes), budget in product(PLAIN.items(), PROFILES.items(), (0, 500, 601, 903)):
        yield f"{rule}, {name}, {budget} cents", "count", _given(record, votes, budget)
    for (rule, record), (name, votes) in product(RULES.items(), PROFILES.items()):
        yield f"{rule}, {name}", "count", _given(record, votes, 601)
    every = PLAIN | RULES
    for (relation, (alternatives, needs)), rule, name, budget in product(
        RELATIONS.items(),
        ("greedy", "equal-shares", *RELATED),
        ("everything", "unequal purses and weights"),
        (500, 903),
    ):
        given = _given(every[rule], PROFILES[name], budget, alternatives, needs)
        yield f"{relation}, {rule}, {name}, {budget} cents", "count", given
    huge = [(10_000_019, [(0, 10_000), (1, 1)]), (9_999_999, [(1, 10_000), (2, 9_999)])]
    for measure in ("satisfaction", "cost-satisfaction"):
        given = _given(changed(EQUAL_SHARES, comparison=measure), huge, 2**53 - 1, factor=2**43)
        yield f"weights times costs beyond 2^53, {measure}", "count", given
    for rule, record in every.items():
        nothing = {"projects": [], "votes": [{"ballots": 2, "projects": []}]}
        yield f"no projects, {rule}", "count", _given(record, (), 100) | nothing
    yield from _outcome_inputs()


def _given(
    rule: m.Rule,
    votes: Sequence[Group],
    budget: int,
    alternatives: Sequence[Sequence[int]] = (),
    needs: Sequence[tuple[int, int]] = (),
    factor: int = 1,
) -> dict[str, Any]:
    """Return the input of a count; Phragmen, which knows no weights, gets all as 1."""
    plain = isinstance(rule, m.Phragmen)
    projects = [
        {"cost": cost * factor, "id": f"p{n}", "lot": bytes([9 - n] * 32).hex()}
        for n, cost in enumerate(COSTS)
    ]
    return {
        "alternatives": [[f"p{n}" for n in group] for group in alternatives],
        "budget": budget,
        "needs": [{"needs": f"p{needed}", "project": f"p{project}"} for project, needed in needs],
        "projects": projects,
        "rule": msgspec.to_builtins(rule),
        "votes": [
            {"ballots": ballots, "projects": [[p, 1 if plain else weight] for p, weight in each]}
            for ballots, each in votes
        ],
    }


def _outcome_inputs() -> Iterator[Input]:
    grows = changed(EQUAL_SHARES, comparison="exclusion", completion="add1-greedy", increment=10_000)
    for name, world in {
        "together": make_world(until=Phase.OPENED),
        "greedy on points": make_world(
            until=Phase.OPENED, rule=GREEDY, methods=_same(m.Points(maximum=3, total=4))
        ),
        "a ranking": make_world(until=Phase.OPENED, methods=_same(m.Ranking(minimum=1, maximum=4))),
        "apart": play_to_opening(Apart(Options())),
        "with an invalid ballot": with_invalid_ballots(),
        "growth, rest and comparison": make_world(until=Phase.OPENED, rule=grows),
        "Phragmen": make_world(until=Phase.OPENED, rule=PHRAGMEN),
        "two pots and relations": play_to_opening(Related(Options())),
        "two pots and relations, greedy": play_to_opening(Related(Options(rule=GREEDY))),
    }.items():
        yield f"outcome, {name}", "outcome", {"entries": texts(world.entries)}


def _same(method: m.Method) -> dict[str, m.Method]:
    return {"adult": method, "youth": method}
