"""What holds of every rule with every parameter, on small elections full of ties.

Parameters are read from the rules' own records, so one that is added is drawn here too.
"""

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.profile import Profile, ties_by_id
from tally.rules import RULES, count
from tally.rules.result import Payment, Result
from tests.tally.profiles import by_lot, elections, scale, shuffle


class Traits(NamedTuple):
    """What a rule takes, and what it promises whatever its parameters are."""

    points: bool = False
    relations: bool = False
    whole_payments: bool = False
    purses: bool = False


TRAITS = {
    "greedy": Traits(points=True, relations=True),
    "equal-shares": Traits(points=True, relations=True, purses=True, whole_payments=True),
    "bos-equal-shares": Traits(points=True, purses=True),
    "phragmen-sequential": Traits(),
    "maximin-support": Traits(),
}
NUMBERS: dict[str, Sequence[int]] = {
    "minimum_votes": (0, 2),
    "minimum_share": (0, 3000),
    "increment": (1, 2, 3),
}
"""What is drawn for parameters that are numbers; all others are words."""
EXAMPLES = 40
RARE = 120
"""How many elections a rule; more where what is asked seldom matters."""
Case = tuple[Profile, dict[str, Any]]


def words_of(kind: Any) -> list[Any]:
    """Return the words that a Literal, or a union of them, allows."""
    return [word for each in get_args(kind) for word in (words_of(each) or [each])]


def parameters_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for all parameters of a rule."""
    fields = msgspec.structs.fields(RULES[name].Parameters)
    drawn = {field.name: st.sampled_from(NUMBERS.get(field.name) or words_of(field.type)) for field in fields}
    return st.fixed_dictionaries(drawn)


def cases(name: str, *, relations: bool = True) -> st.SearchStrategy[Case]:
    """Return a strategy for elections that a rule takes, with parameters."""
    traits = TRAITS[name]
    drawn = elections(points=traits.points, relations=relations and traits.relations)
    return st.tuples(drawn, parameters_of(name))


ORDERS = st.sampled_from([by_lot, ties_by_id])
all_rules = pytest.mark.parametrize("name", sorted(RULES))
examples = settings(max_examples=EXAMPLES, deadline=None)
rare = settings(max_examples=RARE, deadline=None)


def test_every_rule_has_its_traits() -> None:
    """A rule that is added is tested here only if it stands in the table."""
    assert set(TRAITS) == set(RULES)


# Invariances ----------------------------------------------------------------------------------------


@all_rules
@examples
@given(data=st.data(), random=st.randoms(use_true_random=False), order=ORDERS)
def test_order_and_grouping_say_nothing(name: str, data: st.DataObject, random: Random, order: Any) -> None:
    """Projects and ballots in another order, and equal ballots one by one: nothing differs."""
    profile, parameters = data.draw(cases(name))
    shuffled = shuffle(profile, random)
    before, after = (count(name, each, parameters, order(each)) for each in (profile, shuffled))
    assert sort_statuses(after) == sort_statuses(before)


def sort_statuses(result: Result) -> Result:
    """Return a result whose statuses do not stand in ballot order."""
    return msgspec.structs.replace(result, statuses=tuple(sorted(result.statuses, key=lambda s: s.project)))


@all_rules
@examples
@given(data=st.data(), parts=st.integers(1, 3))
def test_splitting_equal_ballots_says_nothing(name: str, data: st.DataObject, parts: int) -> None:
    """Groups of equal ballots, of which some stand twice: the same result in every detail."""
    profile, parameters = data.draw(cases(name))
    split = [
        msgspec.structs.replace(vote, ballots=ballots)
        for vote in profile.votes
        for ballots in (min(parts, vote.ballots), vote.ballots - parts)
        if ballots > 0
    ]
    other = msgspec.structs.replace(profile, votes=tuple(split))
    assert count(name, other, parameters, by_lot(other)) == count(name, profile, parameters, by_lot(profile))


@all_rules
@examples
@given(data=st.data(), factor=st.sampled_from([3, 100, 2**40, 2**47]), order=ORDERS)
def test_another_unit_of_money_changes_nothing(
    name: str, data: st.DataObject, factor: int, order: Any
) -> None:
    """Costs, budget and increment times a whole number: the same rounds and ties, and all money so much."""
    profile, parameters = data.draw(cases(name))
    larger = scale(profile, factor)
    scaled = {key: value * factor if key == "increment" else value for key, value in parameters.items()}
    before = count(name, profile, parameters, order(profile))
    after = count(name, larger, scaled, order(larger))
    by_cost = parameters.get("utility") == "cost"
    assert list_rounds(after, 1, 1) == list_rounds(before, factor, 1 if by_cost else factor)
    assert after.winners == before.winners
    assert after.cost == before.cost * factor
    assert [status.reason for status in after.statuses] == [status.reason for status in before.statuses]
    assert after.increments == before.increments


def list_rounds(result: Result, factor: int, price_factor: int) -> list[Any]:
    """Return what each round says, its money times a factor; a price for a unit of cost is no money."""
    return [
        (
            done.project,
            done.chosen,
            done.tie,
            done.price and Fraction(done.price) * price_factor,
            done.money_left * factor,
            [(p.weight, p.emptied, p.ballots, Fraction(p.total) * factor) for p in done.payments],
        )
        for done in result.rounds
    ]


# Money ----------------------------------------------------------------------------------------------


@all_rules
@examples
@given(data=st.data())
def test_the_budget_is_kept(name: str, data: st.DataObject) -> None:
    """Winners win once, cost what is said, and no more than the budget, at every moment."""
    profile, parameters = data.draw(cases(name))
    result = count(name, profile, parameters, by_lot(profile))
    costs = {project.id: project.cost for project in profile.projects}
    assert len(set(result.winners)) == len(result.winners)
    assert {s.project for s in result.statuses if s.reason == "chosen"} == set(result.winners)
    left = profile.budget
    for done in result.rounds:
        left -= costs[done.project] if done.chosen else 0
        assert done.money_left == left >= 0
    assert result.cost == sum(costs[winner] for winner in result.winners) == profile.budget - left


class Ledger:
    """Every ballot's purse, one by one, replayed from what the rounds of a result say."""

    def __init__(self, profile: Profile, purse: str | None) -> None:
        self.ballots = [dict(vote.projects) for vote in profile.votes for _ in range(vote.ballots)]
        self.purses = [Fraction(purse or "-1")] * len(self.ballots)

    def pay(self, project: int, payments: Sequence[Payment]) -> Fraction:
        """Take what a round says from its supporters; return the sum. Asserts that they have it."""
        rows = {(row.weight, row.emptied): row for row in payments}
        assert len(rows) == len(payments)
        paid: dict[tuple[int, bool], list[Fraction]] = {}
        for ballot, weights in enumerate(self.ballots):
            weight = weights.get(project, 0)
            if weight:
                amount, emptied = self._ask(self.purses[ballot], rows.get((weight, False)))
                self.purses[ballot] -= amount
                paid.setdefault((weight, emptied), []).append(amount)
        assert {key: describe(amounts) for key, amounts in paid.items()} == {
            key: (row.ballots, Fraction(row.least), Fraction(row.most), Fraction(row.total))
            for key, row in rows.items()
        }
        return sum((sum(amounts) for amounts in paid.values()), Fraction(0))

    def _ask(self, purse: Fraction, full: Payment | None) -> tuple[Fraction, bool]:
        """Return what one ballot gives, and whether that is all it has."""
        share = None if full is None else Fraction(full.least)
        if share is None or (0 < share >= purse):
            return purse, True
        return share, False


