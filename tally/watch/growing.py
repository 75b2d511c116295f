"""Grow a log's tree and its tiles entry by entry, from any size on, in memory that does not grow.

Limit: nothing is read or written here. Format: C2SP tlog-tiles; PROTOCOL.md section 3.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Self

from ballots.merkle import HASH_LENGTH, Frontier, HashReader, leaf_hash, range_hash
from ballots.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, TileReader, find_tile, format_path, hash_reader
from tally.audit.source import MissingFileError

Reader = Callable[[str], bytes]
"""Gives a file of a record by its path; MissingFileError if it is not there."""


class Growing:
    """The tree of a log, with the hashes of the tiles that are not full yet."""

    def __init__(self, tree: Frontier | None = None, rows: Sequence[Sequence[bytes]] = ()) -> None:
        self.tree = tree or Frontier()
        self._rows = [list(row) for row in rows]

    def copy(self) -> Self:
        """Return an independent one of the same log."""
        return type(self)(self.tree.copy(), self._rows)

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.tree.size

    def leaves(self) -> list[bytes]:
        """Return the leaf hashes of the last bundle, if that is not full."""
        return list(self._rows[0]) if self._rows else []

    def append(self, entry: bytes) -> Iterator[tuple[str, bytes]]:
        """Add an entry; yield path and content of each tile that is full with it."""
        leaf = leaf_hash(entry)
        completed = [leaf, *self.tree.append(leaf)]
        for level, value in enumerate(completed[::TILE_HEIGHT]):
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(value)
            if len(self._rows[level]) == TILE_WIDTH:
                index = (self.size >> TILE_HEIGHT * (level + 1)) - 1
                tile = Tile(index=index, level=level, width=TILE_WIDTH)
                yield format_path(tile), b"".join(self._rows[level])
                self._rows[level] = []

    def partial_tiles(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of the tiles that this size has and that are not full."""
        for level, row in enumerate(self._rows):
            if row:
                index = self.size >> TILE_HEIGHT * (level + 1)
                yield format_path(Tile(index=index, level=level, width=len(row))), b"".join(row)


def tile_reader(read: Reader) -> TileReader:
    """Return a reader of tiles; of a partial one that is not there, the beginning of the full one."""

    def read_tile(tile: Tile) -> bytes:
        try:
            return read(format_path(tile))
        except MissingFileError:
            if tile.width == TILE_WIDTH:
                raise
        full = read(format_path(Tile(index=tile.index, level=tile.level, width=TILE_WIDTH)))
        return full[: tile.width * HASH_LENGTH]

    return read_tile


def hashes_of(size: int, read: Reader) -> HashReader:
    """Return a reader of the hashes of a log of this size, from its tiles."""
    return hash_reader(size, tile_reader(read))


def root_at(size: int, hashes: HashReader) -> bytes:
    """Return the root that the log had at an earlier size above 0."""
    return range_hash(0, size, hashes)


def find_leaves(wanted: Set[bytes], start: int, size: int, read: Reader) -> dict[bytes, int]:
    """Return the positions, from the tile of `start` on, of those leaf hashes that a log of this size has."""
    found: dict[bytes, int] = {}
    read_tile = tile_reader(read)
    for index in range(start // TILE_WIDTH, -(-size // TILE_WIDTH) if wanted else 0):
        tile = find_tile(0, index, size)
        if tile is None:
            break
        raw = read_tile(tile)
        for place in range(tile.width):
            leaf = raw[place * HASH_LENGTH : (place + 1) * HASH_LENGTH]
            if leaf in wanted:
                found[leaf] = index * TILE_WIDTH + place
    return found
