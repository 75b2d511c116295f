"""Thousands of small elections full of ties, counted by pabutools too: the same winners in the same order.

pabutools is installed with the group `oracle` alone; without it these tests are skipped, and fail in CI.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from random import Random

import pytest

from tally.pabulib import (
    POINTS_TYPES,
    PabulibElection,
    PabulibProject,
    PabulibVote,
    VoteType,
    format_money,
    format_pabulib,
    parse_pabulib,
    profile_of,
)
from tally.profile import ties_by_id
from tally.rules import count
from tally.rules.presets import PRESETS
from tally.rules.result import Result

pytestmark = [
    pytest.mark.skipif(
        find_spec("pabutools") is None and os.environ.get("CI") != "true",
        reason="pabutools is not installed (group oracle)",
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning"),
]

TIMES = int(os.environ.get("WIJK_ORACLE_TIMES", "80"))
"""How many elections a name and kind of ballot."""
IDS = ("1", "10", "2", "B", "a", "a2")
APPROVALS: tuple[VoteType, ...] = ("approval", "choose-1")
POINTS: tuple[VoteType, ...] = ("cumulative", "scoring")
UNORDERED = ("phragmen",)


def kinds_of(name: str) -> tuple[VoteType, ...]:
    """Return the kinds of ballots for which a name is meant."""
    kinds: dict[str, tuple[VoteType, ...]] = {"add": POINTS, "borda": ("ordinal",)}
    return kinds.get(name.rpartition("-")[2], APPROVALS)


WITHOUT_FREE = ("mes-cost", "add1-cost", "add1-noexh-cost")
"""Names by which pabutools leaves out what costs nothing."""
NOT_THERE = ("add1-noexh-integral-cost", "maximin")
"""Names that pabutools cannot count exactly: no start in whole purses, and a solver in floats."""
CASES = [(name, kind) for name in sorted(PRESETS) if name not in NOT_THERE for kind in kinds_of(name)]


def make_election(random: Random, kind: VoteType, least_cost: int, voters: int = 7) -> PabulibElection:
    """Return a small election in which equal prices are common; amounts in cents, some not whole euros."""
    ids = random.sample(IDS, random.randint(1, len(IDS)))
    step = random.choice([100, 100, 50])
    budget = random.randint(1, 15) * step
    projects = tuple(
        PabulibProject(id=name, name="", cost=random.randint(least_cost, 6) * step, others={}) for name in ids
    )
    votes = []
    for voter in range(random.randint(1, voters)):
        most = 1 if kind == "choose-1" else len(ids)
        chosen = random.sample(ids, random.randint(0, most))
        points = tuple(random.randint(1, 3) for _ in chosen) if kind in POINTS_TYPES else ()
        votes.append(PabulibVote(voter_id=str(voter), projects=tuple(chosen), points=points))
    columns = ("voter_id", "vote", "points") if kind in POINTS_TYPES else ("voter_id", "vote")
    return PabulibElection(
        meta={"budget": format_money(budget), "vote_type": kind},
        project_columns=("project_id", "cost"),
        projects=projects,
        vote_columns=columns,
        votes=tuple(votes),
        budget=budget,
        vote_type=kind,
        min_length=None,
        max_length=None,
    )


def make_texts(name: str, kind: VoteType, times: int, least_cost: int = 1, voters: int = 7) -> Iterator[str]:
    """Yield elections as files; the same ones every time."""
    random = Random(f"{name} {kind} {least_cost}" + (f" {voters}" if voters != 7 else ""))
    for _ in range(times):
        yield format_pabulib(make_election(random, kind, least_cost, voters))


def result_here(text: str, name: str, **more: int) -> Result:
    """Return the outcome, ties broken as pabutools breaks them."""
    profile = profile_of(parse_pabulib(text))
    rule, parameters = PRESETS[name]
    return count(rule, profile, {**parameters, **more}, ties_by_id(profile))


def count_here(text: str, name: str) -> list[str]:
    """Return the winners in order of choice, ties broken as pabutools breaks them."""
    return list(result_here(text, name).winners)


def is_ordered(name: str, text: str, winners: list[str]) -> bool:
    """Say whether the order means something; not where all can be paid and purses grow on for nothing."""
    paid = [project.id for project in parse_pabulib(text).projects if project.cost]
    return name not in UNORDERED and not (name == "add1-noexh-cost" and set(winners) >= voted(text) & {*paid})


def voted(text: str) -> set[str]:
    """Return the projects that any ballot supports."""
    return {name for vote in parse_pabulib(text).votes for name in vote.projects}


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_pabutools_has_the_same_winners(name: str, kind: VoteType) -> None:
    """In the same order, but for the name whose winners pabutools sorts."""
    from tests.tally import oracle

    for text in make_texts(name, kind, TIMES):
        ours, theirs = count_here(text, name), oracle.ask(text, name)
        if not is_ordered(name, text, theirs):
            ours, theirs = sorted(ours), sorted(theirs)
        assert ours == theirs, text


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_pabutools_has_the_same_winners_among_projects_that_cost_something(name: str, kind: VoteType) -> None:
    """Where some are free: with cost as worth, pabutools never chooses them, and here their supporters do."""
    from tests.tally import oracle

    for text in make_texts(name, kind, TIMES // 2, least_cost=0):
        free = {project.id for project in parse_pabulib(text).projects if project.cost == 0}
        ours, theirs = count_here(text, name), oracle.ask(text, name)
        assert set(ours) >= set(theirs)
        if name not in WITHOUT_FREE:
            assert set(ours) == set(theirs)
        ours, theirs = ([each for each in winners if each not in free] for winners in (ours, theirs))
        if not is_ordered(name, text, theirs):
            ours, theirs = sorted(ours), sorted(theirs)
        assert ours == theirs, text


@pytest.mark.parametrize("increment", [25, 70, 300])
@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[0].startswith("add1")])
def test_pabutools_has_the_same_winners_with_another_increment(
    name: str, kind: VoteType, increment: int
) -> None:
    """Purses that grow by less or more than a euro, or by what divides no cost."""
    from tests.tally import oracle

    for text in make_texts(name, kind, TIMES // 10, voters=12):
        ours = list(result_here(text, name, increment=increment).winners)
        assert sorted(ours) == sorted(oracle.ask(text, name, increment)), text


@pytest.mark.parametrize("kind", APPROVALS)
def test_pabutools_has_the_same_winners_by_maximin_where_nothing_ties(kind: VoteType) -> None:
    """Its loads are floats of a solver, so only elections in which no round here has equals are asked."""
    from tests.tally import oracle

    asked = 0
    for text in make_texts("maximin", kind, TIMES, voters=15):
        result = result_here(text, "maximin")
        if asked < TIMES // 8 and len(result.rounds) > 1 and not any(done.tie for done in result.rounds):
            asked += 1
            assert list(result.winners) == oracle.ask(text, "maximin"), text
    assert asked > 3
