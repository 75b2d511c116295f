"""Casting over HTTP: a ballot in, a promise out; and the ballot again for whoever has its hash."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath

from ballots.entries import Ballot
from ballots.receipt import Promise
from ballots.wire import MAX_ENTRY
from service import metrics
from service.ballot_box import store
from service.board.reading import parse_hash
from service.errors import RefusedError
from service.headers import NOT_KEPT
from service.interface import JSON, describes


@post(
    "/ballots",
    status_code=200,
    request_max_body_size=MAX_ENTRY,
    operation_class=describes(
        takes=Ballot,
        answers={200: (Promise, "The ballot is stored twice; the same bytes at every retry.")},
        refuses=(400, 409, 413, 422, 503),
    ),
)
async def cast_ballot(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Cast a sealed ballot. The answer is the operator's promise that it will stand on the board."""
    with metrics.CAST_SECONDS.time(), metrics.INSIDE.track_inprogress():
        try:
            promise = await request.app.state.casting.cast(await request.body())
        except Exception:
            metrics.CASTS.labels("refused").inc()
            raise
    metrics.CASTS.labels("promised").inc()
    return Response(promise, media_type=JSON)


@get(
    "/ballots/{name:str}",
    operation_class=describes(
        answers={200: (Ballot, "The entry, byte for byte as it was cast.")}, refuses=(404, 503)
    ),
)
async def get_ballot(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Return the sealed ballot with this entry hash, alike whether it waits or stands on the board.

    A voter's second device asks for it. A hash says nothing about a person, and the answer nothing about when
    the ballot was cast.
    """
    raw = await store.find_ballot(request.app.state.pool, parse_hash(name))
    if raw is None:
        raise RefusedError("not-found", "expected the entry hash of a ballot that was cast here")
    return Response(raw, media_type=JSON, headers=NOT_KEPT)


router = Router("/api", route_handlers=[cast_ballot, get_ballot], tags=["ballots"])
