"""Greedy by votes, ties and profiles: small examples, and a naive count to compare with."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.profile import (
    Profile,
    ProfileError,
    Project,
    TieOrder,
    Vote,
    Weights,
    borda_weights,
    group_votes,
    points_weights,
    ties_by_cost_votes_lot,
    ties_by_id,
)
from tally.rules import RULES, UnknownRuleError, count, greedy, rule_named
from tally.rules.result import Result, Tie
from tests.tally.profiles import by_lot, make_profile

SKIP = greedy.Parameters()
TAKE = greedy.Parameters(zero_votes="take")


def lots(*names: str) -> dict[str, bytes]:
    """Return lots under which the names come in the order given."""
    return {name: bytes([place] + [0] * 31) for place, name in enumerate(names)}


def reasons(result: Result) -> dict[str, tuple[str, int | None]]:
    return {status.project: (status.reason, status.missing) for status in result.statuses}


def test_most_votes_first_and_what_does_not_fit_is_passed_over() -> None:
    """B (3 votes) leaves 40; C (2 votes) costs 50 and is passed over, 10 short; A (1 vote) still fits."""
    profile = make_profile(100, {"A": 40, "B": 60, "C": 50}, "B", "BC", "CB", "A")
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert (result.winners, result.cost, result.ballots) == (("B", "A"), 100, 4)
    assert reasons(result) == {"A": ("chosen", None), "B": ("chosen", None), "C": ("does-not-fit", 10)}
    assert [(r.project, r.chosen, r.votes, r.money_left) for r in result.rounds] == [
        ("B", True, 3, 40),
        ("C", False, 2, 40),
        ("A", True, 1, 0),
    ]


def test_overspending_is_impossible_and_the_shortage_is_told() -> None:
    """A project dearer than the whole pot is passed over, and the shortage is told in cents."""
    profile = make_profile(100, {"A": 101, "B": 100}, "A", "A", "B")
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert result.winners == ("B",)
    assert reasons(result) == {"A": ("does-not-fit", 1), "B": ("chosen", None)}
    assert [(r.project, r.chosen, r.money_left) for r in result.rounds] == [("A", False, 100), ("B", True, 0)]


def test_tie_is_broken_by_the_lowest_cost() -> None:
    """Equal votes: the cheaper one goes first, and the step is recorded."""
    profile = make_profile(50, {"A": 50, "B": 40}, "AB")
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert result.winners == ("B",)
    assert result.rounds[0].tie == Tie(between=("B", "A"), order="cost-votes-lot", step="cost")
    assert result.rounds[1].tie is None
    assert reasons(result)["A"] == ("does-not-fit", 40)


def test_tie_is_broken_by_lot_at_last() -> None:
    """Equal votes and costs: the smallest lot goes first, whatever the ballot order."""
    profile = make_profile(40, {"A": 40, "B": 40}, "AB")
    result = greedy.count(profile, SKIP, ties_by_cost_votes_lot(profile, lots("B", "A")))
    assert result.winners == ("B",)
    assert result.rounds[0].tie == Tie(between=("B", "A"), order="cost-votes-lot", step="lot")


def test_tie_step_is_the_one_that_left_one_project_alone() -> None:
    """C falls at cost, A and B only at the lot: the lot decided."""
    profile = make_profile(90, {"C": 50, "A": 40, "B": 40}, "ABC")
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert result.winners == ("A", "B")
    assert result.rounds[0].tie == Tie(between=("A", "B", "C"), order="cost-votes-lot", step="lot")


def test_tie_order_asks_for_votes_after_cost() -> None:
    """Of two projects of one cost, the one with more votes comes first; a rule other than greedy needs it."""
    profile = make_profile(90, {"A": 40, "B": 40, "C": 50}, "AB", "B", "C")
    assert by_lot(profile).break_tie([0, 1, 2]) == (1, "votes")
    assert by_lot(profile).break_tie([0]) == (0, None)


def test_tie_by_id_goes_by_code_points() -> None:
    """ "10" comes before "2", and capitals before small letters."""
    names = ["b", "2", "10", "B"]
    profile = Profile(budget=0, projects=tuple(Project(id=name, cost=1) for name in names), votes=())
    order = sorted(range(4), key=ties_by_id(profile).keys.__getitem__)
    assert [names[index] for index in order] == ["10", "2", "B", "b"]


def test_projects_without_votes_are_not_chosen_unless_told() -> None:
    """Zero votes: left out by default, taken last if they fit under "take"."""
    profile = make_profile(100, {"A": 10, "B": 95, "C": 90}, "C")
    skipped, taken = (greedy.count(profile, how, by_lot(profile)) for how in (SKIP, TAKE))
    assert skipped.winners == ("C",)
    assert reasons(skipped) == {"A": ("no-votes", None), "B": ("no-votes", None), "C": ("chosen", None)}
    assert taken.winners == ("C", "A")
    assert reasons(taken)["B"] == ("does-not-fit", 95)


@pytest.mark.parametrize("ballots", [(), ("", "")])
def test_nobody_votes(ballots: tuple[str, ...]) -> None:
    """No ballots, or only empty ones: nothing is chosen."""
    profile = make_profile(100, {"A": 10, "B": 0}, *ballots)
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert (result.winners, result.cost, result.rounds, result.ballots) == ((), 0, (), len(ballots))
    assert {status.reason for status in result.statuses} == {"no-votes"}


def test_zero_budget_pays_for_what_costs_nothing() -> None:
    """With an empty pot only a project that costs nothing fits."""
    profile = make_profile(0, {"A": 1, "B": 0}, "AB", "A")
    assert reasons(greedy.count(profile, SKIP, by_lot(profile))) == {
        "A": ("does-not-fit", 1),
        "B": ("chosen", None),
    }


def test_no_projects() -> None:
    """A contest without projects has an empty outcome."""
    profile = Profile(budget=5, projects=(), votes=(Vote(projects=()),))
    assert greedy.count(profile, SKIP, by_lot(profile)).statuses == ()


def test_points_count_as_votes_and_supporters_are_ballots() -> None:
    """5 points of one ballot beat 2 + 2 points of two."""
    votes = group_votes([points_weights({0: 5, 1: 0}), points_weights({1: 2}), points_weights({1: 2})])
    profile = Profile(budget=9, projects=(Project(id="A", cost=9), Project(id="B", cost=9)), votes=votes)
    result = greedy.count(profile, SKIP, by_lot(profile))
    assert result.winners == ("A",)
    assert [(s.votes, s.supporters) for s in result.statuses] == [(5, 1), (4, 2)]


@pytest.mark.parametrize(
    ("ranking", "weights"),
    [([], ()), ([3], ()), ([3, 1], ((3, 1),)), ([2, 0, 1], ((0, 1), (2, 2)))],
)
def test_borda_weights_go_by_the_length_of_the_ballot(ranking: list[int], weights: Weights) -> None:
    """The last of a ranking gets nothing, each place above it one more."""
    assert borda_weights(ranking) == weights


def project(name: str = "A", cost: int = 1) -> Project:
    return Project(id=name, cost=cost)


BROKEN: dict[str, Callable[[], object]] = {
    "a budget below zero": lambda: Profile(budget=-1, projects=(), votes=()),
    "a cost below zero": lambda: Profile(budget=1, projects=(project(cost=-1),), votes=()),
    "a project twice": lambda: Profile(budget=1, projects=(project(), project()), votes=()),
    "a vote for no project": lambda: Profile(budget=1, projects=(), votes=(Vote(projects=((0, 1),)),)),
    "an index below zero": lambda: Profile(
        budget=1, projects=(project(),), votes=(Vote(projects=((-1, 1),)),)
    ),
    "a vote for a project twice": lambda: Profile(
        budget=1, projects=(project(),), votes=(Vote(projects=((0, 1), (0, 1))),)
    ),
    "a weight of zero": lambda: Profile(budget=1, projects=(project(),), votes=(Vote(projects=((0, 0),)),)),
    "a vote of no ballots": lambda: Profile(budget=1, projects=(), votes=(Vote(projects=(), ballots=0),)),
    "points below zero": lambda: points_weights({0: -1}),
    "a ranking with a repeat": lambda: borda_weights([1, 1]),
    "no lot": lambda: ties_by_cost_votes_lot(make_profile(1, {"A": 1}), {}),
    "a short lot": lambda: ties_by_cost_votes_lot(make_profile(1, {"A": 1}), {"A": b"1"}),
    "equal lots": lambda: ties_by_cost_votes_lot(
        make_profile(1, {"A": 1, "B": 2}), {"A": bytes(32), "B": bytes(32)}
    ),
    "a tie order that leaves a tie": lambda: TieOrder(name="id", steps=("id",), keys=((0,), (0,))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_together_is_refused(name: str) -> None:
    """A profile, ballot or tie order that makes no sense raises ProfileError."""
    with pytest.raises(ProfileError):
        BROKEN[name]()


def test_rules_are_found_by_name() -> None:
    """The registry knows each rule by its module's own name and counts with plain parameters."""
    profile = make_profile(10, {"A": 10}, "")
    assert all(name == rule_named(name).NAME and rule_named(name).PAPER for name in RULES)
    assert count("greedy", profile, {"zero_votes": "take"}, by_lot(profile)).winners == ("A",)
    assert count("equal-shares", profile, {}, by_lot(profile)).winners == ()
    with pytest.raises(UnknownRuleError):
        rule_named("equal-shares-cost")
    with pytest.raises(msgspec.ValidationError):
        count("greedy", profile, {"zero_vote": "take"}, by_lot(profile))


