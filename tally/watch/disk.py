"""Write files so that a crash at any moment leaves each of them whole, or as it was before.

A named exception to tally's rule of touching nothing but its arguments: it writes, below the folders that it
is given.
"""

import os
from collections.abc import Iterable
from pathlib import Path


class StateError(Exception):
    """The watcher's own folder is damaged, taken, or cannot be written; who runs the watcher must act."""


def write_durably(path: Path, raw: bytes) -> None:
    """Replace a file; when this returns it survives any crash. Errors: StateError."""
    try:
        changed = make_folders(path.parent)
        unfinished = path.with_name(f".{path.name}.new")
        write_synced(unfinished, raw)
        unfinished.rename(path)
        for folder in changed:
            sync_folder(folder)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from None


def move_durably(moves: Iterable[tuple[Path, Path]]) -> None:
    """Move files that are on the disk to their places, each one whole. Errors: StateError."""
    changed: set[Path] = set()
    for unfinished, path in moves:
        try:
            changed |= make_folders(path.parent)
            unfinished.rename(path)
        except OSError as error:
            raise StateError(f"{path} cannot be written: {error.strerror}") from None
    for folder in sorted(changed):
        sync_folder(folder)


def make_folders(folder: Path) -> set[Path]:
    """Make a folder and those above it; return the folders whose content changes, this one too."""
    changed, above = {folder}, folder
    while not above.exists():
        above = above.parent
        changed.add(above)
    folder.mkdir(parents=True, exist_ok=True)
    return changed


def write_synced(path: Path, raw: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
