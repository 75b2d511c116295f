"""Run what would hold up the event loop beside it: many signatures at once, waiting for the disk.

A process has a few Threads, closed with the application. For a single quick check they do not pay: waiting
for Python's lock costs more than the check (see ballot_box/casting.py).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """A small pool of threads for pure computation."""

    def __init__(self, count: int, name: str = "verify") -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `work(*args)`, done in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Wait for what runs, and end the threads."""
        self._pool.shutdown()
