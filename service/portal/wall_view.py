"""What the board's own page shows: entries as tiles, each with number and kind in words. Pure."""

from collections.abc import Sequence

import msgspec

from ballots.codes import ballot_number
from service.portal.errors import NotHereError, TypedError
from service.portal.follow import Snapshot
from service.portal.store import StoredEntry
from service.portal.words import KINDS, Words

PAGE = 50
"""How many entries stand on one page of the wall."""
MAX_DIGITS = 15
DRAWINGS = {
    "ballot": "ballot",
    "request": "share",
    "roll": "list",
    "replace": "list",
    "style": "plan",
    "contest": "plan",
    "manifest": "plan",
    "bundle": "plan",
    "trustee-key": "key",
    "tally": "count",
    "certify": "count",
}
"""The drawing of a kind on its tile; what opens and closes things has a door."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on the wall. `look` is `closed`, `open`, `old` (replaced) or `plain`."""

    position: int
    kind: str
    drawing: str
    number: str = ""
    look: str = "plain"
    state: str = ""


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the wall; `earlier` and `later` are where the pages beside it start."""

    size: int
    start: int
    end: int
    tiles: list[Tile]
    earlier: int | None
    later: int | None
    last: int


def parse_start(typed: str, size: int) -> int:
    """Return where a page of the wall starts; a PageError says what to type instead."""
    start = parse_position(typed)
    if start and start >= size:
        raise NotHereError("page.error.wall-end", "page.error.wall-end-advice", size)
    return start


def parse_position(typed: str) -> int:
    """Return a place on the board as somebody typed it; TypedError if it is no whole number."""
    typed = typed.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= MAX_DIGITS):
        raise TypedError("page.error.tile-number", "page.error.tile-number-advice")
    return int(typed)


def show_wall(words: Words, snapshot: Snapshot, start: int, entries: Sequence[StoredEntry]) -> Wall:
    """Return the page of the wall that starts at `start`."""
    end = start + len(entries)
    return Wall(
        size=snapshot.size,
        start=start,
        end=end,
        tiles=[show_tile(words, entry, snapshot.is_open) for entry in entries],
        earlier=max(0, start - PAGE) if start else None,
        later=end if entries and end < snapshot.size else None,
        last=max(0, snapshot.size - 1) // PAGE * PAGE,
    )


def wall_address(start: int) -> str:
    """Return the address of the page of the wall that starts at `start`."""
    return f"/wall?from={start}" if start else "/wall"


def show_tile(words: Words, entry: StoredEntry, is_open: bool) -> Tile:
    """Return one tile. A ballot's tile turns over when enough partners have published their keys."""
    look = state = number = ""
    if entry.kind == "ballot":
        number = say_ballot_number(entry.entry_hash)
        if entry.superseded:
            look, state = "old", words.say("page.tile.old")
        else:
            look = "open" if is_open else "closed"
            state = words.say("page.tile.open" if is_open else "page.tile.closed")
    return Tile(
        position=entry.position,
        kind=words.say_word(KINDS, entry.kind),
        drawing="opened" if look == "open" else DRAWINGS.get(entry.kind, "door"),
        number=number,
        look=look or "plain",
        state=state,
    )


def say_ballot_number(entry_hash: bytes) -> str:
    """Return a ballot's number in two groups of five."""
    number = ballot_number(entry_hash)
    return f"{number[:5]}-{number[5:]}"
