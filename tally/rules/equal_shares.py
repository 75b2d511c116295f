"""The Method of Equal Shares: every ballot gets an equal purse and pays only for what it supports.

Each round takes the project with the lowest price for a unit of utility; its supporters pay equally, or all
that they have. No completion: money that no group can spend together stays unspent. How it is counted
exactly and fast stands in purses.py, offers.py and method.py.
"""

from fractions import Fraction
from typing import Literal

import msgspec
from gmpy2 import mpq

from tally.profile import Profile, TieOrder
from tally.rules.columns import Columns
from tally.rules.method import Run, Step
from tally.rules.result import Result, Round, Status, format_exact, pick

NAME = "equal-shares-cost"
PAPER = (
    "Peters, Pierczynski and Skowron, Proportional Participatory Budgeting with Additive Utilities, "
    "NeurIPS 2021, https://arxiv.org/abs/2008.13276"
)

Utility = Literal["cost", "points"]
"""What a project is worth to a ballot: its weight times the cost, or its weight alone."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule has no parameters."""


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "equal-shares-cost": utility is cost, purses are budget / ballots exactly.

    Empty ballots count for the purses. Supported projects that cost nothing have price 0 and come first.
    For ballots with points, utility is weight times cost.
    """
    return equal_shares(profile, ties, "cost")


def equal_shares(profile: Profile, ties: TieOrder, utility: Utility) -> Result:
    """Return the outcome of the Method of Equal Shares with the given utility, without completion."""
    columns = Columns(profile)
    start = mpq(profile.budget, profile.count_ballots() or 1)
    run = Run(columns, start, by_cost=utility == "cost")
    left = profile.budget
    rounds: list[Round] = []
    for step in run.steps(ties):
        left -= columns.costs[step.project]
        rounds.append(_round_of(profile, run, ties, step, left))
    winners = tuple(done.project for done in rounds)
    return Result(
        rule=f"equal-shares-{utility}",
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=winners,
        cost=profile.budget - left,
        rounds=tuple(rounds),
        statuses=_statuses(profile, run, frozenset(winners)),
    )


def _round_of(profile: Profile, run: Run, ties: TieOrder, step: Step, left: int) -> Round:
    _, tie = pick(profile, ties, list(step.tied))
    return Round(
        project=profile.projects[step.project].id,
        chosen=True,
        votes=run.columns.total_weights[step.project],
        supporters=run.columns.total_supporters[step.project],
        money_left=left,
        tie=tie,
        price=format_exact(Fraction(int(step.price.numerator), int(step.price.denominator))),
        payments=step.payments,
    )


def _statuses(profile: Profile, run: Run, winners: frozenset[str]) -> tuple[Status, ...]:
    columns = run.columns
    found = []
    for index, project in enumerate(profile.projects):
        votes, supporters = columns.total_weights[index], columns.total_supporters[index]
        status = Status(project=project.id, reason="no-votes", votes=votes, supporters=supporters)
        if project.id in winners:
            status = msgspec.structs.replace(status, reason="chosen")
        elif votes:
            have = int(run.purses.money(columns.groups(index)) // 1)
            status = msgspec.structs.replace(
                status, reason="supporters-cannot-pay", missing=project.cost - have, supporters_left=have
            )
        found.append(status)
    return tuple(found)
