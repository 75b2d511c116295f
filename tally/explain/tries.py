"""A number of changed ballots that is known to give other winners, because it has been counted.

The changed ballots support one loser and nothing else; those are changed first that support it not and are
left with the most money. Losers are tried that lack the least. The number is no more than an upper bound.
"""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from tally.explain.projects import find_ledger
from tally.explain.recount import Recount
from tally.profile import Vote
from tally.rules.result import Result

TRIED_LOSERS = 3


def find_tried(recount: Recount, result: Result) -> int | None:
    """Return the smallest number found; None if none was."""
    places = {name: place for place, name in enumerate(recount.columns.ids)}
    winners = {places[name] for name in result.winners}
    most: int | None = None
    for loser in _list_losers(recount, result):
        order = _order_ballots(recount, result, loser)
        total = sum(vote.ballots for vote in order)
        high = total if most is None else min(total, most - 1)
        if high < 1 or not _gives_others(recount, winners, order, loser, high):
            continue
        low = 0
        while high - low > 1:
            # Small numbers are expected: halve, but never look further than twice the last.
            middle = min((low + high) // 2, max(1, 2 * low))
            others = _gives_others(recount, winners, order, loser, middle)
            low, high = (low, middle) if others else (middle, high)
        most = high
    return most


def _list_losers(recount: Recount, result: Result) -> list[int]:
    """Return the losers that can be paid and lack the least, and those who lack nothing that is known."""
    lacking = [
        (each.missing or 0, place)
        for place, each in enumerate(result.statuses)
        if each.reason != "chosen" and recount.columns.costs[place] <= result.budget
    ]
    return [place for _, place in sorted(lacking)[:TRIED_LOSERS]]


def _order_ballots(recount: Recount, result: Result, loser: int) -> list[Vote]:
    """Return the votes that do not support the loser, those with the most money left first."""
    ledger = find_ledger(recount, result)
    votes = [vote for vote in recount.profile.votes if all(project != loser for project, _ in vote.projects)]
    if ledger is None:
        return votes
    left = {vote.projects: Fraction(ledger.find_payments(vote.projects)[1]) for vote in votes}
    return sorted(votes, key=lambda vote: -left[vote.projects])


def _gives_others(recount: Recount, winners: set[int], order: list[Vote], loser: int, number: int) -> bool:
    """Say whether there are other winners when the first `number` ballots support the loser alone."""
    kept = [vote for vote in recount.profile.votes if any(project == loser for project, _ in vote.projects)]
    only = Vote(projects=((loser, recount.heaviest),), ballots=number)
    votes = (*kept, *_skip(order, number), only)
    profile = msgspec.structs.replace(recount.profile, votes=votes)
    return {*recount.choose_from(profile)} != winners


def _skip(order: list[Vote], number: int) -> Iterator[Vote]:
    """Yield what is left of the votes when the first `number` ballots are taken out."""
    for vote in order:
        taken = min(number, vote.ballots)
        number -= taken
        if taken < vote.ballots:
            yield Vote(projects=vote.projects, ballots=vote.ballots - taken)
