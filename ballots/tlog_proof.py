"""Carry in one text file all that proves offline that an entry stands on the witnessed board.

The extra data is not authenticated; what it means is decided in receipt.py.
Format: C2SP tlog-proof, version 1; PROTOCOL.md sections 3 and 9.
"""

from collections.abc import Iterable, Sequence

from ballots.checkpoint import Witnessed, find_hash, parse_size, verify_witnessed
from ballots.errors import ProofError
from ballots.merkle import HASH_LENGTH, MAX_PROOF, verify_inclusion
from ballots.note import MAX_NOTE, VerifierKey, format_base64, parse_note
from ballots.wire import Record

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_FILE = MAX_NOTE + 131_072
"""The most bytes of a proof file."""


class TlogProof(Record):
    """A checkpoint's note, an entry's index, the hashes from its sibling up, and extra data or none."""

    checkpoint: bytes
    extra: bytes
    hashes: tuple[bytes, ...]
    index: int


def parse_proof(raw: bytes, *, may_have_extra: bool = False) -> TlogProof:
    """Return the proof that a file spells; nothing is verified yet.

    Errors, in this order: ProofError `proof-file-length` (more than MAX_PROOF_FILE bytes), `proof-form` (also
    for extra data where there must be none);
    NoteError `checkpoint-size` (the index); ProofError `proof-hash`, `proof-length` (more than 63 hashes);
    NoteError of `parse_note`.
    """
    if len(raw) > MAX_PROOF_FILE:
        raise ProofError("proof-file-length", f"expected at most {MAX_PROOF_FILE} bytes, got {len(raw)}")
    head, gap, checkpoint = raw.partition(b"\n\n")
    if not gap or not head.isascii():
        raise ProofError("proof-form", "expected lines in ASCII, an empty line and a checkpoint")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise ProofError("proof-form", f"expected the first line {HEADER}")
    extra = b""
    if may_have_extra and lines and lines[0].startswith("extra "):
        extra = find_hash(lines.pop(0).removeprefix("extra ")) or b""
        if not extra:
            raise ProofError("proof-form", "expected base64 in the extra line, or no such line")
    if not lines or not lines[0].startswith("index "):
        raise ProofError("proof-form", "expected an index line")
    hashes = _parse_hashes(lines[1:])
    index = parse_size(lines[0].removeprefix("index "))
    check_proof(hashes)
    parse_note(checkpoint)
    return TlogProof(checkpoint=checkpoint, extra=extra, hashes=hashes, index=index)


def _parse_hashes(lines: Iterable[str]) -> tuple[bytes, ...]:
    hashes = [find_hash(line) for line in lines]
    if None in hashes:
        raise ProofError("proof-form", "expected hashes in base64")
    return tuple(raw for raw in hashes if raw is not None)


def check_proof(hashes: Sequence[bytes]) -> None:
    """Raise ProofError `proof-hash` for a hash that is not 32 bytes, `proof-length` for more than 63."""
    if any(len(raw) != HASH_LENGTH for raw in hashes):
        raise ProofError("proof-hash", f"expected hashes of {HASH_LENGTH} bytes")
    if len(hashes) > MAX_PROOF:
        raise ProofError("proof-length", f"expected at most {MAX_PROOF} hashes, got {len(hashes)}")


def format_proof(proof: TlogProof) -> bytes:
    """Return the bytes of a proof file; the inverse of `parse_proof`, with its errors."""
    extra = [f"extra {format_base64(proof.extra)}"] if proof.extra else []
    lines = [HEADER, *extra, f"index {proof.index}", *map(format_base64, proof.hashes), "", ""]
    raw = "\n".join(lines).encode("ascii") + proof.checkpoint
    if parse_proof(raw, may_have_extra=True) != proof:
        raise ProofError("proof-form", "expected a proof that has a spelling")
    return raw


def open_proof(
    proof: TlogProof, leaf: bytes, operator: VerifierKey, witnesses: Iterable[VerifierKey], threshold: int
) -> Witnessed:
    """Return the witnessed checkpoint under which leaf hash `leaf` (32 bytes) stands at the proof's index.

    Errors: those of `verify_witnessed` and `verify_inclusion`.
    """
    witnessed = verify_witnessed(proof.checkpoint, operator, witnesses, threshold)
    head = witnessed.checkpoint
    verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)
    return witnessed


def verify_proof(
    proof: TlogProof, leaf: bytes, operator: VerifierKey, witnesses: Iterable[VerifierKey], threshold: int
) -> None:
    """Raise NoteError or ProofError unless `open_proof` gives a checkpoint."""
    open_proof(proof, leaf, operator, witnesses, threshold)
