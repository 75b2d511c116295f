"""The margin: compared with every way to change ballots on tiny elections, and with counted changes."""

from itertools import combinations, product
from random import Random

import msgspec
import pytest

from tally.explain.facts import Margin
from tally.explain.margin import find_margin
from tally.explain.recount import Recount
from tally.profile import Profile, Vote, Weights, group_votes
from tally.rules import count, greedy
from tally.rules.columns import Columns
from tests.tally.draws import Params, draw_profile, draw_rule
from tests.tally.profiles import by_lot, make_profile


def margin_of(profile: Profile, name: str, parameters: Params, *, search: bool = True) -> Margin:
    recount = Recount(profile, name, parameters, by_lot(profile))
    result = recount.rule.count(profile, recount.parameters, recount.ties)
    return find_margin(recount, result, search=search)


def find_true(profile: Profile, name: str, parameters: Params, heaviest: int = 1) -> int | None:
    """Return the fewest ballots that give other winners when they say anything, trying everything."""
    ballots = [vote.projects for vote in profile.votes for _ in range(vote.ballots)]
    places = range(len(profile.projects))
    sayings: list[Weights] = [
        tuple((p, w) for p, w in zip(places, weights, strict=True) if w)
        for weights in product(range(heaviest + 1), repeat=len(places))
    ]
    before = set(count(name, profile, parameters, by_lot(profile)).winners)
    seen: set[tuple[Vote, ...]] = set()
    for number in range(1, len(ballots) + 1):
        for chosen in combinations(range(len(ballots)), number):
            for said in product(sayings, repeat=number):
                changed = dict(enumerate(ballots)) | dict(zip(chosen, said, strict=True))
                votes = group_votes(changed.values())
                if votes in seen:
                    continue
                seen.add(votes)
                other = msgspec.structs.replace(profile, votes=votes)
                if set(count(name, other, parameters, by_lot(other)).winners) != before:
                    return number
    return None


def draw_tiny(random: Random, heaviest: int = 1) -> Profile:
    while True:
        profile = draw_profile(random, heaviest)
        if len(profile.projects) <= 3 and profile.count_ballots() <= 4:
            return profile


def test_the_margin_of_greedy_is_what_trying_everything_finds() -> None:
    """Never above the truth, no counted change below it, and exact in nearly all small elections."""
    random, exact, known, times = Random(21), 0, 0, 150
    for _ in range(times):
        parameters = {
            "order": random.choice(["votes", "votes-per-cost"]),
            "zero_votes": random.choice(["skip", "take"]),
            "minimum_votes": random.choice([0, 0, 2]),
            "minimum_share": random.choice([0, 0, 6000]),
        }
        profile = draw_tiny(random)
        found, true = (
            margin_of(profile, "greedy", parameters),
            find_true(profile, "greedy", parameters),
        )
        if true is None:
            assert found.most is None
            continue
        assert found.least is not None
        assert found.least <= true
        assert found.most is None or true <= found.most
        known += 1
        exact += found.least == found.most
    assert known > 80
    assert exact > 0.9 * known


@pytest.mark.parametrize("seed", range(2))
def test_other_margins_are_true_bounds(seed: int) -> None:
    """Equal Shares, Phragmen, greedy that stops and greedy with points: least <= truth <= most."""
    random = Random(22 + seed)
    for _ in range(12):
        name, parameters = draw_rule(random)
        heaviest = 1 if name.startswith("phragmen") else random.choice([1, 2])
        profile = draw_tiny(random, heaviest)
        heaviest = Recount(profile, name, parameters, by_lot(profile)).heaviest
        if len(profile.projects) == 3 and heaviest == 2:
            continue
        found, true = margin_of(profile, name, parameters), find_true(profile, name, parameters, heaviest)
        if true is None:
            assert found.most is None
        else:
            assert found.least is not None
            assert found.least <= true
            assert found.most is None or true <= found.most


def test_one_swap_counts_for_two_votes() -> None:
    """A has 6 votes and B 2, B is cheaper: two ballots that take B for A make them equal, and B is first."""
    profile = make_profile(10, {"a": 8, "b": 7}, *["a"] * 6, *["b"] * 2)
    assert margin_of(profile, "greedy", {}) == Margin(least=2, most=2)


def test_what_would_fit_anyway_needs_only_its_votes() -> None:
    """B fits beside A but lacks two of the three votes that the rules ask."""
    profile = make_profile(10, {"a": 5, "b": 5}, *["a"] * 9, "b")
    assert margin_of(profile, "greedy", {"minimum_votes": 3}) == Margin(least=2, most=2)


def test_winners_that_may_only_swap_places_are_no_margin() -> None:
    """A and B are one vote apart and both win; C, far behind, would have to pass the one that leaves room."""
    profile = make_profile(10, {"a": 5, "b": 5, "c": 5}, *["a"] * 9, *["b"] * 8, "c", "c")
    assert margin_of(profile, "greedy", {}) == Margin(least=4, most=4)


def test_a_dear_loser_must_pass_several_winners_at_once() -> None:
    """L costs all: it must pass A and B. Three ballots with both do for both, with one of them they do not.

    With 5 votes each on ballots of their own, three changed ballots would do for either, but four are needed:
    L has 1 + 4, and two of either's go.
    """
    costs = {"a": 5, "b": 5, "l": 10}
    both = make_profile(10, costs, *["ab"] * 4, "a", "b", "l")
    assert margin_of(both, "greedy", {}) == Margin(least=3, most=3)
    apart = make_profile(10, costs, *["a"] * 5, *["b"] * 5, "l")
    assert margin_of(apart, "greedy", {}) == Margin(least=3, most=4)


def test_where_everything_wins_whatever_is_said_there_is_no_margin() -> None:
    """All projects fit and none needs votes; with votes needed, a winner's last vote is the margin."""
    profile = make_profile(10, {"a": 5, "b": 5}, "ab", "ab", "a")
    assert margin_of(profile, "greedy", {"zero_votes": "take"}) == Margin(least=None, most=None)
    assert margin_of(profile, "greedy", {}) == Margin(least=2, most=2)


def test_totals_alone_decide_greedy() -> None:
    """Changed totals give the winners of changed ballots."""
    profile = make_profile(10, {"a": 8, "b": 7}, "a", "a", "b")
    changed = Columns(profile).with_totals({0: 0, 1: 3}, {0: 0, 1: 3})
    assert greedy.choose(changed, greedy.Parameters(), by_lot(profile)) == [1]


def test_an_upper_bound_is_only_sought_where_asked() -> None:
    """Counting again and again takes time, so a list of all projects has the proved bound alone."""
    profile = make_profile(90, {"a": 60, "b": 50}, "a", "a", "b")
    assert margin_of(profile, "equal-shares", {}, search=False) == Margin(least=1, most=None)
    assert margin_of(profile, "equal-shares", {}) == Margin(least=1, most=1)