def describe(amounts: list[Fraction]) -> tuple[int, Fraction, Fraction, Fraction]:
    return len(amounts), min(amounts), max(amounts), sum(amounts, Fraction(0))


@pytest.mark.parametrize("name", sorted(name for name, traits in TRAITS.items() if traits.purses))
@rare
@given(data=st.data())
def test_payments_are_what_ballots_have_and_projects_cost(name: str, data: st.DataObject) -> None:
    """Equal purses of the budget; each pays a share a point, or all that it has, and never more.

    Equal Shares: the payments for a winner are its cost. With bounded overspending they may be less.
    """
    profile, parameters = data.draw(cases(name))
    result = count(name, profile, parameters, by_lot(profile))
    ids = [project.id for project in profile.projects]
    ledger = Ledger(profile, result.purse)
    if parameters.get("start", "exact") == "exact":
        grown = result.increments * parameters.get("increment", 0)
        assert sum(ledger.purses) == (profile.budget + grown * result.ballots) * (result.ballots > 0)
    for done in result.rounds:
        if done.price is None:
            continue
        place = ids.index(done.project)
        paid, cost = ledger.pay(place, done.payments), profile.projects[place].cost
        assert paid == cost if TRAITS[name].whole_payments else paid <= cost
    assert min(ledger.purses, default=Fraction(0)) >= 0


# Who wins -------------------------------------------------------------------------------------------


@all_rules
@rare
@given(data=st.data())
def test_without_support_nobody_wins(name: str, data: st.DataObject) -> None:
    """Unless it is asked for, with a parameter that this rule then has."""
    profile, parameters = data.draw(cases(name))
    skipped = {**parameters} | ({"zero_votes": "skip"} if "zero_votes" in parameters else {})
    supporters = dict(zip([p.id for p in profile.projects], profile.total_supporters(), strict=True))
    assert all(supporters[winner] for winner in count(name, profile, skipped, by_lot(profile)).winners)


def spends_all(name: str, parameters: dict[str, Any]) -> bool:
    """Say whether a rule promises that nothing that may win fits what is left."""
    if name == "equal-shares":
        return parameters["completion"] in ("greedy", "add1-greedy")
    return name in ("greedy", "maximin-support") and parameters["misfits"] == "skip"


def list_eligible(profile: Profile, parameters: dict[str, Any], winners: Sequence[str]) -> list[int]:
    """Return the costs of all losers that might have won, as far as the money goes."""
    ids = [project.id for project in profile.projects]
    won = {ids.index(winner) for winner in winners}
    closed = {p for group in profile.relations.alternatives if won & {*group} for p in group}
    closed |= {one for one, needed in profile.relations.needs if needed not in won}
    votes, supporters = profile.total_votes(), profile.total_supporters()
    asked = parameters.get("minimum_share", 0) * profile.count_ballots()
    return [
        project.cost
        for place, project in enumerate(profile.projects)
        if place not in won | closed
        and (votes[place] or parameters["zero_votes"] == "take")
        and (project.cost or parameters.get("zero_cost", "take") == "take")
        and votes[place] >= parameters.get("minimum_votes", 0)
        and supporters[place] * 10_000 >= asked
    ]


@pytest.mark.parametrize("name", ["equal-shares", "greedy", "maximin-support"])
@rare
@given(data=st.data())
def test_what_promises_to_spend_all_leaves_nothing_that_fits(name: str, data: st.DataObject) -> None:
    """Greedy that passes over, Equal Shares completed by it, maximin support that leaves misfits out."""
    profile, parameters = data.draw(cases(name).filter(lambda case: spends_all(name, case[1])))
    result = count(name, profile, parameters, by_lot(profile))
    eligible = list_eligible(profile, parameters, result.winners)
    assert all(cost > profile.budget - result.cost for cost in eligible)
