"""The order in which a journal reaches the disk."""

import os
from pathlib import Path

import pytest

from service.ballot_box.journal import Journal


def test_a_group_is_on_the_disk_before_it_has_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content is synced, the name given, the folder synced; a merge syncs before it removes."""
    done: list[str] = []
    sync, rename, unlink = os.fsync, Path.rename, Path.unlink

    def spy_sync(handle: int) -> None:
        done.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file")
        sync(handle)

    monkeypatch.setattr(os, "fsync", spy_sync)
    monkeypatch.setattr(Path, "rename", lambda self, to: (done.append("rename"), rename(self, to))[1])
    monkeypatch.setattr(Path, "unlink", lambda self, **kw: (done.append("unlink"), unlink(self, **kw))[1])
    journal = Journal(folder / "journal")
    journal.write([b"one"])
    journal.write([b"two"])
    assert done == ["file", "rename", "folder"] * 2
    done.clear()
    journal.merge()
    assert done == ["file", "rename", "folder", "unlink", "unlink", "folder"]
