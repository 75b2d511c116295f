"""Read a board from where it is served: a web server, a folder, or the service's own database.

Nothing here is verified; follower.py replays and checks all of it. Layout of a record: PROTOCOL.md section 3.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from admin.ledger.errors import BoardSourceError, UnavailableError
from ballots.errors import ProofError
from ballots.note import MAX_NOTE
from ballots.tiles import ENTRIES, TILE_WIDTH, Tile, find_tile, format_path, parse_bundle
from ballots.wire import MAX_ENTRY
from tally.outcome import MAX_OUTCOME

if TYPE_CHECKING:
    import asyncpg
    import httpx

MAX_BUNDLE = TILE_WIDTH * (MAX_ENTRY + 2)
SECONDS = 20
"""How long an answer over HTTP may take."""


class BoardSource(Protocol):
    """Where a board is read from. Everything may raise UnavailableError: try again later."""

    async def read_checkpoint(self) -> bytes | None:
        """Return the latest checkpoint that is served, None if there is none yet."""

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return the entries from `start` up to the end of its bundle, of a board of `size` entries."""

    async def read_file(self, name: bytes) -> bytes | None:
        """Return the file with this SHA-256, None if it is not served."""


class Files(Protocol):
    """A record's files by path."""

    async def read(self, path: str, limit: int) -> bytes | None:
        """Return at most `limit` bytes, None if there is no such file."""


class PublishedRecord:
    """A board as static files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def read_checkpoint(self) -> bytes | None:
        """Return the file `checkpoint`."""
        return await self._files.read("checkpoint", MAX_NOTE)

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return the rest of the bundle in which entry `start` stands."""
        tile = find_tile(ENTRIES, start // TILE_WIDTH, size)
        if tile is None:
            raise BoardSourceError(f"expected a start below {size}, got {start}")
        try:
            return (await self._read_bundle(tile))[start % TILE_WIDTH :]
        except ProofError as error:
            raise BoardSourceError(f"{format_path(tile)} cannot be read: {error}") from None

    async def read_file(self, name: bytes) -> bytes | None:
        """Return the file below `files/`."""
        return await self._files.read(f"files/{name.hex()}", MAX_OUTCOME)

    async def _read_bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle; a partial one may have made way for the full one."""
        raw = await self._files.read(format_path(tile), MAX_BUNDLE)
        if raw is not None:
            return parse_bundle(raw, tile.width)
        full = Tile(index=tile.index, level=ENTRIES, width=TILE_WIDTH)
        raw = await self._files.read(format_path(full), MAX_BUNDLE)
        if raw is None:
            raise UnavailableError(f"{format_path(tile)} is not served")
        return parse_bundle(raw, TILE_WIDTH)[: tile.width]


class FolderFiles:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, path: str, limit: int) -> bytes | None:
        """Read a file."""
        try:
            with (self._folder / path).open("rb") as file:
                raw = file.read(limit + 1)
        except FileNotFoundError:
            return None
        return _limited(raw, path, limit)


class WebFiles:
    """Files of a web server."""

    def __init__(self, client: "httpx.AsyncClient", url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    async def read(self, path: str, limit: int) -> bytes | None:
        """Get a file; whatever is not there and not an answer means that it can be tried again."""
        import httpx

        raw = b""
        try:
            async with self._client.stream("GET", f"{self._url}/{path}") as answer:
                if answer.status_code == 404:
                    return None
                answer.raise_for_status()
                async for part in answer.aiter_bytes():
                    raw = _limited(raw + part, path, limit)
        except httpx.HTTPError as error:
            raise UnavailableError(f"{path} cannot be read: {error}") from None
        return raw


class Database:
    """The service's own tables, in a role that may read them."""

    def __init__(self, connection: "asyncpg.Connection") -> None:
        self._connection = connection

    async def read_checkpoint(self) -> bytes | None:
        """Return the latest witnessed checkpoint."""
        raw: bytes | None = await self._connection.fetchval("SELECT witnessed FROM board.head")
        return raw

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return as many entries as a bundle has at most."""
        rows = await self._connection.fetch(
            "SELECT raw FROM board.entries WHERE position >= $1 AND position < $2 ORDER BY position",
            start,
            min(size, start + TILE_WIDTH),
        )
        if not rows:
            raise BoardSourceError(f"the database lacks entry {start} of {size}")
        return [row["raw"] for row in rows]

    async def read_file(self, name: bytes) -> bytes | None:
        """Return a file that was given to the service."""
        raw: bytes | None = await self._connection.fetchval(
            "SELECT raw FROM board.files WHERE hash = $1", name
        )
        return raw


@asynccontextmanager
async def open_source(place: str, connection: "asyncpg.Connection") -> AsyncIterator[BoardSource]:
    """Give the board at a URL, in a folder, or (with the word `database`) behind this connection."""
    if place == "database":
        yield Database(connection)
    elif place.startswith(("http://", "https://")):
        import httpx

        async with httpx.AsyncClient(timeout=SECONDS) as client:
            yield PublishedRecord(WebFiles(client, place))
    else:
        yield PublishedRecord(FolderFiles(_find_folder(place)))


def _find_folder(place: str) -> Path:
    folder = Path(place)
    if not folder.is_dir():
        raise BoardSourceError(f"expected a URL, a folder or the word database, got {place}")
    return folder


def _limited(raw: bytes, path: str, limit: int) -> bytes:
    if len(raw) > limit:
        raise BoardSourceError(f"{path} has more than {limit} bytes")
    return raw
