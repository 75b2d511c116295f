"""Equal Shares: small examples worked out by hand, and a naive exact count to compare with."""

from fractions import Fraction
from itertools import product
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.profile import (
    Profile,
    Project,
    TieOrder,
    Vote,
    approval_weights,
    group_votes,
    points_weights,
    ties_by_id,
)
from tally.rules import equal_shares
from tally.rules.equal_shares import Parameters, Utility, count
from tally.rules.result import Result, Tie
from tests.tally.profiles import by_lot, make_profile


def run(profile: Profile) -> Result:
    return count(profile, Parameters(), by_lot(profile))


def reasons(result: Result) -> dict[str, tuple[str, int | None, int | None]]:
    return {s.project: (s.reason, s.missing, s.supporters_left) for s in result.statuses}


def test_supporters_pay_equally_and_the_rest_is_told() -> None:
    """Four purses of 25. A: 3 pay 20, rho 1/3. C: one full purse for 30. B: 1 pays 5 and 1 pays 25."""
    profile = make_profile(100, {"A": 60, "B": 30, "C": 30}, "A", "A", "AB", "B")
    result = run(profile)
    assert (result.winners, result.cost, result.ballots) == (("A", "B"), 90, 4)
    first, second = result.rounds
    assert (first.price, first.votes, first.supporters, first.money_left) == ("1/3", 3, 3, 40)
    assert [(p.emptied, p.ballots, p.least, p.most, p.total) for p in first.payments] == [
        (False, 3, "20/1", "20/1", "60/1")
    ]
    assert (second.price, second.money_left) == ("5/6", 10)
    assert [(p.emptied, p.ballots, p.least, p.most, p.total) for p in second.payments] == [
        (True, 2, "5/1", "25/1", "30/1")
    ]
    assert reasons(result)["C"] == ("no-votes", None, None)


def test_what_supporters_lack_is_rounded_up_and_what_they_have_down() -> None:
    """Three purses of 100/3: B's one supporter has 33 and a third, so B at 50 lacks 16 and two thirds."""
    profile = make_profile(100, {"A": 60, "B": 50}, "A", "A", "B")
    assert reasons(run(profile)) == {"A": ("chosen", None, None), "B": ("supporters-cannot-pay", 17, 33)}


def test_who_has_less_pays_all_and_the_others_pay_the_difference() -> None:
    """Purses of 30. A takes 20 from four. For B (60) one of them pays its last 10, two others 25 each."""
    result = run(make_profile(180, {"A": 80, "B": 60}, "AB", "A", "A", "A", "B", "B"))
    first, second = result.rounds
    assert (first.project, first.price, first.money_left) == ("A", "1/4", 100)
    assert (second.project, second.price, second.money_left) == ("B", "5/12", 40)
    assert [(p.emptied, p.ballots, p.least, p.most, p.total) for p in second.payments] == [
        (False, 2, "25/1", "25/1", "50/1"),
        (True, 1, "10/1", "10/1", "10/1"),
    ]


def test_exactly_enough_is_enough() -> None:
    """Supporters who have the cost to the cent get the project and are left with nothing."""
    profile = make_profile(90, {"A": 60, "B": 1}, "A", "AB", "")
    result = run(profile)
    assert result.winners == ("A",)
    assert result.rounds[0].price == "1/2"
    assert result.rounds[0].payments[0].emptied
    assert reasons(result)["B"] == ("supporters-cannot-pay", 1, 0)


def test_empty_ballots_count_for_the_purses() -> None:
    """Without the two empty ballots A's supporter would have had 30, with them only 10."""
    assert run(make_profile(30, {"A": 20}, "A")).winners == ("A",)
    assert reasons(run(make_profile(30, {"A": 20}, "A", "", ""))) == {"A": ("supporters-cannot-pay", 10, 10)}


def test_a_group_keeps_its_part() -> None:
    """60 % and 40 % of the voters: greedy gives the first group all, Equal Shares 3 and 2 of 5 projects."""
    costs = dict.fromkeys("abcdefghij", 20)
    result = run(make_profile(100, costs, *["abcde"] * 3, *["fghij"] * 2))
    assert sorted(result.winners) == ["a", "b", "c", "f", "g"]


def test_tie_is_broken_by_the_lowest_cost() -> None:
    """The price goes by votes, so two projects with one supporter each tie, and the cheaper is first."""
    result = run(make_profile(40, {"A": 20, "B": 10}, "A", "B"))
    assert result.winners == ("B", "A")
    assert result.rounds[0].tie == Tie(between=("B", "A"), order="cost-votes-lot", step="cost")


def test_tie_is_broken_by_the_most_votes() -> None:
    """X empties one of B's three supporters, so A and B both cost two voters 5; B has more votes."""
    result = run(make_profile(80, {"A": 10, "B": 10, "X": 40}, "BX", "X", "X", "X", "A", "A", "B", "B"))
    assert result.winners == ("X", "B", "A")
    assert result.rounds[1].tie == Tie(between=("B", "A"), order="cost-votes-lot", step="votes")
    assert result.rounds[1].price == result.rounds[2].price == "1/2"


