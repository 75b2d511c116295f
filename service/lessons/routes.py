"""Lessons over HTTP. All is posted, so that no secret stands in an address.

Nothing of a lesson is among the figures that the operator measures.
"""

from typing import Any

from litestar import Request, Response, Router, post

from ballots.wire import Record, encode
from service.interface import JSON, describes
from service.lessons.lessons import MAX_BYTES
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

Asked = Request[Any, Any, Any]


def answer(record: Record) -> Response[bytes]:
    """Return a record that nobody on the way may keep."""
    return Response(encode(record), media_type=JSON, headers={"cache-control": "no-store"})


@post(
    "/",
    status_code=200,
    request_max_body_size=MAX_BYTES,
    operation_class=describes(
        takes=LessonStart,
        answers={200: (LessonMade, "The lesson runs until it is ended, three hours at most.")},
        refuses=(400, 413, 503),
    ),
)
async def start_lesson(request: Asked) -> Response[bytes]:
    """Start a lesson. Anybody may: it decides nothing."""
    return answer(await request.app.state.lessons.start(await request.body()))


@post(
    "/status",
    status_code=200,
    request_max_body_size=MAX_BYTES,
    operation_class=describes(
        takes=TabletQuery | TeacherQuery,
        answers={
            200: (LessonState | LessonCount, "Whether it runs; to the teacher how many have voted too.")
        },
        refuses=(400, 409, 413, 503),
    ),
)
async def look_at_lesson(request: Asked) -> Response[bytes]:
    """Say how a lesson is. It changes nothing."""
    return answer(await request.app.state.lessons.look(await request.body()))


@post(
    "/end",
    status_code=200,
    request_max_body_size=MAX_BYTES,
    operation_class=describes(
        takes=LessonEnd,
        answers={200: (LessonCount, "The lesson is over; it stays so however often this is sent.")},
        refuses=(400, 409, 413, 503),
    ),
)
async def end_lesson(request: Asked) -> Response[bytes]:
    """End a lesson."""
    return answer(await request.app.state.lessons.end(await request.body()))


@post(
    "/voted",
    status_code=200,
    request_max_body_size=MAX_BYTES,
    operation_class=describes(
        takes=LessonVoted,
        answers={200: (LessonState, "The ticket is counted, now or before.")},
        refuses=(400, 409, 413, 503),
    ),
)
async def count_in_lesson(request: Asked) -> Response[bytes]:
    """Count a ballot that was promised. A ticket counts once, so it may be sent again."""
    return answer(await request.app.state.lessons.count(await request.body()))


router = Router(
    "/api/lessons",
    route_handlers=[start_lesson, look_at_lesson, end_lesson, count_in_lesson],
    tags=["lessons"],
)
