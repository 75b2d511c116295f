"""What explanations claim about money, ballots and costs, counted again by brute force on small elections."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import msgspec
import numpy as np
import pytest

from tally.explain import UnknownProjectError, explain_ballot, explain_outcome
from tally.explain.facts import MoreBallots, ProjectFacts
from tally.explain.recount import CHOOSE, Change, Recount
from tally.explain.search import find_more_ballots
from tally.profile import (
    Profile,
    Project,
    TieOrder,
    Vote,
    Weights,
    group_votes,
    points_weights,
    ties_by_cost_votes_lot,
    ties_by_id,
)
from tally.rules import count, rule_named
from tally.rules.columns import Columns
from tests.tally.test_equal_shares import Naive

Params = Mapping[str, Any]


def by_lot(profile: Profile) -> TieOrder:
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
    random = Random(seed)
    for _ in range(times):
        name, parameters = draw_rule(random)
        yield (
            draw_profile(random, 1 if name.startswith("phragmen") else random.choice([1, 1, 3])),
            name,
            parameters,
        )


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


# Money ------------------------------------------------------------------------------------------------


def naive_payments(profile: Profile, utility: Any) -> tuple[Naive, list[Mapping[str, Fraction]]]:
    """Return the naive count, and for each of its voters what they paid for which winner."""
    naive = Naive(profile, by_lot(profile), utility)
    paid = [{done[0]: done[3][voter] for done in naive.rounds} for voter in range(len(naive.voters))]
    return naive, paid


@pytest.mark.parametrize("utility", ["cost", "points"])
def test_supporters_money_is_what_each_voter_paid_and_has(utility: str) -> None:
    """Of every loser: what its supporters had, paid for each winner and have left, exactly."""
    random, told = Random(9), 0
    for _ in range(200):
        profile = draw_profile(random, random.choice([1, 3]), 30)
        naive, paid = naive_payments(profile, utility)
        found = explain_outcome(profile, "equal-shares", {"utility": utility}, by_lot(profile))
        for place, facts in enumerate(found.projects):
            if facts.money is None:
                assert facts.won or facts.supporters == 0
                continue
            told += 1
            voters = [v for v, ballot in enumerate(naive.voters) if place in ballot]
            sums = {w: sum(paid[v][w] for v in voters) for w in found.whole.winners}
            assert {f.project: Fraction(f.total) for f in facts.money.paid} == {
                w: s for w, s in sums.items() if s
            }
            assert Fraction(facts.money.left) == sum(naive.purses[v] for v in voters)
            assert Fraction(facts.money.had) == naive.endowment * len(voters)
            totals = [Fraction(flow.total) for flow in facts.money.paid]
            assert totals == sorted(totals, reverse=True)
    assert told > 70


def test_one_ballot_pays_what_its_voter_paid() -> None:
    """Share by share what each kind of ballot paid, and what is left of it."""
    random = Random(10)
    for _ in range(150):
        profile = draw_profile(random, 3, 30)
        naive, paid = naive_payments(profile, "cost")
        for voter, ballot in enumerate(naive.voters):
            weights: Weights = tuple(sorted(ballot.items()))
            facts = explain_ballot(profile, "equal-shares", {}, by_lot(profile), weights)
            assert facts.left is not None
            assert Fraction(facts.left) == naive.purses[voter]
            supported = {profile.projects[place].id for place in ballot}
            assert {f.project: Fraction(f.total) for f in facts.paid} == {
                winner: amount for winner, amount in paid[voter].items() if winner in supported
            }
            assert set(facts.won) == supported & {done[0] for done in naive.rounds}


def test_after_a_completion_the_money_of_the_shares_is_still_told() -> None:
    """A is bought by greedy with what was left; C's supporter still has 25, and 10 of the pot were left."""
    profile = make_profile(100, {"a": 60, "b": 30, "c": 40}, "a", "a", "b", "bc")
    found = explain_outcome(profile, "equal-shares", {"completion": "greedy"}, by_lot(profile))
    facts = {each.project: each for each in found.projects}
    assert found.whole.winners == ("b", "a")
    assert facts["a"].round is not None
    assert facts["a"].round.completion
    assert facts["a"].money is not None
    assert Fraction(facts["a"].money.left) == 50
    assert (facts["c"].reason, facts["c"].pot, facts["c"].missing) == ("does-not-fit", 10, 30)
    assert facts["c"].money is not None
    assert [(f.project, Fraction(f.total)) for f in facts["c"].money.paid] == [("b", 15)]


