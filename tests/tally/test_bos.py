"""Equal Shares with bounded overspending: small examples, and a naive count to compare with."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
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
from tally.rules.bos import Parameters, count
from tally.rules.result import Result, Tie
from tests.tally.profiles import make_profile


def run(profile: Profile, parameters: Parameters | None = None) -> Result:
    return count(profile, parameters or Parameters(), ties_by_id(profile))


def prices(result: Result) -> list[tuple[str, str | None]]:
    return [(done.project, done.price) for done in result.rounds]


def payments(result: Result, place: int) -> list[tuple[bool, int, str, str, str]]:
    return [(p.emptied, p.ballots, p.least, p.most, p.total) for p in result.rounds[place].payments]


# By hand --------------------------------------------------------------------------------------------


def test_supporters_a_little_short_get_their_project_all_the_same() -> None:
    """Eight of ten purses of 10 have 8/9 of A's 90: 10 / (90 (8/9)^2) = 9/64, and B's one voter pays 1."""
    profile = make_profile(100, {"A": 90, "B": 10}, *["A"] * 8, "B", "")
    assert equal_shares.count(profile, equal_shares.Parameters(), ties_by_id(profile)).winners == ("B",)
    result = run(profile)
    assert prices(result) == [("A", "9/64"), ("B", "1/1")]
    assert payments(result, 0) == [(True, 8, "10/1", "10/1", "80/1")]
    assert (result.cost, result.purse) == (100, "10/1")


def test_one_who_is_left_with_money_does_not_pay_for_all_the_others() -> None:
    """X leaves nine of A's ten supporters 1 each. The tenth would pay 9 of 18; he pays 9/5, the nine 1 each.

    At 1 each 5/9 of A is raised: 1 / (18 (5/9)^2) = 9/50, and rho is 9/5 a ballot; part 1 would be 9/18.
    """
    ballots = [*["XA"] * 9, "X", "X", "A"]
    result = run(make_profile(1200, {"X": 1089, "A": 18}, *ballots))
    assert prices(result) == [("X", "1/11"), ("A", "9/50")]
    assert payments(result, 1) == [(False, 1, "9/5", "9/5", "9/5"), (True, 9, "1/1", "1/1", "9/1")]
    assert result.rounds[1].money_left == 93


def test_equal_prices_of_two_parts_are_decided_by_the_parameter() -> None:
    """X leaves A's supporters 1, 1 and 4. 3/8 of A at 1 each and 6/8 at 4 both have rho / part = 8/9."""
    profile = make_profile(20, {"X": 12, "A": 8}, "XA", "XA", "X", "X", "A")
    larger, smaller = run(profile), run(profile, Parameters(equal_parts="smallest"))
    assert prices(larger) == prices(smaller) == [("X", "1/4"), ("A", "8/9")]
    assert [p[-1] for p in payments(larger, 1)] == ["6/1"]
    assert [p[-1] for p in payments(smaller, 1)] == ["8/3", "2/1"]


def test_ten_voters_and_six_projects() -> None:
    """An example that other implementations test with: A, C, D and F win, of 94 % of the budget."""
    costs = {"A": 300_000, "B": 400_000, "C": 300_000, "D": 240_000, "E": 170_000, "F": 100_000}
    ballots = ["A", "ABCE", "ABC", "ABC", "ABC", "ABF", "DE", "DE", "DEF", "CDF"]
    result = run(make_profile(1_000_000, costs, *ballots))
    assert (result.winners, result.cost) == (("A", "C", "D", "F"), 940_000)


def test_most_of_a_city_is_not_overruled_by_a_few() -> None:
    """A of 310,000 has 403 ballots of 414 and B of 6,000 has 11: Equal Shares chooses B alone, this rule A.

    A's supporters lack 8,237 of its cost, 3 in 100: the case by which the paper begins, as others tell it.
    """
    profile = make_profile(310_000, {"A": 310_000, "B": 6_000}, *["A"] * 403, *["B"] * 11)
    assert equal_shares.count(profile, equal_shares.Parameters(), ties_by_id(profile)).winners == ("B",)
    result = run(profile)
    assert result.winners == ("A",)
    part = Fraction(403, 414)
    assert Fraction(result.rounds[0].price or "-1") == Fraction(310_000, 414) / (310_000 * part**2)
    assert [(s.reason, s.missing) for s in result.statuses] == [("chosen", None), ("does-not-fit", 6_000)]


def test_one_weak_supporter_does_not_decide() -> None:
    """A has 100 points of 99 ballots and 1 of the last; B has 2 of each. Equal Shares needs the last whole.

    For all of A's cost the last one would have to give far more than its point is worth, so B wins there;
    here 99 hundredths of A are bought at once ("tail utilities" in the paper, as others tell it).
    """
    votes = (Vote(projects=((0, 100), (1, 2)), ballots=99), Vote(projects=((0, 1), (1, 2))))
    projects = (Project(id="A", cost=1), Project(id="B", cost=1))
    profile = Profile(budget=1, projects=projects, votes=votes)
    fair = equal_shares.Parameters(utility="points")
    assert equal_shares.count(profile, fair, ties_by_id(profile)).winners == ("B",)
    result = run(profile, Parameters(utility="points"))
    assert result.winners == ("A",)
    assert Fraction(result.rounds[0].price or "-1") == Fraction(1, 10_000) / Fraction(9901, 10_000) ** 2


