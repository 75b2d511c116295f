"""Groups get what their part of the money could buy: EJR+ up to any project, by an independent verifier.

Equal Shares promises it, with either utility, without and with every completion; greedy does not.
"""

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally.pabulib import parse_pabulib, profile_of
from tally.profile import Profile, ties_by_id
from tally.rules import count
from tests.ejr import Deprived, Worth, fair_purse, find_cohesive, find_deprived
from tests.tally.profiles import by_lot, elections, make_profile

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pabulib"
TWO_GROUPS = make_profile(100, dict.fromkeys("abcdefghij", 20), *["abcde"] * 3, *["fghij"] * 2)
"""Three ballots of five have the money for three projects of their own, the other two for two of theirs."""
COMPLETIONS: list[dict[str, Any]] = [
    {"completion": "none"},
    {"completion": "greedy"},
    {"completion": "greedy", "zero_votes": "take"},
    *(
        {"completion": completion, "stop": stop, "start": start, "increment": 1}
        for completion in ("add1", "add1-greedy")
        for stop in ("exhaustive", "overspend")
        for start in ("exact", "whole")
    ),
]
worths = pytest.mark.parametrize("worth", ["cost", "points"])


def winners_of(profile: Profile, name: str, parameters: dict[str, Any]) -> Sequence[str]:
    return count(name, profile, parameters, by_lot(profile)).winners


def purse_of(profile: Profile, parameters: dict[str, Any]) -> Fraction:
    """Return with what every ballot surely begins: its part of the budget, or whole increments of it."""
    purse = fair_purse(profile)
    return Fraction(int(purse)) if parameters.get("start") == "whole" else purse


# The verifier can fail ------------------------------------------------------------------------------


@worths
def test_greedy_leaves_a_group_without_what_its_money_could_buy(worth: Worth) -> None:
    """All goes to the larger group; two ballots with 40 have none of their projects of 20."""
    winners = winners_of(TWO_GROUPS, "greedy", {})
    assert sorted(winners) == ["a", "b", "c", "d", "e"]
    found = find_deprived(TWO_GROUPS, winners, worth, fair_purse(TWO_GROUPS))
    assert found == Deprived(("f",), 2, 20 if worth == "cost" else 1)
    assert find_cohesive(TWO_GROUPS, winners, worth, fair_purse(TWO_GROUPS)) is not None


@worths
@pytest.mark.parametrize(("winners", "holds"), [("abcfg", True), ("abcdf", False), ("afg", False)])
def test_who_lacks_one_project_is_found(worth: Worth, winners: str, holds: bool) -> None:
    """Three and two is what each group's money buys; one fewer for either of them is a violation."""
    assert (find_deprived(TWO_GROUPS, winners, worth, fair_purse(TWO_GROUPS)) is None) == holds
    assert (find_cohesive(TWO_GROUPS, winners, worth, fair_purse(TWO_GROUPS)) is None) == holds


def test_exactly_enough_money_is_enough_for_a_claim() -> None:
    """Two of four ballots have 20 together: a project of 20 is due to them, one of 21 is not."""
    for cost, due in ((20, True), (21, False)):
        profile = make_profile(40, {"a": cost, "b": 40}, "a", "a", "b", "b")
        assert (find_deprived(profile, ["b"], "cost", fair_purse(profile)) is not None) == due


def test_a_group_need_not_agree_on_more_than_one_project() -> None:
    """EJR+ sees it and EJR does not: the three have nothing in common but c, and one winner each or none.

    Money for two projects of 10: each has at most one winner, and all want c.
    """
    profile = make_profile(20, dict.fromkeys("cxyz", 10), "cx", "cy", "cz")
    assert find_deprived(profile, "x", "cost", fair_purse(profile)) == Deprived(("c",), 2, 10)
    assert find_deprived(profile, "xy", "cost", fair_purse(profile)) == Deprived(("c",), 3, 20)
    assert find_cohesive(profile, "xy", "cost", fair_purse(profile)) is None


