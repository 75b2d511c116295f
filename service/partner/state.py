"""What a node must not forget: its keys, what it is pinned to, and the largest board that it has vouched for.

Promise: one process at a time; a file is whole or the one before, and is on the disk when a write returns.
Layout: `keys`, `public.json`, `pins.json`, `cosigned` and `followed` (signed notes), `lock`.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec

from ballots.errors import NoteError, PointError, WireError
from ballots.note import ED25519, VerifierKey, parse_vkey
from ballots.wire import Record, decode, encode
from service.board.publish import sync_folder, write_synced
from service.faults import reach
from service.partner.errors import PinError, StateError, StateInUseError

KEYS = "keys"
PUBLIC = "public.json"
PINS = "pins.json"
COSIGNED = "cosigned"
"""The latest checkpoint that the witness vouched for, with the operator's signature and its own."""
FOLLOWED = "followed"
"""The latest witnessed checkpoint whose entries this node has replayed."""
MAX_FILE = 262_144

_Url = Annotated[str, msgspec.Meta(pattern=r"\Ahttps?://[^\s/?#@]+(/[^\s?#]*)?\Z", max_length=1000)]


class Pins(Record):
    """What the keeper has pinned. `manifest_hash` is empty until the manifest is published (64 hex digits).

    `board_url` is the address of the board's files (`/checkpoint` follows), `service_url` that of the portal
    (`/api/...` follows).
    """

    board_url: _Url
    manifest_hash: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
    operator_key: str
    origin: str
    service_url: _Url

    @property
    def operator(self) -> VerifierKey:
        """The operator's verifier key."""
        return parse_vkey(self.operator_key)


class StateDir:
    """The node's directory, which nobody else may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Make the directory (0700) if it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.check()

    def check(self) -> None:
        """Raise StateError unless the directory is there and only its owner may enter."""
        try:
            found = self.folder.stat()
        except OSError:
            raise StateError("state-missing", f"expected the state directory {self.folder}") from None
        if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
            raise StateError("state-mode", f"others may enter {self.folder}: set its mode to 0700")

    @contextmanager
    def lock(self, name: str = "lock") -> Iterator[None]:
        """Hold the directory (or another lock in it); StateInUseError if another process does."""
        handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateInUseError(
                    "state-in-use", f"another process works with {self.folder}; stop that one first"
                ) from None
            yield
        finally:
            os.close(handle)

    def find(self, name: str) -> bytes | None:
        """Return a file's content, None if it is not there; StateError if others may read it."""
        try:
            with (self.folder / name).open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                raw = file.read(MAX_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError("state-read", f"cannot read {self.folder / name}: {error.strerror}") from None
        if mode & 0o077:
            raise StateError("state-mode", f"others may read {self.folder / name}: set its mode to 0600")
        if len(raw) > MAX_FILE:
            raise StateError("state-length", f"expected at most {MAX_FILE} bytes in {self.folder / name}")
        return raw

    def write(self, name: str, raw: bytes) -> None:
        """Replace a file (0600) by `raw`, which then survives any crash. Errors: StateError `state-write`."""
        fresh = self.folder / f"{name}.new"
        try:
            write_synced(fresh, raw, 0o600)
            reach(f"partner-{name}-written")
            fresh.rename(self.folder / name)
            sync_folder(self.folder)
        except OSError as error:
            raise StateError("state-write", f"cannot write {self.folder / name}: {error.strerror}") from None
        reach(f"partner-{name}-stands")

    def read_pins(self) -> Pins:
        """Return what is pinned; PinError `pins-missing` if nothing is."""
        raw = self.find(PINS)
        if raw is None:
            raise PinError("pins-missing", "nothing is pinned yet; run `wijkaandeel partner pin`")
        return parse_pins(raw)

    def pin(self, pins: Pins) -> None:
        """Pin for good. Addresses may change later, and a manifest hash may be added; nothing else.

        Errors: PinError, and StateInUseError if another process is pinning.
        """
        raw = format_pins(pins)
        with self.lock("pins.lock"):
            before = self.find(PINS)
            if before is not None:
                _check_same(parse_pins(before), pins)
            self.write(PINS, raw)


def parse_pins(raw: bytes) -> Pins:
    """Return the pins that a file spells; PinError `pins-form`, and those of `check_pins`."""
    try:
        pins: Pins = decode(Pins, raw.removesuffix(b"\n"), MAX_FILE)
    except WireError as error:
        raise PinError("pins-form", f"expected the pins of a partner node: {error}") from None
    check_pins(pins)
    return pins


def format_pins(pins: Pins) -> bytes:
    """Return one line of canonical JSON; the inverse of `parse_pins`, with its errors."""
    raw = encode(pins) + b"\n"
    parse_pins(raw)
    return raw


def check_pins(pins: Pins) -> None:
    """Raise PinError `pins-operator` unless the operator's key is an Ed25519 key of this origin."""
    try:
        operator = pins.operator
    except (NoteError, PointError) as error:
        raise PinError("pins-operator", f"expected the operator's verifier key: {error}") from None
    if operator.type != ED25519 or operator.name != pins.origin:
        raise PinError(
            "pins-operator", f"expected an Ed25519 key named {pins.origin}, got one named {operator.name}"
        )


def _check_same(before: Pins, after: Pins) -> None:
    for name in ("origin", "operator_key", "manifest_hash"):
        old, new = getattr(before, name), getattr(after, name)
        if old not in ("", new):
            raise PinError(
                "pins-fixed",
                f"{name} is pinned to {old} and stays so; another election needs a new state directory",
            )
