"""The strongest guesser: whatever can be put in an order is tried as the order of arrival.

From a dump every number, time and place that is kept with a request or with a ballot is a *clock*. The board
shows the order of requests to everybody; so each clock of ballots is paired with each clock of requests, in
the same and in the opposite direction, by rank: the i-th ballot is guessed to be the i-th asker's. For
delays that all have one distribution this is the best assignment for every convex cost. A server may begin in
the middle of a file and go on at its start, so both orders are closed to circles, and turned by every number
of places. The best result over all is taken, with the truth at hand: no real attacker could choose better.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.attacks.linkage.chance import bound, near_bound, window

Clock = Mapping[Hashable, object]
"""Something that can be compared, by request or by ballot."""


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The best guess: how many pairs were right, and near, of how many, after how many tries.

    `near` is the best count over all tries too, perhaps by other clocks.
    """

    hits: int
    near: int
    people: int
    tried: int
    clocks: str


def ranks(clock: Clock, subjects: Sequence[Hashable], random: Random) -> list[Hashable] | None:
    """Return the subjects in a clock's order; what it does not tell apart comes at random."""
    if any(subject not in clock for subject in subjects):
        return None
    mixed = list(subjects)
    random.shuffle(mixed)
    return sorted(mixed, key=lambda subject: clock[subject])  # type: ignore[arg-type, return-value]


def distinct_orders(
    clocks: Mapping[str, Clock], subjects: Sequence[Hashable], random: Random
) -> dict[str, list[Hashable]]:
    """Return the orders that the clocks give, each once, by the first clock's name."""
    found: dict[tuple[Hashable, ...], str] = {}
    for name, clock in sorted(clocks.items()):
        if len({clock.get(subject) for subject in subjects}) < 2:
            continue
        order = ranks(clock, subjects, random)
        if order is not None:
            found.setdefault(tuple(order), name)
    return {name: list(order) for order, name in found.items()}


def guess(
    truth: Mapping[Hashable, Hashable],
    request_clocks: Mapping[str, Clock],
    ballot_clocks: Mapping[str, Clock],
    seed: str,
) -> Guess:
    """Return the best guess of which request (key of `truth`) belongs to which ballot (value)."""
    random = Random(seed)
    asked = distinct_orders(request_clocks, sorted(truth, key=repr), random)
    cast = distinct_orders(ballot_clocks, sorted(truth.values(), key=repr), random)
    best, best_near, tried = (0, "none"), (0, "none"), 0
    for request_name, requests in asked.items():
        for ballot_name, ballots in cast.items():
            for way, ordered in (("", ballots), (" backwards", ballots[::-1])):
                tried += len(truth)
                name = f"{request_name} with {ballot_name}{way}"
                hits, near = turned([truth[request] for request in requests], ordered)
                best, best_near = max(best, (hits, name)), max(best_near, (near, name))
    return Guess(
        hits=best[0],
        near=best_near[0],
        people=len(truth),
        tried=max(tried, 1),
        clocks=f"{best[1]}; near: {best_near[1]}",
    )


def turned(right: Sequence[Hashable], guessed: Sequence[Hashable]) -> tuple[int, int]:
    """Return the most hits and the most near pairs of two orders, over all turns of one of them."""
    size, reach = len(right), window(len(right))
    place = {each: number for number, each in enumerate(guessed)}
    turns = Counter((place[each] - number) % size for number, each in enumerate(right))
    near = [sum(turns[(turn + step) % size] for step in range(-reach, reach + 1)) for turn in range(size)]
    return max(turns.values()), max(near)


def links(found: Guess) -> bool:
    """Say whether a guess is better than chance allows."""
    return found.hits >= bound(found.people, found.tried) or found.near >= near_bound(
        found.people, found.tried
    )
