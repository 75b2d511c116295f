"""Fetch from and post to the board and the service, with a limit on length and time.

A server that is down, slow, endless or wrong gives a RemoteError and nothing else. No redirect is followed.
"""

import asyncio
from typing import Self

import httpx

from service.partner.errors import RemoteError

ANSWER_SECONDS = 10.0
"""How long an answer may take, its last byte included."""


class Client:
    """One pool of connections for all of a node's requests."""

    def __init__(self, seconds: float = ANSWER_SECONDS) -> None:
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            timeout=seconds, trust_env=False, limits=httpx.Limits(max_connections=8)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(self, url: str, limit: int) -> bytes:
        """Return what stands at an address, at most `limit` bytes. Errors: RemoteError."""
        return await self._ask(self._client.build_request("GET", url), limit)

    async def post(self, url: str, content: bytes) -> bytes:
        """Post canonical JSON and return the answer's body. Errors: RemoteError."""
        headers = {"content-type": "application/json"}
        return await self._ask(
            self._client.build_request("POST", url, content=content, headers=headers), 65_536
        )

    async def _ask(self, request: httpx.Request, limit: int) -> bytes:
        where = f"{request.method} {request.url.path}"
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.send(request, stream=True)
                try:
                    body = await _read(answer, limit)
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise RemoteError("remote-silent", f"{where}: no answer ({type(error).__name__})") from None
        if answer.status_code not in (200, 201, 202):
            raise RemoteError("remote-status", f"{where}: answered {answer.status_code}", answer.status_code)
        return body


async def _read(answer: httpx.Response, limit: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise RemoteError("remote-length", f"expected at most {limit} bytes from {answer.url.path}")
    return bytes(body)
