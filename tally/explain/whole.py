"""The outcome as a whole, and what one ballot has from it."""

from collections.abc import Collection
from fractions import Fraction
from typing import Literal

import numpy as np

from tally.explain.facts import BallotFacts, Rival, WholeFacts
from tally.explain.ledger import Ledger
from tally.explain.projects import is_replaced
from tally.explain.recount import Recount
from tally.profile import Weights
from tally.rules import greedy
from tally.rules.columns import Columns
from tally.rules.comparison import compare
from tally.rules.result import Result, format_exact


def find_whole(recount: Recount, result: Result) -> WholeFacts:
    """Return what was spent, how many ballots have how many winners, and greedy's outcome beside it."""
    places = {name: place for place, name in enumerate(recount.columns.ids)}
    winners = [places[name] for name in result.winners]
    return WholeFacts(
        rule=result.rule,
        budget=result.budget,
        cost=result.cost,
        projects=len(result.statuses),
        winners=result.winners,
        ballots=result.ballots,
        satisfied=count_satisfied(recount.columns, winners),
        purse=result.purse,
        increments=result.increments,
        heaviest=recount.heaviest,
        line=_find_line(recount, result),
        comparison=result.comparison,
        rival=None if recount.name == greedy.NAME or is_replaced(result) else _find_rival(recount, winners),
    )


def _find_line(recount: Recount, result: Result) -> Literal["votes", "votes-per-cost"]:
    if isinstance(recount.parameters, greedy.Parameters):
        return recount.parameters.order
    points = getattr(recount.parameters, "utility", "cost") == "points"
    return "votes-per-cost" if points and not is_replaced(result) else "votes"


def count_satisfied(columns: Columns, winners: Collection[int]) -> tuple[int, ...]:
    """Return how many ballots support exactly 0, 1, 2 ... of the winners, up to the most that any does."""
    chosen = np.zeros(len(columns.costs), np.int64)
    chosen[list(winners)] = 1
    groups = np.repeat(np.arange(len(columns.ballots)), np.diff(columns.group_starts))
    each = np.zeros(len(columns.ballots), np.int64)
    np.add.at(each, groups, chosen[columns.group_projects])
    found = np.zeros(int(each.max(initial=0)) + 1, np.int64)
    np.add.at(found, each, columns.ballots)
    return tuple(int(ballots) for ballots in found)


def _find_rival(recount: Recount, winners: list[int]) -> Rival:
    takes = getattr(recount.parameters, "zero_votes", "skip") == "take"
    parameters = greedy.Parameters(zero_votes="take" if takes else "skip")
    rival = greedy.choose(recount.columns, parameters, recount.ties)
    here, there = compare(recount.columns, winners, rival, "satisfaction")
    ids = recount.columns.ids
    return Rival(
        only_here=tuple(ids[winner] for winner in winners if winner not in rival),
        only_there=tuple(ids[winner] for winner in rival if winner not in winners),
        prefer_here=here,
        prefer_there=there,
    )


def find_ballot(recount: Recount, result: Result, ledger: Ledger | None, weights: Weights) -> BallotFacts:
    """Return what one ballot of this content won, and with purses what it paid and has left."""
    names = [recount.columns.ids[project] for project, _ in weights]
    won = tuple(name for name in result.winners if name in names)
    if ledger is None or result.purse is None:
        return BallotFacts(supported=tuple(names), won=won)
    paid, left = ledger.find_payments(weights)
    return BallotFacts(
        supported=tuple(names),
        won=won,
        purse=format_exact(Fraction(result.purse)),
        paid=paid,
        left=format_exact(left),
    )
