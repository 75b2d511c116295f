"""Hash the board's entries into one root, and prove that an entry or an earlier board is in it.

A proof says nothing about who signed the root; that is checkpoint.py and tlog_proof.py.
Hashes and proofs: RFC 6962 section 2.1; verification: RFC 9162 sections 2.1.3.2 and 2.1.4.2.
Format: PROTOCOL.md section 3.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from ballots.errors import ProofError

HASH_LENGTH = 32
"""Bytes of a hash (SHA-256)."""
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without entries."""
MAX_PROOF = 63
"""The most hashes that a proof may have."""

HashReader = Callable[[int, int], bytes]
"""(level, index) -> the hash over leaves index * 2^level up to (index + 1) * 2^level; level 0 is leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(00 || entry), 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(01 || left || right), 32 bytes; the caller has checked that both parts are 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree to which leaves are only added; it remembers one hash a one-bit of its size."""

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def of(cls, size: int, hashes: Iterable[bytes]) -> Self:
        """Return the frontier that had this size and these `hashes`; the inverse of `hashes`.

        Errors: ProofError `frontier-length` (not one hash a one-bit of `size`), `proof-hash`.
        """
        known = list(hashes)
        if size < 0 or len(known) != size.bit_count():
            raise ProofError("frontier-length", f"expected one hash a one-bit of size {size}")
        _check_hashes(*known)
        return cls(size, known)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    def hashes(self) -> list[bytes]:
        """Return the roots of the full subtrees, the largest (leftmost) first."""
        return list(self._hashes)

    def copy(self) -> Self:
        """Return an independent frontier of the same tree."""
        return type(self)(self._size, self._hashes)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add one leaf hash and return the subtree hashes it completes: of level 1, level 2 and so on.

        A completed hash of level k has index (size before) >> k. On average there is one.
        Errors: ProofError `proof-hash`.
        """
        if len(leaf) != HASH_LENGTH:
            _check_hashes(leaf)
        hashes, bits, completed = self._hashes, self._size, []
        while bits & 1:
            leaf = hashlib.sha256(b"\x01" + hashes.pop() + leaf).digest()
            completed.append(leaf)
            bits >>= 1
        hashes.append(leaf)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """Return the root over all leaves, 32 bytes."""
        return _fold(self._hashes) if self._hashes else EMPTY_ROOT


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes, 32 bytes. Errors: ProofError `proof-hash`."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def range_hash(start: int, end: int, read: HashReader) -> bytes:
    """Return the root over leaves `start` up to `end` (above `start`), a span that is a subtree."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(read(level, start >> level))
        start += 1 << level
    return _fold(parts)


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves, the lowest first.

    Errors: ProofError `proof-index`, and whatever `read` raises. RFC 6962 section 2.1.1.
    """
    _check_index(index, size)
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_hash(middle, end, read))
            end = middle
        else:
            proof.append(range_hash(start, middle, read))
            start = middle
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless leaf hash `leaf` stands at `index` of the tree with this size and root.

    Reasons: `proof-index` (not 0 <= index < size), `proof-hash` (a hash that is not 32 bytes),
    `proof-length` (too many or too few hashes), `proof-root`. RFC 9162 section 2.1.3.2.
    """
    _check_index(index, size)
    _check_hashes(leaf, root, *proof)
    here, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _wrong_length(proof)
        if here & 1 or here == last:
            computed = node_hash(sibling, computed)
            zeros = _trailing_zeros(here)
            here, last = here >> zeros, last >> zeros
        else:
            computed = node_hash(computed, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise _wrong_length(proof)
    _check_root(computed, root)


def consistency_proof(old_size: int, new_size: int, read: HashReader) -> list[bytes]:
    """Return the hashes that prove that the tree of `new_size` begins with the tree of `old_size`.

    There are none from size 0 or between equal sizes. Errors: ProofError `proof-size` (not 0 <= old <=
    new), and whatever `read` raises. RFC 6962 section 2.1.2.
    """
    _check_sizes(old_size, new_size)
    if old_size == 0:
        return []
    start, end, proof = 0, new_size, []
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(range_hash(middle, end, read))
            end = middle
        else:
            proof.append(range_hash(start, middle, read))
            start = middle
    if start != 0:
        proof.append(range_hash(start, end, read))
    return proof[::-1]


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ProofError unless the tree with the new size and root begins with the old tree.

    From size 0 the proof is empty and the old root is EMPTY_ROOT: the empty tree begins every tree.
    Reasons: `proof-size` (not 0 <= old <= new), `proof-hash`, `proof-length`, `proof-root`. RFC 9162
    section 2.1.4.2.
    """
    _check_sizes(old_size, new_size)
    _check_hashes(old_root, new_root, *proof)
    if old_size in (0, new_size):
        if proof:
            raise _wrong_length(proof)
        if old_size == 0:
            _check_root(EMPTY_ROOT, old_root)
        if old_size == new_size:
            _check_root(old_root, new_root)
        return
    _verify_growth(old_size, old_root, new_size, new_root, proof)


def _verify_growth(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    # 0 < old_size < new_size. If the old tree is one full subtree, its root begins the path unsaid.
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not proof:
        raise _wrong_length(proof)
    zeros = _trailing_zeros(old_size)
    here, last = (old_size - 1) >> zeros, (new_size - 1) >> zeros
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _wrong_length(proof)
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            zeros = _trailing_zeros(here)
            here, last = here >> zeros, last >> zeros
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise _wrong_length(proof)
    _check_root(old, old_root)
    _check_root(new, new_root)


def _fold(parts: Sequence[bytes]) -> bytes:
    root = parts[-1]
    for left in reversed(parts[:-1]):
        root = node_hash(left, root)
    return root


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofError("proof-index", f"expected an index from 0 to below size {size}, got {index}")


def _check_sizes(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size:
        raise ProofError("proof-size", f"expected 0 <= old <= new, got old {old_size} and new {new_size}")


def _check_hashes(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_LENGTH:
            raise ProofError("proof-hash", f"expected {HASH_LENGTH} bytes, got {len(value)}")


def _check_root(computed: bytes, root: bytes) -> None:
    if computed != root:
        raise ProofError("proof-root", f"expected root {root.hex()}, the proof leads to {computed.hex()}")


def _wrong_length(proof: Sequence[bytes]) -> ProofError:
    return ProofError("proof-length", f"{len(proof)} hashes are not the number that these sizes need")
