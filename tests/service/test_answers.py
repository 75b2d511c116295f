"""Problem details: one answer a reason, which says what to do and repeats nothing that was sent."""

import asyncpg
import msgspec
import pytest
from litestar.exceptions import HTTPException, NotFoundException

from ballots import errors
from ballots.entries import Ballot
from ballots.errors import BoardError, ProtocolError, WireError
from ballots.wire import decode
from service.answers import ANSWERS, BY_CLASS, INTERNAL, describe, headers_of
from service.errors import RefusedError, ServiceError, UnavailableError

SECRET = "7K3M9ZZQ-hunter2"


@pytest.mark.parametrize("reason", sorted(ANSWERS))
def test_every_answer_is_whole(reason: str) -> None:
    """Every answer has a status of an error, and texts that say what happened and what to do."""
    answer = ANSWERS[reason]
    assert 400 <= answer.status <= 599
    assert answer.title
    assert not answer.title.endswith(".")
    assert answer.advice.endswith(".")


def test_every_error_of_the_protocol_has_an_answer() -> None:
    """An error of the kernel with a reason that the table lacks is answered by its class, never with 500."""
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    kinds = [kind for kind in classes if issubclass(kind, ProtocolError)]
    assert len(kinds) > 10
    for kind in kinds:
        assert 400 <= describe(kind("no-such-reason", "text")).status < 500


def test_classes_stand_before_their_bases() -> None:
    """No class in the table is hidden by one of its bases before it."""
    for place, (kind, _) in enumerate(BY_CLASS):
        assert not any(issubclass(kind, earlier) for earlier, _ in BY_CLASS[:place])


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (BoardError("phase", "x"), 409, "phase"),
        (WireError("wire-spelling", "x"), 400, "wire-spelling"),
        (RefusedError("something-new", "x"), 409, "something-new"),
        (ServiceError("journal", "x"), 503, "journal"),
        (UnavailableError("busy", "x"), 503, "busy"),
        (NotFoundException(), 404, "not-found"),
        (HTTPException(status_code=405), 405, "method"),
        (HTTPException(status_code=418), 500, INTERNAL),
        (asyncpg.AdminShutdownError("x"), 503, "unavailable"),
        (asyncpg.ConnectionDoesNotExistError("x"), 503, "unavailable"),
        (asyncpg.TooManyConnectionsError("x"), 503, "unavailable"),
        (asyncpg.DeadlockDetectedError("x"), 503, "unavailable"),
        (asyncpg.InterfaceError("x"), 503, "unavailable"),
        (ConnectionRefusedError(), 503, "unavailable"),
        (TimeoutError(), 503, "unavailable"),
        (asyncpg.UniqueViolationError("x"), 500, INTERNAL),
        (KeyError("x"), 500, INTERNAL),
    ],
)
def test_errors_and_their_answers(error: Exception, status: int, reason: str) -> None:
    """An error is answered with its own status and reason."""
    problem = describe(error)
    assert (problem.status, problem.reason, problem.type) == (status, reason, f"/api/problems#{reason}")


@pytest.mark.parametrize(
    "error",
    [
        KeyError(SECRET),
        OSError(2, "No such file", f"/srv/{SECRET}"),
        asyncpg.UniqueViolationError(f"Key (voting_key)=({SECRET}) already exists."),
        HTTPException(status_code=400, detail=SECRET),
        HTTPException(status_code=500, detail=SECRET),
    ],
)
def test_unforeseen_errors_say_nothing(error: Exception) -> None:
    """What an error that nobody foresaw has to say is not told to anybody."""
    assert SECRET.encode() not in msgspec.json.encode(describe(error))


@pytest.mark.parametrize(
    "raw",
    [
        b'{"kind":"%s"}' % SECRET.encode(),
        b'{"kind":"ballot","%s":1}' % SECRET.encode(),
        b'{"kind":"ballot","style":"%s"}' % SECRET.encode(),
        b'{"kind":"ballot","body":"%s="}' % SECRET.encode(),
        b'{"kind":"ballot","`%s":1}' % SECRET.encode(),
        SECRET.encode(),
    ],
)
def test_what_was_sent_is_not_repeated(raw: bytes) -> None:
    """Names and values that were sent by mistake do not come back in the answer."""
    with pytest.raises(WireError) as caught:
        decode(Ballot, raw)
    assert SECRET.encode() not in msgspec.json.encode(describe(caught.value))


@pytest.mark.parametrize(
    "error", [UnavailableError("busy", "x", 7), TimeoutError(), asyncpg.InterfaceError("x")]
)
def test_who_may_come_back_is_told_when(error: Exception) -> None:
    """Every 503 says after how many seconds to come back, and no answer may be kept."""
    assert int(headers_of(error)["retry-after"]) > 0
    assert headers_of(error)["cache-control"] == "no-store"
