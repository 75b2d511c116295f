"""Start a lesson, count in it, end it. It has no power but counting.

Promise: of both secrets the database has hashes alone; a ticket counts once; a tablet learns no count. Limit:
anybody may start a lesson, and whoever has its join code may add to its count, so the number is the teacher's
help and no figure of the election. Whoever runs the service sees which address speaks, as with every request.
"""

from typing import TYPE_CHECKING, TypeVar

import asyncpg

from ballots.wire import H, Hash, Key, Random, decode
from service.errors import RefusedError, UnavailableError
from service.lessons import store
from service.lessons.codes import RANDOM_BYTES, draw_join_code
from service.lessons.records import (
    LessonCount,
    LessonEnd,
    LessonMade,
    LessonStart,
    LessonState,
    LessonVoted,
    TabletQuery,
    TeacherQuery,
)

if TYPE_CHECKING:
    from asyncpg import Pool

MAX_BYTES = 128
"""The most bytes of a message about a lesson; the longest has 75."""
FULL_SECONDS = 600

T = TypeVar("T")


class Lessons:
    """All lessons of a service. Any number of processes may work at once."""

    def __init__(self, pool: "Pool", random: Random) -> None:
        self._pool = pool
        self._random = random

    async def start(self, raw: bytes) -> LessonMade:
        """Start a lesson and return its secrets. Errors: WireError, UnavailableError `lessons-full`."""
        decode(LessonStart, raw, MAX_BYTES)
        made = LessonMade(join=draw_join_code(self._random(RANDOM_BYTES)), teacher=Key(self._random(32)))
        try:
            await store.start(self._pool, hash_teacher(made.teacher), hash_join(made.join))
        except asyncpg.CheckViolationError as error:
            if error.constraint_name != "at_most_at_once":
                raise
            raise UnavailableError("lessons-full", "expected fewer lessons at once", FULL_SECONDS) from None
        return made

    async def look(self, raw: bytes) -> LessonState | LessonCount:
        """Return what the asker may know of a lesson. Errors: WireError, RefusedError `lesson-unknown`."""
        query: TabletQuery | TeacherQuery = decode(TabletQuery | TeacherQuery, raw, MAX_BYTES)
        if isinstance(query, TeacherQuery):
            return await self._count(query.teacher)
        return LessonState(running=known(await store.find_running(self._pool, hash_join(query.join))))

    async def end(self, raw: bytes) -> LessonCount:
        """End a lesson; one that is over stays so. Errors: WireError, RefusedError `lesson-unknown`."""
        teacher = decode(LessonEnd, raw, MAX_BYTES).teacher
        await store.finish(self._pool, hash_teacher(teacher))
        return await self._count(teacher)

    async def count(self, raw: bytes) -> LessonState:
        """Count a ballot that was promised.

        Errors: WireError, RefusedError `lesson-unknown`, `lesson-ended`.
        """
        voted: LessonVoted = decode(LessonVoted, raw, MAX_BYTES)
        ticket = H("lesson-ticket", voted.ticket)
        if not known(await store.take_ticket(self._pool, hash_join(voted.join), ticket)):
            raise RefusedError("lesson-ended", "expected a lesson that runs")
        return LessonState(running=True)

    async def _count(self, teacher: Key) -> LessonCount:
        found = known(await store.find_count(self._pool, hash_teacher(teacher)))
        return LessonCount(running=found[0], voted=found[1])


def known(found: T | None) -> T:
    """Return what was found; RefusedError `lesson-unknown` for nothing."""
    if found is None:
        raise RefusedError("lesson-unknown", "expected the code or secret of a lesson of today")
    return found


def hash_join(code: str) -> Hash:
    """Return what the database keeps of a join code."""
    return H("lesson-join", code)


def hash_teacher(secret: Key) -> Hash:
    """Return what the database keeps of a teacher's secret."""
    return H("lesson-teacher", secret)
