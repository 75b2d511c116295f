"""Account for every file: what entries name is there and has its hash, and nothing else is.

Format: PROTOCOL.md sections 3 and 4.
"""

import re

from ballots.errors import ProofError
from ballots.tiles import parse_path
from ballots.wire import Hash, content_hash
from tally.audit.findings import Findings
from tally.audit.log import CHECKPOINT, Head, Leftovers
from tally.audit.replay import Named
from tally.audit.source import MAX_FILE, MAX_REPORT, MissingFileError, RecordError, Source

PNG = bytes.fromhex("89504e470d0a1a0a")
JPEG = bytes.fromhex("ffd8ff")

_FILE = re.compile(r"files/([0-9a-f]{64})")


def path_of(name: bytes) -> str:
    """Return the path of the file with this SHA-256."""
    return f"files/{name.hex()}"


def check_named(source: Source, named: Named, findings: Findings) -> None:
    """Check that every file that entries name is there and is what it should be (F02 to F05)."""
    for name in named.all():
        path = path_of(name)
        try:
            raw = source.read(path, MAX_REPORT if name in named.reports else MAX_FILE)
        except MissingFileError as error:
            if named.calls_for(name):
                findings.failed("F02", path, str(error))
            continue
        except RecordError as error:
            findings.passed("F02")
            findings.failed("F03", path, str(error))
            continue
        findings.passed("F02")
        if content_hash(raw) != name:
            findings.failed("F03", path, f"expected this SHA-256, got {content_hash(raw).hex()}")
            continue
        findings.passed("F03")
        _check_content(name, raw, named, findings)


def _check_content(name: Hash, raw: bytes, named: Named, findings: Findings) -> None:
    if name in named.texts:
        if _is_utf8(raw):
            findings.passed("F04")
        else:
            findings.failed("F04", path_of(name), "expected UTF-8")
    if name in named.pictures:
        if raw.startswith((PNG, JPEG)) or (_is_utf8(raw) and b"<svg" in raw):
            findings.passed("F05")
        else:
            findings.failed("F05", path_of(name), "expected SVG, PNG or JPEG")


def check_listing(source: Source, head: Head, named: Named | None, findings: Findings) -> None:
    """Check that every file of a folder is accounted for (F01), and old partial tiles (L07).

    `named` is None when not all entries could be read: files under files/ are passed over then. So are tiles
    and files to come, when a newer checkpoint shows that the folder is being published into.
    """
    leftovers = Leftovers(source, head, findings)
    expected = None if named is None else {path_of(name) for name in named.all()}
    try:
        for path in source.paths():
            if path == CHECKPOINT:
                known = True
            elif _FILE.fullmatch(path):
                known = expected is None or path in expected
            else:
                known = _check_tile(path, leftovers, findings)
            if known:
                findings.passed("F01")
            elif not _may_come(path):
                findings.failed("F01", path, f"nothing calls for {path}")
            elif not leftovers.have_changed():
                text = f"nothing calls for {path}, unless the board is being published here: then audit again"
                findings.failed("F01", path, text)
    except RecordError as error:
        findings.failed("F01", ".", str(error))


def _check_tile(path: str, leftovers: Leftovers, findings: Findings) -> bool:
    try:
        tile = parse_path(path)
    except ProofError:
        return False
    if not leftovers.accounts_for(tile):
        return False
    if findings.is_clean("L04") and findings.is_clean("L06"):
        leftovers.compare(tile)
    return True


def _may_come(path: str) -> bool:
    """Say whether a longer log could call for the file."""
    try:
        parse_path(path)
    except ProofError:
        return _FILE.fullmatch(path) is not None
    return True


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
