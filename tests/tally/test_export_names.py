"""What an exported file says that Pabulib has no word for: rules by name, and what is ours and read again."""

import pytest

from ballots import manifest as m
from tally.export.meta import format_time
from tally.export.rule import pabulib_rule
from tally.pabulib import find_rule, parse_pabulib, profile_of, ties_of
from tally.profile import ProfileError
from tally.rules.choosing import ChoiceError
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN
from tests.simulator import changed
from tests.tally.exports import TEMPLATE

NAMES = {
    "greedy": GREEDY,
    "greedy-no-skip": changed(GREEDY, misfits="stop"),
    "greedy-threshold": changed(GREEDY, minimum_votes=3),
    "greedy-custom": changed(GREEDY, minimum_votes=3, misfits="stop"),
    "equalshares": EQUAL_SHARES,
    "equalshares/add1": changed(EQUAL_SHARES, completion="add1"),
    "equalshares-comparison": changed(EQUAL_SHARES, comparison="satisfaction"),
    "equalshares/add1-comparison": changed(EQUAL_SHARES, completion="add1", comparison="satisfaction"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_that_pabulib_knows_has_its_name(name) -> None:
    """Its checker takes these and "unknown"."""
    assert pabulib_rule(changed(TEMPLATE, rule=NAMES[name])) == name


@pytest.mark.parametrize(
    "rule",
    [
        PHRAGMEN,
        changed(EQUAL_SHARES, completion="greedy"),
        changed(EQUAL_SHARES, utility="points"),
        changed(EQUAL_SHARES, increment=1, completion="add1"),
        changed(EQUAL_SHARES, comparison="exclusion"),
    ],
)
def test_a_rule_that_pabulib_has_no_exact_name_for_is_unknown(rule) -> None:
    """Rather none than one that gives other winners."""
    assert pabulib_rule(changed(TEMPLATE, rule=rule)) == "unknown"


def test_alternatives_and_needs_change_the_name() -> None:
    """Greedy with alternatives alone is exclusive; needs are nowhere in the format."""
    pair = [[TEMPLATE.projects[0].id, TEMPLATE.projects[1].id]]
    needs = [m.Need(needs=TEMPLATE.projects[0].id, project=TEMPLATE.projects[2].id)]
    assert pabulib_rule(changed(TEMPLATE, rule=GREEDY, alternatives=pair)) == "greedy-exclusive"
    assert pabulib_rule(changed(TEMPLATE, rule=GREEDY, needs=needs)) == "greedy-custom"
    assert pabulib_rule(changed(TEMPLATE, rule=EQUAL_SHARES, alternatives=pair)) == "unknown"


def test_a_time_beyond_the_calendar_is_left_out() -> None:
    """A manifest may name any second."""
    assert format_time(0, "%d.%m.%Y") == "01.01.1970"
    assert format_time(2**53 - 1, "%d.%m.%Y") == ""


OURS = (
    "META\nkey;value\nbudget;10\nvote_type;ordinal\nscoring_fn;Borda/3\nwijkaandeel_ties;cost-votes-lot\n"
    "wijkaandeel_rule;greedy order=votes misfits=stop\nwijkaandeel_needs;b:a\n"
    f"PROJECTS\nproject_id;cost;lot\na;10;{'0' * 64}\nb;10;{'1' * 64}\nVOTES\nvoter_id;vote\n1;b\n"
)
BROKEN = {
    "no lot": (f"{'0' * 64}", "", "64 hex digits"),
    "a lot in capitals": (f"{'0' * 64}", "A" * 64, "64 hex digits"),
    "the same lot twice": ("1" * 64, "0" * 64, "different lot"),
    "ties by something else": ("cost-votes-lot", "dice", "expected wijkaandeel_ties"),
    "a need of nothing": ("b:a", "b:x", "projects of the file"),
    "a need without a mark": ("b:a", "b", "such as a:b"),
    "a ranking longer than its count": ("Borda/3", "Borda/0", "0 or more"),
    "another scoring": ("Borda/3", "Borda/-3", "scoring_fn Borda"),
    "a rule that does not exist": ("greedy order", "dice order", "expected a rule"),
    "a parameter that does not exist": ("misfits=stop", "misfits=dance", "one of skip, stop"),
}


def read_all(text: str, *settings: str) -> tuple[object, ...]:
    """Return all that is ours in a file."""
    read = parse_pabulib(text)
    profile = profile_of(read)
    choice = find_rule(read, settings)
    assert choice is not None
    return profile.total_votes(), profile.relations.needs, ties_of(read, profile).name, choice.plain()


def test_what_is_ours_is_read() -> None:
    """Places count down from the number that the file says; a setting changes one parameter of its rule."""
    votes, needs, ties, parameters = read_all(OURS, "misfits=skip")
    assert (votes, needs, ties) == ((0, 2), ((1, 0),), "cost-votes-lot")
    assert isinstance(parameters, dict)
    assert (parameters["order"], parameters["misfits"]) == ("votes", "skip")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_ours_and_broken_is_refused(name) -> None:
    """Never counted as if it were not there."""
    good, bad, said = BROKEN[name]
    with pytest.raises((ProfileError, ChoiceError), match=said):
        read_all(OURS.replace(good, bad))
