"""Any k fragments give back the secret, and fragments with a second spelling are refused."""

from contextlib import suppress
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.errors import SealingError
from ballots.sharing import PRIME, recover, split

coefficient = st.integers(0, PRIME - 1)
FRAGMENTS = dict(enumerate(split([7, 11, PRIME - 1, 13], 6), start=1))


@given(st.lists(coefficient, min_size=1, max_size=8), st.data())
def test_any_k_fragments_give_back_the_secret(coefficients: list[int], data: st.DataObject) -> None:
    """Any k of the n fragments recover the secret."""
    k = len(coefficients)
    fragments = split(coefficients, data.draw(st.integers(k, 9)))
    chosen = data.draw(st.permutations(range(1, len(fragments) + 1)))[:k]
    assert recover({i: fragments[i - 1] for i in chosen}, k) == coefficients[0].to_bytes(32, "big")


def test_every_choice_of_four_out_of_six_gives_the_secret() -> None:
    """All 15 choices of 4 out of 6 recover the same secret."""
    for chosen in combinations(FRAGMENTS, 4):
        assert recover({i: FRAGMENTS[i] for i in chosen}, 4) == (7).to_bytes(32, "big")


def test_a_known_polynomial_gives_known_fragments() -> None:
    """f(x) = 5 + 3x has the fragments 8, 11 and 14, big-endian."""
    assert split([5, 3], 3) == [n.to_bytes(32, "big") for n in (8, 11, 14)]


def test_fragments_are_reduced() -> None:
    """f(x) = (p-1) + x has the fragments 0 and 1."""
    assert split([PRIME - 1, 1], 2) == [bytes(32), (1).to_bytes(32, "big")]


@given(
    st.lists(coefficient, min_size=4, max_size=4),
    coefficient,
    st.sets(st.integers(1, 6), min_size=3, max_size=3),
)
def test_fewer_than_k_fragments_fit_every_secret(
    coefficients: list[int], other: int, known: set[int]
) -> None:
    """For any other secret there is a fourth fragment that goes with the three that are known."""
    fragments = split(coefficients, 6)
    three = {i: fragments[i - 1] for i in known}
    at_zero = recover({**three, 7: bytes(32)}, 4)
    at_one = recover({**three, 7: (1).to_bytes(32, "big")}, 4)
    slope = int.from_bytes(at_one, "big") - int.from_bytes(at_zero, "big")
    fourth = (other - int.from_bytes(at_zero, "big")) * pow(slope, -1, PRIME) % PRIME
    assert recover({**three, 7: fourth.to_bytes(32, "big")}, 4) == other.to_bytes(32, "big")


def test_only_the_k_lowest_numbers_are_used() -> None:
    """With more than k fragments the ones with the lowest numbers decide."""
    assert recover({**FRAGMENTS, 6: b"ignored"}, 4) == (7).to_bytes(32, "big")
    assert recover(dict(reversed(FRAGMENTS.items())), 4) == (7).to_bytes(32, "big")


REFUSED = {
    "too few": (dict(list(FRAGMENTS.items())[:3]), 4, "fragment-count"),
    "none": ({}, 1, "fragment-count"),
    "k of zero": (FRAGMENTS, 0, "fragment-count"),
    "number zero": ({0: bytes(32), 1: bytes(32)}, 2, "fragment-index"),
    "negative number": ({-1: bytes(32), 1: bytes(32)}, 2, "fragment-index"),
    "number too large": ({1: bytes(32), 256: bytes(32)}, 2, "fragment-index"),
    "the prime itself": ({1: PRIME.to_bytes(32, "big"), 2: bytes(32)}, 2, "fragment-range"),
    "all ones": ({1: bytes(32), 2: b"\xff" * 32}, 2, "fragment-range"),
    "too short": ({1: bytes(31), 2: bytes(32)}, 2, "fragment-range"),
    "too long": ({1: bytes(33), 2: bytes(32)}, 2, "fragment-range"),
    "empty": ({1: b"", 2: bytes(32)}, 2, "fragment-range"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_fragments_are_refused(case: str) -> None:
    """Fragments that are too few, wrongly numbered or not canonical are refused with their reason."""
    fragments, k, reason = REFUSED[case]
    with pytest.raises(SealingError) as caught:
        recover(fragments, k)
    assert caught.value.reason == reason


@pytest.mark.parametrize(("k", "n"), [(0, 3), (4, 3), (1, 0), (1, 256)])
def test_impossible_numbers_are_refused(k: int, n: int) -> None:
    """Not 1 <= k <= n <= 255 is refused."""
    with pytest.raises(SealingError) as caught:
        split([1] * k, n)
    assert caught.value.reason == "fragment-count"


@given(st.dictionaries(st.integers(-2, 300), st.binary(max_size=40), max_size=6), st.integers(-1, 7))
def test_any_fragments_give_a_secret_or_a_typed_error(fragments: dict[int, bytes], k: int) -> None:
    """Any fragments give 32 bytes or SealingError."""
    with suppress(SealingError):
        assert len(recover(fragments, k)) == 32
