"""Read a public record from a folder or a web server, and nothing else from either.

Promise: no link is followed out of the folder, no redirect to another host, nothing is read past its limit,
and no wait is without end. Limit: what the files say is not looked at here. Format: PROTOCOL.md section 3.
"""

import http.client
import io
import os
import stat
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import SplitResult, urlsplit

from tally.audit.source import MissingFileError, RecordError, TooLargeError

TIMEOUT = 20.0
"""Seconds without a byte before a request is given up."""
FILE_TIMEOUT = 300.0
"""Seconds that one file may take in all."""
ATTEMPTS = 3
"""How often a file is asked for when the server or the line fails."""

_CHUNK = 1 << 16
_PIECE = 1 << 20
_BUNDLES = "tile/entries/"


class FolderRecord:
    """A record in a folder. Links and special files are listed, and never opened."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise RecordError(f"expected a folder or an http(s) address, got {folder}")
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close."""

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; MissingFileError, TooLargeError, or RecordError (no plain file)."""
        where = self._folder / path
        try:
            if not stat.S_ISREG(where.lstat().st_mode):
                raise RecordError(f"expected a plain file at {path}")
            with open(where, "rb", buffering=0, opener=_open_no_link) as file:
                raw = _read_up_to(file, limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise MissingFileError(f"{path} is not there") from None
        except OSError as error:
            raise RecordError(f"{path} cannot be read: {error.strerror}") from None
        if len(raw) > limit:
            raise TooLargeError(f"expected at most {limit} bytes in {path}")
        return raw

    def paths(self) -> Iterator[str]:
        """Yield the path of everything but folders, sorted, folder by folder; RecordError if unreadable."""
        waiting = [""]
        while waiting:
            inside = waiting.pop()
            try:
                with os.scandir(self._folder / inside) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                raise RecordError(f"{inside or 'the folder'} cannot be listed: {error.strerror}") from None
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            for entry in entries:
                if entry not in folders:
                    yield inside + entry.name
            waiting += [f"{inside}{entry.name}/" for entry in reversed(folders)]


def _read_up_to(file: io.FileIO, most: int) -> bytes:
    """Return a file's bytes, at most so many; a buffer of that size is not asked for, as few need it."""
    parts: list[bytes] = []
    while most > 0 and (part := file.read(min(most, _PIECE))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


class WebRecord:
    """A record on a web server. Entry bundles are kept on disk until it is closed, as they are read twice."""

    def __init__(self, url: str, *, attempts: int = ATTEMPTS) -> None:
        parts = _split(url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise RecordError(f"expected a folder or an http(s) address, got {url}")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise RecordError("expected an address without query, fragment, name or password")
        self._base = url.rstrip("/")
        self._attempts = attempts
        self._opener = _make_opener()
        self._kept = tempfile.TemporaryDirectory(prefix="wijkaandeel-audit-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget what was kept on disk."""
        self._kept.cleanup()

    def paths(self) -> Iterator[str]:
        """Yield nothing: a web server does not say what it has."""
        yield from ()

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; MissingFileError, TooLargeError, or RecordError (no answer)."""
        kept = Path(self._kept.name, path.replace("/", "-"))
        if path.startswith(_BUNDLES) and kept.exists():
            return kept.read_bytes()
        raw = self._fetch(path, limit)
        if path.startswith(_BUNDLES):
            kept.write_bytes(raw)
        return raw

    def _fetch(self, path: str, limit: int) -> bytes:
        why = ""
        for attempt in range(1, self._attempts + 1):
            try:
                return self._fetch_once(path, limit)
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in (404, 410):
                    raise MissingFileError(f"{path} is not there (status {error.code})") from None
                why = f"status {error.code}"
                if error.code < 500 and error.code != 429:
                    raise RecordError(f"{path} cannot be read: {why}") from None
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                why = type(error).__name__
            if attempt < self._attempts:
                time.sleep(0.5 * attempt)
        raise RecordError(f"{path} cannot be read: {why}, after {self._attempts} attempts")

    def _fetch_once(self, path: str, limit: int) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked, and the opener knows no other
            f"{self._base}/{path}", headers={"User-Agent": "wijkaandeel-audit"}
        )
        until = time.monotonic() + FILE_TIMEOUT
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            unpack = _unpacker(answer.headers.get("Content-Encoding"), path)
            raw = bytearray()
            while chunk := answer.read(_CHUNK):
                raw += unpack.decompress(chunk, limit + 1 - len(raw)) if unpack else chunk
                if len(raw) > limit:
                    raise TooLargeError(f"expected at most {limit} bytes in {path}")
                if time.monotonic() > until:
                    raise RecordError(f"{path} took longer than {FILE_TIMEOUT:.0f} seconds")
            if answer.length:
                raise http.client.IncompleteRead(bytes(raw), answer.length)
        if unpack and not unpack.eof:
            raise RecordError(f"{path} is not what its content encoding says")
        return bytes(raw)


def _unpacker(encoding: str | None, path: str) -> "zlib._Decompress | None":
    if encoding in (None, "", "identity"):
        return None
    if encoding != "gzip":
        raise RecordError(f"expected {path} plain or gzipped, got content encoding {encoding!r}")
    return zlib.decompressobj(wbits=31)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


class _SameHost(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Follow a redirect to the same host only, and never from https to http."""
        old, new = urlsplit(req.full_url), _split(newurl)
        if new is None or new.hostname != old.hostname:
            raise RecordError("expected an answer, got a redirect to another host")
        if (new.scheme, new.port) != (old.scheme, old.port) and (old.scheme, new.scheme) != ("http", "https"):
            raise RecordError("expected an answer, got a redirect to another port or scheme")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _make_opener() -> urllib.request.OpenerDirector:
    """Return an opener that knows http and https alone: no files, no FTP, no data addresses."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _SameHost(),
    ):
        opener.add_handler(handler)
    return opener


def open_record(where: str) -> FolderRecord | WebRecord:
    """Return the record in a folder or at an http(s) address, for a `with`; RecordError if it is neither."""
    if "://" in where:
        return WebRecord(where)
    return FolderRecord(Path(where))
