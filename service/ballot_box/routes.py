"""Casting over HTTP: a ballot in, a promise out."""

from typing import Any

from litestar import Request, Response, Router, post

from ballots.entries import Ballot
from ballots.receipt import Promise
from ballots.wire import MAX_ENTRY
from service import metrics
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


router = Router("/api", route_handlers=[cast_ballot], tags=["ballots"])
