"""The comparison step: would more ballots be better off with greedy than with the outcome of Equal Shares?

A ballot without any winner of an outcome has nothing from it, and counts: tools that look only at ballots
with a winner on both sides leave them out. The rival's outcome
stands only if strictly more ballots prefer it.
Source: https://equalshares.net/implementation/comparison-step (satisfaction, exclusion ratio).
"""

from collections.abc import Collection
from typing import Literal

import numpy as np

from tally.rules.columns import EXACT, Columns, Ints

Measure = Literal["satisfaction", "cost-satisfaction", "exclusion"]
"""What a ballot has from an outcome: its weights of the winners (for approvals their number), the weights
times the costs, or whether it has any winner at all."""


def compare(
    columns: Columns, own: Collection[int], rival: Collection[int], measure: Measure
) -> tuple[int, int]:
    """Return how many ballots have more from the own outcome, and how many from the rival's."""
    mine, theirs = _satisfy(columns, own, measure), _satisfy(columns, rival, measure)
    return (int(columns.ballots[mine > theirs].sum()), int(columns.ballots[mine < theirs].sum()))


def _satisfy(columns: Columns, winners: Collection[int], measure: Measure) -> Ints:
    """Return what each group has from the winners."""
    worth = np.zeros(len(columns.costs), np.int64)
    for winner in winners:
        worth[winner] = columns.costs[winner] if measure == "cost-satisfaction" else 1
    given = columns.group_weights * worth[columns.group_projects]
    assert float(columns.group_weights.max(initial=0)) * float(worth.sum()) < EXACT
    groups = np.repeat(np.arange(len(columns.ballots)), np.diff(columns.group_starts))
    found = np.bincount(groups, weights=given, minlength=len(columns.ballots)).astype(np.int64)
    return np.minimum(found, 1) if measure == "exclusion" else found
