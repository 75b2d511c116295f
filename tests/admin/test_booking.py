"""From contest records and winners to balanced transactions."""

import datetime
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.ledger.booking import Award, Transaction, commitment, grants
from admin.ledger.errors import BookingError
from ballots import manifest as m
from ballots.wire import Hash
from tests.count_rules import GREEDY

DAY = datetime.date(2026, 3, 2)
ELECTION = Hash(bytes.fromhex("a1" * 32))
CERTIFY = Hash(bytes.fromhex("c3" * 32))
POT = f"assets:pots:{'a1' * 8}:wijkbudget"


def make_pot(
    name: str = "pot", *, cents: int = 1_001, right: str = "decide", weights: tuple[int, ...] = (70, 30)
) -> m.Pot:
    """A pot with funders `funder-1`, `funder-2`, ..."""
    funders = [
        m.Funder(id=f"funder-{number}", title=f"Funder {number}", weight=weight)
        for number, weight in enumerate(weights, 1)
    ]
    label = "Groen" if right == "labelled" else ""
    return m.Pot(cents=cents, funders=funders, id=name, label=label, right=right, title=f"Pot {name}")  # type: ignore[arg-type]


def make_contest(pots: list[m.Pot], costs: dict[str, int], name: str = "wijkbudget") -> m.Contest:
    """A contest with projects of these costs, one style a pot."""
    projects = [
        m.BallotProject(
            cost=cost,
            id=project,
            picture=Hash(bytes(32)),
            pots=[pot.id for pot in pots],
            text=Hash(bytes(32)),
            title=project.title(),
        )
        for project, cost in costs.items()
    ]
    return m.Contest(
        alternatives=[],
        counted="together" if len(pots) == 1 else "apart",
        id=name,
        needs=[],
        pots=pots,
        projects=projects,
        rule=GREEDY,
        styles=[f"style-{number}" for number, _ in enumerate(pots, 1)],
        title="Wijkbudget",
    )


def commit(contest: m.Contest, *winners: tuple[str, str]) -> Transaction | None:
    """Book winners given as (pot, project)."""
    awards = [Award(contest=contest.id, pot=pot, project=project) for pot, project in winners]
    return commitment(ELECTION, {contest.id: contest}, awards, CERTIFY, DAY)


def sums(transaction: Transaction) -> Counter[str]:
    """Cents by account."""
    total: Counter[str] = Counter()
    for posting in transaction.postings:
        total[posting.account.name] += posting.cents
    return total


def test_grant_fills_a_pot_by_its_funder_mix() -> None:
    """A grant of 10.01 at 70/30 brings 7.01 and 3.00, and balances."""
    contest = make_contest([make_pot()], {})
    (grant,) = grants(ELECTION, [contest], DAY)
    assert sums(grant) == {
        "income:grants:funder-1": -701,
        f"{POT}:pot:free:funder-1": 701,
        "income:grants:funder-2": -300,
        f"{POT}:pot:free:funder-2": 300,
    }
    assert (grant.kind, grant.booked_on, grant.certify) == ("grant", DAY, None)
    assert grant.pot is not None
    assert grant.pot.election == ELECTION


def test_every_deciding_pot_is_granted_once() -> None:
    """Pots of all contests are granted, but neither an advice pot nor an empty one."""
    pots = [
        make_pot("a"),
        make_pot("b", right="labelled"),
        make_pot("c", right="advice"),
        make_pot("d", cents=0),
    ]
    granted = grants(ELECTION, [make_contest(pots, {}), make_contest([make_pot("a")], {}, "tweede")], DAY)
    assert [(each.pot.contest, each.pot.pot) for each in granted if each.pot] == [
        ("wijkbudget", "a"),
        ("wijkbudget", "b"),
        ("tweede", "a"),
    ]


def test_outcome_commits_each_winner_by_the_mix() -> None:
    """One transaction carries the certify hash; each winner's parts come to its cost."""
    contest = make_contest(
        [make_pot(cents=1_500, weights=(8, 7))], {"plein": 500, "bankjes": 500, "boom": 500}
    )
    booked = commit(contest, ("pot", "boom"), ("pot", "plein"), ("pot", "bankjes"))
    assert booked is not None
    assert booked.certify == CERTIFY
    total = sums(booked)
    assert sum(total.values()) == 0
    for project in ("boom", "plein", "bankjes"):
        assert sum(total[f"{POT}:pot:committed:{project}:funder-{n}"] for n in (1, 2)) == 500
    assert total[f"{POT}:pot:free:funder-1"] == -800
    assert total[f"{POT}:pot:free:funder-2"] == -700


def test_advice_pot_books_nothing() -> None:
    """Winners of an advice pot move no money: neither grant nor commitment."""
    contest = make_contest([make_pot(right="advice")], {"plein": 500})
    assert grants(ELECTION, [contest], DAY) == ()
    assert commit(contest, ("pot", "plein")) is None


def test_advice_beside_money_books_the_money_alone() -> None:
    """In a contest with a deciding and an advice pot, only the winners of the first are committed."""
    contest = make_contest([make_pot("a", right="advice"), make_pot("b")], {"plein": 500, "boom": 7})
    booked = commit(contest, ("a", "plein"), ("b", "boom"))
    assert booked is not None
    assert {posting.account.project for posting in booked.postings} == {None, "boom"}


@pytest.mark.parametrize("winners", [[], [("pot", "gratis")]])
def test_nothing_is_booked_when_no_money_moves(winners: list[tuple[str, str]]) -> None:
    """No winners, or only winners that cost nothing, make no transaction."""
    assert commit(make_contest([make_pot()], {"gratis": 0}), *winners) is None


@pytest.mark.parametrize(
    ("winners", "message"),
    [
        ([("pot", "onbekend")], "project of contest"),
        ([("elders", "plein")], "pot of a contest"),
        ([("pot", "plein"), ("pot", "plein")], "once"),
        ([("pot", "plein"), ("pot", "boom")], "do not fit"),
    ],
)
def test_an_outcome_that_does_not_fit_is_refused(winners: list[tuple[str, str]], message: str) -> None:
    """An unknown project or pot, a winner twice, and winners beyond the pot are refused."""
    contest = make_contest([make_pot()], {"plein": 1_000, "boom": 2})
    with pytest.raises(BookingError, match=message):
        commit(contest, *winners)


@given(
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=6),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=15),
    st.integers(0, 10**6),
)
def test_commitments_never_exceed_a_funders_grant(weights: list[int], costs: list[int], spare: int) -> None:
    """Whatever the mix and the costs: every winner is paid to the cent, and no funder beyond its grant."""
    pot = make_pot(cents=sum(costs) + spare, weights=tuple(weights))
    contest = make_contest([pot], {f"p-{number}": cost for number, cost in enumerate(costs)})
    booked = commit(contest, *[("pot", project.id) for project in contest.projects])
    total: Counter[str] = Counter()
    for transaction in (*grants(ELECTION, [contest], DAY), *([booked] if booked else [])):
        assert sum(posting.cents for posting in transaction.postings) == 0
        total.update(sums(transaction))
    assert all(cents >= 0 for name, cents in total.items() if name.startswith("assets:"))
    for project in contest.projects:
        parts = [cents for name, cents in total.items() if f":committed:{project.id}:" in name]
        assert sum(parts) == project.cost
