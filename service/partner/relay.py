"""Let a second device check a ballot at a partner's: the page, its files, and what its script asks for.

Promise: who checks speaks with the partner alone, and the node's duties do not wait for it: a port, a client
and senders of its own. Limit: nothing that is relayed is believed here; the script verifies all of it.
"""

import asyncio
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from ballots.errors import ProofError
from ballots.note import MAX_NOTE
from ballots.tiles import TILE_WIDTH, parse_path
from ballots.wire import MAX_ENTRY
from service.booth_page import BOOTH, Places, Told, find_language, render_booth, show_booth
from service.headers import HEADERS
from service.partner.client import Client
from service.partner.errors import RemoteError
from service.partner.http import Answer, Call
from service.partner.state import Pins
from service.sheets import STATIC
from tally.texts.languages import SOURCE

MOST = 4
"""How many things are fetched at once; whoever comes beyond waits for a place."""
PATIENCE = 5.0
"""For how many seconds; then they are told to come back."""
SENDERS = 16
"""How many connections are open at once: a page needs six, and an answer may be 16 MB."""
PAGE = re.compile(r"/check(?:/([a-z]{2}))?")
STATIC_PATH = re.compile(r"/static/((?:booth/)?[a-z]{2,10}(?:\.[a-z]{2})?\.(?:css|js|json|svg))")
MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
OCTETS = "application/octet-stream"
CLOSED = tuple(HEADERS.items())
NOT_FOUND = Answer(404, b"not-found\n", headers=CLOSED)
MAX_PICTURE = 2**22
MAX_PROOF = 2**18
MAX_BUNDLE = TILE_WIDTH * (2 + MAX_ENTRY)


class Relayed(NamedTuple):
    """What is fetched for a path: from where, and how many bytes at most."""

    pattern: re.Pattern[str]
    where: str
    limit: int


RELAYED = (
    Relayed(re.compile(r"/relay/board/(checkpoint)"), "{board}/{0}", MAX_NOTE),
    Relayed(re.compile(r"/relay/board/(tile/[0-9a-z/.]{1,80})"), "{board}/{0}", MAX_BUNDLE),
    Relayed(re.compile(r"/relay/board/files/([0-9a-f]{64})"), "{board}/files/{0}", MAX_PICTURE),
    Relayed(re.compile(r"/relay/ballots/([0-9a-f]{64})"), "{service}/api/ballots/{0}", MAX_ENTRY),
    Relayed(re.compile(r"/relay/proofs/([0-9a-f]{64})"), "{service}/api/proofs/{0}", MAX_PROOF),
)


class Relay:
    """Answers residents' second devices, in the colours of `theme`.

    `read_pins` gives what the node's keeper has pinned.
    """

    def __init__(self, client: Client, read_pins: Callable[[], Pins], theme: str) -> None:
        self._theme = Answer(200, theme.encode(), MEDIA["css"], CLOSED)
        self._client = client
        self._read_pins = read_pins
        self._pins = read_pins()
        self._places = asyncio.Semaphore(MOST)

    async def answer(self, call: Call) -> Answer:
        """Answer a request."""
        if not self._pins.manifest_hash:
            self._pins = self._read_pins()
        path = call.path
        page, static = PAGE.fullmatch(path), STATIC_PATH.fullmatch(path)
        relayed = next((each for each in RELAYED if each.pattern.fullmatch(path)), None)
        if page is None and static is None and relayed is None:
            return NOT_FOUND
        if call.method not in ("GET", "HEAD"):
            return Answer(405, b"method\n", headers=(("allow", "GET, HEAD"),))
        if page is not None:
            return await asyncio.to_thread(self._show, page[1] or SOURCE)
        if static is not None and static[1] == "theme.css":
            return self._theme
        if static is not None:
            return await asyncio.to_thread(read_static, static[1])
        return await self._relay(path)

    def _show(self, code: str) -> Answer:
        language = find_language(code)
        if language is None:
            return NOT_FOUND
        places = Places(
            api="/relay", ballots="/relay/ballots", board="/relay/board", proofs="/relay/proofs",
            home=self._pins.service_url,
        )  # fmt: skip
        told = Told(manifest=self._pins.manifest_hash, open="now", check="/check", now=round(time.time()))
        shown = show_booth("/check", language, places, told)
        if shown is None:
            return Answer(503, b"not-built\n")
        return Answer(200, render_booth(shown, "check").encode(), "text/html; charset=utf-8", CLOSED)

    async def _relay(self, path: str) -> Answer:
        address, limit = self._find(path)
        if address is None:
            return NOT_FOUND
        try:
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError:
            return Answer(503, b"busy\n", headers=(("retry-after", "1"), *CLOSED))
        try:
            return Answer(200, await self._client.fetch(address, limit), OCTETS, CLOSED)
        except RemoteError as error:
            return NOT_FOUND if error.status == 404 else Answer(502, b"remote\n")
        finally:
            self._places.release()

    def _find(self, path: str) -> tuple[str | None, int]:
        """Return what is fetched for a path, None where no record has such a tile."""
        for each in RELAYED:
            found = each.pattern.fullmatch(path)
            if found is None:
                continue
            if found[1].startswith("tile/"):
                try:
                    parse_path(found[1])
                except ProofError:
                    return None, 0
            bases = {"board": self._pins.board_url, "service": self._pins.service_url}
            return each.where.format(found[1], **bases), each.limit
        return None, 0


def read_static(name: str) -> Answer:
    """Return a file of the pages, from the folder that the service serves too."""
    path = (BOOTH if name.startswith("booth/") else STATIC) / name.removeprefix("booth/")
    try:
        content = path.read_bytes()
    except OSError:
        return NOT_FOUND
    return Answer(200, content, MEDIA[path.suffix[1:]], CLOSED)
