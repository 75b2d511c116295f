"""Work for many callers at once: everybody gets their own result, nobody waits for ever."""

import asyncio
from collections.abc import Sequence

import pytest

from service.ballot_box.batches import Batches


class Work:
    """Doubles numbers, refuses negative ones, and holds while it is told to."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.sizes: list[int] = []

    async def __call__(self, items: list[int]) -> Sequence[int | Exception]:
        self.sizes.append(len(items))
        if not self.free.is_set():
            await self.free.wait()
        if 13 in items:
            raise RuntimeError("all of it")
        return [ValueError(item) if item < 0 else 2 * item for item in items]


async def test_one_after_the_other() -> None:
    """A caller who comes in the very moment in which a batch ends is served too."""
    batches = Batches(Work(), most=4)
    async with asyncio.timeout(5):
        assert [await batches.do(number) for number in range(20, 120)] == [
            2 * number for number in range(20, 120)
        ]


async def test_what_waits_makes_the_next_batch() -> None:
    """While one batch is under way the others wait, and then go together, as many as fit."""
    work = Work()
    work.free.clear()
    batches = Batches(work, most=4)
    tasks = [asyncio.create_task(batches.do(number)) for number in range(10)]
    await asyncio.sleep(0)
    work.free.set()
    assert await asyncio.gather(*tasks) == [2 * number for number in range(10)]
    assert work.sizes == [4, 4, 2]


async def test_everybody_gets_their_own_error() -> None:
    """One item's error is its caller's; an error of the work itself is that of the whole batch."""
    batches = Batches(Work(), most=8)
    results = await asyncio.gather(*(batches.do(number) for number in (1, -2, 3)), return_exceptions=True)
    assert (results[0], type(results[1]), results[2]) == (2, ValueError, 6)
    results = await asyncio.gather(*(batches.do(number) for number in (1, 13)), return_exceptions=True)
    assert [type(each) for each in results] == [RuntimeError, RuntimeError]
    assert await batches.do(4) == 8


async def test_who_goes_away_takes_no_place() -> None:
    """A caller who goes away while waiting is not worked for; the others are."""
    work = Work()
    work.free.clear()
    batches = Batches(work, most=1)
    tasks = [asyncio.create_task(batches.do(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[1].cancel()
    await asyncio.sleep(0)
    work.free.set()
    assert await tasks[2] == 4
    assert sum(work.sizes) == 2
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


async def test_closing_finishes() -> None:
    """Closing waits until all that was taken in is done."""
    batches = Batches(Work(), most=2, lanes=2)
    tasks = [asyncio.create_task(batches.do(number)) for number in range(7)]
    await asyncio.sleep(0)
    await batches.close()
    assert all(task.done() or not task.cancelled() for task in tasks)
    assert await asyncio.gather(*tasks) == [2 * number for number in range(7)]
