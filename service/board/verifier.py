"""Check entries on all cores before they are placed, and remember what has passed.

The libraries let go of Python's lock while they compute, so threads do. What may stand where is decided by
the board itself. Format: PROTOCOL.md section 5.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ballots.election import Election
from ballots.entries import Entry, parse_entry
from ballots.errors import ProtocolError
from ballots.verification import verify_entry

Verdict = Entry | ProtocolError
"""The entry that the bytes spell, or why they are refused."""


class Verifier:
    """A pool of threads that parses and verifies entries."""

    def __init__(self) -> None:
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="verify")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def verify(self, election: Election, raws: Sequence[bytes]) -> list[Verdict]:
        """Return a verdict on each entry, in order."""
        loop = asyncio.get_running_loop()
        share = max(8, -(-len(raws) // self._threads))
        parts = [raws[start : start + share] for start in range(0, len(raws), share)]
        done = await asyncio.gather(
            *(loop.run_in_executor(self._pool, _verify_part, election, part) for part in parts)
        )
        return [verdict for part in done for verdict in part]


def _verify_part(election: Election, raws: Sequence[bytes]) -> list[Verdict]:
    return [_verify(election, raw) for raw in raws]


def _verify(election: Election, raw: bytes) -> Verdict:
    try:
        entry = parse_entry(raw)
        verify_entry(election, entry, raw)
    except ProtocolError as error:
        return error
    return entry
