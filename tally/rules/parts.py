"""Purses that may be overspent: the part of a project that its supporters buy at the lowest price.

A part of a project, 0 < part <= 1, can be bought at a price of rho for a unit of utility if its supporters
raise that part of the cost, each giving part x rho x utility or the whole purse if that is less. The lower
rho / part, the better. Let t be what is given for a point of weight, raised(t) the sum of
min(purse, t weight), and worth the utility of a point: then part is raised(t) / cost, 1 at most, and
rho / part is t / (worth part^2).

1. Between two values of purse / weight, raised(t) is a + k t with a, k >= 0; t / (a + k t)^2 rises up to
   t = a / k and falls from there. So it is least where a purse becomes empty or all is raised; nothing else
   is tried.
2. Purses only shrink, so raised(t) falls for every t, and the least rho / part never falls.

Exact, without floats: purses are whole units of a fraction of a cent. After a part below 1 the units may need
twice the digits, so no polynomial bounds the time of a count; the largest that real elections were seen to
need is 4,000 digits.
"""

from collections.abc import Iterator
from math import lcm
from typing import Literal, NamedTuple

import numpy as np
from gmpy2 import mpq, mpz

from tally.rules.columns import Columns, Ints

EqualParts = Literal["largest", "smallest"]


class Part(NamedTuple):
    """What is bought of a project: rho / part, the part, and rho for a point of weight, in cents."""

    price: mpq
    part: mpq
    share: mpq


class Level(NamedTuple):
    """A value of t in units, as a fraction, with what it raises in units."""

    numerator: mpz
    denominator: int
    raised: mpz


class OpenPurses:
    """What each group of ballots has, in units: `values` rise without repeats, `places` point there."""

    def __init__(self, columns: Columns, purse: mpq) -> None:
        self.columns = columns
        self.values = [mpz(purse.numerator)]
        self.units = int(purse.denominator)
        self.places: Ints = np.zeros(len(columns.ballots), np.int64)
        self._base = int(columns.group_weights.max(initial=0)) + 1

    def held(self, project: int) -> list[tuple[mpz, int, int]]:
        """Return what a project's supporters have: (units, weight, ballots), without repeats."""
        weights, groups = self.columns.weights(project), self.columns.groups(project)
        pairs, inverse = np.unique(self.places[groups] * self._base + weights, return_inverse=True)
        ballots = np.zeros(len(pairs), np.int64)
        np.add.at(ballots, inverse, self.columns.ballots[groups])
        found = zip(pairs.tolist(), ballots.tolist(), strict=True)
        return [(self.values[pair // self._base], pair % self._base, number) for pair, number in found]

    def find_part(self, project: int, worth: int, equal_parts: EqualParts) -> Part | None:
        """Return the part with the lowest rho / part; None if the supporters of the project have nothing.

        The project has a cost. Of parts with the same lowest rho / part it is the largest or the smallest.
        """
        cost, held = self.columns.costs[project], self.held(project)
        common = lcm(*{weight for _, weight, _ in held})
        wanted = mpz(cost * common * self.units)
        best: Level | None = None
        rows = sorted(
            (value * (common // weight), weight * ballots) for value, weight, ballots in held if value
        )
        for level in _levels(rows, wanted):
            if best is None or _is_better(level, best, equal_parts):
                best = level
        if best is None:
            return None
        part = mpq(best.raised, wanted)
        share = mpq(best.numerator, best.denominator * common * self.units) / part
        return Part(price=share / (part * worth), part=part, share=share)

    def pay(self, project: int, share: mpq) -> None:
        """Take a share a point of weight from all supporters, or what they have."""
        paid: Ints = np.zeros(len(self.places), np.int64)
        paid[self.columns.groups(project)] = self.columns.weights(project)
        units = lcm(self.units, int(share.denominator))
        each, factor = mpz(share * units), units // self.units
        pairs, inverse = np.unique(self.places * self._base + paid, return_inverse=True)
        left = [
            max(self.values[pair // self._base] * factor - each * (pair % self._base), mpz(0))
            for pair in pairs.tolist()
        ]
        self.values = sorted(set(left))
        place = {value: number for number, value in enumerate(self.values)}
        self.places = np.array([place[value] for value in left], np.int64)[inverse]
        self.units = units


def _levels(rows: list[tuple[mpz, int]], wanted: mpz) -> Iterator[Level]:
    """Yield each t at which a purse becomes empty, up to that at which all is raised.

    `rows` are (purse for a point of weight, weight of all ballots that have it), rising.
    """
    emptied, weight = mpz(0), sum(weight for _, weight in rows)
    for value, its in rows:
        raised = emptied + value * weight
        if raised >= wanted:
            yield Level(wanted - emptied, weight, wanted)
            return
        yield Level(value, 1, raised)
        emptied += value * its
        weight -= its


def _is_better(level: Level, best: Level, equal_parts: EqualParts) -> bool:
    """Say whether t / raised^2 is less, or as much and the part preferred."""
    ours = level.numerator * best.denominator * best.raised**2
    theirs = best.numerator * level.denominator * level.raised**2
    if ours == theirs:
        return bool((level.raised > best.raised) == (equal_parts == "largest"))
    return bool(ours < theirs)
