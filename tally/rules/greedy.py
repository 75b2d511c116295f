"""Greedy by votes: the most votes first, and a project that no longer fits is passed over.

Votes are total weight (points, for ballots with points). Projects without votes are not chosen,
unless the parameters say so. Exact: whole cents and whole points only.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Literal

import msgspec

from tally.profile import Profile, TieOrder
from tally.rules.result import Result, Round, Status, Tie, pick

NAME = "greedy-votes"
PAPER = (
    "Talmon and Faliszewski, A Framework for Approval-Based Budgeting Methods, AAAI 2019, "
    "https://doi.org/10.1609/aaai.v33i01.33012181 (greedy rule, satisfaction = cost)"
)


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`zero_votes`: "skip" leaves projects without votes out, "take" chooses them last if they fit."""

    zero_votes: Literal["skip", "take"] = "skip"


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "greedy-votes": votes descending, equal votes by `ties`, one round a project.

    A round is recorded for every project that was considered, chosen or not.
    """
    votes, supporters = profile.total_votes(), profile.total_supporters()
    left = profile.budget
    rounds: list[Round] = []
    statuses = {
        index: Status(project=project.id, reason="no-votes", votes=0, supporters=0)
        for index, project in enumerate(profile.projects)
    }
    for index, tie in _order(profile, parameters, ties):
        project = profile.projects[index]
        fits = project.cost <= left
        statuses[index] = Status(
            project=project.id,
            reason="chosen" if fits else "does-not-fit",
            votes=votes[index],
            supporters=supporters[index],
            missing=None if fits else project.cost - left,
        )
        left -= project.cost if fits else 0
        rounds.append(
            Round(
                project=project.id,
                chosen=fits,
                votes=votes[index],
                supporters=supporters[index],
                money_left=left,
                tie=tie,
            )
        )
    return Result(
        rule=NAME,
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=tuple(done.project for done in rounds if done.chosen),
        cost=profile.budget - left,
        rounds=tuple(rounds),
        statuses=tuple(statuses[index] for index in range(len(votes))),
    )


def _order(profile: Profile, parameters: Parameters, ties: TieOrder) -> Iterator[tuple[int, Tie | None]]:
    """Yield the projects in order of consideration, each with the tie that it was first in."""
    votes = profile.total_votes()
    by_votes = sorted(range(len(votes)), key=lambda index: (-votes[index], index))
    for total, group in groupby(by_votes, key=votes.__getitem__):
        if total == 0 and parameters.zero_votes == "skip":
            return
        waiting = list(group)
        while waiting:
            index, tie = pick(profile, ties, waiting)
            waiting.remove(index)
            yield index, tie
