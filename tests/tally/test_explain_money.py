"""What explanations claim about money and about the whole outcome, counted again one voter at a time."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tally.explain import UnknownProjectError, explain_ballot, explain_outcome
from tally.profile import (
    Profile,
    Weights,
    ties_by_id,
)
from tests.tally.draws import (
    Params,
    draw_cases,
    draw_profile,
    explain,
    winners,
)
from tests.tally.profiles import by_lot, make_profile
from tests.tally.test_equal_shares import Naive

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
