"""One count as the records of a .pb file: which kind of votes it has, its projects, its votes.

Promise: nothing of a person or a key; a voter is a running number in board order. A vote names the count's
candidates alone, as the count does.
"""

from collections import Counter
from collections.abc import Sequence

from ballots.manifest import Approval, BallotProject, Knapsack, Points, Ranking
from tally.export.meta import meta_of, one_line
from tally.export.unit import Cast, Unit
from tally.pabulib import POINTS_TYPES, PabulibElection, PabulibProject, PabulibVote, VoteType
from tally.pabulib.own import LOT


def export_unit(unit: Unit, cast: Sequence[Cast]) -> PabulibElection:
    """Return a count as a .pb file says it; `cast` are all ballots of the contest, in board order."""
    vote_type = vote_type_of(unit)
    styles = set(unit.counted.styles)
    counted = [each for each in cast if each.style in styles]
    votes = _votes(unit, counted, vote_type)
    meta = meta_of(unit, vote_type, len(votes))
    named = Counter(project for vote in votes for project in vote.projects)
    score = ["score"] if vote_type != "approval" else []
    return PabulibElection(
        meta=meta,
        project_columns=("project_id", "cost", "votes", *score, "name", "selected", LOT),
        projects=_projects(unit, named, with_score=bool(score)),
        vote_columns=("voter_id", "vote", "points") if vote_type in POINTS_TYPES else ("voter_id", "vote"),
        votes=votes,
        budget=unit.counted.budget,
        vote_type=vote_type,
        min_length=int(meta["min_length"]),
        max_length=int(meta["max_length"]),
    )


def vote_type_of(unit: Unit) -> VoteType:
    """Return the kind of votes that says all that the count weighs.

    Rankings of which a candidate is missing are told by what they weigh.
    """
    if unit.kind in (Approval, Knapsack):
        return "approval"
    if unit.kind is Points:
        return "cumulative"
    return "ordinal" if unit.is_whole else "scoring"


def _projects(unit: Unit, named: Counter[str], *, with_score: bool) -> tuple[PabulibProject, ...]:
    known = {project.id: project for project in unit.contest.projects}
    scores = {each.project: str(each.votes) for each in unit.counted.projects}
    winners = set(unit.counted.winners)

    def write(project: BallotProject) -> PabulibProject:
        score = {"score": scores[project.id]} if with_score else {}
        return PabulibProject(
            id=project.id,
            name=one_line(project.title),
            cost=project.cost,
            selected=int(project.id in winners),
            others={"votes": str(named[project.id]), **score, LOT: unit.lot_of(project.id).hex()},
        )

    return tuple(write(known[name]) for name in unit.candidates)


def _votes(unit: Unit, counted: Sequence[Cast], vote_type: VoteType) -> tuple[PabulibVote, ...]:
    candidates = frozenset(unit.candidates)
    ranked = len(unit.contest.projects) if unit.kind is Ranking else 0
    votes = []
    for number, each in enumerate(counted, 1):
        weights = _weights(each, ranked)
        pairs = zip(each.projects, weights, strict=True)
        kept = [(project, weight) for project, weight in pairs if project in candidates]
        points = tuple(weight for _, weight in kept) if vote_type in POINTS_TYPES else ()
        projects = tuple(project for project, _ in kept)
        votes.append(PabulibVote(voter_id=str(number), projects=projects, points=points))
    return tuple(votes)


def _weights(each: Cast, ranked: int) -> list[int]:
    """Return what the ballot gives to each project that it names; of a ranking, `ranked` could be named."""
    if ranked:
        return [ranked - place for place in range(1, len(each.projects) + 1)]
    return list(each.points) or [1] * len(each.projects)
