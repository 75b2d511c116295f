"""Every byte of a record, named: the pieces that mutations change, so that none is left out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.records import Files

_DECODER = json.JSONDecoder()
DEPTH = 2
"""Members are told apart so deep: a member of an entry, and an element of a list in it."""


@dataclass(frozen=True)
class Region:
    """Bytes `start` to `end` of a file, and what they are."""

    path: str
    start: int
    end: int
    name: str


def regions_of(files: Files) -> list[Region]:
    """Return the regions of a record, file by file, in order."""
    return [region for path, raw in sorted(files.items()) for region in _regions(path, raw)]


def _regions(path: str, raw: bytes) -> Iterator[Region]:
    if path == "checkpoint":
        yield from _even(path, raw, [len(line) for line in raw.splitlines(keepends=True)], "line")
    elif path.startswith("tile/entries/"):
        yield from _entries(path, raw)
    elif path.startswith("tile/"):
        yield from _even(path, raw, [32] * (len(raw) // 32), "hash")
    elif raw.startswith(b"{"):
        yield from _json(path, raw, 0, len(raw), "")
    else:
        yield Region(path, 0, len(raw), "file")


def _even(path: str, raw: bytes, lengths: list[int], name: str) -> Iterator[Region]:
    at = 0
    for number, length in enumerate(lengths):
        yield Region(path, at, at + length, f"{name} {number}")
        at += length
    assert at == len(raw)


def _entries(path: str, raw: bytes) -> Iterator[Region]:
    at = number = 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        yield Region(path, at, at + 2, f"entry {number}: length")
        yield from _json(path, raw, at + 2, at + 2 + length, f"entry {number}")
        at += 2 + length
        number += 1


def _json(path: str, raw: bytes, start: int, end: int, name: str) -> Iterator[Region]:
    """Yield members and elements, and what stands between them."""
    text = raw[start:end].decode("latin-1")
    at = 0
    for member, first, last in _members(text, 0, DEPTH, ""):
        if at < first:
            yield Region(path, start + at, start + first, f"{name}: before {member}")
        yield Region(path, start + first, start + last, f"{name}: {member}")
        at = last
    yield Region(path, start + at, end, f"{name}: end")


def _members(text: str, at: int, depth: int, name: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of the values in a canonical object or array that begins at `at`."""
    closing = {"{": "}", "[": "]"}[text[at]]
    number = 0
    at += 1
    while text[at] != closing:
        member = str(number)
        if closing == "}":
            member, after = _DECODER.raw_decode(text, at)
            at = after + 1
        _, end = _DECODER.raw_decode(text, at)
        inner = f"{name}/{member}" if name else member
        if depth > 1 and text[at] in "{[" and end - at > 2:
            yield from _members(text, at, depth - 1, inner)
        else:
            yield inner, at, end
        at = end + (text[end] == ",")
        number += 1
