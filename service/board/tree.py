"""Keep every complete subtree hash of the board in memory: 64 bytes an entry.

From it come tiles, consistency proofs, and the root of any earlier size. What the entries say is decided
in ballots/board.py. Format: PROTOCOL.md section 3.
"""

from collections.abc import Iterable

from ballots.merkle import EMPTY_ROOT, HASH_LENGTH, Frontier, range_hash


class Tree:
    """A tree that only grows; hashes can be read while it does."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._frontier = Frontier()
        self._rows: list[bytearray] = [bytearray()]
        self.extend(leaves)

    @property
    def size(self) -> int:
        """The number of entries."""
        return self._frontier.size

    def root(self) -> bytes:
        """Return the root over all entries, 32 bytes."""
        return self._frontier.root()

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes at the end."""
        for leaf in leaves:
            for level, value in enumerate([leaf, *self._frontier.append(leaf)]):
                if level == len(self._rows):
                    self._rows.append(bytearray())
                self._rows[level] += value

    def read(self, level: int, index: int) -> bytes:
        """Return the hash over leaves index * 2^level up to (index + 1) * 2^level."""
        return bytes(self._rows[level][index * HASH_LENGTH : (index + 1) * HASH_LENGTH])

    def root_at(self, size: int) -> bytes:
        """Return the root that the tree had at an earlier size."""
        return range_hash(0, size, self.read) if size else EMPTY_ROOT
