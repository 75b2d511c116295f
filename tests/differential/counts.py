"""Small elections that end in ties: all rules, relations, equal costs, costs of 0, weights, empty ballots."""

from typing import Any

from hypothesis import strategies as st

from tests.differential.spellings import Draw
from tests.differential.verdicts import Call

Given = dict[str, Any]
TAKE = st.sampled_from(["skip", "take"])
GREEDY = st.fixed_dictionaries(
    {
        "minimum_share": st.sampled_from([0, 0, 1, 2_500, 10_000]),
        "minimum_votes": st.sampled_from([0, 0, 2, 20_000]),
        "misfits": st.sampled_from(["skip", "stop"]),
        "name": st.just("greedy"),
        "order": st.sampled_from(["votes", "votes-per-cost"]),
        "zero_cost": TAKE,
        "zero_votes": TAKE,
    }
)
PHRAGMEN = st.fixed_dictionaries(
    {"name": st.just("phragmen-sequential"), "zero_cost": TAKE, "zero_votes": TAKE}
)


def shares(budget: int) -> st.SearchStrategy[Given]:
    """Return Equal Shares of every kind, whose purses grow in a few dozen steps at most."""
    return st.fixed_dictionaries(
        {
            "comparison": st.sampled_from(["none", "satisfaction", "cost-satisfaction", "exclusion"]),
            "completion": st.sampled_from(["none", "greedy", "add1", "add1-greedy"]),
            "increment": st.sampled_from([budget // 40 + 1, budget // 7 + 1, budget // 3 + 1]),
            "name": st.just("equal-shares"),
            "start": st.sampled_from(["exact", "whole"]),
            "stop": st.sampled_from(["exhaustive", "overspend"]),
            "utility": st.sampled_from(["cost", "points"]),
            "zero_cost": TAKE,
            "zero_votes": TAKE,
        }
    )


@st.composite
def count_calls(draw: Draw) -> Call:
    """Return a count of at most six projects and six kinds of ballot."""
    number = draw(st.integers(1, 6))
    big = draw(st.booleans())
    unit = draw(st.sampled_from([1, 7, 100, 2**40])) if big else 1
    costs = [unit * draw(st.integers(0, 6)) for _ in range(number)]
    lots = draw(st.permutations(range(number)))
    projects = [
        {"cost": cost, "id": f"p{index}", "lot": bytes([lots[index]] * 32).hex()}
        for index, cost in enumerate(costs)
    ]
    budget = draw(st.sampled_from([0, 1, sum(costs), sum(costs) // 2, 2 * unit, 3 * unit, 7 * unit + 1]))
    rule = draw(st.one_of(GREEDY, shares(budget), shares(budget), PHRAGMEN))
    plain = rule["name"] == "phragmen-sequential"
    alternatives, needs = ([], []) if plain else relations(draw, number)
    votes = [vote(draw, number, big, plain=plain) for _ in range(draw(st.integers(0, 6)))]
    given = {"alternatives": alternatives, "budget": budget, "needs": needs, "projects": projects}
    return Call("count", given | {"rule": rule, "votes": votes})


def relations(draw: Draw, number: int) -> tuple[list[list[str]], list[Given]]:
    """Return some alternatives and needs; half of all elections have none."""
    if number < 2 or draw(st.booleans()):
        return [], []
    two = st.lists(st.integers(0, number - 1), min_size=2, max_size=3, unique=True)
    alternatives = draw(st.lists(two.map(sorted), max_size=2, unique_by=tuple))
    pairs = draw(st.lists(two.map(sorted).map(lambda each: (each[-1], each[0])), max_size=3, unique=True))
    needs = [
        {"needs": f"p{needed}", "project": f"p{project}"}
        for project, needed in pairs
        if not any(project in group and needed in group for group in alternatives)
    ]
    return [[f"p{index}" for index in group] for group in alternatives], needs


def vote(draw: Draw, number: int, big: bool, *, plain: bool) -> Given:
    """Return a few equal ballots; most weights are 1, so that ties are common."""
    chosen = sorted(draw(st.sets(st.integers(0, number - 1))))
    heavy = not plain and draw(st.integers(0, 2)) == 0
    weights = st.sampled_from([1, 2, 3, 10_000]) if heavy else st.just(1)
    ballots = draw(st.sampled_from([1, 2, 3, 1_000_003])) if big else draw(st.integers(1, 3))
    return {"ballots": ballots, "projects": [[project, draw(weights)] for project in chosen]}