def test_what_does_not_fit_is_left_out() -> None:
    """B's supporters have money, but the budget has only 30 left: C is taken, and B lacks 20 at the end."""
    result = run(make_profile(90, {"A": 60, "B": 40, "C": 10}, *["A"] * 6, "B", "B", "C"))
    assert result.winners == ("A", "C")
    assert [(s.project, s.reason, s.missing) for s in result.statuses] == [
        ("A", "chosen", None),
        ("B", "does-not-fit", 20),
        ("C", "chosen", None),
    ]


def test_supporters_without_any_money_get_nothing() -> None:
    """A empties the purse of B's one supporter: B would fit, and nobody has anything for it."""
    result = run(make_profile(40, {"A": 30, "B": 5, "C": 1}, "A", "AB", "A", ""))
    assert result.winners == ("A",)
    assert [(s.reason, s.missing, s.supporters_left) for s in result.statuses[1:]] == [
        ("supporters-cannot-pay", 5, 0),
        ("no-votes", None, None),
    ]


def test_projects_that_cost_nothing_come_first() -> None:
    """Price 0 for a supported one, even for voters without money; without support it is not chosen."""
    result = run(make_profile(0, {"A": 1, "B": 0, "C": 0}, "AB"))
    assert prices(result) == [("B", "0/1")]
    assert payments(result, 0) == [(False, 1, "0/1", "0/1", "0/1")]
    assert run(make_profile(10, {"A": 10, "B": 0}, "A", "B")).winners == ("B", "A")


def test_what_costs_nothing_may_be_left_out() -> None:
    """As a parameter says; the outcome gives that as the reason."""
    result = run(make_profile(10, {"A": 10, "B": 0, "C": 0}, "A", "B"), Parameters(zero_cost="skip"))
    assert result.winners == ("A",)
    assert [status.reason for status in result.statuses] == ["chosen", "costs-nothing", "no-votes"]


def test_points_are_weights() -> None:
    """A voter of 3 points pays three times what one of 1 point pays."""
    votes = (Vote(projects=points_weights({0: 3})), Vote(projects=points_weights({0: 1})))
    profile = Profile(budget=40, projects=(Project(id="A", cost=20),), votes=votes)
    result = run(profile, Parameters(utility="points"))
    assert prices(result) == [("A", "5/1")]
    assert [(p.weight, p.total) for p in result.rounds[0].payments] == [(3, "15/1"), (1, "5/1")]


def test_ties_are_told_and_broken_by_the_given_order() -> None:
    """Two projects that the same number of voters can buy in full."""
    result = run(make_profile(20, {"B": 10, "A": 10}, "A", "B"))
    assert result.winners == ("A", "B")
    assert [done.tie for done in result.rounds] == [Tie(between=("A", "B"), order="id", step="id"), None]


@pytest.mark.parametrize("ballots", [(), ("", "")])
def test_nobody_votes(ballots: tuple[str, ...]) -> None:
    """No ballots, or only empty ones: nothing is chosen and nothing divides by zero."""
    result = run(make_profile(100, {"A": 10, "B": 0}, *ballots))
    assert (result.winners, result.rounds, result.cost) == ((), (), 0)


# Against the definition -----------------------------------------------------------------------------


