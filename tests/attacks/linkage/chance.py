"""What chance alone achieves, computed and not guessed.

The guesser is even told who voted in a release, and pairs the m requests of those people with the m ballots.
If nothing ties them, its pairing is a uniformly random permutation, and its hits are the fixed points of one:
P(exactly k of m) = D(m - k) / (k! * (m - k)!), with D the derangements; one hit on average, whatever m is.
The bound is the larger one of this tail's and of the binomial's (m, 1/m).

A guess may be weak and still better than chance: *near* are pairs whose places in the two orders, closed to
circles, differ by at most `window(m)`. Of a random permutation X = sum of a(i, pi(i)) with a in [0, 1] has
P(X >= E + t) <= exp(-t^2 / (4 E + 2 t)) (Chatterjee 2007, Stein's method for concentration inequalities).
"""

from fractions import Fraction
from functools import cache
from math import comb, exp, factorial

FALSE_ALARM = Fraction(1, 10**6)
"""How often the test may fail although nothing ties a request to a ballot, over all guesses together."""


@cache
def derangements(count: int) -> int:
    """Return how many permutations of `count` things leave none in its place."""
    return (
        1
        if count == 0
        else 0
        if count == 1
        else (count - 1) * (derangements(count - 1) + derangements(count - 2))
    )


def hit_chance(people: int, hits: int) -> Fraction:
    """Return the chance that a random pairing of `people` has exactly so many hits."""
    return Fraction(derangements(people - hits), factorial(hits) * factorial(people - hits))


@cache
def at_least(people: int, hits: int) -> Fraction:
    """Return the chance of so many hits or more."""
    return 1 - sum((hit_chance(people, fewer) for fewer in range(hits)), Fraction(0))


@cache
def binomial_at_least(people: int, hits: int) -> Fraction:
    """Return the chance of so many successes or more in `people` trials of chance 1 / people each."""
    p = Fraction(1, people)
    return sum(
        (comb(people, k) * p**k * (1 - p) ** (people - k) for k in range(hits, people + 1)), Fraction(0)
    )


@cache
def bound(people: int, guesses: int) -> int:
    """Return the least number of hits that convicts, when the best of so many guesses is taken."""
    hits = 1
    while max(at_least(people, hits), binomial_at_least(people, hits)) * guesses > FALSE_ALARM:
        hits += 1
    return hits


def window(people: int) -> int:
    """Return how far apart two places may be and still be near."""
    return people // 20


def near_expected(people: int) -> int:
    """Return how many pairs of a random pairing are near on average: the orders are closed to circles."""
    return 2 * window(people) + 1


@cache
def near_bound(people: int, guesses: int) -> int:
    """Return the least number of near pairs that convicts, when the best of so many guesses is taken."""
    expected = float(near_expected(people))
    count = int(expected) + 1
    while exp(-((count - expected) ** 2) / (4 * expected + 2 * (count - expected))) * guesses > FALSE_ALARM:
        count += 1
    return count
