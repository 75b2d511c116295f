"""Many runs of Equal Shares at once: each as if it were alone and exact, and every bound a bound."""

from random import Random

import numpy as np
import pytest
from gmpy2 import mpq

from tally.profile import (
    Profile,
    ProfileError,
    Project,
    Relations,
    Vote,
    group_votes,
    points_weights,
    ties_by_id,
)
from tally.rules import completion, equal_shares
from tally.rules.columns import Columns
from tally.rules.completion import Growth, find_increments, first_purse
from tally.rules.method import Run, find_winners
from tally.rules.purses import ULP, Purses, UndecidedError
from tally.rules.runs import Runs
from tally.rules.views import Crowd, Support, Views


def make_profile(random: Random, most: int = 3, related: bool = False, unit: int = 1) -> Profile:
    """Return a small election in which equal prices are common, and free projects happen."""
    projects = random.randint(1, 6)
    ballots = [
        points_weights({i: random.randint(1, most) for i in range(projects) if random.random() < 0.5})
        for _ in range(random.randint(1, 9))
    ]
    relations = Relations()
    if related and projects > 2:
        relations = Relations(alternatives=((0, 1),), needs=((2, random.choice((0, 1))),))
    return Profile(
        budget=unit * random.randint(0, 30),
        projects=tuple(Project(id=str(10 - i), cost=unit * random.randint(0, 9)) for i in range(projects)),
        votes=group_votes(ballots),
        relations=relations,
    )


def win_exactly(columns: Columns, start: mpq, *, by_cost: bool, take_free: bool) -> list[int]:
    """Return who wins, by fractions alone."""
    run = Run(columns, start, by_cost=by_cost, take_free=take_free)
    return [step.project for step in run.steps(ties_by_id(columns.profile))]


@pytest.mark.parametrize("related", [False, True])
def test_every_run_is_told_once_and_has_the_winners_that_it_has_alone(related: bool) -> None:
    """Or is left undecided, or has spent too much and its winners are the first of them."""
    random, decided, undecided = Random(20261127), 0, 0
    for _ in range(150):
        profile = make_profile(random, random.choice((1, 3)), related)
        columns, by_cost, take_free = Columns(profile), random.random() < 0.5, random.random() < 0.8
        starts = [mpq(profile.budget + each, 2 * profile.count_ballots()) for each in range(0, 40, 3)]
        ties, told = ties_by_id(profile), list[int]()
        runs = Runs(columns, starts, ties, by_cost=by_cost, take_free=take_free)
        for numbers, winners in runs.outcomes():
            told += numbers.tolist()
            for number in numbers.tolist():
                exact = win_exactly(columns, starts[number], by_cost=by_cost, take_free=take_free)
                if winners is None:
                    undecided += 1
                    continue
                decided += 1
                spent = sum(columns.costs[winner] for winner in winners)
                assert winners == (exact[: len(winners)] if spent > profile.budget else exact), profile
        assert sorted(told) == list(range(len(starts)))
    assert decided > undecided > 0


def grow_one_by_one(columns: Columns, growth: Growth) -> int:
    """Return by how many increments purses grow, by the definition: one exact run after the other."""
    budget, times = columns.profile.budget, 0
    while True:
        purse = first_purse(columns, budget, growth.start, growth.increment) + times * growth.increment
        winners = win_exactly(columns, purse, by_cost=growth.by_cost, take_free=growth.take_free)
        left = budget - sum(columns.costs[winner] for winner in winners)
        if left < 0:
            return times - 1
        losers = completion.open_losers(columns, winners, take_free=growth.take_free)
        fits = any(0 < columns.costs[project] <= left for project in losers)
        if not losers or (growth.stop == "exhaustive" and not fits):
            return times
        times += 1


