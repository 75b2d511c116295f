"""Whole records as cases: the files by path, what an audit gives of them, and how one is told by another.

A vector names a base record and says what differs: {path: null} is a file that is not there, {path: text} one
with these bytes in base64, and {path: {"of": path, "parts": [...]}} one that is put together from bytes in
base64 and from pieces [start, end] of a file of the base.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ballots.note import VerifierKey, parse_vkey
from tally.audit.findings import NOT_REACHED, AuditResult
from tally.audit.run import audit
from tally.audit.source import MissingFileError, TooLargeError

Files = Mapping[str, bytes]
Json = dict[str, Any]


class FilesRecord:
    """A record in memory that can be listed, in the order in which a folder is."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes."""
        if path not in self.files:
            raise MissingFileError(f"{path} is not there")
        if len(self.files[path]) > limit:
            raise TooLargeError(f"expected at most {limit} bytes in {path}")
        return self.files[path]

    def paths(self) -> Iterator[str]:
        """Yield all paths, folder by folder, the files of a folder first."""
        yield from sorted(self.files, key=_place)


def _place(path: str) -> list[tuple[bool, str]]:
    *folders, name = path.split("/")
    return [*((True, folder) for folder in folders), (False, name)]


def audit_files(files: Files, manifest: bytes | None = None, operator: VerifierKey | None = None) -> Json:
    """Return what an audit in this process alone gives of a record in memory."""
    return gives_of(audit(FilesRecord(files), manifest=manifest, operator=operator, processes=1))


def gives_of(result: AuditResult) -> Json:
    """Return a result as both languages tell it: without sentences, and faults in the order of their ids."""
    told: Json = msgspec.to_builtins(result)
    told["checks"] = [
        {
            "at": check["at"],
            "count": check["count"],
            "id": check["id"],
            "ok": check["ok"],
            "reached": not check["name"].endswith(NOT_REACHED),
        }
        for check in told["checks"]
    ]
    faults = [{name: fault[name] for name in ("at", "id", "reason")} for fault in told["faults"]]
    told["faults"] = sorted(faults, key=lambda fault: str(fault["id"]))
    return told


def audit_call(given: Json) -> Json:
    """The call `audit` of the vectors: {"files": {path: base64}, "manifest": hex, "operator": vkey}."""
    files = {path: base64.b64decode(raw) for path, raw in given["files"].items()}
    manifest = bytes.fromhex(given["manifest"]) or None
    operator = parse_vkey(given["operator"]) if given["operator"] else None
    return json.loads(json.dumps(audit_files(files, manifest, operator)))  # type: ignore[no-any-return]


def in_base64(files: Files) -> dict[str, str]:
    """Return files as JSON has them."""
    return {path: base64.b64encode(raw).decode() for path, raw in files.items()}


# --- one record told by another ---


def expand(given: Json, bases: Mapping[str, Mapping[str, str]]) -> Json:
    """Return what a vector gives to `audit`, with all its files in base64."""
    base = {path: base64.b64decode(raw) for path, raw in bases[given["base"]].items()}
    files = dict(base)
    for path, change in given["changes"].items():
        if change is None:
            files.pop(path)
        elif isinstance(change, str):
            files[path] = base64.b64decode(change)
        else:
            source = base[change["of"]]
            files[path] = b"".join(
                base64.b64decode(part) if isinstance(part, str) else source[part[0] : part[1]]
                for part in change["parts"]
            )
    return {"files": in_base64(files), "manifest": given["manifest"], "operator": given["operator"]}


def changes_from(base: Files, files: Files) -> Json:
    """Return what `expand` makes `files` of."""
    changes: Json = dict.fromkeys(sorted(base.keys() - files.keys()))
    for path, raw in sorted(files.items()):
        if base.get(path) == raw:
            continue
        told: Json | str = base64.b64encode(raw).decode()
        for source in _alike(base, path):
            parts = {"of": source, "parts": _parts(path, base[source], raw)}
            told = min(told, parts, key=lambda each: len(json.dumps(each)))
        changes[path] = told
    return changes


def _alike(base: Files, path: str) -> list[str]:
    """Return the files of the base from which this one may have grown."""
    return [each for each in base if each.split("/")[:2] == path.split("/")[:2] and each.count("/") > 1]


def _parts(path: str, source: bytes, raw: bytes) -> list[str | list[int]]:
    places = {chunk: at for at, chunk in reversed(list(_chunks(path, source)))}
    parts: list[bytes | list[int]] = []
    for _, chunk in _chunks(path, raw):
        at = places.get(chunk)
        last = parts[-1] if parts else None
        if at is None:
            if isinstance(last, bytes):
                parts[-1] = last + chunk
            else:
                parts.append(chunk)
        elif isinstance(last, list) and last[1] == at:
            last[1] += len(chunk)
        else:
            parts.append([at, at + len(chunk)])
    return [base64.b64encode(part).decode() if isinstance(part, bytes) else part for part in parts]


def _chunks(path: str, raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield place and bytes of each entry of a bundle, or of each hash of a tile."""
    at = 0
    while at < len(raw):
        length = 2 + int.from_bytes(raw[at : at + 2], "big") if "/entries/" in path else 32
        yield at, raw[at : at + length]
        at += length


def smallest(bases: Mapping[str, Files], files: Files) -> tuple[str, Json]:
    """Return the base from which these files differ least, and how they do."""
    told: Sequence[tuple[str, Json]] = [(name, changes_from(base, files)) for name, base in bases.items()]
    return min(told, key=lambda each: len(json.dumps(each[1])))
