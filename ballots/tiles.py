"""Cut the board into files that any web server can serve: tiles of 256 hashes and bundles of 256 entries.

A tile proves nothing: a reader that trusts full tiles can be given forged ones that still lead to the
signed root (CVE-2026-56865). So an audit rebuilds every hash from the entries (`verify_tiles`), and tiles
serve only to make proofs, which their receiver verifies. Format: C2SP tlog-tiles 0.1.0; PROTOCOL.md
section 3.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from ballots.errors import ProofError
from ballots.merkle import HASH_LENGTH, Frontier, HashReader, leaf_hash, root_of
from ballots.wire import MAX_ENTRY, MAX_INT, Record

TILE_HEIGHT = 8
"""Levels of the hash tree in one level of tiles."""
TILE_WIDTH = 256
"""Hashes of a full tile, and entries of a full bundle."""
MAX_LEVEL = 63
"""The highest level of tiles that a path may name."""
ENTRIES = -1
"""The level of entry bundles."""

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


class Tile(Record):
    """The name of tile `index` (from 0) at `level` (0 to 63, or ENTRIES); it is partial below width 256."""

    index: int
    level: int
    width: int


TileReader = Callable[[Tile], bytes]
"""Gives the content of a tile or bundle."""
EntryReader = Callable[[int], bytes]
"""Gives the entry at an index of the board."""


def parse_path(path: str) -> Tile:
    """Return the tile behind `tile/<L or entries>/<N>[.p/<W>]`. Errors: ProofError `tile-path`."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise ProofError("tile-path", "expected tile/<level>/<index> or tile/entries/<index>")
    level = ENTRIES if match[1] == "entries" else int(match[1])
    index = int(match[2].replace("x", "").replace("/", ""))
    tile = Tile(index=index, level=level, width=int(match[3] or TILE_WIDTH))
    if format_path(tile) != path:
        raise ProofError("tile-path", "expected the one spelling of level, index and width")
    return tile


def format_path(tile: Tile) -> str:
    """Return the path of a tile; the inverse of `parse_path`.

    Errors: ProofError `tile-path` (a level not from 0 to 63 or ENTRIES, a width not from 1 to 256, an
    index not from 0 to 2^53-1).
    """
    if not (
        ENTRIES <= tile.level <= MAX_LEVEL and 0 <= tile.index <= MAX_INT and 1 <= tile.width <= TILE_WIDTH
    ):
        raise ProofError(
            "tile-path", f"no tile has level {tile.level}, index {tile.index}, width {tile.width}"
        )
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    digits = f"{tile.index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{number}" + ("" if tile.width == TILE_WIDTH else f".p/{tile.width}")


def tiles_of_size(size: int) -> Iterator[Tile]:
    """Yield every hash tile of a board of `size` entries, level by level, and then every entry bundle."""
    yield from _grown_tiles(0, size)
    yield from _grown(ENTRIES, 0, size)


def find_tile(level: int, index: int, size: int) -> Tile | None:
    """Return the tile at `level` (or ENTRIES) and `index` of a board of `size` entries, or None."""
    width = min((size >> TILE_HEIGHT * max(level, 0)) - index * TILE_WIDTH, TILE_WIDTH)
    return Tile(index=index, level=level, width=width) if index >= 0 and width > 0 else None


def new_tiles(old_size: int, new_size: int, read: HashReader) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each hash tile to publish when the board grows from the old size.

    `read(8 * level, i)` gives the i-th hash of a level of tiles. Publish these and `new_bundles`, then
    the checkpoint.
    """
    for tile in _grown_tiles(old_size, new_size):
        first = tile.index * TILE_WIDTH
        hashes = (read(TILE_HEIGHT * tile.level, i) for i in range(first, first + tile.width))
        yield format_path(tile), b"".join(hashes)


def new_bundles(old_size: int, new_size: int, read: EntryReader) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each entry bundle to publish when the board grows from the old size."""
    for tile in _grown(ENTRIES, old_size, new_size):
        first = tile.index * TILE_WIDTH
        yield format_path(tile), format_bundle([read(i) for i in range(first, first + tile.width)])


def parse_tile(raw: bytes, width: int) -> list[bytes]:
    """Return the `width` hashes of a tile. Errors: ProofError `tile-length`."""
    if len(raw) != width * HASH_LENGTH:
        raise ProofError(
            "tile-length", f"expected {width} hashes of {HASH_LENGTH} bytes, got {len(raw)} bytes"
        )
    return [raw[at : at + HASH_LENGTH] for at in range(0, len(raw), HASH_LENGTH)]


