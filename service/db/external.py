"""A PostgreSQL that somebody else runs, and the choice between that one and the embedded one.

DATABASE_URL decides: with it, that server (PostgreSQL 15 or later); without it, the embedded one
(embedded.py). Both give a `dsn` and can be used in a `with`. Over a network, put
`sslmode=verify-full` in the URL; a URL without it is as safe as the network.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from service.db.embedded import EmbeddedPostgres
from service.db.errors import ServerError

VARIABLE = "DATABASE_URL"


class ExternalPostgres:
    """A server that runs already; starting and stopping it is not ours."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"postgresql", "postgres"}:
            # The URL holds a password, so the message repeats no more than its scheme.
            raise ServerError(f"{VARIABLE} must start with postgresql://, got {parts.scheme or 'no scheme'}")
        if not parts.path.strip("/"):
            raise ServerError(f"{VARIABLE} names no database: expected postgresql://user@host/database")
        self._parts = parts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __repr__(self) -> str:
        return f"ExternalPostgres({self._parts.hostname or 'local socket'}{self._parts.path})"

    def dsn(self, database: str | None = None) -> str:
        """Give the URL, of another database on the same server if one is named."""
        parts = self._parts if database is None else self._parts._replace(path=f"/{database}")
        # urlunsplit drops the empty host of postgresql:///name?host=/folder, which asyncpg needs.
        return urlunsplit(parts) if parts.netloc else f"{parts.scheme}://{parts.path}?{parts.query}"


def choose_postgres(environment: Mapping[str, str], data_dir: Path) -> EmbeddedPostgres | ExternalPostgres:
    """Give the server that the environment names, or else the embedded one in this folder (not started)."""
    url = environment.get(VARIABLE, "")
    return ExternalPostgres(url) if url else EmbeddedPostgres(data_dir)
