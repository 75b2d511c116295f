"""Open and count the ballots on a board with the published keys, on all cores.

Promise: the outcome does not depend on the number of processes. Limit: whether the count is right is for the
audit, which anybody can run. Format: PROTOCOL.md sections 11 and 12.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from admin.elections.setup import check_set_up
from ballots.election import Election
from ballots.entries import Ballot, parse_entry
from ballots.merkle import leaf_hash
from ballots.wire import Hash
from tally.opening import Opened, open_ballot
from tally.outcome import BallotCount, Outcome

FEW = 400
"""Up to so many ballots, starting processes costs more than it saves."""
CHUNK = 32

Setup = tuple[tuple[bytes, ...], str]
"""What a process builds the election from: the entries of the set-up and the origin."""

_state: dict[str, tuple[Election, Mapping[int, bytes]]] = {}


def count_ballots(
    setup: Setup,
    keys: Mapping[int, bytes],
    ballots: Sequence[bytes],
    superseded: int,
    progress: Callable[[int], object],
) -> Outcome:
    """Return the outcome of ballot entries, highest revisions only, in board order.

    `keys` are trustees' private keys by number; `progress` is told how many ballots have been opened.
    """
    counting = BallotCount(check_set_up(*setup))
    for done, opened in enumerate(_open_all(setup, keys, ballots), 1):
        counting.add(opened)
        progress(done)
    return counting.finish(superseded)


def _open_all(setup: Setup, keys: Mapping[int, bytes], ballots: Sequence[bytes]) -> Iterator[Opened]:
    if len(ballots) <= FEW:
        election = check_set_up(*setup)
        yield from (_open(election, keys, raw) for raw in ballots)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), context, _prepare, (setup, dict(keys))) as pool:
        yield from pool.map(_open_one, ballots, chunksize=CHUNK)


def _prepare(setup: Setup, keys: Mapping[int, bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    _state["election"] = check_set_up(*setup), keys


def _open_one(raw: bytes) -> Opened:
    return _open(*_state["election"], raw)


def _open(election: Election, keys: Mapping[int, bytes], raw: bytes) -> Opened:
    entry = parse_entry(raw)
    if not isinstance(entry, Ballot):
        raise TypeError("expected a ballot")
    return open_ballot(election, entry, Hash(leaf_hash(raw)), keys)


def select_ballots(entries: Iterable[bytes], last: set[bytes]) -> tuple[list[bytes], int]:
    """Return the ballots whose entry hash is in `last`, and how many others a later one supersedes."""
    chosen: list[bytes] = []
    superseded = 0
    for raw in entries:
        if isinstance(parse_entry(raw), Ballot):
            if leaf_hash(raw) in last:
                chosen.append(raw)
            else:
                superseded += 1
    return chosen, superseded
