"""The fuzzer finds a wrong implementation, within the number of examples of an ordinary run."""

import pytest

from tests.differential.families import FAMILIES, search, settings_for
from tests.differential.sabotage import SABOTAGES, Sabotage, Wrong
from tests.differential.verdicts import DifferenceError


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: f"{each.family}: {each.mistake}")
def test_a_wrong_implementation_is_found(sabotage: Sabotage) -> None:
    """Each mistake shows as a difference in its family of calls."""
    family = FAMILIES[sabotage.family]
    wrong = Wrong(sabotage.target, sabotage.replacement)
    with pytest.raises(DifferenceError):
        search(family, wrong, settings_for(family.examples, shrink=False, derandomize=True))


def test_every_family_finds_something() -> None:
    """No family of calls is there that has never found a mistake."""
    assert {each.family for each in SABOTAGES} == set(FAMILIES)
