"""What a watcher must not forget: which election, the record it has followed, heads, marks and alarms.

Promise: one process at a time; a crash at any moment loses nothing that was taken note of; a folder that has
lost something is refused, and never begun anew in silence. A named exception to tally's rule of touching
nothing but its arguments. Layout:

    pins.json          the manifest hash
    confirmed          the newest checkpoint whose entries stand in record/
    record/            the record, as anybody can audit it
    heads/             signed checkpoints whose entries have not been confirmed
    marks/             the first checkpoint from after each release's time
    promises/          promises that were handed in
    alarms/KIND-ID/    alarm.json and the evidence
    unfinished/        nothing of worth
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from ballots.checkpoint import Checkpoint, parse_checkpoint
from ballots.errors import NoteError
from ballots.note import MAX_NOTE, parse_note
from ballots.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, format_path
from tally.audit.log import CHECKPOINT
from tally.audit.source import MAX_TILE, MissingFileError, RecordError
from tally.record import FolderRecord
from tally.watch.alarms import Alarm
from tally.watch.disk import StateError, move_durably, sync_folder, write_durably, write_synced
from tally.watch.evidence import Files

_ALARM = "alarm.json"


class State:
    """A watcher's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = folder / "record"
        self._unfinished = folder / "unfinished"

    @contextmanager
    def hold(self, manifest: bytes) -> Iterator[None]:
        """Take the folder for this process and this election; StateError if another one has it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(f"{self.folder} cannot be used: {error.strerror}") from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateError(f"another watcher works with {self.folder}; stop that one first") from None
            self._pin(manifest)
            shutil.rmtree(self._unfinished, ignore_errors=True)
            yield
        finally:
            os.close(handle)

    def _pin(self, manifest: bytes) -> None:
        path, text = self.folder / "pins.json", msgspec.json.encode({"manifest": manifest.hex()}) + b"\n"
        found = _find(path)
        if found is None:
            known = ("lock", "unfinished", ".pins.json.new")
            others = [each for each in self.folder.iterdir() if each.name not in known]
            if others:
                raise StateError(f"expected an empty folder or a watcher's own, got {self.folder}")
            write_durably(path, text)
        elif found != text:
            raise StateError(f"{self.folder} belongs to another election; give each one a folder of its own")

    # --- the record ---

    def find_confirmed(self) -> tuple[bytes, Checkpoint] | None:
        """Return the newest confirmed checkpoint; StateError if the record has lost it."""
        kept, shown = _find(self.folder / "confirmed"), _find(self.record / CHECKPOINT)
        if kept is None and shown is None:
            return None
        checkpoint = None if shown is None else _parse(shown, self.record / CHECKPOINT)
        if checkpoint is None or (kept is not None and _parse(kept, self.folder).size > checkpoint.size):
            raise StateError(
                f"{self.record} has lost what this watcher had confirmed: restore {self.folder} as a whole "
                "from a backup, or keep it as it is and begin anew in another folder"
            )
        assert shown is not None
        return shown, checkpoint

    def read(self, path: str) -> bytes:
        """Return a file of the record; MissingFileError, or StateError."""
        return _read(self.record, path)

    def has(self, path: str) -> bool:
        """Say whether the record has a file."""
        return (self.record / path).exists()

    def stage(self, path: str, raw: bytes) -> None:
        """Keep a file beside the record until `commit` moves it there."""
        where = self._unfinished / path
        try:
            where.parent.mkdir(parents=True, exist_ok=True)
            write_synced(where, raw)
        except OSError as error:
            raise StateError(f"{where} cannot be written: {error.strerror}") from None

    def read_staged(self, path: str) -> bytes:
        """Return a staged file, or else the record's."""
        try:
            return _read(self._unfinished, path)
        except MissingFileError:
            return self.read(path)

    def staged(self) -> list[str]:
        """Return the paths of what is staged."""
        files = sorted(path for path in self._unfinished.rglob("*") if path.is_file())
        return [path.relative_to(self._unfinished).as_posix() for path in files]

    def drop_staged(self) -> None:
        """Forget what was staged."""
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def commit(self, checkpoint: bytes, old_size: int, new_size: int) -> None:
        """Move what was staged into the record, then make it the confirmed one."""
        move_durably((self._unfinished / path, self.record / path) for path in self.staged())
        self.drop_staged()
        self.keep_file(CHECKPOINT, checkpoint)
        write_durably(self.folder / "confirmed", checkpoint)
        self._prune(old_size, new_size)

    def _prune(self, old_size: int, new_size: int) -> None:
        """Delete the partial tiles that a fuller one begins with."""
        for level in (ENTRIES, *range(8)):
            shift = TILE_HEIGHT * max(level, 0)
            old, new = old_size >> shift, new_size >> shift
            if old == new or not old % TILE_WIDTH:
                continue
            tile = Tile(index=old >> TILE_HEIGHT, level=level, width=old % TILE_WIDTH)
            path = self.record / format_path(tile)
            path.unlink(missing_ok=True)
            if not any(path.parent.iterdir() if path.parent.is_dir() else ()):
                shutil.rmtree(path.parent, ignore_errors=True)

    def write_branch(self, name: str) -> None:
        """Keep what was staged as the record of a branch, beside the alarm of that name."""
        target = self.folder / "alarms" / f"{name}.record"
        if not target.exists():
            for folder in (self._unfinished, *self._unfinished.rglob("*")):
                if folder.is_dir():
                    sync_folder(folder)
            move_durably([(self._unfinished, target)])
        self.drop_staged()

    # --- heads, marks, alarms ---

    def keep_file(self, path: str, raw: bytes) -> None:
        """Put a file into the record; nothing unfinished ever stands there."""
        self.stage(path, raw)
        move_durably([(self._unfinished / path, self.record / path)])

    def read_notes(self, kind: str) -> dict[str, bytes]:
        """Return the notes of a kind (`heads`, `marks`), by name. Errors: StateError."""
        folder = self.folder / kind
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        found = {name: _find(folder / name) for name in names if not name.startswith(".")}
        return {name: raw for name, raw in found.items() if raw is not None}

    def keep_note(self, kind: str, name: str, raw: bytes) -> None:
        """Keep a note of a kind; one that is there stays as it is."""
        path = self.folder / kind / name
        if not path.exists():
            write_durably(path, raw)

    def drop_notes(self, kind: str, names: Iterable[str]) -> None:
        """Forget notes that have been settled."""
        for name in names:
            (self.folder / kind / name).unlink(missing_ok=True)

    def read_alarms(self) -> dict[str, Alarm]:
        """Return all alarms that were ever kept, by name; StateError if one is damaged."""
        found: dict[str, Alarm] = {}
        folder = self.folder / "alarms"
        for path in sorted(folder.glob(f"*/{_ALARM}")) if folder.is_dir() else []:
            try:
                alarm = msgspec.json.decode(path.read_bytes(), type=Alarm)
            except (OSError, msgspec.DecodeError):
                raise StateError(f"{path} is damaged: restore {self.folder} from a backup") from None
            found[alarm.name] = alarm
        return found

    def keep_alarm(self, alarm: Alarm, files: Files) -> str:
        """Keep an alarm and its evidence, as a whole or not at all; return where."""
        target = self.folder / "alarms" / alarm.name
        if target.exists():
            return str(target)
        unfinished = self.folder / "alarms" / f".{alarm.name}.new"
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            for name, raw in files.items():
                write_synced(unfinished / name, raw)
            write_synced(unfinished / _ALARM, msgspec.json.encode(alarm) + b"\n")
            sync_folder(unfinished)
        except OSError as error:
            raise StateError(f"{unfinished} cannot be written: {error.strerror}") from None
        move_durably([(unfinished, target)])
        return str(target)


def read_handed(folder: Path) -> list[bytes]:
    """Return what was handed in: promises, receipts, checkpoints. Names of files are not told."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
        record = FolderRecord(folder)
    except (OSError, RecordError):
        raise StateError(f"{folder} cannot be read: is it the folder of promises?") from None
    found = []
    for path in paths:
        try:
            found.append(record.read(path.name, 2 * MAX_NOTE))
        except RecordError:
            found.append(b"")
    return found


def _read(folder: Path, path: str) -> bytes:
    try:
        return FolderRecord(folder).read(path, MAX_TILE)
    except MissingFileError:
        raise
    except RecordError as error:
        if not folder.is_dir():
            raise MissingFileError(f"{path} is not there") from None
        raise StateError(f"in {folder}: {error}") from None


def _find(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from None


def _parse(raw: bytes, path: Path) -> Checkpoint:
    try:
        return parse_checkpoint(parse_note(raw).text)
    except NoteError as error:
        raise StateError(f"{path} is damaged ({error.reason}): restore it from a backup") from None
