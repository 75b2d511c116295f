"""What every answer has and every request keeps to: headers that close the browser's doors, a time limit.

Written on raw ASGI messages, as it runs for every cast. TLS and the header that insists on it are the
proxy's.
"""

import asyncio
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import DisconnectedError, UnavailableError
from service.headers import HEADERS, NOT_KEPT

_ENCODED = [(name.encode(), value.encode()) for name, value in (HEADERS | NOT_KEPT).items()]


async def add_headers(message: Message, scope: Scope) -> None:
    """Add to an answer the headers that it lacks."""
    if message["type"] == "http.response.start":
        given = list(message["headers"])
        names = {name for name, _ in given}
        message["headers"] = [*given, *(header for header in _ENCODED if header[0] not in names)]


class TimeLimit:
    """Ends a request that takes too long from its first byte to its answer, or whose sender hangs up."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, _until_gone(receive), send)
        except TimeoutError:
            raise UnavailableError("too-slow", f"expected it to be done within {self._seconds:g} s") from None


def _until_gone(receive: Receive) -> Receive:
    """Wrap `receive` so that it raises DisconnectedError when the sender goes before its request is whole."""
    is_whole = False

    async def receive_part() -> Any:  # what `receive` gives
        nonlocal is_whole
        message = await receive()
        if message["type"] == "http.disconnect" and not is_whole:
            raise DisconnectedError
        is_whole = is_whole or not message.get("more_body", False)
        return message

    return receive_part