def test_tie_is_broken_by_lot_at_last() -> None:
    """Equal price, cost and votes: the smallest lot."""
    profile = make_profile(20, {"B": 10, "A": 10, "C": 10}, "ABC", "ABC")
    result = run(profile)
    assert result.winners == ("A", "B")
    assert result.rounds[0].tie == Tie(between=("A", "B", "C"), order="cost-votes-lot", step="lot")
    assert result.rounds[1].tie == Tie(between=("B", "C"), order="cost-votes-lot", step="lot")
    assert reasons(result)["C"] == ("supporters-cannot-pay", 10, 0)


def test_prices_a_hair_apart_are_no_tie() -> None:
    """Prices that agree in 30 decimals still differ; binary fractions would call it a tie."""
    big = 10**15
    profile = Profile(
        budget=2 * big + 1,
        projects=(Project(id="A", cost=big), Project(id="B", cost=big)),
        votes=(
            Vote(projects=((0, big),)),
            Vote(projects=((1, big + 1),)),
        ),
    )
    result = equal_shares.equal_shares(profile, by_lot(profile), "points")
    assert result.winners == ("B", "A")
    assert result.rounds[0].tie is None


def test_projects_that_cost_nothing_come_first() -> None:
    """Price 0 for a supported one, even for voters without money; without support it is not chosen."""
    result = run(make_profile(0, {"A": 1, "B": 0, "C": 0}, "AB"))
    assert result.winners == ("B",)
    assert (result.rounds[0].price, result.rounds[0].payments[0].total) == ("0/1", "0/1")
    assert not result.rounds[0].payments[0].emptied
    assert reasons(result) == {
        "A": ("supporters-cannot-pay", 1, 0),
        "B": ("chosen", None, None),
        "C": ("no-votes", None, None),
    }
    assert run(make_profile(10, {"A": 1, "B": 0}, "A", "A", "B")).winners == ("B", "A")


@pytest.mark.parametrize("ballots", [(), ("", "")])
def test_nobody_votes(ballots: tuple[str, ...]) -> None:
    """No ballots at all, or only empty ones: nothing is chosen and nothing divides by zero."""
    result = run(make_profile(100, {"A": 10, "B": 0}, *ballots))
    assert (result.winners, result.cost, result.rounds, result.ballots) == ((), 0, (), len(ballots))
    assert {status.reason for status in result.statuses} == {"no-votes"}


def test_no_projects() -> None:
    """A contest without projects has an empty outcome."""
    assert run(Profile(budget=5, projects=(), votes=(Vote(projects=()),))).statuses == ()


# Against a naive count ------------------------------------------------------------------------------


class Naive:
    """Equal Shares by the definition: one voter at a time, every price in every round, Fractions only."""

    def __init__(self, profile: Profile, ties: TieOrder, utility: Utility) -> None:
        voters = [dict(vote.projects) for vote in profile.votes for _ in range(vote.ballots)]
        self.endowment = Fraction(profile.budget, len(voters)) if voters else Fraction(0)
        self.purses = [self.endowment] * len(voters)
        self.voters = voters
        self.rounds: list[tuple[str, Fraction, list[str] | None, list[Fraction]]] = []
        left = set(range(len(profile.projects)))
        while True:
            prices = {i: self.price(profile.projects[i].cost, i, utility) for i in left}
            known = {i: price for i, price in prices.items() if price is not None}
            if not known:
                return
            rho = min(known.values())
            tied = sorted((i for i in known if known[i] == rho), key=ties.keys.__getitem__)
            left.remove(tied[0])
            cost = profile.projects[tied[0]].cost
            paid = [self.payment(v, tied[0], rho, cost, utility) for v in range(len(voters))]
            self.purses = [purse - p for purse, p in zip(self.purses, paid, strict=True)]
            names = [profile.projects[i].id for i in tied] if len(tied) > 1 else None
            self.rounds.append((profile.projects[tied[0]].id, rho, names, paid))

    def worth(self, voter: int, project: int, cost: int, utility: Utility) -> int:
        return self.voters[voter].get(project, 0) * (cost if utility == "cost" else 1)

    def payment(self, voter: int, project: int, rho: Fraction, cost: int, utility: Utility) -> Fraction:
        return min(self.purses[voter], rho * self.worth(voter, project, cost, utility))

    def price(self, cost: int, project: int, utility: Utility) -> Fraction | None:
        """Return the least rho whose payments sum to the cost, trying how many voters it empties."""
        support = [v for v in range(len(self.voters)) if project in self.voters[v]]
        if not support or sum(self.purses[v] for v in support) < cost:
            return None
        if cost == 0:
            return Fraction(0)
        worth = {v: self.worth(v, project, cost, utility) for v in support}
        support.sort(key=lambda v: self.purses[v] / worth[v])
        for place, voter in enumerate(support):
            emptied = sum((self.purses[v] for v in support[:place]), Fraction(0))
            rho = (cost - emptied) / sum(worth[v] for v in support[place:])
            if rho * worth[voter] <= self.purses[voter]:
                return rho
        raise AssertionError("the supporters have enough")


