"""Real elections counted as others counted them: winners, order and cost by the names that tools use."""

import json
import os
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tally import cli
from tally.pabulib import PabulibElection, parse_pabulib, profile_of
from tally.profile import Profile, ties_by_id
from tally.rules import count
from tally.rules.presets import PRESETS

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pabulib"
HEAVY = ("Warszawa_2022_Ochota", "Warszawa_2018_Wawer", "Wieliczka", "Amsterdam_166", "Mechanical_Turk")
"""Files whose purses grow for seconds."""
OFFICIAL = ("Netherlands_Assen_2024", "Poland_Swiecie_2023", "Poland_Wieliczka_2023_Green_Budget")


def load_cases() -> list[dict[str, Any]]:
    """Return all cases, none where the elections are not at hand."""
    if not FOLDER.is_dir():
        return []
    cases: list[dict[str, Any]] = json.loads((FOLDER / "expected.json").read_bytes())["cases"]
    return cases


CASES = load_cases()


def params() -> list[Any]:
    """Return a parameter a case, those that take long marked so."""
    return [
        pytest.param(
            case,
            id=f"{case['file'].removesuffix('.pb')}-{case['rule']}",
            marks=[pytest.mark.slow]
            if case["rule"].startswith("add1") and any(name in case["file"] for name in HEAVY)
            else [],
        )
        for case in CASES
        if case["rule"] in PRESETS
    ]


@cache
def read(name: str) -> tuple[PabulibElection, Profile, str]:
    """Return the election in a file, its profile, and the hash of the file's bytes."""
    raw = (FOLDER / name).read_bytes()
    election = parse_pabulib(raw.decode("utf-8"))
    return election, profile_of(election), sha256(raw).hexdigest()


def test_real_elections_are_at_hand() -> None:
    """On the build machine a missing folder is a failure, elsewhere it is a skip."""
    if not CASES and os.environ.get("CI") != "true":
        pytest.skip("no real elections next to the project")
    assert len(CASES) > 300


def test_every_name_is_known() -> None:
    """No case is left out because its rule has no name here."""
    assert {case["rule"] for case in CASES} - set(PRESETS) == set()


@pytest.mark.parametrize("case", params())
def test_real_election_has_the_winners_that_others_computed(case: dict[str, Any]) -> None:
    """The same winners in the same order and the same cost, from the same bytes."""
    _, profile, digest = read(case["file"])
    assert digest == case["sha256"]
    rule, parameters = PRESETS[case["rule"]]
    result = count(rule, profile, parameters, ties_by_id(profile))
    assert (result.ballots, len(result.statuses)) == (case["n"], case["m"])
    assert (result.budget, result.cost) == (Fraction(case["budget"]) * 100, Fraction(case["cost"]) * 100)
    if case["order_significant"]:
        assert list(result.winners) == case["winners"]
    assert sorted(result.winners) == sorted(case["winners"])
    if not result.increments:
        assert all(later.money_left <= earlier.money_left for earlier, later in pairwise(result.rounds))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param(name, rule, marks=[pytest.mark.slow] if "Wieliczka" in name else [])
        for name in OFFICIAL
        for rule in ("add1-noexh-cost", "add1-noexh-integral-cost")
        if CASES
    ],
)
def test_official_result_of_a_city_is_reproduced(name: str, rule: str) -> None:
    """What the city's file calls selected is what the rule chooses; the last purse is as published."""
    election, profile, _ = read(f"{name}.pb")
    result = count(PRESETS[rule][0], profile, PRESETS[rule][1], ties_by_id(profile))
    assert sorted(result.winners) == sorted(p.id for p in election.projects if p.selected == 1)
    case = next(case for case in CASES if case["file"] == f"{name}.pb" and case["rule"] == rule)
    if "final_endowment" in case:
        assert result.purse == f"{case['final_endowment'] * 100}/1"


@pytest.mark.skipif(not CASES, reason="no real elections next to the project")
def test_the_command_says_what_was_expected(capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` has winners in order, the cost in the file's unit to the cent, the rule and its parameters."""
    name, rule = "Poland_Warszawa_2017_Grochow_Kinowa.pb", "mes-cost"
    case = next(case for case in CASES if (case["file"], case["rule"]) == (name, rule))
    assert cli.main(["tally", str(FOLDER / name), "--rule", rule, "--json"]) == 0
    said = json.loads(capsys.readouterr().out, parse_float=Fraction)
    assert (said["winners"], said["cost"]) == (case["winners"], Fraction(case["cost"]))
    assert said["budget"] == Fraction("216829.41")
    assert (said["rule"], said["parameters"]["utility"]) == (rule, "cost")
