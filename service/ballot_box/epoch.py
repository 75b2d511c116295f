"""Notice that the database was restored under a running service: it then casts nothing until it is prepared.

`wijkaandeel serve` draws an epoch at every start and keeps it in the database and, once journal and database
agree, in its state folder. A cast comes in only while both are the same, and while the ballot that this
process stored last is still there. Limit: of a backup made during this run, a process that has stored nothing
since knows nothing.
"""

import contextlib
import os
from pathlib import Path

from service.errors import UnavailableError
from service.faults import reach

FILE = "epoch"
LENGTH = 32


class Epoch:
    """What a process knows of the database that it works upon."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._value = read_epoch(state_dir)
        self.last: bytes | None = None
        """The hash of a ballot that this process has stored, if it has any."""

    def verify(self, found: bytes | None, *, has_last: bool) -> None:
        """Raise UnavailableError unless the database is the one that was prepared.

        `found` is its epoch, `has_last` whether it has the ballot `last`.
        """
        if found != self._value:
            # The service may have been started anew beside this process, and then all is well.
            self._value = read_epoch(self._state_dir)
            self.last, has_last = None, True
        if found != self._value or not has_last:
            raise UnavailableError(
                "restored", "expected the database as the service left it: start the service anew", 30
            )


def read_epoch(state_dir: Path) -> bytes | None:
    """Return the epoch in the state folder; None if there is none yet."""
    with contextlib.suppress(FileNotFoundError):
        return (state_dir / FILE).read_bytes()
    return None


def write_epoch(state_dir: Path, value: bytes) -> None:
    """Keep the epoch in the state folder, as a whole or not at all."""
    path = state_dir / FILE
    unfinished = path.with_name(f".{FILE}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(handle)
    reach("epoch-staged")
    unfinished.rename(path)
