"""Decide what a release brings: all ballots of a style that wait, or none when too few would hide them.

Pure: the clock, the urn and the manifest's times are arguments. A number is decided once, for all styles
at the same moment; whoever comes later waits for the next one. Format: PROTOCOL.md sections 5 and 9.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from ballots.sealing import FIRST
from ballots.wire import Record

Last = tuple[str, int, bytes]
"""Style, revision and entry hash of the last ballot of a voting key that stands on the board."""


class Waiting(Record):
    """A ballot in the urn, without its sealed part."""

    entry_hash: bytes
    previous: bytes
    revision: int
    style: str
    voting_key: bytes


class PlannedRelease(Record):
    """A release of a style and the hashes of its ballots, in the order in which they go on the board."""

    ballots: tuple[tuple[int, bytes], ...]
    style: str


def due_number(times: Sequence[int], now: float) -> int:
    """Return the number (from 1) of the latest release whose time has come, 0 if none has."""
    return bisect_right(times, now)


def find_misfits(waiting: Iterable[Waiting], last_on_board: Callable[[bytes], Last | None]) -> set[bytes]:
    """Return the hashes of ballots that cannot follow what stands on the board or waits before them.

    The urn's own constraints let none in; a ballot that is found here would block its whole release.
    """
    misfits: set[bytes] = set()
    reached: dict[bytes, Last] = {}
    for ballot in sorted(waiting, key=lambda each: (each.revision, each.entry_hash)):
        known = reached.get(ballot.voting_key) or last_on_board(ballot.voting_key)
        style, revision, previous = known or (ballot.style, 0, FIRST)
        if (ballot.style, ballot.revision, ballot.previous) == (style, revision + 1, previous):
            reached[ballot.voting_key] = (style, ballot.revision, ballot.entry_hash)
        else:
            misfits.add(ballot.entry_hash)
    return misfits


def plan_releases(
    number: int, *, last: int, minima: Mapping[str, int], waiting: Iterable[Waiting]
) -> list[PlannedRelease]:
    """Return what release `number` of `last` brings, in the order of `minima` (release minimum by style).

    A style waits if fewer different voting keys than its minimum do, except at the last release, which
    takes the rest. Ballots ascend in (revision, entry hash).
    """
    urn: dict[str, list[Waiting]] = {style: [] for style in minima}
    for ballot in waiting:
        urn[ballot.style].append(ballot)
    planned = []
    for style, ballots in urn.items():
        minimum = 1 if number == last else max(1, minima[style])
        if len({ballot.voting_key for ballot in ballots}) >= minimum:
            order = tuple(sorted((ballot.revision, ballot.entry_hash) for ballot in ballots))
            planned.append(PlannedRelease(ballots=order, style=style))
    return planned