def verify_against_naive(profile: Profile, ties: TieOrder, utility: Utility) -> None:
    """Assert that every round agrees, that payments sum to the cost, and that no purse is overdrawn."""
    result = equal_shares.equal_shares(profile, ties, utility)
    naive = Naive(profile, ties, utility)
    assert [(r.project, Fraction(r.price or "-1")) for r in result.rounds] == [r[:2] for r in naive.rounds]
    assert [list(r.tie.between) if r.tie else None for r in result.rounds] == [r[2] for r in naive.rounds]
    costs = {project.id: project.cost for project in profile.projects}
    for done, (_, _, _, paid) in zip(result.rounds, naive.rounds, strict=True):
        assert sum(Fraction(p.total) for p in done.payments) == costs[done.project]
        assert sum(p.ballots for p in done.payments) == done.supporters
        amounts = {Fraction(one) for p in done.payments for one in (p.least, p.most)}
        assert amounts <= set(paid)
        assert max(amounts) == max(paid) <= naive.endowment
    assert all(purse >= 0 for purse in naive.purses)
    assert result.cost == sum(costs[name] for name in result.winners) <= profile.budget
    verify_statuses(profile, result, naive)


def verify_statuses(profile: Profile, result: Result, naive: Naive) -> None:
    """Assert that every project's reason follows from what its supporters still have."""
    for index, (project, status) in enumerate(zip(profile.projects, result.statuses, strict=True)):
        purses = [naive.purses[v] for v, ballot in enumerate(naive.voters) if index in ballot]
        assert status.supporters == len(purses)
        if project.id in result.winners:
            assert (status.reason, status.missing) == ("chosen", None)
        elif not purses:
            assert status.reason == "no-votes"
        else:
            assert status.reason == "supporters-cannot-pay"
            assert status.supporters_left == int(sum(purses))
            assert status.missing == project.cost - int(sum(purses)) >= 1


def test_thousands_of_tiny_elections_full_of_ties_agree_with_the_definition() -> None:
    """Every round, price, tie and payment equals that of a naive count in fractions."""
    random = Random(20260514)
    for _ in range(3000):
        projects = random.randint(1, 5)
        ballots = [
            approval_weights(i for i in range(projects) if random.random() < 0.5)
            for _ in range(random.randint(0, 6))
        ]
        profile = Profile(
            budget=random.randint(0, 14),
            projects=tuple(Project(id=str(10 - i), cost=random.randint(0, 5)) for i in range(projects)),
            votes=group_votes(ballots),
        )
        verify_against_naive(profile, random.choice([by_lot, ties_by_id])(profile), "cost")


def test_every_election_of_two_projects_and_three_voters_agrees() -> None:
    """All budgets, costs and approvals of that size, with no sampling."""
    ballots = [approval_weights(chosen) for chosen in ((), (0,), (1,), (0, 1))]
    for budget, one, two in product((0, 1, 5, 6), (0, 2, 3), (0, 1, 3)):
        for three in product(ballots, repeat=3):
            projects = (Project(id="A", cost=one), Project(id="B", cost=two))
            profile = Profile(budget=budget, projects=projects, votes=group_votes(three))
            verify_against_naive(profile, by_lot(profile), "cost")


@st.composite
def profiles(draw: st.DrawFn, most: int = 3) -> Profile:
    """Small profiles in which ties are common; votes not grouped."""
    costs = draw(st.lists(st.integers(0, 6), min_size=1, max_size=5))
    one = st.dictionaries(st.integers(0, len(costs) - 1), st.integers(1, most))
    return Profile(
        budget=draw(st.integers(0, 20)),
        projects=tuple(Project(id="abcde"[i], cost=cost) for i, cost in enumerate(costs)),
        votes=tuple(Vote(projects=points_weights(ballot)) for ballot in draw(st.lists(one, max_size=7))),
    )


@given(profiles(), st.sampled_from(["cost", "points"]))
def test_ballots_with_points_agree_with_the_definition(profile: Profile, utility: Utility) -> None:
    """Weights above 1 share the price in proportion, whether utility is points or points times cost."""
    verify_against_naive(profile, by_lot(profile), utility)


@given(profiles(most=1), st.integers(2, 4))
def test_copies_of_the_whole_electorate_change_nothing(profile: Profile, copies: int) -> None:
    """Every ballot as many times over: the same winners in the same order."""
    votes = tuple(msgspec.structs.replace(vote, ballots=copies) for vote in profile.votes)
    assert run(msgspec.structs.replace(profile, votes=votes)).winners == run(profile).winners
