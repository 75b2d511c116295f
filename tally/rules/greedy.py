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
from tally.rules.openness import Openness
from tally.rules.result import Reason, Result, Round, Status, Tie, pick
from tally.rules.telling import tell_outcome, tell_round, tell_status

NAME = "greedy"
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
    projects without votes out, "take" chooses them last if they fit. `zero_cost`: "skip" leaves out what
    costs nothing, "take" treats it as all others.
    """

    order: Literal["votes", "votes-per-cost"] = "votes"
    misfits: Literal["skip", "stop"] = "skip"
    minimum_votes: int = 0
    minimum_share: int = 0
    zero_cost: Literal["skip", "take"] = "take"
    zero_votes: Literal["skip", "take"] = "skip"


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome: the best first, equals by `ties`, one round for each project considered."""
    columns = Columns(profile)
    every = range(len(columns.costs))
    rounds, statuses = consider(
        columns, parameters, ties, every, profile.budget, openness(columns, parameters)
    )
    return tell_outcome(NAME, columns, ties, rounds, tuple(statuses[index] for index in every))


def choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> list[int]:
    """Return who wins and nothing else, in order of choice: `count` for who counts many times."""
    every, budget = range(len(columns.costs)), columns.profile.budget
    rounds, _ = consider(columns, parameters, ties, every, budget, openness(columns, parameters))
    places = {name: place for place, name in enumerate(columns.ids)}
    return [places[done.project] for done in rounds if done.chosen]


def openness(columns: Columns, parameters: Parameters) -> Openness:
    """Return what is open before anything has won."""
    return Openness(columns, take_free=parameters.zero_cost == "take")


def consider(
    columns: Columns,
    parameters: Parameters,
    ties: TieOrder,
    projects: Iterable[int],
    left: int,
    state: Openness,
) -> tuple[tuple[Round, ...], dict[int, Status]]:
    """Return the rounds in which some projects are considered with `left` cents, and how each ended."""
    reasons = {index: _why_not(columns, parameters, index) for index in projects}
    eligible = [index for index, reason in reasons.items() if reason is None]
    statuses = {index: tell_status(columns, index, reason) for index, reason in reasons.items() if reason}
    rounds: list[Round] = []
    stopped = False
    for index, tie in _order(columns, parameters, ties, eligible, state):
        cost = columns.costs[index]
        fits = cost <= left and not stopped
        missing = None if fits else max(cost - left, 0)
        reason: Reason = "chosen" if fits else "does-not-fit"
        statuses[index] = tell_status(columns, index, reason, missing=missing)
        stopped = stopped or (not fits and parameters.misfits == "stop")
        if fits:
            left -= cost
            state.win(index)
        rounds.append(tell_round(columns, index, left, tie, chosen=fits))
    closed = {index: state.closed_by(index) for index in eligible if index not in statuses}
    statuses |= {index: tell_status(columns, index, reason) for index, reason in closed.items() if reason}
    return tuple(rounds), statuses


def _why_not(columns: Columns, parameters: Parameters, index: int) -> Reason | None:
    """Return why a project is never considered, None if it is once it is open."""
    votes = columns.total_weights[index]
    if votes == 0 and parameters.zero_votes == "skip":
        return "no-votes"
    if columns.costs[index] == 0 and parameters.zero_cost == "skip":
        return "costs-nothing"
    asked = parameters.minimum_share * int(columns.ballots.sum())
    if votes < parameters.minimum_votes or columns.total_supporters[index] * SHARE_UNITS < asked:
        return "below-threshold"
    return None


def _order(
    columns: Columns, parameters: Parameters, ties: TieOrder, projects: Iterable[int], state: Openness
) -> Iterator[tuple[int, Tie | None]]:
    """Yield the projects in order of consideration, each with the tie that it was first in.

    What is open may change whenever one has been yielded; what is closed waits.
    """
    worth = {index: _worth(columns, parameters, index) for index in projects}
    order = groupby(sorted(worth, key=lambda index: (worth[index], index)), key=worth.__getitem__)
    waiting = [list(group) for _, group in order]
    while True:
        for group in waiting:
            if open_ones := list(state.among(group)):
                break
        else:
            return
        index, tie = pick(columns.profile, ties, open_ones)
        group.remove(index)
        if not group:
            waiting.remove(group)
        yield index, tie


def _worth(columns: Columns, parameters: Parameters, index: int) -> tuple[int, Fraction]:
    """Return a key of which the smallest comes first: what has votes and costs nothing, then by votes."""
    votes, cost = columns.total_weights[index], columns.costs[index]
    if parameters.order == "votes":
        return 0, Fraction(-votes)
    if cost == 0:
        return (-1, Fraction(-votes)) if votes else (0, Fraction(0))
    return 0, Fraction(-votes, cost)
