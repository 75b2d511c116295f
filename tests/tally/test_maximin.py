"""Maximin support: examples worked out by hand, and all subsets tried one by one to compare."""

import json
import os
from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from gmpy2 import mpq
from hypothesis import given, settings
from hypothesis import strategies as st

from tally import rules
from tally.pabulib import parse_pabulib, profile_of
from tally.profile import (
    Profile,
    ProfileError,
    Project,
    TieOrder,
    Vote,
    approval_weights,
    group_votes,
    points_weights,
    ties_by_cost_votes_lot,
    ties_by_id,
)
from tally.rules.columns import Columns
from tally.rules.maximin import Parameters, count
from tally.rules.presets import PRESETS
from tally.rules.result import Result, Tie
from tally.rules.spread import Network, Spread
from tests.tally.profiles import make_profile

SKIP, STOP = Parameters(zero_votes="take"), Parameters(misfits="stop", zero_votes="take")


def run(profile: Profile, parameters: Parameters = SKIP) -> Result:
    return count(profile, parameters, ties_by_id(profile))


def prices(result: Result) -> list[tuple[str, str | None]]:
    return [(done.project, done.price) for done in result.rounds]


# By hand --------------------------------------------------------------------------------------------


def test_loads_are_spread_anew_where_phragmen_keeps_them() -> None:
    """When B comes, A moves to its other ballot: 12 on each; under Phragmen 6 stays there, and B's has 18."""
    profile = make_profile(24, {"A": 12, "B": 12}, "A", "AB")
    assert prices(run(profile)) == [("A", "6/1"), ("B", "12/1")]
    bound = rules.count("phragmen-sequential", profile, {}, ties_by_id(profile))
    assert prices(bound) == [("A", "6/1"), ("B", "18/1")]


def test_least_load_is_chosen_even_if_another_has_more_votes() -> None:
    """After A (three ballots at 4), B on the same three makes 8 each, and C on a fresh ballot only 7."""
    result = run(make_profile(31, {"A": 12, "B": 12, "C": 7}, "AB", "AB", "AB", "C"))
    assert prices(result) == [("A", "4/1"), ("C", "7/1"), ("B", "8/1")]


def test_costs_move_along_a_chain_of_ballots() -> None:
    """A, B and C share ballots two by two; D on the last one pushes all of them towards the first."""
    costs = {"A": 10, "B": 10, "C": 10, "D": 10}
    result = run(make_profile(40, costs, "A", "AB", "BC", "CD"))
    assert prices(result) == [("A", "5/1"), ("C", "5/1"), ("B", "15/2"), ("D", "10/1")]


def test_a_part_of_the_projects_may_press_hardest() -> None:
    """A and B lie on one ballot, 20; the third project with ballots of its own changes nothing."""
    result = run(make_profile(40, {"A": 10, "B": 10, "C": 20}, "AB", "C", "C", "C"))
    assert prices(result) == [("C", "20/3"), ("A", "10/1"), ("B", "20/1")]


def test_tied_loads_are_told_and_broken_by_the_given_order() -> None:
    """All three lead to a load of 5 each time, and the names decide."""
    result = run(make_profile(30, {"B": 10, "A": 10, "C": 10}, "A", "A", "B", "B", "C", "C"))
    assert result.winners == ("A", "B", "C")
    assert [done.tie for done in result.rounds] == [
        Tie(between=("A", "B", "C"), order="id", step="id"),
        Tie(between=("B", "C"), order="id", step="id"),
        None,
    ]
    assert {done.price for done in result.rounds} == {"5/1"}


def test_loads_a_hair_apart_are_no_tie() -> None:
    """A leads to 10^15/3 and B to a third of a cent less: binary fractions of 53 bits would not see it."""
    big = 10**15
    result = run(make_profile(2 * big, {"A": big, "B": big - 1}, "A", "A", "A", "B", "B", "B"))
    assert result.winners == ("B", "A")
    assert [done.tie for done in result.rounds] == [None, None]


def test_what_no_longer_fits_is_left_out_or_ends_the_count() -> None:
    """B has the least load after A and does not fit: "skip" goes on to C, "stop" ends with A."""
    profile = make_profile(20, {"A": 10, "B": 12, "C": 9}, *["A"] * 10, *["B"] * 6, "C", "C", "C")
    assert run(profile, SKIP).winners == ("A", "C")
    stopped = run(profile, STOP)
    assert stopped.winners == ("A",)
    assert [(s.project, s.reason, s.missing) for s in stopped.statuses] == [
        ("A", "chosen", None),
        ("B", "does-not-fit", 2),
        ("C", "does-not-fit", 0),
    ]


