"""An election from a Pabulib file, exported again: the projects, costs, budget and votes of the file."""

from collections import Counter
from pathlib import Path

import pytest

from admin.demo import pabulib
from ballots.manifest import Rule
from tally.export.meta import one_line
from tally.pabulib import POINTS_TYPES, PabulibElection, PabulibVote, VoteType, format_pabulib, parse_pabulib
from tests.admin.test_area import REAL_FILES, pabulib_text
from tests.count_rules import EQUAL_SHARES, GREEDY
from tests.tally.exports import export, opened, resolve

SMALL = {
    "approval": pabulib_text(),
    "choose-1": pabulib_text("choose-1", "a;3\nb;2\nc;\n"),
    "ordinal": pabulib_text("ordinal", "a;3,1,2\nb;2\nc;\n"),
    "cumulative": pabulib_text("cumulative", "a;3,1;2,1\nb;2;3\nc;;\n", "voter_id;vote;points"),
    "scoring": pabulib_text("scoring", "a;3,1;0,1\nb;2;3\nc;;\n", "voter_id;vote;points"),
}
BIG = 150_000
"""Files of more bytes take too long for every run of the tests."""


def again(election: PabulibElection, rule: Rule) -> PabulibElection:
    """Return the election as it is exported after the demo has held it."""
    plan = pabulib.make_plan(election, rule, "proef")
    methods = {style.id: style.contests[0].method for style in plan.styles}
    ballots = [
        opened(number, voter.style, voter.votes[-1])
        for number, voter in enumerate(pabulib.make_voters(election))
    ]
    (exported,) = export(resolve(plan.contests[0], methods), ballots)[1]
    return parse_pabulib(format_pabulib(exported.election))


def says(vote: PabulibVote, vote_type: VoteType, ids: dict[str, str]) -> object:
    """Return what a vote says, apart from the spelling: an order, points above 0, or a set."""
    names = [ids[name] for name in vote.projects]
    if vote_type in POINTS_TYPES:
        return frozenset((name, given) for name, given in zip(names, vote.points, strict=True) if given)
    return tuple(names) if vote_type == "ordinal" else frozenset(names)


def verify_same(election: PabulibElection, exported: PabulibElection) -> None:
    """Compare a file with what was exported, by the ids that the ballots had."""
    ids = pabulib.project_ids(election)
    same = {name: name for name in ids.values()}
    assert exported.budget == election.budget
    assert [(project.id, project.cost) for project in exported.projects] == [
        (ids[project.id], project.cost) for project in election.projects
    ]
    named = [
        (one_line(ours.name), one_line(theirs.name)[:200])
        for ours, theirs in zip(exported.projects, election.projects, strict=True)
        if theirs.name
    ]
    assert all(ours == theirs.strip() for ours, theirs in named)
    kinds = (exported.vote_type, election.vote_type)
    assert (kinds[0] == "ordinal", kinds[0] in POINTS_TYPES) == (
        kinds[1] == "ordinal",
        kinds[1] in POINTS_TYPES,
    )
    assert Counter(says(vote, exported.vote_type, same) for vote in exported.votes) == Counter(
        says(vote, election.vote_type, ids) for vote in election.votes
    )


@pytest.mark.parametrize("kind", SMALL)
def test_a_file_of_every_kind_comes_back(kind) -> None:
    """Whatever its votes are."""
    election = parse_pabulib(SMALL[kind])
    verify_same(election, again(election, EQUAL_SHARES))


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(REAL_FILES.glob("*.pb")) if path.stat().st_size < BIG],
    ids=lambda path: path.stem,
)
def test_a_real_file_comes_back(path: Path) -> None:
    """Every project, every cent and every vote of it."""
    election = parse_pabulib(path.read_text("utf-8"))
    verify_same(election, again(election, GREEDY))