# Properties -----------------------------------------------------------------------------------------


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Small profiles in which ties are common; votes not grouped."""
    costs = draw(st.lists(st.integers(0, 4), max_size=5))
    one = st.dictionaries(st.integers(0, len(costs) - 1), st.integers(1, 2)) if costs else st.just({})
    ballots = draw(st.lists(one, max_size=6))
    return Profile(
        budget=draw(st.integers(0, 12)),
        projects=tuple(Project(id="abcde"[i], cost=cost) for i, cost in enumerate(costs)),
        votes=tuple(Vote(projects=points_weights(ballot)) for ballot in ballots),
    )


def naive_greedy(profile: Profile, ties: TieOrder, zero_votes: str) -> list[str]:
    """Return the winners by the definition, one sorted list and one pass."""
    votes = [sum(w * v.ballots for v in profile.votes for j, w in v.projects if i == j) for i in range(5)]
    left, winners = profile.budget, []
    for i in sorted(range(len(profile.projects)), key=lambda i: (-votes[i], ties.keys[i])):
        if profile.projects[i].cost <= left and (votes[i] or zero_votes == "take"):
            left -= profile.projects[i].cost
            winners.append(profile.projects[i].id)
    return winners


@given(profiles(), st.sampled_from([SKIP, TAKE]), st.sampled_from([by_lot, ties_by_id]))
def test_greedy_equals_a_naive_count(
    profile: Profile, how: greedy.Parameters, order: Callable[[Profile], TieOrder]
) -> None:
    """Winners and order equal those of the definition; the budget holds; the books are right."""
    ties = order(profile)
    result = greedy.count(profile, how, ties)
    assert list(result.winners) == naive_greedy(profile, ties, how.zero_votes)
    costs = {project.id: project.cost for project in profile.projects}
    assert result.cost == sum(costs[name] for name in result.winners) <= profile.budget
    assert {s.project for s in result.statuses if s.reason == "chosen"} == set(result.winners)
    assert all(s.missing for s in result.statuses if s.reason == "does-not-fit")
