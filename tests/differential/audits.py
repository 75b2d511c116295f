"""When two audits of a record say the same: in every member, but for what the specification leaves open."""

import base64
from typing import Any

from ballots.errors import ProofError
from ballots.tiles import ENTRIES, TILE_WIDTH, Tile, parse_bundle, parse_path
from tests.differential.faults import faults_of

Given = dict[str, Any]
Gives = dict[str, Any]


def same_audit(given: Given, mine: Gives, theirs: Gives) -> bool:
    """Say whether two audits are one verdict.

    Left open are the order of faults, and which of several faults of one entry is reported (faults.py): so
    also which check of that entry fails by it.
    """
    mine, theirs = _plain(mine), _plain(theirs)
    if mine == theirs:
        return True
    pair = _entry_fault(mine), _entry_fault(theirs)
    if None in pair or pair[0]["at"] != pair[1]["at"] or pair[0] == pair[1]:  # type: ignore[index]
        return False
    reasons, checks = {each["reason"] for each in pair if each}, {each["id"] for each in pair if each}
    entries = entries_of(given)
    at = pair[0]["at"]  # type: ignore[index]
    if not reasons <= faults_of(entries[:at], entries[at]):
        return False
    return _without(mine, checks) == _without(theirs, checks)


def _plain(gives: Gives) -> Gives:
    """Return an audit with its faults in the order of their checks."""
    return gives | {"faults": sorted(gives["faults"], key=lambda fault: str(fault["id"]))}


def _entry_fault(gives: Gives) -> dict[str, Any] | None:
    """Return the fault of an entry that was refused, None if there is none."""
    found = [fault for fault in gives["faults"] if isinstance(fault["at"], int) and fault["reason"]]
    return found[0] if found else None


def _without(gives: Gives, checks: set[str]) -> Gives:
    """Return an audit without what it says of some checks."""
    kept = {name: [each for each in gives[name] if each["id"] not in checks] for name in ("checks", "faults")}
    return gives | kept


def entries_of(given: Given) -> list[bytes]:
    """Return the entries of a record, as far as its bundles can be read."""
    entries: list[bytes] = []
    bundles = [(tile.index, tile.width, path) for path in given["files"] if (tile := _bundle(path))]
    for index, width, path in sorted(bundles):
        if index * TILE_WIDTH <= len(entries) < index * TILE_WIDTH + width:
            raw = base64.b64decode(given["files"][path])
            entries[index * TILE_WIDTH :] = parse_bundle(raw, width)
    return entries


def _bundle(path: str) -> Tile | None:
    try:
        tile = parse_path(path)
    except ProofError:
        return None
    return tile if tile.level == ENTRIES else None
