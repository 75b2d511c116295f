"""Divide cents over funders."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from admin.ledger.errors import SplitError
from admin.ledger.split import split, split_running

CENTS = st.integers(0, 2**53 - 1)
WEIGHTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=8)


@st.composite
def pots(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Funds as a grant fills them, and amounts that together fit in."""
    money = draw(st.one_of(st.integers(1, 60), st.integers(1, 10**12)))
    funds = list(split(money, draw(WEIGHTS)))
    cuts = sorted(draw(st.lists(st.integers(0, money), max_size=12)))
    return funds, [after - before for before, after in zip([0, *cuts], cuts, strict=False)]


@pytest.mark.parametrize(
    ("cents", "weights", "parts"),
    [
        (57_200_000, [70, 30], (40_040_000, 17_160_000)),
        (1, [70, 30], (1, 0)),
        (1, [50, 50], (1, 0)),
        (100, [1, 1, 1], (34, 33, 33)),
        (101, [1, 1, 1], (34, 34, 33)),
        (3, [1, 1, 1_000_000], (0, 0, 3)),
        (0, [7, 3], (0, 0)),
        (0, [], ()),
    ],
)
def test_split_gives_odd_cents_to_the_largest_remainders(
    cents: int, weights: list[int], parts: tuple[int, ...]
) -> None:
    """Odd cents go to the largest remainders, and ties by order."""
    assert split(cents, weights) == parts


@given(CENTS, WEIGHTS)
def test_split_is_exact(cents: int, weights: list[int]) -> None:
    """Parts add up to the whole, and each is within one cent of its exact part."""
    parts = split(cents, weights)
    assert sum(parts) == cents
    assert all(
        abs(part * sum(weights) - cents * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize(("cents", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_split_refuses_what_nobody_can_carry(cents: int, weights: list[int]) -> None:
    """Negative numbers, and money without anybody to carry it, are refused."""
    with pytest.raises(SplitError):
        split(cents, weights)


def test_splitting_each_winner_alone_would_overdraw() -> None:
    """Of 8 + 7 cents, three winners of 5 split alone would take 9 of the first funder."""
    alone = [split(5, [8, 7]) for _ in range(3)]
    assert sum(row[0] for row in alone) == 9
    rows = split_running([5, 5, 5], [8, 7])
    assert [sum(column) for column in zip(*rows, strict=True)] == [8, 7]


@given(pots())
@example(([1, 1, 1, 1], [1, 1, 1, 1]))
@example(([6, 6, 2], [10, 1, 3]))
def test_running_split_never_overdraws(pot: tuple[list[int], list[int]]) -> None:
    """Each amount adds up, nobody is paid back, and every fund stays within a cent of its part."""
    funds, amounts = pot
    rows = split_running(amounts, funds)
    assert [sum(row) for row in rows] == amounts
    assert all(part >= 0 for row in rows for part in row)
    money, spent, paid = sum(funds), 0, [0] * len(funds)
    for row in rows:
        spent += sum(row)
        paid = [before + part for before, part in zip(paid, row, strict=True)]
        for total, fund in zip(paid, funds, strict=True):
            assert total <= fund
            assert abs(total * money - spent * fund) < money


@given(WEIGHTS, st.integers(1, 300))
def test_running_split_holds_cent_by_cent(weights: list[int], money: int) -> None:
    """Even when a pot is spent a cent at a time, it ends exactly at what each funder granted."""
    funds = split(money, weights)
    rows = split_running([1] * money, funds)
    assert all(max(row) == sum(row) == 1 for row in rows)
    assert tuple(map(sum, zip(*rows, strict=True))) == funds


@pytest.mark.parametrize(
    ("amounts", "funds"), [([16], [8, 7]), ([8, 8], [8, 7]), ([-1], [8, 7]), ([1], []), ([1], [-1, 2])]
)
def test_running_split_refuses_more_than_the_funds(amounts: list[int], funds: list[int]) -> None:
    """Amounts beyond the money, and negative ones, are refused."""
    with pytest.raises(SplitError):
        split_running(amounts, funds)
