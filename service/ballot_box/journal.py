"""The second durable copy of cast ballots: files outside the database, on another volume if there is one.

A file holds the ballots of one group in the order of their entry hashes, as an entry bundle does (two bytes
of length before each), and is named by the SHA-256 of its content. Promise: a file that has its name is
whole and on the disk. The time of change is set to a constant, and `merge` puts all files into one, so that
the journal says as little as it can about who came when; the sequencer merges every minute, and after each
release. Limit: between merges the file system knows when a group was written. A file that is damaged is set
aside under another name and never read again; what it held
must come from the database, or from another copy of it.
"""

import contextlib
import errno
import fcntl
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from ballots.merkle import leaf_hash
from ballots.tiles import format_bundle
from ballots.wire import content_hash
from service.errors import UnavailableError
from service.faults import reach

_NUMBERS = itertools.count()
ENDING = ".ballots"
DAMAGED = ".damaged"
"""What is put behind the name of a file that is set aside."""
LOCK = "merge.lock"
MERGED_BYTES = 2**26
"""About how large a merged file grows before the next one begins."""

_log = structlog.get_logger(__name__)


class JournalError(UnavailableError):
    """The journal cannot be read or written; the operator must look at its volume."""

    def __init__(self, message: str) -> None:
        super().__init__("journal", message)


class Journal:
    """The journal in a folder. Any number of processes may write to it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._merged: set[Path] | None = None

    def write(self, ballots: Sequence[bytes]) -> Path:
        """Return the file that holds these ballots, once it is on the disk. Errors: JournalError."""
        content = format_bundle(sorted(ballots, key=leaf_hash))
        path = self.folder / f"{content_hash(content).hex()}{ENDING}"
        try:
            if not path.exists():
                unfinished = self.folder / f".{path.name}.{next(_NUMBERS)}.{os.getpid()}"
                _write_synced(unfinished, content)
                reach("journal-staged")
                unfinished.rename(path)
                reach("journal-renamed")
            _sync_folder(self.folder)
        except OSError as error:
            raise JournalError(f"the journal takes no ballots: {error.strerror}") from error
        return path

    def read(self) -> Iterator[bytes]:
        """Yield the ballots of all files; a ballot may come more than once. Errors: JournalError.

        When a file goes because another process merges it, the one that has its ballots is there already.
        """
        seen: set[Path] = set()
        while paths := sorted(set(self.folder.glob(f"*{ENDING}")) - seen):
            for path in paths:
                seen.add(path)
                with contextlib.suppress(FileNotFoundError):
                    yield from read_file(path)

    def set_damaged_aside(self) -> int:
        """Rename files that do not hold what their names say, and return how many; the rest can be read."""
        count = 0
        for path in sorted(self.folder.glob(f"*{ENDING}")):
            try:
                for _ in read_file(path):
                    pass
            except FileNotFoundError:
                continue  # merged meanwhile, and so not damaged
            except JournalError:
                path.rename(path.with_name(path.name + DAMAGED))
                _log.error("journal-damaged", file=path.name + DAMAGED, advice="see OPERATIONS.md")
                count += 1
        if count:
            reach("damage-set-aside")
            _sync_folder(self.folder)
        return count

    def tidy(self) -> None:
        """Merge, unless nothing was written since this process did so last."""
        if set(self.folder.glob(f"*{ENDING}")) != self._merged:
            self.merge()

    def merge(self) -> None:
        """Put all ballots into few files in the order of their hashes, each ballot once.

        A crash at any moment leaves every ballot in at least one file. One process merges at a time.
        """
        with contextlib.ExitStack() as stack:
            lock = stack.enter_context((self.folder / LOCK).open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            old = sorted(self.folder.glob(f"*{ENDING}"))
            written = self._write_merged(old)
            reach("merge-written")
            for path in old:
                if path not in written:
                    path.unlink()
            for leftover in self.folder.glob(f".*{ENDING}.*"):
                _remove_if_orphan(leftover)
            reach("merge-removed")
            _sync_folder(self.folder)
            self._merged = written

    def _write_merged(self, old: Sequence[Path]) -> set[Path]:
        """Write the ballots of files into merged ones, a range of hashes each, and return those."""
        size = sum(path.stat().st_size for path in old)
        parts = max(1, -(-size // MERGED_BYTES))
        written = set()
        for part in range(parts):
            ballots = {leaf_hash(raw): raw for path in old for raw in read_file(path, _in_part(part, parts))}
            if ballots:
                written.add(self.write(list(ballots.values())))
        return written


def _in_part(part: int, parts: int) -> Callable[[bytes], bool]:
    return lambda raw: int.from_bytes(leaf_hash(raw)[:4], "big") * parts >> 32 == part


def read_file(path: Path, wanted: Callable[[bytes], bool] = lambda raw: True) -> Iterator[bytes]:
    """Yield the wanted ballots of one journal file; JournalError if it is not what its name says."""
    try:
        content = path.read_bytes()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise JournalError(f"{path} cannot be read: take the copy from another backup") from error
    if content_hash(content).hex() + ENDING != path.name:
        raise JournalError(f"{path} does not hold what its name says: take the copy from another backup")
    at = 0
    while at < len(content):
        start = at + 2
        at = start + int.from_bytes(content[at:start], "big")
        raw = content[start:at]
        if wanted(raw):
            yield raw


def _write_synced(path: Path, content: bytes) -> None:
    """Write a file to the disk; leave none behind when the disk does not take it all."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.utime(handle, (0, 0))
            os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_if_orphan(path: Path) -> None:
    """Remove an unfinished file whose process is gone."""
    pid = path.suffix[1:]
    if pid.isdigit() and not Path(f"/proc/{pid}").exists():
        path.unlink(missing_ok=True)
