"""Lessons in PostgreSQL. One described query a function; the tables themselves refuse what may not be.

Tables and functions: service/db/migrations/0008_lessons.sql.
"""

from typing import TYPE_CHECKING

from ballots.wire import Hash

if TYPE_CHECKING:
    import asyncpg

START = """
-- A new lesson by the hashes of its two secrets.
SELECT lesson.start($1, $2)
"""
FIND_RUNNING = """
-- Whether the lesson with a join code runs; null if there is none.
SELECT lesson.find_running($1)
"""
FIND_COUNT = """
-- Whether the teacher's lesson runs, and how many have voted; nulls if there is none.
SELECT running, voted FROM lesson.find_count($1)
"""
FINISH = """
-- End the teacher's lesson, if it runs.
SELECT lesson.finish($1)
"""
TAKE_TICKET = """
-- Count a ticket once in the lesson with a join code. Whether that runs; null if there is none.
SELECT lesson.take_ticket($1, $2)
"""


async def start(pool: "asyncpg.Pool", teacher: Hash, join: Hash) -> None:
    """Store a new lesson. Errors: asyncpg.CheckViolationError `at_most_at_once`."""
    await pool.execute(START, teacher, join)


async def find_running(pool: "asyncpg.Pool", join: Hash) -> bool | None:
    """Say whether the lesson with a join code runs, None if there is none."""
    running: bool | None = await pool.fetchval(FIND_RUNNING, join)
    return running


async def find_count(pool: "asyncpg.Pool", teacher: Hash) -> tuple[bool, int] | None:
    """Return (whether it runs, how many have voted) of the teacher's lesson, None if there is none."""
    row = await pool.fetchrow(FIND_COUNT, teacher)
    return None if row is None or row["running"] is None else (row["running"], row["voted"])


async def finish(pool: "asyncpg.Pool", teacher: Hash) -> None:
    """End the teacher's lesson, if it runs."""
    await pool.execute(FINISH, teacher)


async def take_ticket(pool: "asyncpg.Pool", join: Hash, ticket: Hash) -> bool | None:
    """Count a ticket, once. Say whether the lesson runs, None if there is none."""
    running: bool | None = await pool.fetchval(TAKE_TICKET, join, ticket)
    return running
