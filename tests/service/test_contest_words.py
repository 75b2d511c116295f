"""What the pages say of a contest: its rule with every parameter, its relations, and each reason."""

import re
from typing import get_args

import pytest

from ballots import manifest as m
from service.portal.contest_words import (
    say_comparison,
    say_payers,
    say_reason,
    say_relations,
    say_rule,
)
from service.portal.words import words_in
from tally.outcome import ComparisonOutcome, CountOutcome, ProjectOutcome
from tally.rules.result import Reason
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN, paid_from_all
from tests.simulator import changed, make_world

DUTCH = words_in("nl")
CONTEST = make_world().make_contest()
SILENT = {"increment", "start", "stop"}
"""Parameters that a page leaves to the entry itself: they say how exactly, not what."""
OTHERS: list[tuple[m.Rule, dict[str, list[object]]]] = [
    (
        GREEDY,
        {
            "minimum_share": [250],
            "minimum_votes": [3],
            "misfits": ["stop"],
            "order": ["votes-per-cost"],
            "zero_cost": ["skip"],
            "zero_votes": ["take"],
        },
    ),
    (
        changed(EQUAL_SHARES, completion="greedy"),
        {
            "comparison": ["satisfaction"],
            "completion": ["none", "add1", "add1-greedy"],
            "utility": ["points"],
            "zero_cost": ["skip"],
            "zero_votes": ["take"],
        },
    ),
    (PHRAGMEN, {"zero_cost": ["skip"], "zero_votes": ["take"]}),
]


@pytest.mark.parametrize(("rule", "others"), OTHERS, ids=["greedy", "equal-shares", "phragmen"])
def test_every_choice_of_a_rule_is_said(rule: m.Rule, others: dict[str, list[object]]) -> None:
    """Another parameter gives another text, and none is forgotten."""
    texts = [say_rule(DUTCH, rule)]
    texts += [
        say_rule(DUTCH, changed(rule, **{name: value})) for name, values in others.items() for value in values
    ]
    assert len(set(texts)) == len(texts)
    assert set(rule.__struct_fields__) - set(others) <= SILENT
    assert all(text.endswith(".") and "  " not in text for text in texts)


def test_a_minimum_is_said_in_dutch_numbers() -> None:
    """Hundredths of a percent with a comma, one vote as one."""
    assert "minstens 2,5% van de stembiljetten" in say_rule(DUTCH, changed(GREEDY, minimum_share=250))
    assert "minstens 1 stem nodig" in say_rule(DUTCH, changed(GREEDY, minimum_votes=1))


def test_without_a_greedy_part_projects_without_votes_are_not_spoken_of() -> None:
    """Equal Shares alone chooses none of them, whatever the parameter says."""
    assert say_rule(DUTCH, changed(EQUAL_SHARES, zero_votes="take")) == say_rule(DUTCH, EQUAL_SHARES)
    assert "zonder stemmen" in say_rule(
        DUTCH, changed(EQUAL_SHARES, comparison="exclusion", zero_votes="take")
    )


def test_one_supporter_is_spoken_of_as_one() -> None:
    """ "Kon" for one, "konden samen" for more."""
    values = {"missing": 1, "project": "plein", "reason": "supporters-cannot-pay", "supporters_left": 2}
    one, two = (
        say_reason(DUTCH, CONTEST.projects[0], ProjectOutcome(supporters=number, votes=number, **values))
        for number in (1, 2)
    )
    assert "1 voorstander kon nog" in one
    assert "2 voorstanders konden samen nog" in two


def test_relations_are_sentences_with_titles() -> None:
    """Who reads the page sees titles, no identifiers."""
    needs = [m.Need(needs="plein", project="bankjes")]
    related = changed(CONTEST, alternatives=[["plein", "speeltuin"]], needs=needs)
    assert say_relations(DUTCH, related) == [
        "Van deze projecten kan er hoogstens één worden gekozen: Plein en Speeltuin.",
        "Bankjes kan alleen worden gekozen als Plein is gekozen.",
    ]
    assert say_relations(DUTCH, CONTEST) == []


