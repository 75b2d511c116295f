"""Lessons over HTTP and in PostgreSQL: they count, once a ticket, and tell a tablet nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from ballots.board import Phase
from ballots.codes import check_symbol
from ballots.wire import Bytes, Key, Record, decode, encode
from service.db.roles import Role, session_settings
from service.lessons.codes import draw_join_code
from service.lessons.records import (
    LessonCount,
    LessonEnd,
    LessonMade,
    LessonStart,
    LessonVoted,
    TabletQuery,
    TeacherQuery,
    Ticket,
)
from tests.service.hall import make_settings, put_on_board, served
from tests.simulator import make_world

STATE, OVER = b'{"kind":"state","running":true}', b'{"kind":"state","running":false}'


@dataclass
class School:
    """A served election; the service works in its own role, and `connection` is the owner's."""

    client: httpx.AsyncClient
    connection: asyncpg.Connection

    async def post(self, path: str, record: Record) -> httpx.Response:
        return await self.client.post(f"/api/lessons{path}", content=encode(record))

    async def start(self) -> LessonMade:
        answer = await self.post("", LessonStart())
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        made: LessonMade = decode(LessonMade, answer.content)
        return made

    async def vote(self, made: LessonMade, ticket: int) -> httpx.Response:
        return await self.post("/voted", LessonVoted(join=made.join, ticket=Ticket([ticket] * 16)))

    async def count(self, made: LessonMade) -> tuple[bool, int]:
        """Return what the teacher sees."""
        answer = await self.post("/status", TeacherQuery(teacher=made.teacher))
        found: LessonCount = decode(LessonCount, answer.content)
        return found.running, found.voted

    async def age(self, hours: int) -> None:
        """Let time pass for all lessons."""
        await self.connection.execute("ALTER TABLE lesson.lessons DISABLE TRIGGER check_step")
        change = f"UPDATE lesson.lessons SET started = started - interval '{hours} hours'"
        await self.connection.execute(change)
        await self.connection.execute("ALTER TABLE lesson.lessons ENABLE TRIGGER check_step")

    async def tickets(self) -> int:
        kept: int = await self.connection.fetchval("SELECT count(*) FROM lesson.tickets")
        return kept


@pytest.fixture
async def school(database: str, connection: asyncpg.Connection, folder: Path) -> AsyncIterator[School]:
    world = make_world(until=Phase.VOTING)
    await put_on_board(connection, world)
    async with served(make_settings(database, folder, world)) as client:
        yield School(client, connection)


async def test_a_lesson_counts_those_who_voted(school: School) -> None:
    """The teacher sees how many have voted; a ticket that is sent again counts once."""
    made = await school.start()
    assert await school.count(made) == (True, 0)
    for ticket in (1, 2, 2, 3, 1):
        assert (await school.vote(made, ticket)).content == STATE
    assert await school.count(made) == (True, 3)


async def test_a_tablet_learns_no_count(school: School) -> None:
    """Whoever has the join code alone learns that the lesson runs, and after its end that it does not."""
    made = await school.start()
    await school.vote(made, 1)
    query = TabletQuery(join=made.join)
    assert (await school.post("/status", query)).content == STATE
    await school.post("/end", LessonEnd(teacher=made.teacher))
    assert (await school.post("/status", query)).content == OVER


async def test_what_has_ended_stays_ended(school: School) -> None:
    """After the teacher's button nothing counts, the count stands, and to end again changes nothing."""
    made = await school.start()
    await school.vote(made, 1)
    for _ in range(2):
        answer = await school.post("/end", LessonEnd(teacher=made.teacher))
        assert answer.content == b'{"kind":"count","running":false,"voted":1}'
    late = await school.vote(made, 2)
    assert (late.status_code, late.json()["reason"]) == (409, "lesson-ended")
    assert await school.count(made) == (False, 1)
    assert await school.tickets() == 0


async def test_a_lesson_that_nobody_ends(school: School) -> None:
    """After three hours it is over; its tickets go with the next lesson, and a day later so does its row."""
    made = await school.start()
    await school.vote(made, 1)
    await school.age(3)
    late = await school.vote(made, 2)
    assert (late.status_code, late.json()["reason"]) == (409, "lesson-ended")
    assert (await school.count(made), await school.tickets()) == ((False, 1), 1)
    await school.start()
    assert (await school.count(made), await school.tickets()) == ((False, 1), 0)
    await school.age(24)
    await school.start()
    gone = await school.post("/status", TeacherQuery(teacher=made.teacher))
    assert (gone.status_code, gone.json()["reason"]) == (409, "lesson-unknown")


