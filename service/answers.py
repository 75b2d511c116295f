"""Every "no" over HTTP as problem details (RFC 9457): one table from an error's reason to a status.

A title says what happened, `detail` what was expected and what came, `advice` what to do. Nothing that was
sent is repeated but lengths and numbers, and an error that nobody foresaw says nothing about itself.
"""

import re
from typing import Any, NamedTuple

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import ClientException

from ballots.errors import (
    BoardError,
    ChoicesError,
    NoteError,
    PointError,
    ProofError,
    ProtocolError,
    ShareError,
    WireError,
)
from service.board.errors import InboxFullError
from service.errors import ServiceError, UnavailableError

MEDIA_TYPE = "application/problem+json"
INTERNAL = "internal"

_log = structlog.get_logger()
_SENT = re.compile(r"(unknown field|Invalid value|Invalid enum value) [`'].*?[`'](?= - at|$)", re.DOTALL)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem of RFC 9457. `reason` is the word that every implementation of the protocol gives."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    advice: str


class Answer(NamedTuple):
    """How a reason is answered."""

    status: int
    title: str
    advice: str


_BYTES = "Send the one canonical spelling of the record; the specification, section 2, says how."
_SIGN = "Check which key signs, over which bytes and for which election; then send the record again."
_LATER = "Send the same bytes again after the time in Retry-After. Nothing was used up."
_LOOK = "Read the board and start from what stands there."

ANSWERS: dict[str, Answer] = {
    # bytes
    "wire-length": Answer(400, "Empty or too long", "Send at least one byte, and no more than the limit."),
    "wire-malformed": Answer(400, "Not JSON", _BYTES),
    "wire-type": Answer(400, "Not the expected record", _BYTES),
    "wire-spelling": Answer(400, "Not the canonical spelling", _BYTES),
    # shares
    "request-unknown": Answer(
        409, "Not on the roll", "Check the code and the election; or ask the help desk."
    ),
    "request-revoked": Answer(409, "This code was replaced", "Use the code of the newest letter."),
    "request-style": Answer(
        422, "Another ballot style", "Ask with the style that the roll names beside this credential."
    ),
    "request-twice": Answer(
        409,
        "This credential asked before, with other bytes",
        "Send the first request again: it gets the same answer. If you never asked, tell the help desk.",
    ),
    "request-blinded": Answer(
        422,
        "Blinded messages do not fit the request",
        "Send one blinded message an issuer, in the style's order, each with its hash in the request.",
    ),
    "blinded-range": Answer(422, "A blinded message is no number below the modulus", "Blind it again."),
    "blind-position": Answer(
        409, "No request stands there", "Sign what /api/issuing lists, and nothing else."
    ),
    "blind-twice": Answer(422, "A position comes twice", "Hand in one signature a position."),
    "blind-issuer": Answer(
        409, "Not an issuer of this style", "Sign only requests of styles that name this partner."
    ),
    "share-length": Answer(
        422, "A share signature has the wrong length", "Unblind the issuers' answers again."
    ),
    "share-range": Answer(
        422, "A share signature is not below the modulus", "Unblind the issuers' answers again."
    ),
    "share-wrong": Answer(
        422,
        "A share signature does not verify",
        "Use the issuer's key of this style, and the voting key of the share.",
    ),
    # ballots
    "phase": Answer(
        409, "Not at this phase of the election", "Look at /api/status for the phase and what it accepts."
    ),
    "ballot-style": Answer(422, "Not the style of this voting key", "Seal for the style of the share."),
    "ballot-length": Answer(
        422,
        "Not the form of this style's ballots",
        "Seal with the pad, the trustees and the issuers of the style.",
    ),
    "ballot-revision": Answer(
        409, "Not the next revision", "Vote again with the next revision, naming the ballot before."
    ),
    "ballot-fork": Answer(
        409,
        "Another ballot has this revision already",
        "The first one counts. To change the vote, cast the next revision, naming that ballot.",
    ),
    "ballot-previous": Answer(
        409, "Not the ballot before", "Name the entry hash of the revision before, as it was cast."
    ),
    # lessons
    "lesson-unknown": Answer(409, "No such lesson", "Ask the teacher for the code of the lesson."),
    "lesson-ended": Answer(
        409, "The lesson is over", "Nothing is lost: only the lesson's count stands still."
    ),
    "lessons-full": Answer(503, "Too many lessons at once", "Vote without a lesson, or start one later."),
    # entries of officials, registrar and trustees
    "officials": Answer(
        422, "Not signed by two officials", "Let two officials sign, in the manifest's order."
    ),
    "head": Answer(409, "The board has grown since", "Read the board's size and root, and sign again."),
    "entry-kind": Answer(
        422, "Another kind of entry belongs elsewhere", "Read /openapi.json for where it goes."
    ),
    # requests over HTTP
    "bad-request": Answer(400, "Not a valid request", "Read the interface's description at /openapi.json."),
    "not-found": Answer(404, "Nothing here", "Check the address."),
    "method": Answer(405, "Not with this method", "Read the interface's description at /openapi.json."),
    "too-large": Answer(413, "Too large", "Send less; /openapi.json names the limits."),
    "disconnected": Answer(400, "The request broke off", "Send it again."),
    "media-type": Answer(415, "Not this media type", "Send application/json."),
    "too-slow": Answer(503, "The request took too long", _LATER),
    # the service itself
    "busy": Answer(503, "Too many at once", _LATER),
    "unavailable": Answer(503, "The service cannot store anything now", _LATER),
    "not-witnessed": Answer(503, "The witnesses sign in a moment", _LATER),
    "inbox-full": Answer(503, "Too many entries wait", _LATER),
    "restored": Answer(503, "The service cannot store anything now", _LATER),
    "journal": Answer(503, "The service cannot store anything now", _LATER),
    "settings": Answer(
        503, "The service is not set up for this election", "Wait until the operator has put it right."
    ),
    INTERNAL: Answer(
        500, "A fault in the service", "Send the same bytes again later; it is safe. Tell the operator."
    ),
}
"""Reason -> status, title, advice. Reasons that are not in it are answered by class, below."""

