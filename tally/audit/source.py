"""What an audit reads from: files by their path in the record, and a list of them where there is one.

Folders and web servers are in tally/record.py. Format: PROTOCOL.md section 3.
"""

from collections.abc import Iterator
from typing import Protocol

MAX_CHECKPOINT = 131_072
"""The most bytes of the file `checkpoint`."""
MAX_TILE = 256 * (2 + 65_535)
"""The most bytes of a tile or an entry bundle."""
MAX_FILE = 2**26
"""The most bytes of a file that an entry names."""


MAX_REPORT = 65_536
"""The most bytes of an audit report."""


class RecordError(Exception):
    """A file of the record that cannot be read; whoever publishes the record must act."""


class MissingFileError(RecordError):
    """A file that is not there."""


class TooLargeError(RecordError):
    """A file with more bytes than anybody needs to read."""


class Source(Protocol):
    """A record."""

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; MissingFileError, TooLargeError (over `limit`), RecordError (unreadable)."""
        ...

    def paths(self) -> Iterator[str]:
        """Yield the path of every file; nothing for a web server, which does not say what it has."""
        ...