def naive_deprived(profile: Profile, winners: Sequence[str], worth: Worth, purse: Fraction) -> bool:
    """Say whether any project, group of ballots and threshold violates EJR+, trying all of them."""
    ids = [project.id for project in profile.projects]
    values = [project.cost if worth == "cost" else 1 for project in profile.projects]
    ballots = [{place for place, _ in vote.projects} for vote in profile.votes for _ in range(vote.ballots)]
    for project, name in enumerate(ids):
        if name in winners:
            continue
        for members in range(1, 2 ** len(ballots)):
            group = [each for i, each in enumerate(ballots) if members >> i & 1]
            if not all(project in each for each in group):
                continue
            most = max(sum(values[p] for p in each if ids[p] in winners) for each in group) + values[project]
            price = 1 if worth == "cost" else profile.projects[project].cost
            if any(
                len(group) * purse >= threshold * price and most <= threshold
                for threshold in range(sum(values) + 1)
            ):
                return True
    return False


@worths
@settings(max_examples=40, deadline=None)
@given(profile=elections(), data=st.data())
def test_the_verifier_agrees_with_trying_every_group(
    worth: Worth, profile: Profile, data: st.DataObject
) -> None:
    """Of any set of winners, whether a rule chose it or not."""
    winners = data.draw(st.sets(st.sampled_from([project.id for project in profile.projects])))
    found = find_deprived(profile, winners, worth, fair_purse(profile))
    assert (found is not None) == naive_deprived(profile, sorted(winners), worth, fair_purse(profile))


# The rules ------------------------------------------------------------------------------------------


@worths
@pytest.mark.parametrize("parameters", COMPLETIONS, ids=lambda each: "-".join(map(str, each.values())))
@settings(max_examples=40, deadline=None)
@given(profile=elections())
def test_equal_shares_deprives_nobody(worth: Worth, parameters: dict[str, Any], profile: Profile) -> None:
    """EJR+ and EJR up to any project; where purses begin whole, with that much for each ballot."""
    winners = winners_of(profile, "equal-shares", {"utility": worth, **parameters})
    purse = purse_of(profile, parameters)
    assert find_deprived(profile, winners, worth, purse) is None
    assert find_cohesive(profile, winners, worth, purse) is None


@settings(max_examples=300, deadline=None)
@given(profile=elections())
def test_bounded_overspending_deprives_nobody_of_much(profile: Profile) -> None:
    """EJR up to (n - |S|) / (2 |S|) times the highest cost, and any project."""
    n = profile.count_ballots()
    dearest = max(project.cost for project in profile.projects)
    winners = winners_of(profile, "bos-equal-shares", {})

    def slack(size: int) -> Fraction:
        return Fraction((n - size) * dearest, 2 * size)

    assert find_cohesive(profile, winners, "cost", fair_purse(profile), slack) is None


# Real elections -------------------------------------------------------------------------------------

FILES = (
    "Netherlands_Amsterdam_288.pb",
    "Netherlands_Amsterdam_645.pb",
    "Poland_Gdynia_2021_Babie_Doly__large.pb",
)


@pytest.mark.parametrize("file", FILES)
def test_nobody_is_deprived_in_a_real_election(file: str) -> None:
    """Thousands of approvals: EJR+ holds for Equal Shares with each utility, completed too."""
    if not FOLDER.is_dir():
        assert os.environ.get("CI") != "true", "no real elections next to the project"
        pytest.skip("no real elections next to the project")
    profile = profile_of(parse_pabulib((FOLDER / file).read_text("utf-8")))
    for worth in ("cost", "points"):
        for completion in ("none", "greedy", "add1"):
            chosen = {"utility": worth, "completion": completion}
            winners = count("equal-shares", profile, chosen, ties_by_id(profile)).winners
            assert find_deprived(profile, winners, worth, fair_purse(profile)) is None
