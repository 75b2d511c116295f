"""What a process of the service is told: one frozen record, read from the environment variables WIJK_*.

Secrets are not in it but for the database's password, which `repr` does not show. The operator's key is a
file.
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path

import msgspec

from service.errors import SettingsError

OPERATOR_KEY = "operator.key"
PREFIX = "WIJK_"
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
CHECK_PAGE = re.compile(
    r"(https?)://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(?::[0-9]{1,5})?(?:/[\w.~-]+)*/check", re.ASCII
)


class WitnessAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the witness of a partner answers; `url` is the prefix before `/add-checkpoint`."""

    id: str
    url: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings.

    `check_pages` are addresses of partners' nodes at which a second device checks a ballot.
    `theme` is a file with a municipality's own colours (theme.py); None for ours.
    `workers` is best the number of cores; `at_once` is how many casts a process takes in before it is busy.
    """

    database_url: str
    record_dir: Path
    state_dir: Path
    journal_dir: Path
    origin: str
    witnesses: tuple[WitnessAddress, ...] = ()
    check_pages: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2
    at_once: int = 400
    request_seconds: float = 20.0
    theme: Path | None = None

    def __repr__(self) -> str:
        return f"Settings(origin={self.origin!r}, host={self.host!r}, port={self.port})"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that the environment gives; SettingsError names all that is missing or wrong."""
    given: dict[str, object] = {
        name: environment[PREFIX + name.upper()]
        for name in Settings.__struct_fields__
        if environment.get(PREFIX + name.upper())
    }
    if environment.get("DATABASE_URL"):
        given.setdefault("database_url", environment["DATABASE_URL"])
    required = Settings.__struct_fields__[: -len(Settings.__struct_defaults__)]
    missing = [PREFIX + name.upper() for name in required if name not in given]
    if missing:
        raise SettingsError(f"set {', '.join(missing)} in the environment")
    try:
        for name in {"witnesses", "check_pages"} & given.keys():
            given[name] = msgspec.json.decode(str(given[name]))
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=_read_path)
    except msgspec.MsgspecError as error:
        raise SettingsError(f"a variable {PREFIX}* has a wrong value: {error}") from None
    for number, address in enumerate(settings.check_pages, start=1):
        verify_check_page(number, address)
    return settings


def verify_check_page(number: int, address: str) -> None:
    """Raise SettingsError unless a second device can be led to this address, in whatever language."""
    found = CHECK_PAGE.fullmatch(address)
    if found is None or (found[1] == "http" and found[2] not in LOOPBACK):
        raise SettingsError(
            f"{PREFIX}CHECK_PAGES: expected addresses that begin with https:// and end in /check, with "
            f"nothing behind it, as https://partner.example/check; write number {number} of them in that way"
        )


def _read_path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str):
        raise NotImplementedError
    return Path(value)


def read_operator_seed(state_dir: Path) -> bytes:
    """Return the seed of the operator's key; SettingsError if there is none, or if others can read it."""
    path = state_dir / OPERATOR_KEY
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError):
        raise SettingsError(f"expected {path} with the operator's key: 64 hex digits") from None
    if mode & 0o077:
        raise SettingsError(f"others can read {path}: set its mode to 0600")
    if len(seed) != 32:
        raise SettingsError(f"expected 64 hex digits in {path}")
    return seed
