"""Both implementations say the same of calls that nobody thought of.

A number of examples in an ordinary run; for long, `python -m tests.differential`. What differs is printed as
a case, and belongs into tests/vector_inputs_found.py.
"""

import json

import pytest

from tests.differential.families import FAMILIES, search, settings_for
from tests.differential.from_vectors import CHANGES, cases
from tests.differential.verdicts import DifferenceError, first_answer, same
from tests.second import Second
from tests.vector_calls import CALLS


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", FAMILIES)
def test_both_implementations_say_the_same(name: str, second: Second) -> None:
    """Of each family of calls, no example is found on which the two differ."""
    search(FAMILIES[name], second, settings_for(FAMILIES[name].examples))


def test_every_call_is_in_some_family() -> None:
    """Each call of the vectors is changed from a vector, or made by a family of its own."""
    made = {"audit", "board", "count", "outcome", "ed25519-key", "x25519-key", "ed25519-verify"}
    assert set(CALLS) == set(CHANGES) | made


@pytest.mark.parametrize("call", sorted(CHANGES))
def test_every_changed_call_has_a_vector(call: str) -> None:
    """A call that is changed from vectors has one, with all that is changed in it."""
    assert cases(call)
    assert set(CHANGES[call]) <= set(cases(call)[0])


ENTRY = {"bytes": b'{"kind":"release"}'.hex()}
ODD = {"bytes": b'{"kind":"release","kind":"release"}'.hex()}
MINUS = {"bytes": b'{"kind":"release","number":-0}'.hex()}
SURROGATE = {"bytes": b'{"kind":"release","style":"\\ud800"}'.hex()}
DEEP = {"bytes": (b"[" * 33 + b"]" * 33).hex()}


@pytest.mark.parametrize(
    ("call", "given", "mine", "theirs", "expected"),
    [
        ("entry", ENTRY, {"refused": "wire-type"}, {"refused": "wire-type"}, True),
        ("entry", ENTRY, {"refused": "wire-type"}, {"refused": "wire-spelling"}, False),
        ("entry", ODD, {"refused": "wire-type"}, {"refused": "wire-spelling"}, True),
        ("entry", ODD, {"refused": "wire-malformed"}, {"refused": "wire-spelling"}, False),
        ("entry", MINUS, {"refused": "wire-type"}, {"refused": "wire-spelling"}, False),
        ("entry", SURROGATE, {"refused": "wire-type"}, {"refused": "wire-malformed"}, False),
        ("entry", DEEP, {"refused": "wire-type"}, {"refused": "wire-malformed"}, True),
        ("entry", DEEP, {"refused": "wire-type"}, {"refused": "wire-spelling"}, False),
        ("entry", ODD, {"refused": "wire-type"}, {"refused": "wire-length"}, False),
        ("entry", ODD, {"refused": "wire-type"}, {"gives": {}}, False),
        ("entry", ENTRY, {"gives": {"a": 1}}, {"gives": {"a": 2}}, False),
        ("entry", ENTRY, {"crashed": "x"}, {"crashed": "x"}, False),
        ("H", {"label": "a", "parts": []}, {"refused": "wire-type"}, {"refused": "wire-spelling"}, False),
    ],
)
def test_what_counts_as_the_same(
    call: str,
    given: dict[str, object],
    mine: dict[str, object],
    theirs: dict[str, object],
    expected: bool,
) -> None:
    """Two verdicts are one if they are equal, or where the specification says that two reasons are."""
    assert same(call, given, mine, theirs) is expected


def test_a_difference_is_told_as_a_vector() -> None:
    """What is found can be pasted as a case: the call, what was given, and what the first says."""
    mine, theirs = first_answer("entry", ENTRY), {"gives": {}}
    text = str(DifferenceError("entry", ENTRY, mine, theirs))
    case = json.loads(text.partition("as a vector: ")[2])
    assert case == {"call": "entry", "given": ENTRY, "name": "a difference", "refused": "wire-type"}
