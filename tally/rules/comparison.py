"""The comparison step: would more ballots be better off with greedy than with the outcome of Equal Shares?

A ballot without any winner of an outcome has nothing from it, and counts: tools that look only at ballots
with a winner on both sides leave them out. The rival's outcome
stands only if strictly more ballots prefer it.
Source: https://equalshares.net/implementation/comparison-step (satisfaction, exclusion ratio).
"""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from tally.rules.columns import EXACT, Columns, Ints
from tally.rules.result import Measure

Objects = npt.NDArray[np.object_]


def compare(
    columns: Columns, own: Collection[int], rival: Collection[int], measure: Measure
) -> tuple[int, int]:
    """Return how many ballots have more from the own outcome, and how many from the rival's."""
    mine, theirs = _satisfy(columns, own, measure), _satisfy(columns, rival, measure)
    more, less = (mine > theirs).astype(np.bool_), (mine < theirs).astype(np.bool_)
    return int(columns.ballots[more].sum()), int(columns.ballots[less].sum())


def _satisfy(columns: Columns, winners: Collection[int], measure: Measure) -> Ints | Objects:
    """Return what each group has from the winners, as whole numbers of any size."""
    worth = np.zeros(len(columns.costs), np.int64)
    for winner in winners:
        worth[winner] = columns.costs[winner] if measure == "cost-satisfaction" else 1
    groups = np.repeat(np.arange(len(columns.ballots)), np.diff(columns.group_starts))
    if float(columns.group_weights.max(initial=0)) * sum(map(float, worth)) < EXACT:
        given = columns.group_weights * worth[columns.group_projects]
        found = np.bincount(groups, weights=given, minlength=len(columns.ballots)).astype(np.int64)
        return np.minimum(found, 1) if measure == "exclusion" else found
    large = np.zeros(len(columns.ballots), np.object_)
    np.add.at(large, groups, columns.group_weights.astype(np.object_) * worth[columns.group_projects])
    return large
