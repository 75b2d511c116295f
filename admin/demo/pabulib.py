"""An election from a Pabulib file: its projects, its budget, and every ballot of it as one resident.

Pure. Promise: the ballot rules are wide enough for all ballots of the file, and the outcome is compared with
what the rule gives on the file itself. Limit: area, funders and pictures are made up; a file has none.
Rankings weigh as the protocol says (PROTOCOL.md section 12), in both counts.
"""

import re
from collections.abc import Mapping, Sequence

from admin.demo.area import FUNDERS, ISSUERS, THRESHOLDS, Voter, make_project
from admin.elections.errors import ConductError
from admin.elections.setup import Plan, StylePlan
from ballots.choices import Choices, ContestChoices
from ballots.manifest import Approval, Area, Contest, Method, Points, Pot, Ranking, Rule, StyleContest
from ballots.wire import MAX_INT, H, Record
from tally import rules
from tally.outcome import CountOutcome, Outcome, parameters_of
from tally.pabulib import POINTS_TYPES, PabulibElection, PabulibVote, default_score
from tally.profile import (
    Profile,
    ProfileError,
    Project,
    Weights,
    group_votes,
    points_weights,
    ties_by_cost_votes_lot,
)
from tally.rules.result import Result

CONTEST = "pabulib"
STYLE = "adult"
MAX_TITLE = 200

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Comparison(Record):
    """Whether the board's outcome is what the rule gives on the file; winners as the file names them."""

    equal: bool
    expected: list[str]
    got: list[str]


def project_ids(election: PabulibElection) -> dict[str, str]:
    """Return the id on the ballot of every project of the file: its own, or `p-1`, `p-2`."""
    names = [project.id for project in election.projects]
    if all(_ID.fullmatch(name) for name in names):
        return dict(zip(names, names, strict=True))
    return {name: f"p-{number}" for number, name in enumerate(names, 1)}


def make_plan(election: PabulibElection, rule: Rule, name: str) -> Plan:
    """Return the plan of the election in a file; ConductError if its ballots cannot be cast here.

    `name` is what the election is called where the file has no description.
    """
    _check(election)
    files: dict[bytes, bytes] = {}
    ids = project_ids(election)
    title = _title(election.meta.get("description", ""), name)
    pot = Pot(cents=election.budget, funders=FUNDERS, id="pot", label="", right="decide", title="Budget")
    contest = Contest(
        alternatives=[],
        counted="together",
        id=CONTEST,
        needs=[],
        pots=[pot],
        projects=[
            make_project(
                (ids[project.id], pot.id),
                _title(project.name, f"Project {project.id}"),
                project.cost,
                (f"pattern {project.id}", _text(project.name, project.id, project.others)),
                files,
            )
            for project in election.projects
        ],
        rule=rule,
        styles=[STYLE],
        title=title,
    )
    return Plan(
        areas=[Area(id="gebied", title=_title(election.meta.get("unit", ""), "Gebied"))],
        contests=[contest],
        files=files,
        ladder="co-decide",
        styles=[_style(election, title)],
        thresholds=THRESHOLDS,
        title=title,
    )


def make_voters(election: PabulibElection, again: int = 7) -> list[Voter]:
    """Return a resident for every ballot; every `again`-th votes for something else first, then for real."""
    ids = project_ids(election)
    order = {project.id: place for place, project in enumerate(election.projects)}
    ballots = [_choices(election, vote, ids, order) for vote in election.votes]
    return [
        Voter(style=STYLE, votes=[ballots[number - 1], ballot] if number % again == 3 else [ballot])
        for number, ballot in enumerate(ballots)
    ]


def compare(election: PabulibElection, rule: Rule, manifest_hash: bytes, outcome: Outcome) -> Comparison:
    """Compare an outcome with the rule's own on the file, round by round, with the same lots for ties."""
    ids = project_ids(election)
    names = {ballot_id: name for name, ballot_id in ids.items()}
    profile = _profile(election, ids)
    lots = {project.id: H("lot-project", outcome.lot, CONTEST, project.id) for project in profile.projects}
    named, parameters = parameters_of(rule)
    expected = rules.count(named, profile, parameters, ties_by_cost_votes_lot(profile, lots))
    count = outcome.contests[0].counts[0]
    same = outcome.manifest == manifest_hash and not outcome.invalid
    return Comparison(
        equal=same and outcome.counted == len(election.votes) and _says(expected) == _says(count),
        expected=[names[winner] for winner in expected.winners],
        got=[names[winner] for winner in count.winners],
    )


