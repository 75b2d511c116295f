"""An election of a .pb file as the profile that the count rules read."""

import re
from collections.abc import Mapping

from tally.pabulib.own import parse_borda, parse_relations
from tally.pabulib.records import POINTS_TYPES, PabulibElection, PabulibVote
from tally.profile import (
    Profile,
    ProfileError,
    Project,
    Weights,
    approval_weights,
    borda_weights,
    group_votes,
    points_weights,
)

_SCORE = re.compile(r"-?[0-9]{1,15}")


def profile_of(election: PabulibElection) -> Profile:
    """Return the election as a profile, projects in file order, equal votes grouped.

    Approvals weigh 1, points weigh themselves, rankings get Borda weights. In a scoring file a project that a
    vote leaves out has the file's `default_score`, if it has one. Relations are those of own.py. Raises
    ProfileError for points below zero and for a `scoring_fn` that is not Borda.
    """
    index = {project.id: place for place, project in enumerate(election.projects)}
    default = default_score(election)
    ranked = parse_borda(election) if election.vote_type == "ordinal" else None
    return Profile(
        budget=election.budget,
        projects=tuple(Project(id=project.id, cost=project.cost) for project in election.projects),
        votes=group_votes(_weights_of(election, vote, index, default, ranked) for vote in election.votes),
        relations=parse_relations(election),
    )


def _weights_of(
    election: PabulibElection, vote: PabulibVote, index: Mapping[str, int], default: int, ranked: int | None
) -> Weights:
    chosen = [index[name] for name in vote.projects]
    if election.vote_type in POINTS_TYPES:
        others = dict.fromkeys(index.values(), default) if default else {}
        return points_weights(others | dict(zip(chosen, vote.points, strict=True)))
    if ranked is not None:
        return points_weights({place: ranked - rank for rank, place in enumerate(chosen, 1)})
    return borda_weights(chosen) if election.vote_type == "ordinal" else approval_weights(chosen)


def default_score(election: PabulibElection) -> int:
    """Return the points of a project that a vote leaves out: 0 but in scoring files that say otherwise.

    Raises ProfileError if it is no whole number.
    """
    if election.vote_type != "scoring":
        return 0
    default = election.meta.get("default_score", "0").strip()
    if not _SCORE.fullmatch(default):
        raise ProfileError(f"expected a default_score that is a whole number, got {default!r}")
    return int(default)
