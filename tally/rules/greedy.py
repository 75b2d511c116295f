"""Greedy: the best first, and a project that no longer fits is passed over, or ends the count.

The best is who has the most votes, or the most votes for each euro. Votes are total weight (points, for
ballots with points). Exact: whole cents and whole points only, and fractions of them.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from typing import Literal

import msgspec

from tally.profile import Profile, TieOrder
from tally.rules.columns import Columns
from tally.rules.result import Reason, Result, Round, Status, Tie, pick

NAME = "greedy-votes"
PAPER = (
    "Talmon and Faliszewski, A Framework for Approval-Based Budgeting Methods, AAAI 2019, "
    "https://doi.org/10.1609/aaai.v33i01.33012181 (greedy rule, satisfaction = cost)"
)


SHARE_UNITS = 10_000
"""`minimum_share` counts in hundredths of a percent."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice that changes winners.

    `order`: by "votes" or by "votes-per-cost" (what costs nothing and has votes comes first). `misfits`:
    "skip" passes over what does not fit, "stop" ends the count there. A project needs `minimum_votes` votes,
    and the support of `minimum_share` hundredths of a percent of all ballots. `zero_votes`: "skip" leaves
    projects without votes out, "take" chooses them last if they fit.
    """

    order: Literal["votes", "votes-per-cost"] = "votes"
    misfits: Literal["skip", "stop"] = "skip"
    minimum_votes: int = 0
    minimum_share: int = 0
    zero_votes: Literal["skip", "take"] = "skip"


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome: the best first, equals by `ties`, one round for each project considered."""
    columns = Columns(profile)
    rounds, statuses = consider(columns, parameters, ties, range(len(columns.costs)), profile.budget)
    return Result(
        rule=NAME,
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=tuple(done.project for done in rounds if done.chosen),
        cost=profile.budget - (rounds[-1].money_left if rounds else profile.budget),
        rounds=rounds,
        statuses=tuple(statuses[index] for index in range(len(columns.costs))),
    )


def choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> list[int]:
    """Return who wins and nothing else, in order of choice: `count` for who counts many times."""
    rounds, _ = consider(columns, parameters, ties, range(len(columns.costs)), columns.profile.budget)
    places = {name: place for place, name in enumerate(columns.ids)}
    return [places[done.project] for done in rounds if done.chosen]


def consider(
    columns: Columns, parameters: Parameters, ties: TieOrder, projects: Iterable[int], left: int
) -> tuple[tuple[Round, ...], dict[int, Status]]:
    """Return the rounds in which some projects are considered with `left` cents, and how each ended."""
    statuses = {index: _status(columns, index, _why_not(columns, parameters, index)) for index in projects}
    eligible = [index for index, status in statuses.items() if status.reason == "chosen"]
    rounds: list[Round] = []
    stopped = False
    for index, tie in _order(columns, parameters, ties, eligible):
        cost = columns.costs[index]
        fits = cost <= left and not stopped
        missing = None if fits else max(cost - left, 0)
        statuses[index] = _status(columns, index, "chosen" if fits else "does-not-fit", missing)
        stopped = stopped or (not fits and parameters.misfits == "stop")
        left -= cost if fits else 0
        rounds.append(
            Round(
                project=columns.ids[index],
                chosen=fits,
                votes=columns.total_weights[index],
                supporters=columns.total_supporters[index],
                money_left=left,
                tie=tie,
            )
        )
    return tuple(rounds), statuses


def _status(columns: Columns, index: int, reason: Reason, missing: int | None = None) -> Status:
    return Status(
        project=columns.ids[index],
        reason=reason,
        votes=columns.total_weights[index],
        supporters=columns.total_supporters[index],
        missing=missing,
    )


def _why_not(columns: Columns, parameters: Parameters, index: int) -> Reason:
    """Return why a project is not considered, "chosen" if it is."""
    votes = columns.total_weights[index]
    if votes == 0 and parameters.zero_votes == "skip":
        return "no-votes"
    asked = parameters.minimum_share * int(columns.ballots.sum())
    if votes < parameters.minimum_votes or columns.total_supporters[index] * SHARE_UNITS < asked:
        return "below-threshold"
    return "chosen"


def _order(
    columns: Columns, parameters: Parameters, ties: TieOrder, projects: Iterable[int]
) -> Iterator[tuple[int, Tie | None]]:
    """Yield the projects in order of consideration, each with the tie that it was first in."""
    worth = {index: _worth(columns, parameters, index) for index in projects}
    for _, group in groupby(sorted(worth, key=lambda index: (worth[index], index)), key=worth.__getitem__):
        waiting = list(group)
        while waiting:
            index, tie = pick(columns.profile, ties, waiting)
            waiting.remove(index)
            yield index, tie


def _worth(columns: Columns, parameters: Parameters, index: int) -> tuple[int, Fraction]:
    """Return a key of which the smallest comes first: what has votes and costs nothing, then by votes."""
    votes, cost = columns.total_weights[index], columns.costs[index]
    if parameters.order == "votes":
        return 0, Fraction(-votes)
    if cost == 0:
        return (-1, Fraction(-votes)) if votes else (0, Fraction(0))
    return 0, Fraction(-votes, cost)
