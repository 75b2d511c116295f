"""Small elections that end in ties: both rules, equal costs, costs of 0, any weights, empty ballots."""

from typing import Any

from hypothesis import strategies as st

from tests.differential.spellings import Draw
from tests.differential.verdicts import Call

Given = dict[str, Any]
RULES = ["greedy", "equal-shares"]


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
    votes = [vote(draw, number, big) for _ in range(draw(st.integers(0, 6)))]
    budget = draw(st.sampled_from([0, 1, sum(costs), sum(costs) // 2, 2 * unit, 3 * unit, 7 * unit + 1]))
    given = {"budget": budget, "projects": projects, "rule": draw(st.sampled_from(RULES)), "votes": votes}
    return Call("count", given)


def vote(draw: Draw, number: int, big: bool) -> Given:
    """Return a few equal ballots; most weights are 1, so that ties are common."""
    chosen = sorted(draw(st.sets(st.integers(0, number - 1))))
    heavy = draw(st.integers(0, 2)) == 0
    weights = st.sampled_from([1, 2, 3, 10_000]) if heavy else st.just(1)
    ballots = draw(st.sampled_from([1, 2, 3, 1_000_003])) if big else draw(st.integers(1, 3))
    return {"ballots": ballots, "projects": [[project, draw(weights)] for project in chosen]}