@pytest.mark.parametrize("purses", [1, 40, 2**20])
def test_purses_grow_as_far_as_they_do_one_by_one(purses: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many runs are tried together, and whatever floats leave undecided."""
    monkeypatch.setattr(completion, "MOST_PURSES", purses)
    random, grown = Random(7), 0
    for _ in range(80):
        columns = Columns(make_profile(random, random.choice((1, 3)), random.random() < 0.3, unit=10))
        growth = Growth(
            by_cost=random.random() < 0.5,
            take_free=random.random() < 0.8,
            stop=random.choice(("exhaustive", "overspend")),
            start=random.choice(("exact", "whole")),
            increment=random.choice((1, 2)),
        )
        found = find_increments(columns, columns.profile.budget, ties_by_id(columns.profile), growth)
        assert found == grow_one_by_one(columns, growth), (columns.profile, growth)
        grown += found
    assert grown > 80


def test_a_run_that_nobody_asks_for_any_more_is_not_told() -> None:
    """When `until` is lowered, runs from there on never come."""
    profile = Profile(
        budget=100,
        projects=tuple(Project(id=str(cost), cost=cost) for cost in range(1, 40, 3)),
        votes=(Vote(projects=tuple((index, 1) for index in range(13))),),
    )
    runs = Runs(Columns(profile), [mpq(each) for each in range(40)], ties_by_id(profile), by_cost=True)
    told = []
    for numbers, _ in runs.outcomes():
        told += numbers.tolist()
        runs.until = 5
    assert max(told) < 40
    assert set(range(5)) <= set(told)
    assert len(told) < 40


def test_runs_that_spend_too_much_are_told_before_they_end() -> None:
    """Ten projects at 10 and a budget of 25: with a purse of 100 it is over after three of them."""
    projects = tuple(Project(id=str(place), cost=10) for place in range(10))
    profile = Profile(budget=25, projects=projects, votes=(Vote(projects=tuple((p, 1) for p in range(10))),))
    runs = Runs(Columns(profile), [mpq(100)], ties_by_id(profile), by_cost=True)
    assert [winners for _, winners in runs.outcomes()] == [[0, 1, 2]]


@pytest.mark.parametrize("weight", [2**52, 2**70])
def test_weights_that_no_float_holds_are_refused(weight: int) -> None:
    """Two ballots of 2^52 points are 2^53 together; of 2^70 points not even one fits 64 bits."""
    votes = (Vote(projects=((0, weight),), ballots=2),)
    profile = Profile(budget=1, projects=(Project(id="A", cost=1),), votes=votes)
    with pytest.raises(ProfileError, match="below 9007199254740992"):
        Columns(profile)


# What floats cannot tell ----------------------------------------------------------------------------


def make_close(missing: int) -> Profile:
    """Return an election where after A's win B's supporters lack some cents, of amounts near 2^52."""
    third = 2**50 // 3
    votes = (Vote(projects=((0, 1), (1, 1))), Vote(projects=((0, 1),), ballots=2), Vote(projects=((1, 1),)))
    each = 2**50
    left = (each - third) + each
    return Profile(
        budget=4 * each,
        projects=(Project(id="A", cost=3 * third), Project(id="B", cost=left + missing)),
        votes=votes,
    )


@pytest.mark.parametrize("missing", [0, 1])
def test_a_cent_of_many_is_not_overlooked(missing: int) -> None:
    """Who only asks for the winners is told those that all fractions give."""
    profile = make_close(missing)
    columns, ties = Columns(profile), ties_by_id(profile)
    exact = equal_shares.count(profile, equal_shares.Parameters(), ties).winners
    assert exact == (("A",) if missing else ("A", "B"))
    start = mpq(profile.budget, 4)
    assert [columns.ids[each] for each in find_winners(columns, start, ties, by_cost=True)] == list(exact)
    outcome = next(Runs(columns, [start], ties, by_cost=True).outcomes())
    assert outcome.winners is None


def test_nothing_exact_is_asked_of_purses_that_paid_about() -> None:
    """Purses in floats alone have no exact sum."""
    purses = Purses(Columns(make_close(0)), mpq(2**50))
    purses.pay_about(0, float(2**50 // 3))
    with pytest.raises(UndecidedError):
        purses.money(purses.columns.groups(1))


# Bounds ---------------------------------------------------------------------------------------------


def find_exact_share(purses: list[mpq], weights: list[int], ballots: list[int], cost: int) -> mpq | None:
    """Return the least share a point that raises the cost, None if nothing does."""
    rows = sorted(zip(purses, weights, ballots, strict=True), key=lambda row: row[0] / row[1])
    emptied, heavy = mpq(0), sum(weight * number for _, weight, number in rows)
    for purse, weight, number in rows:
        share = (cost - emptied) / heavy
        if share * weight <= purse:
            return share
        emptied += purse * number
        heavy -= weight * number
    return None


@pytest.mark.parametrize("points", [1, 4])
def test_what_is_said_of_a_share_holds_for_all_purses_within_the_error(points: int) -> None:
    """Whatever the exact purses are, as long as they are as near to the floats as the error says."""
    random, near, paid = Random(points), 0, 0
    for _ in range(1500):
        number = random.randint(1, 6)
        exact = [mpq(random.randint(0, 900), 7) for _ in range(number)]
        ballots = [random.randint(1, 4) for _ in range(number)]
        weights = [random.randint(1, points) for _ in range(number)]
        error = random.choice((1e-9, 0.5, 20.0))
        floats = [
            max(0.0, float(each) + random.uniform(-1, 1) * error / (number * many))
            for each, many in zip(exact, ballots, strict=True)
        ]
        error += 1e-11
        cost = random.randint(1, 400)
        share = find_exact_share(exact, weights, ballots, cost)
        plain, heavy = np.array(weights, float), np.array(weights, float) * np.array(ballots, float)
        support = Support(
            np.arange(number, dtype=np.int32),
            None if points == 1 else plain,
            np.array(ballots, float),
            heavy,
            float(cost),
            (number + 8) * ULP,
        )
        row = np.array(floats)
        view = Views(support, row[None, :], np.array([error]))
        begin = np.array([random.choice((0.01, 1.0, float(share or 3), 60.0, 500.0))])
        crowd = Crowd([support, support], row, error).find_below(np.array([begin[0], 0.01]))
        most_below = max(view.find_below(begin)[0], crowd.max())
        found, weight = view.find_shares(np.array([0.01]))
        least, most = view.prove(found, weight)
        if share is None:
            assert np.isinf(most[0])
            continue
        paid += 1
        assert most_below <= share * (1 + mpq(1, 10**12))
        assert least[0] <= share * (1 + mpq(1, 10**12))
        assert most[0] >= share * (1 - mpq(1, 10**12))
        assert not view.cannot_pay()[0]
        near += bool(most[0] - least[0] < 1e-6)
    assert near > paid / 4
