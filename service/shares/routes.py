"""Shares over HTTP: look up a credential, ask for a share, list what to sign, hand in blind signatures."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import Parameter

from ballots.voter import ShareRequest
from ballots.wire import MAX_INT, encode
from service import metrics
from service.interface import JSON, describes
from service.shares import asking, issuing
from service.shares.records import (
    Accepted,
    BlindSignatures,
    LoggedRequest,
    RollLine,
    RollQuery,
    ShareAnswer,
    ShareWaiting,
)

RETRY = {"retry-after": "1"}


@post(
    "/roll-lines",
    status_code=200,
    request_max_body_size=asking.MAX_QUERY,
    operation_class=describes(
        takes=RollQuery,
        answers={200: (RollLine, "The style, and whether a request is stored or stands on the board.")},
        refuses=(400, 409, 413, 503),
    ),
)
async def find_roll_line(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Say in which style a credential may ask, and whether it has asked.

    It is posted, so that the credential stands in no address and no log; nothing is changed by it.
    """
    line = await request.app.state.asking.find_line(await request.body())
    return Response(encode(line), media_type=JSON)


@post(
    "/requests",
    status_code=200,
    request_max_body_size=asking.MAX_BYTES,
    operation_class=describes(
        takes=ShareRequest,
        answers={
            200: (ShareAnswer, "All issuers of the style have signed; the same bytes at every retry."),
            202: (ShareWaiting, "The request is stored. Send it again for the signatures."),
        },
        refuses=(400, 409, 413, 422, 503),
    ),
)
async def ask_share(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Ask for a share: once ever for a credential, and as often as needed with the same bytes."""
    answer = await request.app.state.asking.ask(await request.body())
    complete = isinstance(answer, ShareAnswer)
    metrics.REQUESTS.labels("complete" if complete else "waiting").inc()
    return Response(
        encode(answer),
        status_code=200 if complete else 202,
        headers=None if complete else RETRY,
        media_type=JSON,
    )


@get(
    "/issuing",
    operation_class=describes(
        answers={200: (list[LoggedRequest], "At most 256 requests, in the board's order.")},
        refuses=(400, 503),
    ),
)
async def list_issuing(
    request: Request[Any, Any, Any],
    after: Annotated[int, Parameter(ge=0, le=MAX_INT)] = 0,
    partner: Annotated[str, Parameter(max_length=40)] = "",
) -> Response[bytes]:
    """List the requests that stand inside the witnessed checkpoint after a position, for issuers to sign.

    With a partner, only those that lack its signature.
    """
    issuing = request.app.state.issuing
    logged = await (issuing.list_unsigned(after, partner) if partner else issuing.list_logged(after))
    return Response(b"[" + b",".join(map(encode, logged)) + b"]", media_type=JSON)


@post(
    "/blind-signatures",
    status_code=200,
    request_max_body_size=issuing.MAX_BYTES,
    operation_class=describes(
        takes=BlindSignatures,
        answers={200: (Accepted, "All of them hold and are stored.")},
        refuses=(400, 409, 413, 422, 503),
    ),
)
async def accept_blind_signatures(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Hand in an issuer's blind signatures. They prove themselves, so anybody may send them, and again."""
    accepted = await request.app.state.issuing.accept(await request.body())
    return Response(encode(Accepted(accepted=accepted)), media_type=JSON)


router = Router(
    "/api",
    route_handlers=[find_roll_line, ask_share, list_issuing, accept_blind_signatures],
    tags=["shares"],
)
