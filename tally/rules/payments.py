"""Who pays what for a chosen project, by weight: those who pay the full share, those who give all."""

import numpy as np
from gmpy2 import mpq

from tally.rules.columns import Places
from tally.rules.purses import ULP, Level, Mask, Purses
from tally.rules.result import Payment, format_exact


def list_payments(
    purses: Purses, project: int, level: Level | None, emptied: Mask | None
) -> tuple[Payment, ...]:
    """Return what is about to be paid, the highest weight first, of one weight the full shares first.

    Who had nothing is among the emptied, unless the project costs nothing.
    """
    groups, weights = purses.columns.groups(project), purses.columns.weights(project)
    gives_all = np.zeros(len(groups), np.bool_)
    share = mpq(0)
    if level is not None and emptied is not None:
        share = level.share
        gives_all = purses.empty[groups].copy()
        gives_all[~gives_all] = emptied
    found: list[Payment] = []
    for weight in sorted(set(weights.tolist()), reverse=True):
        of_weight = weights == weight
        full, rest = groups[of_weight & ~gives_all], groups[of_weight & gives_all]
        if len(full):
            ballots = int(purses.columns.ballots[full].sum())
            each = share * weight
            found.append(_payment(weight, False, ballots, (each, each), each * ballots))
        if len(rest):
            ballots = int(purses.columns.ballots[rest].sum())
            found.append(_payment(weight, True, ballots, _range(purses, rest), purses.money(rest)))
    return tuple(found)


def _payment(weight: int, emptied: bool, ballots: int, each: tuple[mpq, mpq], total: mpq) -> Payment:
    least, most, whole = (format_exact(q) for q in (*each, total))
    return Payment(weight=weight, emptied=emptied, ballots=ballots, least=least, most=most, total=whole)


def _range(purses: Purses, groups: Places) -> tuple[mpq, mpq]:
    """Return the smallest and the largest purse of some groups, exactly."""
    floats = purses.floats[groups]
    slack = 2 * purses.error + 4 * ULP * float(floats.max())
    least = {purses.purse(int(g)) for g in groups[floats <= floats.min() + slack]}
    most = {purses.purse(int(g)) for g in groups[floats >= floats.max() - slack]}
    return min(least), max(most)
