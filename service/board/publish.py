"""Write the public record so that a crash at any moment leaves files that are whole and true.

Promise: a tile, bundle or file that is there never gets other bytes; each file appears whole, by rename,
after it is on the disk. The checkpoint is for the caller to write last. Format: PROTOCOL.md section 3.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

from ballots.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, format_path
from service.board.errors import FolderInUseError, RecordError
from service.faults import reach

CHECKPOINT = "checkpoint"


class RecordFolder:
    """The folder that a web server serves: `checkpoint`, `tile/...` and `files/...`, and nothing else.

    Unfinished files stand in a folder beside it, which must be on the same file system.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unfinished = folder.with_name(f".{folder.name}.unfinished")
        self._name = secrets.token_hex(8)
        self._count = 0
        self._lock = -1

    def prepare(self) -> None:
        """Make the folders, take them for this process, and throw away what a crash left unfinished.

        Errors: FolderInUseError while another process still has the folder.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(mode=0o700)
        if self.folder.stat().st_dev != self._unfinished.stat().st_dev:
            raise RecordError(
                f"{self.folder} is a volume of its own; files are finished beside it and then moved, so make "
                f"the volume one folder higher, at {self.folder.parent}"
            )

    def close(self) -> None:
        """Let another process write here."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _take_lock(self) -> None:
        if self._lock >= 0:
            return
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise FolderInUseError(f"another process publishes in {self.folder}; stop it first") from None
        self._lock = handle

    def put(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write immutable files that are not there yet; RecordError if one is there with other bytes."""
        staged = [
            (self._stage(content), self.folder / path)
            for path, content in files
            if self._lacks(path, content)
        ]
        reach("files-staged")
        changed: set[Path] = set()
        for unfinished, target in staged:
            changed |= self._make_parents(target)
            unfinished.rename(target)
        reach("files-renamed")
        for folder in sorted(changed):
            sync_folder(folder)

    def read_checkpoint(self) -> bytes | None:
        """Return the published checkpoint, None if there is none."""
        try:
            return (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None

    def replace_checkpoint(self, raw: bytes) -> None:
        """Publish a checkpoint; all that it covers must be there already."""
        if raw == self.read_checkpoint():
            return
        unfinished = self._stage(raw)
        reach("checkpoint-staged")
        unfinished.rename(self.folder / CHECKPOINT)
        reach("checkpoint-renamed")
        sync_folder(self.folder)

    def prune(self, old_size: int, new_size: int) -> None:
        """Delete the partial tiles whose full tile the published checkpoint of `new_size` covers."""
        level = ENTRIES
        while (new_size >> TILE_HEIGHT * max(level, 0)) >= TILE_WIDTH:
            shift = TILE_HEIGHT * (max(level, 0) + 1)
            for index in range(old_size >> shift, new_size >> shift):
                full = format_path(Tile(index=index, level=level, width=TILE_WIDTH))
                shutil.rmtree(self.folder / f"{full}.p", ignore_errors=True)
            level += 1

    def _lacks(self, path: str, content: bytes) -> bool:
        try:
            there = (self.folder / path).read_bytes()
        except FileNotFoundError:
            return True
        if there != content:
            raise RecordError(
                f"{self.folder / path} has other bytes than the board. It is never overwritten: find out who "
                "changed it, or whether this folder belongs to another election"
            )
        return False

    def _stage(self, content: bytes) -> Path:
        self._count += 1
        path = self._unfinished / f"{self._name}-{self._count}"
        write_synced(path, content, 0o644)
        return path

    def _make_parents(self, target: Path) -> set[Path]:
        """Make the folders above a file and return those whose content changes."""
        changed, folder = {target.parent}, target.parent
        while not folder.exists():
            folder = folder.parent
            changed.add(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        return changed


def write_synced(path: Path, content: bytes, mode: int) -> None:
    """Write a new file and wait until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
