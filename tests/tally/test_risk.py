"""The bound on what a few ballots can change in a greedy count."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ballots import manifest as m
from ballots.wire import Hash
from tally.audit.risk import _greedy_stands, outcome_at_risk
from tally.outcome import CountOutcome, ProjectOutcome, TieBreak
from tally.profile import Profile, Project, Vote, ties_by_id
from tally.rules import greedy
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN
from tests.simulator import changed, make_world

COSTS = st.lists(st.integers(0, 12), min_size=1, max_size=4)


def counted(costs: list[int], votes: list[int], budget: int) -> list[str]:
    """Return the winners of a greedy count in which each project has so many votes."""
    profile = Profile(
        budget=budget,
        projects=tuple(Project(id=f"p{n}", cost=cost) for n, cost in enumerate(costs)),
        votes=tuple(Vote(projects=((n, 1),), ballots=given) for n, given in enumerate(votes) if given),
    )
    return list(greedy.count(profile, greedy.Parameters(), ties_by_id(profile)).winners)


def contest_of(costs: list[int], votes: list[int], budget: int) -> tuple[m.Contest, CountOutcome]:
    """Return a contest and the outcome of its count, as far as the bound looks at them."""
    file = Hash(bytes(32))
    projects = [
        m.BallotProject(cost=cost, id=f"p{n}", picture=file, pots=[], text=file, title="t")
        for n, cost in enumerate(costs)
    ]
    contest = m.Contest(
        alternatives=[],
        counted="together",
        id="c",
        needs=[],
        pots=[],
        projects=projects,
        rule=GREEDY,
        styles=["s"],
        title="t",
    )
    outcome = CountOutcome(
        ballots=sum(votes),
        budget=budget,
        comparison=[],
        cost=0,
        increments=0,
        pot="pot",
        projects=[
            ProjectOutcome(missing=0, project=f"p{n}", reason="", supporters=v, supporters_left=0, votes=v)
            for n, v in enumerate(votes)
        ],
        purse="",
        rounds=[],
        rule=greedy.NAME,
        styles=["s"],
        winners=counted(costs, votes, budget),
    )
    return contest, outcome


@given(COSTS, st.data(), st.integers(0, 30), st.integers(1, 3))
def test_no_shift_within_the_bound_changes_the_winners(
    costs: list[int], data: st.DataObject, budget: int, shift: int
) -> None:
    """Where the bound holds, no change of every project's votes by up to the shift makes other winners."""
    votes = [data.draw(st.integers(0, 14)) for _ in costs]
    contest, outcome = contest_of(costs, votes, budget)
    assume(_greedy_stands(outcome, contest, shift))
    for _ in range(5):
        moved = [max(0, each + data.draw(st.integers(-shift, shift))) for each in votes]
        assert set(counted(costs, moved, budget)) == set(outcome.winners)


def test_the_bound_is_met_exactly() -> None:
    """Three votes ahead is safe from one ballot, two votes ahead is not."""
    for votes, stands in (([5, 2], True), ([5, 3], False)):
        contest, outcome = contest_of([10, 10], votes, 10)
        assert _greedy_stands(outcome, contest, 1) is stands


NOT_PLAIN: list[dict[str, object]] = [
    {"rule": EQUAL_SHARES},
    {"rule": PHRAGMEN},
    {"rule": changed(EQUAL_SHARES, completion="add1")},
    *(
        {"rule": changed(GREEDY, **{name: value})}
        for name, value in {
            "misfits": "stop",
            "minimum_share": 1,
            "minimum_votes": 1,
            "order": "votes-per-cost",
            "zero_cost": "skip",
            "zero_votes": "take",
        }.items()
    ),
    {"rule": GREEDY, "alternatives": [["plein", "speeltuin"]]},
    {"alternatives": [], "needs": [m.Need(needs="plein", project="speeltuin")]},
]
"""Changes to a contest about whose risk nothing is said."""


def test_a_lot_elsewhere_and_an_earlier_count_are_doubts() -> None:
    """A count without doubtful ballots is in doubt when a lot decided it, or when an earlier count is."""
    world = make_world(rule=GREEDY)
    outcome, election = world.outcome, world.election
    assert outcome_at_risk(election, outcome, {}) is False
    count = outcome.contests[0].counts[0]
    lot = changed(count.rounds[0], tie=[TieBreak(between=["plein", "bankjes"], step="lot")])
    drawn = changed(count, rounds=[lot], styles=["youth"])
    contest = changed(outcome.contests[0], counts=[drawn])
    assert outcome_at_risk(election, changed(outcome, contests=[contest]), {"adult": 1}) is None
    adults = changed(count, styles=["adult"])
    later = changed(count, rounds=[], styles=["youth"])
    apart = changed(outcome, contests=[changed(contest, counts=[adults, later])])
    for other in NOT_PLAIN:
        election.contests = {name: changed(each, **other) for name, each in election.contests.items()}
        assert outcome_at_risk(election, apart, {"adult": 1}) is None, other


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (EQUAL_SHARES, False),
        (changed(EQUAL_SHARES, completion="greedy"), False),
        (changed(EQUAL_SHARES, comparison="satisfaction"), None),
        (changed(EQUAL_SHARES, completion="add1"), None),
        (changed(EQUAL_SHARES, completion="add1-greedy"), None),
    ],
)
def test_lots_in_runs_that_are_not_written_are_doubts(rule: m.Rule, said: bool | None) -> None:
    """A changed ballot elsewhere moves lots of greedy's rival and of other purses, which no round shows."""
    world = make_world(rule=rule)
    (contest,) = world.outcome.contests
    quiet = changed(contest.counts[0], rounds=[], styles=["youth"])
    outcome = changed(world.outcome, contests=[changed(contest, counts=[quiet])])
    assert outcome_at_risk(world.election, outcome, {"adult": 1}) is said
    assert outcome_at_risk(world.election, outcome, {}) is False
