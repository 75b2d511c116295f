"""Relations between projects: of alternatives one wins, and nothing wins without what it needs."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.profile import Profile, ProfileError, Relations
from tally.rules import count
from tally.rules.result import Result
from tests.tally.test_equal_shares import by_lot, make_profile, profiles

GROW = {"completion": "add1", "increment": 1}


def run(
    profile: Profile, name: str = "greedy", parameters: Mapping[str, object] | None = None, **relations: Any
) -> Result:
    related = msgspec.structs.replace(profile, relations=Relations(**relations))
    return count(name, related, parameters or {}, by_lot(profile))


def reasons(result: Result) -> dict[str, str]:
    return {status.project: status.reason for status in result.statuses}


THREE = make_profile(30, {"A": 10, "B": 10, "C": 10}, "AB", "AB", "AC")
"""Votes: A 3, B 2, C 1."""


def test_greedy_takes_the_better_of_two_alternatives() -> None:
    """A wins, B is closed by it, and C has the money."""
    result = run(THREE, alternatives=((0, 1),))
    assert result.winners == ("A", "C")
    assert reasons(result) == {"A": "chosen", "B": "alternative-chosen", "C": "chosen"}
    assert [each.project for each in result.rounds] == ["A", "C"]


def test_greedy_waits_for_what_a_project_needs() -> None:
    """A needs C: B and C are considered first, then A."""
    result = run(THREE, needs=((0, 2),))
    assert result.winners == ("B", "C", "A")
    assert [each.tie for each in result.rounds] == [None, None, None]


def test_what_is_needed_and_does_not_fit_closes_what_needs_it() -> None:
    """C is dearer than the budget, so A that needs it never has its turn."""
    profile = make_profile(30, {"A": 10, "B": 10, "C": 40}, "AB", "AB", "AC")
    assert reasons(run(profile, needs=((0, 2),))) == {
        "A": "need-not-chosen",
        "B": "chosen",
        "C": "does-not-fit",
    }


def test_ties_are_among_open_projects_alone() -> None:
    """A, B and C have one vote each; while B waits for C, only A and C tie."""
    profile = make_profile(30, {"A": 10, "B": 10, "C": 10}, "A", "B", "C")
    first, second, third = run(profile, needs=((1, 2),)).rounds
    assert first.tie is not None
    assert first.tie.between == ("A", "C")
    assert (second.project, second.tie, third.project) == ("C", None, "B")


def test_shares_pay_for_one_alternative() -> None:
    """Purses of 10: A takes 10/3 of each; C cannot be paid by the purse of 20/3 that is left to it."""
    result = run(THREE, "equal-shares", alternatives=((0, 1),))
    assert reasons(result) == {
        "A": "chosen",
        "B": "alternative-chosen",
        "C": "supporters-cannot-pay",
    }


def test_shares_open_what_is_needed_in_its_round() -> None:
    """A, the cheapest for its supporters, needs B; B is bought first, and then A."""
    result = run(THREE, "equal-shares", needs=((0, 1),))
    assert result.winners == ("B", "A")
    assert [each.price for each in result.rounds] == ["1/2", "1/3"]


@pytest.mark.parametrize("stop", ["exhaustive", "overspend"])
def test_growth_ends_when_what_is_left_is_closed(stop: str) -> None:
    """A and C win with purses of 20 at the latest; B is closed, so larger purses are not tried."""
    result = run(THREE, "equal-shares", GROW | {"stop": stop}, alternatives=((0, 1),))
    assert set(result.winners) == {"A", "C"}
    assert result.purse is not None
    assert result.increments == 4
    assert reasons(result)["B"] == "alternative-chosen"


@pytest.mark.parametrize("completion", ["add1", "add1-greedy"])
def test_growth_without_candidates_ends_at_once(completion: str) -> None:
    """A pot all of whose projects won before has an empty count."""
    empty = make_profile(100, {}, "", "")
    for profile in (empty, msgspec.structs.replace(empty, votes=())):
        result = count("equal-shares", profile, {"completion": completion}, by_lot(profile))
        assert (result.winners, result.increments, result.rounds) == ((), 0, ())


def test_the_rest_is_spent_on_what_is_open_then() -> None:
    """Shares pay for A alone; of the rest greedy buys C, and B stays closed."""
    result = run(THREE, "equal-shares", {"completion": "greedy"}, alternatives=((0, 1),))
    assert result.winners == ("A", "C")
    assert [(each.project, each.completion) for each in result.rounds] == [("A", False), ("C", True)]


def test_greedy_in_the_comparison_keeps_relations_too() -> None:
    """Purses of 4 pay for nothing; greedy takes A, leaves out B that is closed by it, and takes C."""
    profile = make_profile(20, {"A": 15, "B": 5, "C": 5}, "A", "A", "A", "B", "C")
    result = run(profile, "equal-shares", {"comparison": "exclusion"}, alternatives=((0, 1),))
    assert result.comparison is not None
    assert (result.comparison.prefer, result.comparison.against) == (0, 4)
    assert result.winners == ("A", "C")
    assert reasons(result)["B"] == "alternative-chosen"


def test_what_another_count_settled_is_closed_from_the_start() -> None:
    """An alternative that won elsewhere excludes A; B lacks what it needs."""
    result = run(THREE, excluded=frozenset({0}), lacking=frozenset({1}))
    assert reasons(result) == {"A": "alternative-chosen", "B": "need-not-chosen", "C": "chosen"}


@pytest.mark.parametrize("name", ["phragmen-sequential", "maximin-support", "bos-equal-shares"])
def test_rules_without_relations_refuse_them(name: str) -> None:
    """A rule that knows no relations counts no profile that has any."""
    for relations in ({"alternatives": ((0, 1),)}, {"needs": ((1, 0),)}, {"excluded": frozenset({0})}):
        with pytest.raises(ProfileError):
            run(THREE, name, **relations)


@pytest.mark.parametrize(
    "relations",
    [
        {"alternatives": ((0, 3),)},
        {"alternatives": ((1, 1),)},
        {"needs": ((0, 0),)},
        {"needs": ((-1, 0),)},
        {"lacking": frozenset({3})},
    ],
)
def test_relations_of_no_project_are_refused(relations: dict[str, Any]) -> None:
    """Indexes that point nowhere, or twice to one project."""
    with pytest.raises(ProfileError):
        run(THREE, **relations)


@st.composite
def related(draw: st.DrawFn) -> Profile:
    """Small profiles with relations; needs point to projects before."""
    profile = draw(profiles())
    number = len(profile.projects)
    if number < 2:
        return profile
    some = st.lists(st.integers(0, number - 1), min_size=2, max_size=3, unique=True).map(sorted)
    alternatives = draw(st.lists(some.map(tuple), max_size=2, unique=True))
    needs = draw(st.lists(some.map(lambda each: (each[-1], each[0])), max_size=3, unique=True))
    return msgspec.structs.replace(
        profile, relations=Relations(alternatives=tuple(alternatives), needs=tuple(needs))
    )


WAYS: list[tuple[str, dict[str, object]]] = [
    ("greedy", {}),
    ("greedy", {"order": "votes-per-cost", "misfits": "stop", "zero_votes": "take"}),
    ("equal-shares", {}),
    ("equal-shares", {"utility": "points", "completion": "greedy", "zero_votes": "take"}),
    ("equal-shares", GROW | {"stop": "overspend"}),
    ("equal-shares", {"completion": "add1-greedy", "increment": 2, "comparison": "satisfaction"}),
    ("equal-shares", {"completion": "greedy", "zero_cost": "skip"}),
]


@given(related(), st.sampled_from(WAYS))
def test_relations_hold_in_every_outcome(profile: Profile, way: tuple[str, dict[str, object]]) -> None:
    """Of alternatives one wins, needs win before, the budget holds, and every reason of a loser is true."""
    result = count(way[0], profile, way[1], by_lot(profile))
    places = {project.id: place for place, project in enumerate(profile.projects)}
    order = [places[winner] for winner in result.winners]
    won, relations = set(order), profile.relations
    assert all(len(won & set(group)) <= 1 for group in relations.alternatives)
    for project, needed in relations.needs:
        assert project not in won or order.index(needed) < order.index(project)
    assert sum(profile.projects[place].cost for place in order) == result.cost <= profile.budget
    for place, status in enumerate(result.statuses):
        others = [set(group) - {place} for group in relations.alternatives if place in group]
        excluded = any(won & group for group in others)
        lacking = any(needed not in won for project, needed in relations.needs if project == place)
        if status.reason == "supporters-cannot-pay":
            assert not excluded
            assert not lacking
        assert excluded or status.reason != "alternative-chosen"
        assert lacking or status.reason != "need-not-chosen"
        assert (status.reason == "chosen") == (place in won)