def test_several_pots_are_counted_one_after_another() -> None:
    """The order is said where there is more than one pot, before the relations."""
    pots = [changed(CONTEST.pots[0], id=name) for name in ("groen", "vrij")]
    first, *others = say_relations(DUTCH, changed(CONTEST, pots=pots, alternatives=[["plein", "speeltuin"]]))
    assert "na elkaar, in de volgorde waarin ze hier staan" in first
    assert len(others) == 1


@pytest.mark.parametrize("rule", [GREEDY, EQUAL_SHARES, PHRAGMEN], ids=["greedy", "equal-shares", "phragmen"])
def test_no_rule_speaks_of_the_one_pot(rule: m.Rule) -> None:
    """A contest may have several pots; and an "aandeel" is a voting share, never a piece of the money."""
    changes = next(others for known, others in OTHERS if type(known) is type(rule))
    texts = [
        say_rule(DUTCH, changed(rule, **{name: value}))
        for name, values in changes.items()
        for value in values
    ]
    texts += [say_reason(DUTCH, CONTEST.projects[0], each) for each in every_reason()]
    assert not [text for text in texts if re.search(r"\bpot\b|aandeel|aandelen|gelijke delen", text)]


def test_payments_for_each_vote_are_said_without_a_rest_too() -> None:
    """The cheapest for each vote or point first: of Equal Shares that counts points, whatever follows."""
    by_points = changed(EQUAL_SHARES, completion="none", utility="points")
    assert "per stem of punt het minste" in say_rule(DUTCH, by_points)
    assert "per stem of punt" not in say_rule(DUTCH, EQUAL_SHARES)


def test_who_pays_is_said_where_there_are_several_pots() -> None:
    """One pot is not worth a sentence; of several those are named that may pay."""
    assert say_payers(DUTCH, CONTEST.projects[0], CONTEST.pots) == ""
    pots = [changed(CONTEST.pots[0], id=name, title=name.capitalize()) for name in ("groen", "vrij")]
    both = paid_from_all(changed(CONTEST, pots=pots)).projects[0]
    assert say_payers(DUTCH, both, pots) == "Kan worden betaald uit Groen of Vrij."
    assert say_payers(DUTCH, changed(both, pots=["groen"]), pots) == "Kan worden betaald uit Groen."


def every_reason(missing: int = 0) -> list[ProjectOutcome]:
    """Return a project that ended in each way that there is."""
    return [
        ProjectOutcome(
            missing=missing, project="plein", reason=reason, supporters=2, supporters_left=100, votes=2
        )
        for reason in get_args(Reason)
    ]


@pytest.mark.parametrize("result", every_reason() + every_reason(5), ids=lambda result: result.reason)
def test_every_reason_has_a_sentence(result: ProjectOutcome) -> None:
    """No project is without a reason, and only a chosen one is called so."""
    text = say_reason(DUTCH, CONTEST.projects[0], result)
    assert text.startswith("Gekozen" if result.reason == "chosen" else "Niet gekozen")
    assert text.endswith(".")


def test_no_two_reasons_are_said_alike() -> None:
    """Who reads why a project lost can tell which of the reasons it was, also with and without an amount."""
    texts = [say_reason(DUTCH, CONTEST.projects[0], each) for each in [*every_reason(), every_reason(5)[1]]]
    assert len(set(texts)) == len(get_args(Reason)) + 1


def test_a_comparison_says_which_outcome_stands() -> None:
    """As many on both sides leave it at Equal Shares."""
    count = make_world().outcome.contests[0].counts[0]
    assert say_comparison(DUTCH, count) == ""
    assert "Daarom blijft het hierbij." in say_comparison(DUTCH, compared(count, 3, 3))
    assert "Daarom geldt die telling." in say_comparison(DUTCH, compared(count, 3, 4))


def compared(count: CountOutcome, prefer: int, against: int) -> CountOutcome:
    found = ComparisonOutcome(against=against, by="exclusion", cost=0, prefer=prefer, winners=[])
    return changed(count, comparison=[found])