def test_stop_ends_the_count_when_any_of_the_equals_does_not_fit() -> None:
    """B and C are equal and the tie order prefers B, which fits; C does not."""
    profile = make_profile(20, {"A": 5, "B": 10, "C": 20}, *["A"] * 5, *["B"] * 5, *["C"] * 10)
    assert run(profile, SKIP).winners == ("A", "B")
    assert run(profile, STOP).winners == ("A",)


def test_projects_without_support_come_last_or_not_at_all() -> None:
    """Without a load, in tie order: as far as they fit, until one does not, or skipped."""
    profile = make_profile(20, {"A": 5, "B": 7, "C": 9, "D": 1}, "A")
    assert prices(run(profile, SKIP)) == [("A", "5/1"), ("B", None), ("D", None)]
    assert run(profile, STOP).winners == ("A", "B")
    assert run(profile, Parameters()).winners == ("A",)
    assert [s.reason for s in run(profile, SKIP).statuses] == ["chosen", "chosen", "no-votes", "chosen"]


def test_projects_that_cost_nothing_add_no_load() -> None:
    """A supported project of cost 0 has load 0 at first, and that of the others later."""
    result = run(make_profile(10, {"A": 10, "B": 0}, "A", "AB"))
    assert prices(result) == [("B", "0/1"), ("A", "5/1")]


@pytest.mark.parametrize("ballots", [(), ("", "")])
def test_nobody_votes(ballots: tuple[str, ...]) -> None:
    """No ballots, or only empty ones: nothing is chosen and nothing divides by zero."""
    result = run(make_profile(100, {"A": 10, "B": 0}, *ballots), Parameters())
    assert (result.winners, result.rounds, result.cost) == ((), (), 0)


def test_what_costs_nothing_may_be_left_out() -> None:
    """As a parameter says; the outcome gives that as the reason."""
    result = run(make_profile(10, {"A": 10, "B": 0}, "A", "AB"), Parameters(zero_cost="skip"))
    assert result.winners == ("A",)
    assert [status.reason for status in result.statuses] == ["chosen", "costs-nothing"]


def test_points_are_refused() -> None:
    """A load knows no points: ProfileError before anything is counted."""
    projects = (Project(id="A", cost=1),)
    with pytest.raises(ProfileError, match="approval"):
        run(Profile(budget=1, projects=projects, votes=(Vote(projects=points_weights({0: 2})),)))


# Against all subsets --------------------------------------------------------------------------------


def naive_load(profile: Profile, projects: Iterable[int]) -> Fraction:
    """Return the largest cost(S) / |N(S)|, trying every S."""
    chosen = list(projects)
    found = []
    for size in range(1, len(chosen) + 1):
        for some in combinations(chosen, size):
            ballots = sum(v.ballots for v in profile.votes if any(p in some for p, _ in v.projects))
            found.append(Fraction(sum(profile.projects[p].cost for p in some), ballots))
    return max(found)


def naive_count(
    profile: Profile, parameters: Parameters, ties: TieOrder
) -> list[tuple[str, Fraction | None, list[str]]]:
    """Return (winner, load, tied) round by round, from the definition alone."""
    supported = profile.total_supporters()
    left, winners = profile.budget, list[int]()
    rounds: list[tuple[str, Fraction | None, list[str]]] = []
    while True:
        limit = left if parameters.misfits == "skip" else profile.budget
        least = 0 if parameters.zero_cost == "take" else 1
        waiting = [i for i, p in enumerate(profile.projects) if least <= p.cost <= limit and i not in winners]
        loads = {i: naive_load(profile, [*winners, i]) for i in waiting if supported[i]}
        if loads:
            best: Fraction | None = min(loads.values())
            tied = [i for i, load in loads.items() if load == best]
        else:
            best, tied = None, waiting if parameters.zero_votes == "take" else []
        tied.sort(key=ties.keys.__getitem__)
        if not tied or any(profile.projects[i].cost > left for i in tied):
            return rounds
        winners.append(tied[0])
        left -= profile.projects[tied[0]].cost
        rounds.append((profile.projects[tied[0]].id, best, [profile.projects[i].id for i in tied]))