def parse_bundle(raw: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle, each of 1 to 65,535 bytes.

    Errors: ProofError `bundle-length` (too short, or bytes left over), `bundle-entry` (an empty entry).
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(raw[at:start], "big")
        if start > len(raw) or at > len(raw):
            raise ProofError(
                "bundle-length", f"expected {width} entries, the bytes end in number {len(entries)}"
            )
        if at == start:
            raise ProofError("bundle-entry", f"entry {len(entries)} of the bundle is empty")
        entries.append(raw[start:at])
    if at != len(raw):
        raise ProofError("bundle-length", f"{len(raw) - at} bytes are left after {width} entries")
    return entries


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle; the inverse of `parse_bundle`. Errors: ProofError `bundle-entry`."""
    for entry in entries:
        if not 1 <= len(entry) <= MAX_ENTRY:
            raise ProofError("bundle-entry", f"expected an entry of 1 to {MAX_ENTRY} bytes, got {len(entry)}")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def hash_reader(size: int, read: TileReader) -> HashReader:
    """Return a reader of hashes of a board of `size` entries from its tiles, for making proofs only.

    The reader raises ProofError `tile-index` (a hash that this size lacks) and `tile-length`.
    """

    def read_hash(level: int, index: int) -> bytes:
        if level < 0 or index < 0 or (index + 1) << level > size:
            raise ProofError("tile-index", f"a board of size {size} has no hash {index} at level {level}")
        tile_level, inner = divmod(level, TILE_HEIGHT)
        number, first = divmod(index << inner, TILE_WIDTH)
        tile = find_tile(tile_level, number, size)
        if tile is None:  # the check above excludes it
            raise ProofError(
                "tile-index", f"a board of size {size} has no tile {number} at level {tile_level}"
            )
        return root_of(parse_tile(read(tile), tile.width)[first : first + (1 << inner)])

    return read_hash


def entries_of_size(size: int, read: TileReader) -> Iterator[bytes]:
    """Yield the entries of a board of `size`, read from its bundles. Errors: those of `parse_bundle`.

    They are not verified before `root_of` over their leaf hashes has been compared with a signed root.
    """
    for tile in _grown(ENTRIES, 0, size):
        yield from parse_bundle(read(tile), tile.width)


def root_of_bundles(size: int, read: TileReader) -> bytes:
    """Return the root (32 bytes) rebuilt from the entries alone. Errors: those of `parse_bundle`."""
    return root_of(map(leaf_hash, entries_of_size(size, read)))


def verify_tiles(size: int, root: bytes, read: TileReader) -> None:
    """Raise ProofError unless the entries lead to `root` and every hash tile is what they lead to.

    Reasons: those of `parse_bundle`, `tile-content` (a tile with other bytes), `tile-root` (other entries).
    """
    frontier = Frontier()
    rows: list[list[bytes]] = []
    for entry in entries_of_size(size, read):
        value = leaf_hash(entry)
        completed = [value, *frontier.append(value)]
        for level, value in enumerate(completed[::TILE_HEIGHT]):
            if level == len(rows):
                rows.append([])
            rows[level].append(value)
            if len(rows[level]) == TILE_WIDTH:
                end = frontier.size >> TILE_HEIGHT * (level + 1)
                _verify_tile(Tile(index=end - 1, level=level, width=TILE_WIDTH), rows[level], read)
                rows[level] = []
    for level, row in enumerate(rows):
        if row:
            index = size >> TILE_HEIGHT * (level + 1)
            _verify_tile(Tile(index=index, level=level, width=len(row)), row, read)
    if frontier.root() != root:
        raise ProofError(
            "tile-root", f"expected root {root.hex()}, the entries lead to {frontier.root().hex()}"
        )


def _verify_tile(tile: Tile, hashes: list[bytes], read: TileReader) -> None:
    if read(tile) != b"".join(hashes):
        raise ProofError("tile-content", f"{format_path(tile)} is not what the entries lead to")


def _grown_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    level = 0
    while new_size >> TILE_HEIGHT * level:
        yield from _grown(level, old_size, new_size)
        level += 1


def _grown(level: int, old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield the tiles of one level that the new size has and the old size lacks."""
    if not 0 <= old_size <= new_size:
        raise ProofError("proof-size", f"expected 0 <= old <= new, got old {old_size} and new {new_size}")
    shift = TILE_HEIGHT * max(level, 0)
    old, new = old_size >> shift, new_size >> shift
    if old == new:
        return
    for index in range(old >> TILE_HEIGHT, new >> TILE_HEIGHT):
        yield Tile(index=index, level=level, width=TILE_WIDTH)
    if new % TILE_WIDTH:
        yield Tile(index=new >> TILE_HEIGHT, level=level, width=new % TILE_WIDTH)