# The whole ----------------------------------------------------------------------------------------------


def test_the_whole_counts_ballots_by_their_winners() -> None:
    """Ballots with none, one, two ... of the winners, and how many are better off with greedy."""
    for profile, name, parameters in draw_cases(11, 200):
        whole = explain_outcome(profile, name, parameters, by_lot(profile)).whole
        ids = [project.id for project in profile.projects]
        own = {ids.index(name) for name in whole.winners}
        ballots = [dict(vote.projects) for vote in profile.votes for _ in range(vote.ballots)]
        each = [len(own & set(ballot)) for ballot in ballots]
        assert list(whole.satisfied) == [each.count(k) for k in range(max(each) + 1)]
        assert whole.with_winner == sum(k > 0 for k in each)
        if whole.rival is None:
            continue
        zero = {"zero_votes": parameters["zero_votes"]}
        rival = {ids.index(name) for name in winners(profile, "greedy", zero)}
        apart = [sum(b.get(p, 0) for p in own) - sum(b.get(p, 0) for p in rival) for b in ballots]
        assert whole.rival.prefer_here == sum(more > 0 for more in apart)
        assert whole.rival.prefer_there == sum(more < 0 for more in apart)
        assert {ids.index(name) for name in whole.rival.only_here} == own - rival
        assert {ids.index(name) for name in whole.rival.only_there} == rival - own


def test_who_came_before_are_the_winners_only() -> None:
    """A wins, B is passed over, C does not fit either: one project came before C, and 40 was left."""
    profile = make_profile(100, {"a": 60, "b": 70, "c": 50}, *["a"] * 3, *["b"] * 2, "c")
    facts = explain(profile, "greedy", {})[2]
    assert (facts.number, facts.ahead, facts.pot, facts.missing) == (3, ("a",), 40, 10)


@pytest.mark.parametrize(
    ("name", "parameters", "line"),
    [
        ("greedy", {"order": "votes-per-cost"}, "votes-per-cost"),
        ("greedy", {}, "votes"),
        ("equal-shares", {"completion": "greedy"}, "votes"),
        ("equal-shares", {"completion": "greedy", "utility": "points"}, "votes-per-cost"),
    ],
)
def test_the_line_is_the_order_in_which_greedy_goes(name: str, parameters: Params, line: str) -> None:
    """Its own parameter, or under Equal Shares that of the completion."""
    profile = make_profile(100, {"a": 60}, "a")
    assert explain_outcome(profile, name, parameters, by_lot(profile)).whole.line == line


def test_an_unknown_project_is_refused() -> None:
    """Who points at a project that is not there is told so."""
    profile = make_profile(10, {"a": 4}, "a")
    with pytest.raises(UnknownProjectError, match="'z'"):
        explain_outcome(profile, "greedy", {}, ties_by_id(profile), project="z")


def test_nothing_is_searched_unless_one_project_is_asked_for() -> None:
    """A list of all projects is cheap; what would have changed is sought for one, or where it is asked."""
    profile = make_profile(10, {"a": 4, "b": 9}, "a", "ab")
    every = explain_outcome(profile, "greedy", {}, ties_by_id(profile))
    assert [facts.searched for facts in every.projects] == [False, False]
    one = explain_outcome(profile, "greedy", {}, ties_by_id(profile), project="b")
    assert [(facts.project, facts.searched) for facts in one.projects] == [("b", True)]
