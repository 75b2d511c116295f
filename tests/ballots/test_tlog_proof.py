"""A proof file proves offline that an entry stands on the witnessed board, and nothing else."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ballots.checkpoint import Checkpoint, add_cosignatures, cosign, format_checkpoint, sign_checkpoint
from ballots.errors import NoteError, ProofError, ProtocolError
from ballots.merkle import inclusion_proof, leaf_hash, root_of
from ballots.note import COSIGNATURE, ED25519, format_signature_lines, verifier_of
from ballots.tlog_proof import (
    HEADER,
    MAX_PROOF_FILE,
    TlogProof,
    format_proof,
    open_proof,
    parse_proof,
    verify_proof,
)
from ballots.wire import MAX_INT

ORIGIN = "board.example/2026"
OPERATOR_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
OPERATOR = verifier_of(ORIGIN, ED25519, OPERATOR_KEY)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
WITNESS = verifier_of("w.example", COSIGNATURE, WITNESS_KEY)
ENTRIES = [b"entry %d" % i for i in range(11)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def note_of(size: int) -> bytes:
    """Return the cosigned checkpoint of the first `size` entries."""
    head = Checkpoint(origin=ORIGIN, root=root_of(LEAVES[:size]), size=size)
    line = format_signature_lines([cosign(format_checkpoint(head), "w.example", WITNESS_KEY, 100)])
    return add_cosignatures(sign_checkpoint(head, ORIGIN, OPERATOR_KEY), line.encode(), [WITNESS])


def proof_of(index: int, size: int = 11, extra: bytes = b"") -> TlogProof:
    """Return the proof of an entry."""

    def read(level: int, at: int) -> bytes:
        return root_of(LEAVES[at << level : (at + 1) << level])

    return TlogProof(
        checkpoint=note_of(size), extra=extra, hashes=tuple(inclusion_proof(index, size, read)), index=index
    )


NOTE = note_of(11)
PROOF = proof_of(6)
HASH = base64.b64encode(bytes(32)).decode()


def reason_of(error: pytest.ExceptionInfo[ProtocolError]) -> str:
    """Return the reason of a refusal."""
    return error.value.reason


def test_every_entry_has_a_proof() -> None:
    """Every entry of every board up to 11 entries has a proof file that reads back and opens."""
    for size in range(1, 12):
        for index in range(size):
            proof = parse_proof(format_proof(proof_of(index, size)))
            witnessed = open_proof(proof, LEAVES[index], OPERATOR, [WITNESS], 1)
            assert (witnessed.checkpoint.size, witnessed.times) == (size, {"w.example": 100})


def test_the_layout_is_that_of_c2sp() -> None:
    """The file has the lines of the specification in their order."""
    raw = format_proof(proof_of(6, extra=b"extra data"))
    head = [HEADER, "extra ZXh0cmEgZGF0YQ==", "index 6"]
    hashes = [base64.b64encode(h).decode() for h in PROOF.hashes]
    assert raw == "\n".join([*head, *hashes, "", ""]).encode() + NOTE


def lines_of(*lines: str) -> bytes:
    """Return a file of these lines, an empty line and the checkpoint."""
    return "\n".join([*lines, "", ""]).encode() + NOTE


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "proof-form"),
        (NOTE, "proof-form"),
        (b"\n\n" + NOTE, "proof-form"),
        (lines_of(HEADER), "proof-form"),
        (lines_of("c2sp.org/tlog-proof@v2", "index 1"), "proof-form"),
        (lines_of(HEADER + " ", "index 1"), "proof-form"),
        (lines_of("", HEADER, "index 1"), "proof-form"),
        (lines_of(HEADER + "\r", "index 1"), "proof-form"),
        (lines_of(HEADER, "index\t1"), "proof-form"),
        (lines_of(HEADER, "Index 1"), "proof-form"),
        (lines_of(HEADER, HASH, "index 1"), "proof-form"),
        (lines_of(HEADER, "index 1", "extra AA=="), "proof-form"),
        (lines_of(HEADER, "extra ", "index 1"), "proof-form"),
        (lines_of(HEADER, "extra", "index 1"), "proof-form"),
        (lines_of(HEADER, "extra AA==", "extra AA==", "index 1"), "proof-form"),
        (lines_of(HEADER, "extra AA=", "index 1"), "proof-form"),
        (lines_of(HEADER, "extra AB==", "index 1"), "proof-form"),
        (lines_of(HEADER, "extra \u00e9", "index 1"), "proof-form"),
        (lines_of(HEADER, "index 01"), "checkpoint-size"),
        (lines_of(HEADER, "index -1"), "checkpoint-size"),
        (lines_of(HEADER, "index  1"), "checkpoint-size"),
        (lines_of(HEADER, "index "), "checkpoint-size"),
        (lines_of(HEADER, f"index {MAX_INT + 1}"), "checkpoint-size"),
        (lines_of(HEADER, "index 1", HASH[:-1]), "proof-form"),
        (lines_of(HEADER, "index 1", HASH + " "), "proof-form"),
        (lines_of(HEADER, "index 1", "AA=="), "proof-hash"),
        (lines_of(HEADER, "index 1", *[HASH] * 64), "proof-length"),
        (lines_of(HEADER, "index 1") + b"\n", "note-form"),
        (lines_of(HEADER, "index 1")[:-1], "note-form"),
        (f"{HEADER}\nindex 1\n\n".encode(), "note-form"),
        (b"x" * (MAX_PROOF_FILE + 1), "proof-file-length"),
    ],
)
def test_refused_files(raw: bytes, reason: str) -> None:
    """A proof file in any other form or spelling is refused for its reason."""
    with pytest.raises((NoteError, ProofError)) as error:
        parse_proof(raw)
    assert reason_of(error) == reason


def changed(**changes: object) -> TlogProof:
    """Return the proof of entry 6 with other members."""
    members = {name: getattr(PROOF, name) for name in PROOF.__struct_fields__}
    return TlogProof(**(members | changes))


@pytest.mark.parametrize(
    ("proof", "leaf", "reason"),
    [
        (PROOF, LEAVES[5], "proof-root"),
        (PROOF, ENTRIES[6], "proof-hash"),
        (changed(index=7), LEAVES[6], "proof-root"),
        (changed(index=11), LEAVES[6], "proof-index"),
        (changed(index=2**40), LEAVES[6], "proof-index"),
        (changed(hashes=PROOF.hashes[:-1]), LEAVES[6], "proof-length"),
        (changed(hashes=(*PROOF.hashes, bytes(32))), LEAVES[6], "proof-length"),
        (changed(hashes=PROOF.hashes[::-1]), LEAVES[6], "proof-root"),
        (changed(checkpoint=note_of(10)), LEAVES[6], "proof-root"),
        (changed(checkpoint=NOTE.replace(b"\n11\n", b"\n12\n")), LEAVES[6], "note-signature"),
    ],
)
def test_forged_proofs(proof: TlogProof, leaf: bytes, reason: str) -> None:
    """Every altered proof, or a proof for another entry, is refused for its reason."""
    with pytest.raises(ProtocolError) as error:
        verify_proof(proof, leaf, OPERATOR, [WITNESS], 1)
    assert reason_of(error) == reason


def test_a_proof_needs_its_witnesses() -> None:
    """A proof under a checkpoint with too few known witnesses, or of another operator, is refused."""
    verify_proof(PROOF, LEAVES[6], OPERATOR, [WITNESS], 1)
    with pytest.raises(NoteError) as error:
        verify_proof(PROOF, LEAVES[6], OPERATOR, [WITNESS], 2)
    assert reason_of(error) == "witness-threshold"
    other = verifier_of(ORIGIN, ED25519, Ed25519PrivateKey.from_private_bytes(b"x" * 32))
    with pytest.raises(NoteError) as error:
        verify_proof(PROOF, LEAVES[6], other, [WITNESS], 1)
    assert reason_of(error) == "note-unsigned"


@pytest.mark.parametrize(
    "proof",
    [changed(index=-1), changed(hashes=(b"",)), changed(checkpoint=b""), changed(checkpoint=NOTE[:-1])],
)
def test_proofs_without_a_spelling(proof: TlogProof) -> None:
    """A proof that no bytes would be read as cannot be written."""
    with pytest.raises(ProtocolError):
        format_proof(proof)


@given(
    st.binary(max_size=99),
    st.integers(0, MAX_INT),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
)
def test_proofs_round_trip(extra: bytes, index: int, hashes: list[bytes]) -> None:
    """Every proof that is written is read as itself."""
    proof = TlogProof(checkpoint=NOTE, extra=extra, hashes=tuple(hashes), index=index)
    assert parse_proof(format_proof(proof), may_have_extra=True) == proof


@given(st.binary(), st.text())
def test_any_bytes(raw: bytes, text: str) -> None:
    """Any bytes are refused with a typed error or written back unchanged."""
    for candidate in (
        raw,
        format_proof(PROOF) + raw,
        f"{HEADER}\n{text}\n\n".encode() + NOTE,
        f"{HEADER}\nindex {text}\n\n".encode() + NOTE,
        f"{HEADER}\nindex 1\n{text}\n\n".encode() + NOTE,
    ):
        try:
            proof = parse_proof(candidate, may_have_extra=True)
        except ProtocolError:
            continue
        assert format_proof(proof) == candidate
