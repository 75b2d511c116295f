"""What explanations claim about ballots and costs, counted again by brute force on small elections."""

from random import Random

import msgspec
import numpy as np
import pytest

from tally.explain.facts import MoreBallots
from tally.explain.recount import CHOOSE, Change, Recount
from tally.explain.search import find_more_ballots
from tally.profile import (
    Profile,
    group_votes,
)
from tally.rules import rule_named
from tally.rules.columns import Columns
from tests.tally.draws import (
    Params,
    draw_cases,
    draw_profile,
    explain,
    winners,
    with_ballots,
    with_cost,
)
from tests.tally.profiles import by_lot, make_profile

# The short count ------------------------------------------------------------------------------------


def test_choosing_gives_the_winners_of_the_count() -> None:
    """In the same order, for every rule and parameter, so that what is searched with is the rule itself."""
    for profile, name, parameters in draw_cases(1, 400):
        known = msgspec.convert(parameters, rule_named(name).Parameters)
        columns = Columns(profile)
        chosen = CHOOSE[name](columns, known, by_lot(profile))
        assert tuple(columns.ids[place] for place in chosen) == winners(profile, name, parameters)


def test_changed_columns_are_those_of_the_changed_election() -> None:
    """Totals, costs, copies and floats after a change of cost or ballots equal those made anew."""
    random = Random(2)
    for _ in range(200):
        profile = draw_profile(random, 3)
        before = Columns(profile)
        assert before.floats is not None
        votes = list(profile.votes)
        votes[-1] = msgspec.structs.replace(votes[-1], ballots=7)
        for changed, new in (
            (before.with_cost(0, 99), with_cost(profile, "a", 99)),
            (before.with_ballots(len(votes) - 1, 7), msgspec.structs.replace(profile, votes=tuple(votes))),
        ):
            fresh = Columns(new)
            assert changed.profile == new
            assert changed.costs == fresh.costs
            assert changed.total_weights == fresh.total_weights
            assert changed.total_supporters == fresh.total_supporters
            for mine, theirs in zip(changed.floats, fresh.floats, strict=True):
                assert np.array_equal(mine[1], theirs[1])


def test_a_recount_with_a_change_is_the_count_of_the_changed_election() -> None:
    """Also the tie order is made anew: a cheaper project comes before its equals."""
    for profile, name, parameters in draw_cases(3, 150):
        recount = Recount(profile, name, parameters, by_lot(profile))
        changed = with_cost(profile, "a", 1)
        found = [profile.projects[place].id for place in recount.choose(Change(0, cost=1))]
        assert tuple(found) == winners(changed, name, parameters)
        more = with_ballots(profile, "a", 3, recount.heaviest)
        found = [profile.projects[p].id for p in recount.choose(Change(0, more=3, weight=recount.heaviest))]
        assert tuple(found) == winners(more, name, parameters)
        found = [profile.projects[place].id for place in recount.choose_from(more)]
        assert tuple(found) == winners(more, name, parameters)


# What would have changed that ------------------------------------------------------------------------


def test_more_ballots_than_told_one_fewer_are_not_enough() -> None:
    """Each claim of N more ballots: N win, N - 1 do not; and where it says the least, no smaller number."""
    told = 0
    for profile, name, parameters in draw_cases(4, 250):
        for facts in explain(profile, name, parameters):
            if facts.more is None:
                continue
            told += 1
            assert not facts.won
            below = range(facts.more.ballots) if facts.more.least else [facts.more.ballots - 1]
            for more in (*below, facts.more.ballots):
                changed = with_ballots(profile, facts.project, more, facts.more.weight)
                won = facts.project in winners(changed, name, parameters)
                assert won == (more == facts.more.ballots)
    assert told > 70


class Uneven(Recount):
    """A rule under which a project wins with exactly `once` more ballots and then from `from_here` on."""

    once, from_here = 0, 0

    def wins(self, change: Change) -> bool:
        return change.more == self.once or change.more >= self.from_here