class Naive:
    """The method by its definition: one voter at a time, every price in every round, Fractions only."""

    def __init__(self, profile: Profile, parameters: Parameters, ties: TieOrder) -> None:
        self.voters = [dict(vote.projects) for vote in profile.votes for _ in range(vote.ballots)]
        purse = Fraction(profile.budget, len(self.voters) or 1)
        self.purses = [purse] * len(self.voters)
        self.by_cost = parameters.utility == "cost"
        self.largest = parameters.equal_parts == "largest"
        self.rounds: list[tuple[str, Fraction, list[str], list[Fraction]]] = []
        self.left = profile.budget
        takes_free = parameters.zero_cost == "take"
        waiting = {i for i, project in enumerate(profile.projects) if project.cost or takes_free}
        while True:
            fit = [i for i in waiting if profile.projects[i].cost <= self.left]
            found = {i: best for i in fit if (best := self.find_best(i, profile.projects[i].cost))}
            if not found:
                return
            price = min(best[0] for best in found.values())
            tied = sorted((i for i in found if found[i][0] == price), key=ties.keys.__getitem__)
            chosen = tied[0]
            waiting.remove(chosen)
            self.left -= profile.projects[chosen].cost
            paid = self.pay(chosen, profile.projects[chosen].cost, found[chosen][1])
            self.rounds.append(
                (profile.projects[chosen].id, price, [profile.projects[i].id for i in tied], paid)
            )

    def utility(self, voter: int, project: int, cost: int) -> int:
        return self.voters[voter].get(project, 0) * ((cost or 1) if self.by_cost else 1)

    def find_best(self, project: int, cost: int) -> tuple[Fraction, Fraction] | None:
        """Return the lowest rho / alpha and its rho, of many alphas; those between breakpoints never win."""
        support = [v for v in range(len(self.voters)) if project in self.voters[v]]
        if cost == 0:
            return (Fraction(0), Fraction(0)) if support else None
        utilities = {v: self.utility(v, project, cost) for v in support}
        points = sorted({self.purses[v] / utilities[v] for v in support} - {Fraction(0)})
        between = [(low + high) / 2 for low, high in zip([Fraction(0), *points], points, strict=False)]
        offers = []
        for each in [*points, *between, *self.find_full(support, utilities, cost)]:
            raised = sum((min(self.purses[v], each * utilities[v]) for v in support), Fraction(0))
            alpha = min(raised / cost, Fraction(1))
            rho = each / alpha
            offers.append((rho / alpha, -alpha if self.largest else alpha, rho))
        if not offers:
            return None
        price, _, rho = min(offers)
        return price, rho

    def find_full(self, support: list[int], utilities: dict[int, int], cost: int) -> list[Fraction]:
        """Return the smallest lambda that raises the whole cost, in a list, empty if there is none."""
        order = sorted(support, key=lambda v: self.purses[v] / utilities[v])
        for place, voter in enumerate(order):
            emptied = sum((self.purses[v] for v in order[:place]), Fraction(0))
            each = (cost - emptied) / sum(utilities[v] for v in order[place:])
            if each * utilities[voter] <= self.purses[voter]:
                return [each]
        return []

    def pay(self, project: int, cost: int, rho: Fraction) -> list[Fraction]:
        asked = [rho * self.utility(v, project, cost) for v in range(len(self.voters))]
        paid = [min(purse, each) for purse, each in zip(self.purses, asked, strict=True)]
        self.purses = [purse - each for purse, each in zip(self.purses, paid, strict=True)]
        return paid


def verify_against_naive(profile: Profile, parameters: Parameters) -> None:
    """Assert that all rounds and payments agree, that nobody is overdrawn, and that the budget is kept."""
    ties = ties_by_id(profile)
    result, naive = count(profile, parameters, ties), Naive(profile, parameters, ties)
    told = [
        (r.project, Fraction(r.price or "-1"), list(r.tie.between if r.tie else [r.project]))
        for r in result.rounds
    ]
    assert told == [row[:3] for row in naive.rounds]
    costs = {project.id: project.cost for project in profile.projects}
    for done, (_, _, _, paid) in zip(result.rounds, naive.rounds, strict=True):
        assert sum(Fraction(p.total) for p in done.payments) == sum(paid) <= costs[done.project]
        assert {Fraction(one) for p in done.payments for one in (p.least, p.most)} <= {*paid}
        assert sum(p.ballots for p in done.payments) == done.supporters
    assert result.cost == sum(costs[name] for name in result.winners) <= profile.budget
    for place, status in enumerate(result.statuses):
        if status.reason == "supporters-cannot-pay":
            assert not any(purse for purse, v in zip(naive.purses, naive.voters, strict=True) if place in v)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Draw small elections full of ties, approvals or points."""
    projects = draw(st.integers(1, 6))
    costs = draw(st.lists(st.sampled_from([0, 1, 2, 3, 5, 6, 9, 14]), min_size=projects, max_size=projects))
    index = st.integers(0, projects - 1)
    approvals = st.builds(approval_weights, st.sets(index, max_size=4))
    points = st.builds(points_weights, st.dictionaries(index, st.integers(1, 3), max_size=4))
    return Profile(
        budget=draw(st.integers(0, 30)),
        projects=tuple(Project(id=str(12 - i), cost=cost) for i, cost in enumerate(costs)),
        votes=group_votes(draw(st.lists(draw(st.sampled_from([approvals, points])), max_size=8))),
    )


PARAMETERS = st.builds(
    Parameters,
    utility=st.sampled_from(["cost", "points"]),
    equal_parts=st.sampled_from(["largest", "smallest"]),
    zero_cost=st.sampled_from(["skip", "take"]),
)


@settings(max_examples=250, deadline=None)
@given(profiles(), PARAMETERS)
def test_small_elections_agree_with_the_definition(profile: Profile, parameters: Parameters) -> None:
    """Every winner, exact rho / alpha, tie and payment."""
    verify_against_naive(profile, parameters)


def test_longer_counts_agree_with_the_definition() -> None:
    """Nine projects and a dozen voters: purses become many different fractions."""
    random = Random(20260514)
    for _ in range(40):
        votes = [approval_weights(i for i in range(9) if random.random() < 0.4) for _ in range(12)]
        projects = tuple(Project(id=str(i), cost=random.choice([6, 10, 15, 16])) for i in range(9))
        profile = Profile(budget=random.randint(40, 90), projects=projects, votes=group_votes(votes))
        verify_against_naive(profile, Parameters())
