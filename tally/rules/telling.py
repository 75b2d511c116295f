"""What every rule tells in the same way: a round, how a project ended, and the whole outcome."""

from collections.abc import Sequence

from gmpy2 import mpq

from tally.profile import TieOrder
from tally.rules.columns import Columns
from tally.rules.result import Payment, Reason, Result, Round, Status, Tie, format_exact


def tell_round(
    columns: Columns,
    project: int,
    left: int,
    tie: Tie | None,
    price: mpq | None = None,
    payments: tuple[Payment, ...] = (),
    *,
    chosen: bool = True,
) -> Round:
    """Return the round in which a project is considered, after which `left` cents are left."""
    return Round(
        project=columns.ids[project],
        chosen=chosen,
        votes=columns.total_weights[project],
        supporters=columns.total_supporters[project],
        money_left=left,
        tie=tie,
        price=None if price is None else format_exact(price),
        payments=payments,
    )


def tell_status(
    columns: Columns,
    project: int,
    reason: Reason,
    *,
    missing: int | None = None,
    supporters_left: int | None = None,
) -> Status:
    """Return how a project ended."""
    return Status(
        project=columns.ids[project],
        reason=reason,
        votes=columns.total_weights[project],
        supporters=columns.total_supporters[project],
        missing=missing,
        supporters_left=supporters_left,
    )


def tell_outcome(
    name: str,
    columns: Columns,
    ties: TieOrder,
    rounds: Sequence[Round],
    statuses: tuple[Status, ...],
    purse: mpq | None = None,
) -> Result:
    """Return the outcome that some rounds lead to; `purse` is what each ballot began with, if it had one."""
    budget = columns.profile.budget
    left = rounds[-1].money_left if rounds else budget
    return Result(
        rule=name,
        ties=ties.name,
        budget=budget,
        ballots=columns.profile.count_ballots(),
        winners=tuple(done.project for done in rounds if done.chosen),
        cost=budget - left,
        rounds=tuple(rounds),
        statuses=statuses,
        purse=None if purse is None else format_exact(purse),
    )