def _says(count: Result | CountOutcome) -> tuple[object, ...]:
    """Return what two counts must agree on: winners in order, every price, and what each project got."""
    statuses = count.statuses if isinstance(count, Result) else count.projects
    return (
        tuple(count.winners),
        count.ballots,
        [(each.project, each.chosen, each.price or "", each.money_left) for each in count.rounds],
        [(each.project, each.reason, each.votes, each.supporters) for each in statuses],
    )


def _check(election: PabulibElection) -> None:
    if not election.votes or not election.projects:
        raise ConductError("expected a file with at least one project and one ballot")
    if election.vote_type in POINTS_TYPES:
        _check_points(election)
    if any(number > MAX_INT for number in [election.budget, *(each.cost for each in election.projects)]):
        raise ConductError("the file has more money than a number on the wire can hold")


def _check_points(election: PabulibElection) -> None:
    try:
        given = [_points(election, vote) for vote in election.votes]
    except ProfileError as error:
        raise ConductError(str(error)) from None
    if any(points < 0 for each in given for points in each.values()):
        raise ConductError("the file has points below zero, which no ballot here can give")


def _style(election: PabulibElection, title: str) -> StylePlan:
    return StylePlan(
        areas=["gebied"],
        contests=[StyleContest(contest=CONTEST, method=_method(election))],
        id=STYLE,
        issuers=ISSUERS["adult"],
        release_minimum=3,
        roll_minimum=1,
        title=title,
        voters="adult",
        walk_ins=0,
    )


def _method(election: PabulibElection) -> Method:
    """Return a method that takes every ballot of the file."""
    most = max(1, *(len(vote.projects) for vote in election.votes), 1)
    if election.vote_type in POINTS_TYPES:
        given = [list(_points(election, vote).values()) for vote in election.votes]
        highest = max((points for each in given for points in each), default=1)
        total = max(sum(each) for each in given)
        return Points(maximum=max(1, highest), total=max(1, highest, total))
    if election.vote_type == "ordinal":
        return Ranking(maximum=most, minimum=0)
    return Approval(maximum=most, minimum=0)


def _points(election: PabulibElection, vote: PabulibVote) -> dict[str, int]:
    """Return what a vote with points gives; a project that it leaves out has the file's `default_score`."""
    default = default_score(election)
    others = {project.id: default for project in election.projects} if default else {}
    return others | dict(zip(vote.projects, vote.points, strict=True))


def _choices(
    election: PabulibElection, vote: PabulibVote, ids: Mapping[str, str], order: Mapping[str, int]
) -> Choices:
    """Return a ballot of the file as choices; points of 0 are left out, as they say nothing."""
    points: list[int] = []
    projects: Sequence[str] = vote.projects
    if election.vote_type in POINTS_TYPES:
        given = {name: number for name, number in _points(election, vote).items() if number}
        projects = sorted(given, key=order.__getitem__)
        points = [given[name] for name in projects]
    elif election.vote_type != "ordinal":
        projects = sorted(vote.projects, key=order.__getitem__)
    chosen = ContestChoices(contest=CONTEST, points=points, projects=[ids[name] for name in projects])
    return Choices(contests=[chosen], mark=[])


def _profile(election: PabulibElection, ids: Mapping[str, str]) -> Profile:
    """Return the file's ballots as a rule reads them, without any of the ballots on the board."""
    place = {project.id: number for number, project in enumerate(election.projects)}
    return Profile(
        budget=election.budget,
        projects=tuple(Project(id=ids[project.id], cost=project.cost) for project in election.projects),
        votes=group_votes(_weights(election, vote, place) for vote in election.votes),
    )


def _weights(election: PabulibElection, vote: PabulibVote, place: Mapping[str, int]) -> Weights:
    indexes = [place[name] for name in vote.projects]
    if election.vote_type in POINTS_TYPES:
        return points_weights({place[name]: points for name, points in _points(election, vote).items()})
    if election.vote_type == "ordinal":
        return points_weights({index: len(place) - rank for rank, index in enumerate(indexes, 1)})
    return points_weights(dict.fromkeys(indexes, 1))


def _title(text: str, otherwise: str) -> str:
    """Return one printable line of at most 200 symbols."""
    plain = "".join(symbol if symbol.isprintable() else " " for symbol in text)
    return " ".join(plain.split())[:MAX_TITLE] or otherwise[:MAX_TITLE]


def _text(name: str, project: str, others: Mapping[str, str]) -> str:
    """Return a project's text: all that the file says about it, but for what came of it."""
    told = {
        key: value for key, value in others.items() if value and key not in ("votes", "score", "selected")
    }
    lines = [_title(name, f"Project {project}"), "", *(f"{key}: {value}" for key, value in told.items())]
    return "\n".join(lines) + "\n"
