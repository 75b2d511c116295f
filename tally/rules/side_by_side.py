"""Two outcomes of the same ballots, side by side: what differs, and for how many ballots which is better.

Every ballot is counted, those without a winner too (comparison.py).
"""

from typing import get_args

import msgspec

from tally.profile import Profile
from tally.rules.columns import Columns
from tally.rules.comparison import compare
from tally.rules.result import Measure, Result


class Better(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By one measure of comparison.py: how many ballots have more from the first, or the second outcome."""

    by: Measure
    first: int
    second: int


class SideBySide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How two outcomes differ; projects in ballot order, costs in cents.

    `with_winner` is how many ballots have a winner of the first, and of the second outcome.
    """

    both: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    costs: tuple[int, int]
    ballots: int
    with_winner: tuple[int, int]
    better: tuple[Better, ...]


def put_side_by_side(profile: Profile, first: Result, second: Result) -> SideBySide:
    """Return how two outcomes of a profile differ."""
    columns = Columns(profile)
    ours, theirs = frozenset(first.winners), frozenset(second.winners)
    one, other = ([columns.ids.index(name) for name in each.winners] for each in (first, second))
    better = []
    for measure in get_args(Measure):
        for_first, for_second = compare(columns, one, other, measure)
        better.append(Better(by=measure, first=for_first, second=for_second))
    return SideBySide(
        both=tuple(name for name in columns.ids if name in ours & theirs),
        only_first=tuple(name for name in columns.ids if name in ours - theirs),
        only_second=tuple(name for name in columns.ids if name in theirs - ours),
        costs=(first.cost, second.cost),
        ballots=first.ballots,
        with_winner=(
            compare(columns, one, [], "exclusion")[0],
            compare(columns, other, [], "exclusion")[0],
        ),
        better=tuple(better),
    )
