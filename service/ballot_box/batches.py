"""Do the same work for many callers at once: what waits while one batch is under way makes the next one.

No clock and no delay: a lone caller is served at once, and batches grow only as fast as work falls behind.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Calls `work` with up to `most` items; it returns one result an item, or an exception in its place.

    `lanes` is how many batches may be under way at once. If `work` itself raises, the whole batch gets that
    error.
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[Sequence[Result | Exception]]],
        *,
        most: int,
        lanes: int = 1,
    ) -> None:
        self._work = work
        self._most = most
        self._lanes = lanes
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._busy = 0  # falls in the same step in which a lane finds nothing more to do
        self._running: set[asyncio.Task[None]] = set()

    async def do(self, item: Item) -> Result:
        """Return the result of the work for one item."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._busy < self._lanes:
            self._busy += 1
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        try:
            return await future
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):  # a batch has taken it already
                self._waiting.remove((item, future))
            raise

    async def close(self) -> None:
        """Wait until nothing waits or runs any more."""
        while self._running:
            await asyncio.wait(self._running)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._run_batch()
        finally:
            self._busy -= 1

    async def _run_batch(self) -> None:
        taken = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            results: Sequence[Result | Exception] = await self._work([item for item, _ in taken])
        except Exception as error:  # noqa: BLE001 - whatever it is, every caller of the batch gets it
            results = [error] * len(taken)
        for (_, future), result in zip(taken, results, strict=True):
            _settle(future, result)


def _settle(future: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if future.done():
        return  # its caller has gone away
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