@pytest.mark.parametrize(("name", "parameters"), [("equal-shares", {}), ("greedy", {"minimum_share": 1000})])
@pytest.mark.parametrize(
    ("once", "from_here", "found", "least"), [(3, 5, 3, True), (30, 50, 50, False), (1, 9, 1, True)]
)
def test_where_more_may_be_worse_the_least_is_only_claimed_if_all_fewer_were_counted(
    name: str, parameters: Params, once: int, from_here: int, found: int, least: bool
) -> None:
    """Doubling and halving can miss a smaller number: small ones are all counted, of large ones no claim."""
    profile = make_profile(10, {"a": 8}, *["a"] * 40)
    recount = Uneven(profile, name, parameters, by_lot(profile))
    recount.once, recount.from_here = once, from_here
    assert find_more_ballots(recount, 0) == MoreBallots(ballots=found, weight=1, least=least)


def test_without_a_number_of_ballots_none_up_to_twenty_wins() -> None:
    """What costs more than the pot never wins; else many more ballots were counted in vain."""
    silent = 0
    for profile, name, parameters in draw_cases(5, 120):
        weight = Recount(profile, name, parameters, by_lot(profile)).heaviest
        for facts in explain(profile, name, parameters):
            if facts.won or facts.more is not None:
                continue
            silent += 1
            for more in (1, 2, 4, 8, 16):
                changed = with_ballots(profile, facts.project, more, weight)
                assert facts.project not in winners(changed, name, parameters)
    assert silent > 2


def test_the_limit_of_the_cost_is_where_winning_ends() -> None:
    """At the limit it wins, at a cent more not; where only: it wins at every lower and at no higher cost."""
    told = set()
    for profile, name, parameters in draw_cases(6, 110):
        for facts in explain(profile, name, parameters):
            at = {
                cost: facts.project in winners(with_cost(profile, facts.project, cost), name, parameters)
                for cost in range(profile.budget + 3)
            }
            if facts.limit is None:
                assert not facts.won
                assert not at[0]
                continue
            told.add((facts.won, facts.limit.only))
            assert at[facts.limit.cost]
            assert not at[facts.limit.cost + 1]
            assert (facts.cost <= facts.limit.cost) == facts.won
            if facts.limit.only:
                assert all(won == (cost <= facts.limit.cost) for cost, won in at.items())
    assert len(told) == 4


def drop(random: Random, profile: Profile, project: str, fewer: int) -> Profile:
    """Return the election in which some of the ballots for a project do not have it."""
    place = [each.id for each in profile.projects].index(project)
    ballots = [list(vote.projects) for vote in profile.votes for _ in range(vote.ballots)]
    having = [number for number, ballot in enumerate(ballots) if (place, 1) in ballot]
    for number in random.sample(having, fewer):
        ballots[number].remove((place, 1))
    return msgspec.structs.replace(profile, votes=group_votes(tuple(ballot) for ballot in ballots))


def test_fewer_votes_than_told_do_not_lose() -> None:
    """Whichever ballots leave a winner of greedy out: it loses with the number told, and with none below."""
    random, told = Random(7), 0
    for profile, name, parameters in draw_cases(8, 600):
        if name != "greedy":
            continue
        for facts in explain(profile, name, parameters):
            if facts.fewer is None:
                continue
            told += 1
            for fewer in range(facts.votes + 1):
                won = facts.project in winners(drop(random, profile, facts.project, fewer), name, parameters)
                assert won == (fewer < facts.fewer.ballots)
    assert told > 50


def test_only_monotone_rules_claim_more_than_was_counted() -> None:
    """Increments and the comparison are not monotone in cost, shares of all ballots not in ballots."""
    profile = make_profile(10, {"a": 4, "b": 8}, "a", "ab", "b")
    for parameters, only in (
        ({}, True),
        ({"completion": "greedy"}, True),
        ({"completion": "add1"}, False),
        ({"comparison": "satisfaction"}, False),
    ):
        found = explain(profile, "equal-shares", parameters)
        assert {facts.limit.only for facts in found if facts.limit} == {only}