async def test_many_at_once(school: School) -> None:
    """Tablets that speak at the same moment, and each twice, are counted once each."""
    made = await school.start()
    await asyncio.gather(*(school.vote(made, ticket % 12) for ticket in range(24)))
    assert await school.count(made) == (True, 12)


async def test_one_lesson_knows_nothing_of_another(school: School) -> None:
    """A ticket and a count belong to their own lesson."""
    first, second = await school.start(), await school.start()
    await school.vote(first, 1)
    await school.vote(second, 1)
    await school.vote(second, 2)
    assert (await school.count(first), await school.count(second)) == ((True, 1), (True, 2))


async def test_every_answer_to_a_start_has_one_length(school: School) -> None:
    """Nothing can be told from how long the answer is, and no two lessons share a secret."""
    made = [await school.start() for _ in range(8)]
    assert {len(encode(each)) for each in made} == {len(encode(made[0]))}
    assert len({each.join for each in made} | {each.teacher.format() for each in made}) == 16


async def test_as_many_lessons_as_there_is_room_for(school: School) -> None:
    """When 500 have started in three hours the next one waits, and ending some gives no more room."""
    made = await school.start()
    fill = "SELECT lesson.start(sha256(i::text::bytea), sha256(('j' || i)::bytea)) "
    await school.connection.execute(fill + "FROM generate_series(2, 500) i")
    await school.post("/end", LessonEnd(teacher=made.teacher))
    full = await school.post("", LessonStart())
    assert (full.status_code, full.json()["reason"], full.headers["retry-after"]) == (
        503,
        "lessons-full",
        "600",
    )
    await school.age(3)
    await school.start()


def test_join_codes_are_short_and_checked() -> None:
    """A join code has seven drawn symbols and one that checks them."""
    for draw in (bytes(5), b"\xff" * 5, b"class"):
        code = draw_join_code(draw)
        assert (len(code), code[7]) == (8, check_symbol(code[:7]))
    assert draw_join_code(bytes(5)) != draw_join_code(b"\xff" * 5)


KEY = b"A" * 43
REFUSALS = {
    "a start with a name": ("", b'{"school":"De Brug"}', 400, "wire-type"),
    "a start with nothing": ("", b"", 400, "wire-length"),
    "a space": ("", b"{ }", 400, "wire-spelling"),
    "no kind": ("/status", b'{"join":"00000000"}', 400, "wire-type"),
    "a code with a hyphen": ("/status", b'{"join":"0000-0000","kind":"tablet"}', 400, "wire-type"),
    "a code with U": ("/status", b'{"join":"0000000U","kind":"tablet"}', 400, "wire-type"),
    "an unknown code": ("/status", b'{"join":"00000000","kind":"tablet"}', 409, "lesson-unknown"),
    "an unknown teacher": ("/status", b'{"kind":"teacher","teacher":"%s"}' % KEY, 409, "lesson-unknown"),
    "a tablet with both": (
        "/status",
        b'{"join":"00000000","kind":"tablet","teacher":"%s"}' % KEY,
        400,
        "wire-type",
    ),
    "to end with the class's code": ("/end", b'{"join":"00000000"}', 400, "wire-type"),
    "to end without the secret": ("/end", b'{"teacher":"%s"}' % KEY, 409, "lesson-unknown"),
    "a short ticket": ("/voted", b'{"join":"00000000","ticket":"AAAA"}', 400, "wire-type"),
    "a vote nowhere": ("/voted", b'{"join":"00000000","ticket":"%sA"}' % (b"A" * 21), 409, "lesson-unknown"),
    "a vote with a name": (
        "/voted",
        b'{"join":"00000000","name":"Noor","ticket":"%sA"}' % (b"A" * 21),
        400,
        "wire-type",
    ),
    "too long": ("/voted", b"{" * 129, 413, "too-large"),
}


@pytest.mark.parametrize(("path", "raw", "status", "reason"), REFUSALS.values(), ids=REFUSALS)
async def test_every_fault_has_its_reason(
    school: School, path: str, raw: bytes, status: int, reason: str
) -> None:
    """What is not the one spelling, or fits no lesson, is refused, and nothing that was sent is repeated."""
    answer = await school.client.post(f"/api/lessons{path}", content=raw)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    for sent in ("De Brug", "Noor", "AAAA", "0000"):
        assert sent not in answer.text


async def test_the_database_has_hashes_alone(school: School) -> None:
    """Neither the join code nor the teacher's secret nor a ticket stands in the tables."""
    made = await school.start()
    await school.vote(made, 7)
    rows = await school.connection.fetch("SELECT l::text FROM lesson.lessons l")
    rows += await school.connection.fetch("SELECT t::text FROM lesson.tickets t")
    kept = " ".join(row[0] for row in rows)
    secrets = (made.join, made.join.encode().hex(), made.teacher.format(), made.teacher.hex(), "07" * 16)
    assert [each for each in secrets if each in kept] == []