BY_CLASS: tuple[tuple[type[Exception], Answer], ...] = (
    (WireError, Answer(400, "Not the expected bytes", _BYTES)),
    (PointError, Answer(422, "A key or signature is not valid", _SIGN)),
    (ShareError, Answer(422, "A share is not valid", "Ask for the share again with the same request.")),
    (ChoicesError, Answer(422, "The choices break a rule", "Read the rules of the ballot style.")),
    (NoteError, Answer(422, "A signed note is not valid", _SIGN)),
    (ProofError, Answer(422, "A proof is not valid", _LOOK)),
    (BoardError, Answer(409, "This entry may not stand here", _LOOK)),
    (ProtocolError, Answer(422, "Not valid in this election", _LOOK)),
    (ServiceError, Answer(409, "Refused", "Read the detail.")),
)

AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a message of a connection that has just been cut
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    OSError,
    TimeoutError,
)
"""What database and disk raise when they are away, full or in a hurry."""

BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method",
    413: "too-large",
    415: "media-type",
    503: "unavailable",
}


def find_answer(reason: str, error: Exception) -> Answer:
    """Return how an error is answered: by its reason, else by its class, else as an internal fault."""
    if reason in ANSWERS:
        return ANSWERS[reason]
    return next((answer for kind, answer in BY_CLASS if isinstance(error, kind)), ANSWERS[INTERNAL])


def describe(error: Exception) -> Problem:
    """Return the problem that an error is answered with."""
    match error:
        case ProtocolError(reason=reason) | ServiceError(reason=reason):
            detail = _without_sent(str(error))
        case InboxFullError():
            reason, detail = "inbox-full", "expected fewer entries to wait"
        case HTTPException():
            reason, detail = _http_reason(error), ""
        case _:
            reason, detail = "unavailable" if isinstance(error, AWAY) else INTERNAL, ""
    answer = find_answer(reason, error)
    return Problem(
        type=f"/api/problems#{reason}",
        title=answer.title,
        status=answer.status,
        detail=detail or answer.title,
        reason=reason,
        advice=answer.advice,
    )


def _without_sent(message: str) -> str:
    """Take out the member names and values that msgspec repeats from what was sent."""
    return _SENT.sub(r"\1", message)


def _http_reason(error: HTTPException) -> str:
    if error.status_code in BY_STATUS:
        return BY_STATUS[error.status_code]
    return "bad-request" if isinstance(error, ClientException) else INTERNAL


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer any error; the one exception handler of the service."""
    problem = describe(error)
    if problem.status >= 500 and problem.reason not in ("busy", "inbox-full", "lessons-full"):
        _log.error("fault", reason=problem.reason, kind=type(error).__name__, where=_where(error))
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers_of(error),
    )


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that belong to an answer."""
    headers = {"cache-control": "no-store"}
    if isinstance(error, UnavailableError):
        headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, (InboxFullError, *AWAY)):
        headers["retry-after"] = "5"
    elif isinstance(error, HTTPException) and error.headers:
        headers |= {name.lower(): value for name, value in error.headers.items() if name.lower() == "allow"}
    return headers


def _where(error: Exception) -> str:
    """Name the line that raised. The error's own text may hold what was sent, so it is not logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
