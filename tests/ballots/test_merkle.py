"""Roots and proofs equal the published ones and those of independent code, and no altered proof passes."""

import hashlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal.merkle import verify_merkle_inclusion

from ballots.errors import ProofError
from ballots.merkle import (
    EMPTY_ROOT,
    Frontier,
    HashReader,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves, the roots and the proofs that the tests of Certificate Transparency share.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_PATH_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
# From size, to size, proof.
CT_CONSISTENCY = [
    (1, 1, []),
    (1, 8, CT_PATH_0_OF_8),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CT_LEAF_HASHES = [leaf_hash(leaf) for leaf in CT_LEAVES]
CT_ROOT = bytes.fromhex(CT_ROOTS[8])
SIZES = 71
LEAVES = [leaf_hash(b"entry %d" % i) for i in range(SIZES)]
ROOTS = [root_of(LEAVES[:size]) for size in range(SIZES + 1)]
HASH = bytes(32)


def reader_of(leaves: Sequence[bytes]) -> HashReader:
    """Return a reader over leaf hashes."""

    def read(level: int, index: int) -> bytes:
        span = leaves[index << level : (index + 1) << level]
        assert len(span) == 1 << level
        return root_of(span)

    return read


READ = reader_of(LEAVES)


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root by the recursive definition of RFC 6962 section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(plain_root(leaves[:k]), plain_root(leaves[k:]))


def plain_consistency(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """Return the proof by the recursive definition (SUBPROOF) of RFC 6962 section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [plain_root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if old <= k:
        return [*plain_consistency(old, leaves[:k], whole=whole), plain_root(leaves[k:])]
    return [*plain_consistency(old - k, leaves[k:], whole=False), plain_root(leaves[:k])]


def reason_of(error: pytest.ExceptionInfo[ProofError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_ct_leaves(size: int) -> None:
    """The roots over the eight leaves of Certificate Transparency are the published ones."""
    assert root_of(CT_LEAF_HASHES[:size]).hex() == CT_ROOTS[size]


def test_path_of_the_ct_leaves() -> None:
    """The path from the first of the eight leaves is the published one."""
    assert [h.hex() for h in inclusion_proof(0, 8, reader_of(CT_LEAF_HASHES))] == CT_PATH_0_OF_8


@pytest.mark.parametrize(("old", "new", "proof"), CT_CONSISTENCY)
def test_consistency_of_the_ct_leaves(old: int, new: int, proof: list[str]) -> None:
    """The consistency proofs between sizes of the eight leaves are the published ones."""
    ours = consistency_proof(old, new, reader_of(CT_LEAF_HASHES))
    assert [h.hex() for h in ours] == proof
    verify_consistency(old, bytes.fromhex(CT_ROOTS[old]), new, bytes.fromhex(CT_ROOTS[new]), ours)


def test_consistency_and_definition_agree() -> None:
    """Every consistency proof up to 71 leaves is that of the recursive definition."""
    for new in range(1, SIZES + 1):
        for old in range(1, new + 1):
            assert consistency_proof(old, new, READ) == plain_consistency(old, LEAVES[:new], whole=True)


@pytest.mark.parametrize("size", range(SIZES + 1))
def test_frontier_and_definition_agree(size: int) -> None:
    """The frontier gives the root of the recursive definition at every size."""
    assert root_of(LEAVES[:size]) == plain_root(LEAVES[:size])


def test_frontier_returns_the_completed_hashes() -> None:
    """Appending returns exactly the subtree hashes that the new leaf completes, from level 1 up."""
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES):
        completed = frontier.append(leaf)
        assert completed == [READ(level, size >> level) for level in range(1, len(completed) + 1)]
        assert (size + 1) % (1 << len(completed)) == 0


def test_frontier_goes_on_from_its_hashes() -> None:
    """A frontier made from the hashes of another, or copied, grows into the same tree and leaves it alone."""
    for size in range(SIZES):
        frontier = Frontier()
        for leaf in LEAVES[:size]:
            frontier.append(leaf)
        for twin in (Frontier.of(size, frontier.hashes()), frontier.copy()):
            twin.append(LEAVES[size])
            assert (twin.size, twin.root()) == (size + 1, ROOTS[size + 1])
        assert (frontier.size, frontier.root()) == (size, ROOTS[size])


@pytest.mark.parametrize(
    ("size", "hashes", "reason"),
    [
        (-1, [HASH], "frontier-length"),
        (0, [HASH], "frontier-length"),
        (1, [], "frontier-length"),
        (3, [HASH], "frontier-length"),
        (4, [HASH, HASH], "frontier-length"),
        (1, [HASH[1:]], "proof-hash"),
    ],
)
def test_impossible_frontiers(size: int, hashes: list[bytes], reason: str) -> None:
    """A frontier whose hashes do not fit its size is refused."""
    with pytest.raises(ProofError) as error:
        Frontier.of(size, hashes)
    assert reason_of(error) == reason


def test_a_leaf_must_be_a_hash() -> None:
    """An entry given in place of its leaf hash is refused and changes nothing."""
    frontier = Frontier()
    with pytest.raises(ProofError) as error:
        frontier.append(b"entry")
    assert reason_of(error) == "proof-hash"
    assert frontier.root() == EMPTY_ROOT


def test_every_inclusion_proof_verifies() -> None:
    """Every leaf of every tree up to 71 leaves has a proof that verifies there and at no other index."""
    for size in range(1, SIZES + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, READ)
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
            for other in {0, index ^ 1, index + 1, index - 1, size - 1, size} - {index}:
                with pytest.raises(ProofError):
                    verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])


def test_every_consistency_proof_verifies() -> None:
    """Every pair of sizes up to 71 has a proof that verifies, and only with its own roots and sizes."""
    for new in range(SIZES + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, READ)
            verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)
            with pytest.raises(ProofError):
                verify_consistency(old, HASH, new, ROOTS[new], proof)
            if old:
                with pytest.raises(ProofError):
                    verify_consistency(old, ROOTS[old], new, HASH, proof)
                with pytest.raises(ProofError):
                    verify_consistency(old - 1, ROOTS[old], new, ROOTS[new], proof)


def test_proofs_of_pymerkle_are_ours() -> None:
    """An independent library makes the same roots and inclusion proofs, and proves our roots consistent.

    Its consistency proofs are laid out in a way of its own, so they are not compared hash by hash.
    """
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    leaves: list[bytes] = []
    for size in range(1, 40):
        entry = b"entry %d" % size
        tree.append_entry(entry)
        leaves.append(leaf_hash(entry))
        assert tree.get_root(size) == root_of(leaves)
    read = reader_of(leaves)
    for size in range(1, 40):
        for index in range(size):
            path = tree.prove_inclusion(index + 1, size).path
            assert path == [leaves[index], *inclusion_proof(index, size, read)]
        for old in range(1, size):
            roots = root_of(leaves[:old]), root_of(leaves[:size])
            pymerkle.verify_consistency(*roots, tree.prove_consistency(old, size), old, size, "sha256")


def test_sigstore_accepts_our_inclusion_proofs() -> None:
    """The verifier of sigstore accepts every inclusion proof up to 39 leaves."""
    entries = [b"entry %d" % i for i in range(39)]
    read = reader_of([leaf_hash(entry) for entry in entries])
    for size in range(1, len(entries) + 1):
        root = root_of(map(leaf_hash, entries[:size]))
        for index in range(size):
            proof = SimpleNamespace(
                log_index=index, tree_size=size, hashes=inclusion_proof(index, size, read), root_hash=root
            )
            inner = SimpleNamespace(inclusion_proof=proof, canonicalized_body=entries[index])
            verify_merkle_inclusion(cast("Any", SimpleNamespace(_inner=inner)))


PATH_2_OF_7 = inclusion_proof(2, 7, READ)


@pytest.mark.parametrize(
    ("index", "size", "proof", "reason"),
    [
        (2, 7, PATH_2_OF_7[:-1], "proof-length"),
        (2, 7, [], "proof-length"),
        (2, 7, [*PATH_2_OF_7, HASH], "proof-length"),
        (2, 7, PATH_2_OF_7[::-1], "proof-root"),
        (2, 7, [PATH_2_OF_7[1], PATH_2_OF_7[0], PATH_2_OF_7[2]], "proof-root"),
        (3, 7, PATH_2_OF_7, "proof-root"),
        (7, 7, PATH_2_OF_7, "proof-index"),
        (8, 7, PATH_2_OF_7, "proof-index"),
        (-1, 7, PATH_2_OF_7, "proof-index"),
        (0, 0, [], "proof-index"),
        (0, -1, [], "proof-index"),
        (2, 7, [b"", *PATH_2_OF_7[1:]], "proof-hash"),
        (2, 7, [PATH_2_OF_7[0] + b"\0", *PATH_2_OF_7[1:]], "proof-hash"),
        (6, 7, PATH_2_OF_7, "proof-length"),
    ],
)
def test_forged_inclusion(index: int, size: int, proof: list[bytes], reason: str) -> None:
    """Every altered inclusion proof is refused for its reason."""
    with pytest.raises(ProofError) as error:
        verify_inclusion(LEAVES[2], index, size, proof, ROOTS[7])
    assert reason_of(error) == reason


def test_a_node_is_no_leaf() -> None:
    """An inner node cannot be passed off as an entry, as leaves and nodes hash differently."""
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(left + right), 0, 2, [READ(1, 1)], ROOTS[4])


FROM_6_TO_11 = consistency_proof(6, 11, READ)
FROM_4_TO_11 = consistency_proof(4, 11, READ)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof", "reason"),
    [
        (6, ROOTS[6], 11, ROOTS[11], FROM_6_TO_11[:-1], "proof-length"),
        (6, ROOTS[6], 11, ROOTS[11], [*FROM_6_TO_11, HASH], "proof-length"),
        (6, ROOTS[6], 11, ROOTS[11], [], "proof-length"),
        (4, ROOTS[4], 11, ROOTS[11], [], "proof-length"),
        (4, ROOTS[4], 11, ROOTS[11], [ROOTS[4], *FROM_4_TO_11], "proof-length"),
        (6, ROOTS[6], 11, ROOTS[11], FROM_6_TO_11[::-1], "proof-root"),
        (6, ROOTS[5], 11, ROOTS[11], FROM_6_TO_11, "proof-root"),
        (6, ROOTS[6], 11, ROOTS[12], FROM_6_TO_11, "proof-root"),
        (6, ROOTS[6], 11, ROOTS[11], [b"", *FROM_6_TO_11[1:]], "proof-hash"),
        (6, ROOTS[6][1:], 11, ROOTS[11], FROM_6_TO_11, "proof-hash"),
        (11, ROOTS[11], 6, ROOTS[6], FROM_6_TO_11, "proof-size"),
        (-1, ROOTS[6], 11, ROOTS[11], FROM_6_TO_11, "proof-size"),
        (6, ROOTS[6], 6, ROOTS[6], [HASH], "proof-length"),
        (6, ROOTS[6], 6, ROOTS[7], [], "proof-root"),
        (0, EMPTY_ROOT, 6, ROOTS[6], [HASH], "proof-length"),
        (0, HASH, 6, ROOTS[6], [], "proof-root"),
        (0, EMPTY_ROOT, 0, HASH, [], "proof-root"),
        (0, HASH, 0, HASH, [], "proof-root"),
    ],
)
def test_forged_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes], reason: str
) -> None:
    """Every altered consistency proof is refused for its reason."""
    with pytest.raises(ProofError) as error:
        verify_consistency(old, old_root, new, new_root, proof)
    assert reason_of(error) == reason


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_outside_the_tree(index: int, size: int) -> None:
    """No inclusion proof is made for an index outside the tree."""
    with pytest.raises(ProofError) as error:
        inclusion_proof(index, size, READ)
    assert reason_of(error) == "proof-index"


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5)])
def test_no_proof_backwards(old: int, new: int) -> None:
    """No consistency proof is made to a smaller tree."""
    with pytest.raises(ProofError) as error:
        consistency_proof(old, new, READ)
    assert reason_of(error) == "proof-size"


@given(
    proof=st.lists(st.binary(max_size=33), max_size=8),
    sizes=st.tuples(st.integers(), st.integers()),
    root=st.binary(max_size=33),
)
def test_any_proof_is_refused(proof: list[bytes], sizes: tuple[int, int], root: bytes) -> None:
    """Any other hashes, sizes and roots are refused with a typed error or are trivially consistent."""
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[0], *sizes, proof, root)
    with pytest.raises(ProofError):
        verify_consistency(sizes[0], root, sizes[1], ROOTS[3], [HASH, *proof])


@given(st.integers(1, SIZES), st.data())
def test_every_bit_of_an_inclusion_proof_counts(size: int, data: st.DataObject) -> None:
    """A proof with one bit turned is refused."""
    index = data.draw(st.integers(0, size - 1))
    proof = [LEAVES[index], *inclusion_proof(index, size, READ)]
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[place] = (int.from_bytes(proof[place], "big") ^ 1 << bit).to_bytes(32, "big")
    with pytest.raises(ProofError) as error:
        verify_inclusion(proof[0], index, size, proof[1:], ROOTS[size])
    assert reason_of(error) == "proof-root"