def verify_against_naive(profile: Profile, parameters: Parameters, ties: TieOrder) -> None:
    """Assert that every round has the same winner, load and equals, and that the budget is kept."""
    result = count(profile, parameters, ties)
    told = [
        (
            r.project,
            None if r.price is None else Fraction(r.price),
            list(r.tie.between if r.tie else [r.project]),
        )
        for r in result.rounds
    ]
    assert told == naive_count(profile, parameters, ties)
    costs = {project.id: project.cost for project in profile.projects}
    assert result.cost == sum(costs[name] for name in result.winners) <= profile.budget


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Draw small elections full of ties."""
    projects = draw(st.integers(1, 6))
    costs = draw(st.lists(st.sampled_from([0, 1, 2, 2, 3, 4, 6]), min_size=projects, max_size=projects))
    chosen = st.builds(approval_weights, st.sets(st.integers(0, projects - 1), max_size=3))
    return Profile(
        budget=draw(st.integers(0, 20)),
        projects=tuple(Project(id=str(12 - i), cost=cost) for i, cost in enumerate(costs)),
        votes=group_votes(draw(st.lists(chosen, max_size=8))),
    )


PARAMETERS = st.builds(
    Parameters,
    misfits=st.sampled_from(["skip", "stop"]),
    zero_cost=st.sampled_from(["skip", "take"]),
    zero_votes=st.sampled_from(["skip", "take"]),
)


@settings(max_examples=300, deadline=None)
@given(profiles(), PARAMETERS)
def test_small_elections_agree_with_the_definition(profile: Profile, parameters: Parameters) -> None:
    """Every winner, exact load and set of equals is what trying all subsets gives."""
    verify_against_naive(profile, parameters, ties_by_id(profile))


def test_elections_with_long_chains_agree_with_the_definition() -> None:
    """Eight projects, ballots of two neighbours: costs have to move far, and ties are many."""
    random = Random(20260514)
    for _ in range(40):
        spots = [random.randint(0, 7) for _ in range(9)]
        profile = Profile(
            budget=60,
            projects=tuple(Project(id=str(i), cost=random.choice([4, 6, 6, 12])) for i in range(8)),
            votes=group_votes(approval_weights({i, max(i - 1, 0)}) for i in spots),
        )
        lots = {p.id: random.randbytes(32) for p in profile.projects}
        verify_against_naive(profile, SKIP, ties_by_cost_votes_lot(profile, lots))


@settings(max_examples=150, deadline=None)
@given(profiles(), st.integers(0, 12), st.integers(1, 7))
def test_a_load_is_enough_exactly_if_no_subset_needs_more(profile: Profile, over: int, under: int) -> None:
    """All costs find a place, or the projects that stick out need more than the load."""
    columns = Columns(profile)
    supported = [p for p, supporters in enumerate(columns.total_supporters) if supporters]
    load = mpq(over, under)
    spread = Spread(
        Network(columns), load, {p: np.zeros(len(columns.groups(p)), np.int64) for p in supported}
    )
    if spread.stuck:
        assert Network(columns).ask(spread.stuck) > load
    else:
        assert not supported or naive_load(profile, supported) <= load


def test_sums_beyond_64_bits_are_exact() -> None:
    """Two million ballots and costs near 2^50: the products do not fit, and the loads are right."""
    big = 2**50
    profile = Profile(
        budget=7 * big,
        projects=tuple(Project(id=name, cost=big + place) for place, name in enumerate("ABC")),
        votes=(
            Vote(projects=approval_weights([0, 1]), ballots=999_983),
            Vote(projects=approval_weights([1, 2]), ballots=999_979),
            Vote(projects=approval_weights([0]), ballots=7),
        ),
    )
    assert Network(Columns(profile)).kind is object
    assert Network(Columns(make_profile(1, {"A": big}, "A"))).kind is np.int64
    verify_against_naive(profile, SKIP, ties_by_id(profile))


# A real election ------------------------------------------------------------------------------------

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pabulib"


def test_real_election_has_the_winners_that_others_computed() -> None:
    """Assen 2024 by the preset "maximin": the winners, and their order where it is said to matter."""
    if not FOLDER.is_dir():
        assert os.environ.get("CI") != "true", "no real elections next to the project"
        pytest.skip("no real elections next to the project")
    cases = json.loads((FOLDER / "expected.json").read_bytes())["cases"]
    cases = [case for case in cases if case["rule"] == "maximin"]
    assert cases
    for case in cases:
        raw = (FOLDER / case["file"]).read_bytes()
        assert sha256(raw).hexdigest() == case["sha256"]
        profile = profile_of(parse_pabulib(raw.decode("utf-8")))
        name, parameters = PRESETS["maximin"]
        result = rules.count(name, profile, parameters, ties_by_id(profile))
        same = list if case["order_significant"] else sorted
        assert same(result.winners) == same(case["winners"])
        assert result.cost == int(case["cost"]) * 100