async def test_nothing_is_logged_or_measured(school: School, capfd: pytest.CaptureFixture[str]) -> None:
    """No line of the log and no figure tells of a lesson, whatever is asked."""
    made = await school.start()
    await school.vote(made, 1)
    await school.post("/end", LessonEnd(teacher=made.teacher))
    await school.vote(made, 2)
    said = "".join(capfd.readouterr()) + (await school.client.get("/metrics")).text
    for secret in (made.join, made.teacher.format(), Bytes([1] * 16).format(), "lesson"):
        assert secret not in said


async def test_secrets_stand_in_no_address(school: School) -> None:
    """There is no way to ask by address."""
    made = await school.start()
    for path in (f"?join={made.join}", f"/{made.join}", f"/status?teacher={made.teacher.format()}"):
        assert (await school.client.get(f"/api/lessons{path}")).status_code in (404, 405)


STEPS = {
    "two at once": "UPDATE lesson.lessons SET voted = voted + 2",
    "back": "UPDATE lesson.lessons SET voted = voted - 1",
    "nothing": "UPDATE lesson.lessons SET voted = voted",
    "later": "UPDATE lesson.lessons SET started = now()",
    "another class": "UPDATE lesson.lessons SET join_code = sha256('x')",
    "counting while it ends": "UPDATE lesson.lessons SET voted = voted + 1, ended = now()",
    "an end that was not now": "UPDATE lesson.lessons SET ended = now() + interval '1 hour'",
}


@pytest.mark.parametrize("statement", STEPS.values(), ids=STEPS)
async def test_the_table_refuses(school: School, statement: str) -> None:
    """Whoever writes, also the owner: a lesson that runs counts one more, or ends."""
    made = await school.start()
    await school.vote(made, 1)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await school.connection.execute(statement)
    assert refused.value.constraint_name == "one_step"
    assert await school.count(made) == (True, 1)


@pytest.mark.parametrize("row", ["now(), now(), 0", "now(), NULL, 3", "now() + interval '1 day', NULL, 0"])
async def test_a_lesson_starts_now_and_empty(school: School, row: str) -> None:
    """No lesson begins with a count, in the future, or ended."""
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await school.connection.execute(
            f"INSERT INTO lesson.lessons VALUES (sha256('t'), sha256('j'), {row})"
        )
    assert refused.value.constraint_name == "starts_empty"


async def test_an_ended_lesson_counts_no_ticket(school: School) -> None:
    """Past the function too: a ticket for a lesson that is over is refused by the table."""
    made = await school.start()
    await school.post("/end", LessonEnd(teacher=made.teacher))
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await school.connection.execute(
            "INSERT INTO lesson.tickets SELECT teacher, sha256('x') FROM lesson.lessons"
        )
    assert refused.value.constraint_name == "one_step"


async def test_no_more_than_a_school(school: School) -> None:
    """Whoever has the join code fills a count up to 500, and the tables with it no further."""
    made = await school.start()
    fill = "INSERT INTO lesson.tickets SELECT teacher, sha256(i::text::bytea) "
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await school.connection.execute(fill + "FROM lesson.lessons, generate_series(1, 501) i")
    assert refused.value.constraint_name == "voted_in_range"
    assert (await school.count(made), await school.tickets()) == ((True, 0), 0)
    await school.connection.execute(fill + "FROM lesson.lessons, generate_series(1, 500) i")
    beyond = await school.vote(made, 1)
    assert (beyond.status_code, beyond.content) == (200, STATE)
    assert (await school.count(made), await school.tickets()) == ((True, 500), 500)


RIGHTS = [
    "SELECT * FROM lesson.lessons",
    "SELECT * FROM lesson.tickets",
    "INSERT INTO lesson.tickets VALUES (sha256('t'), sha256('x'))",
    "UPDATE lesson.lessons SET voted = 30",
    "DELETE FROM lesson.lessons",
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("statement", RIGHTS)
async def test_no_process_reaches_the_tables(
    school: School, database: str, role: Role, statement: str
) -> None:
    """The service has the functions alone, and the other roles not even those."""
    session = await asyncpg.connect(database, server_settings=session_settings(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute(statement)
        if role is not Role.SERVICE:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await session.execute("SELECT lesson.start(sha256('t'), sha256('j'))")
    finally:
        await session.close()


def test_a_query_is_the_teachers_or_a_tablets() -> None:
    """The kinds of a query are told apart by name."""
    assert encode(TeacherQuery(teacher=Key(bytes(32)))).startswith(b'{"kind":"teacher"')
    assert encode(TabletQuery(join="00000000")) == b'{"join":"00000000","kind":"tablet"}'
