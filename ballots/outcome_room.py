"""How long an outcome file can become, as the set-up alone decides it.

Promise: no count of a contest is written in more bytes than `longest_counts` says, whatever is voted.
Format: PROTOCOL.md sections 4 and 14.

A count has at most q candidates, the projects that name its pot. Every number has at most 16 digits, every
id at most 40 characters, and a candidate is in at most one round.

- *Projects, rounds and winners* without what follows take less than 650 bytes a candidate.
- *Ties.* In round i (from 0) at most q - i candidates are equal, 43 bytes each: 21.5 q^2 + 21.5 q in all.
- *Prices.* What ballots have left has one denominator, at first n (Phragmen: their loads, at first 1). A
  round multiplies it at most by the votes of a project, and a price's by the project's cost too, each below
  2^53 (16 digits). So the denominator of round i is below 2^(53 (i + 3)). A price is below 2^55: what a
  ballot has is below B, the cost of one project and one increment, as whoever had more would have paid for
  one more project (Phragmen: a load is at most the money and a cost). Both together take at most 32 i + 115
  characters, in all rounds 16 q^2 + 99 q.
- *Payments*, of Equal Shares alone, stand in two lines a weight at most, 100 bytes each.

Together that is below 40 q^2 + 800 q, and with payments 200 q a weight.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from ballots.manifest import Contest, EqualShares, Method, Points, Ranking, Style

MAX_COUNTS = 2**25
"""The most bytes that all counts may take: half of an outcome file, which leaves room for invalid ballots."""
FRAME = 1_000
"""Bytes of a count, and of its contest, without styles and candidates."""
STYLE = 50
CANDIDATE = 800
PAIR = 40
"""Bytes of two candidates that may stand beside each other in a tie."""
WEIGHT = 200
"""Bytes of one weight in the payments of a round."""


def longest_counts(styles: Iterable[Style], contests: Iterable[Contest]) -> int:
    """Return the most bytes that the counts of all contests can take in an outcome file."""
    weights = _weights(styles)
    return sum(_longest(contest, weights) for contest in contests)


def _longest(contest: Contest, weights: Mapping[str, int]) -> int:
    named = Counter(pot for project in contest.projects for pot in project.pots)
    styles = 1 if contest.counted == "apart" else len(contest.styles)
    paid = weights[contest.id] if isinstance(contest.rule, EqualShares) else 0
    return sum(
        FRAME + STYLE * styles + named[pot.id] * (CANDIDATE + WEIGHT * paid) + PAIR * named[pot.id] ** 2
        for pot in contest.pots
    )


def _weights(styles: Iterable[Style]) -> dict[str, int]:
    """Return the most weights that ballots can give in each contest."""
    most: dict[str, int] = {}
    for style in styles:
        for each in style.contests:
            most[each.contest] = max(most.get(each.contest, 0), _weights_of(each.method))
    return most


def _weights_of(method: Method) -> int:
    return method.maximum if isinstance(method, Points | Ranking) else 1
