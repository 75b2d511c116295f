"""Decide whether a witness may cosign a checkpoint: only one that begins with all that it cosigned before.

Nothing is stored here. The caller reads what it remembers and stores the new checkpoint in one atomic
step, and signs only after that (`format_answer`), or two requests at once could roll the board back.
Format: C2SP tlog-witness 1.0.0, add-checkpoint; PROTOCOL.md section 3.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.checkpoint import (
    Checkpoint,
    cosign,
    find_hash,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_size,
)
from ballots.errors import NoteError, ProofError
from ballots.merkle import EMPTY_ROOT, HASH_LENGTH, MAX_PROOF, verify_consistency
from ballots.note import MAX_NOTE, VerifierKey, format_base64, format_signature_lines, parse_note, verify_note
from ballots.wire import Record

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
MAX_REQUEST = MAX_NOTE + 4096
"""The most bytes of a request."""


class AddCheckpoint(Record):
    """A request: the size that the sender thinks the witness has, the proof from there, and the note."""

    note: bytes
    old_size: int
    proof: tuple[bytes, ...]


class Decision(Record):
    """The HTTP answer. With status 200 `checkpoint` must be stored and then signed; else it is None.

    `reason` is a fixed word for logs, empty with status 200, where the body comes from `format_answer`.
    """

    body: bytes
    checkpoint: Checkpoint | None
    content_type: str
    reason: str
    status: int


def parse_add_checkpoint(raw: bytes) -> AddCheckpoint:
    """Return the request behind a body: `old <N>`, at most 63 hashes in base64, an empty line, a note.

    Errors, in this order: NoteError `witness-length` (more than MAX_REQUEST bytes), `witness-form`, and those
    of `parse_note`.
    """
    if len(raw) > MAX_REQUEST:
        raise NoteError("witness-length", f"expected at most {MAX_REQUEST} bytes, got {len(raw)}")
    head, gap, note = raw.partition(b"\n\n")
    if not gap or not head.isascii() or not head.startswith(b"old "):
        raise NoteError("witness-form", "expected an old size line, hashes, an empty line and a checkpoint")
    first, *lines = head.decode("ascii").split("\n")
    try:
        old_size = parse_size(first.removeprefix("old "))
    except NoteError as error:
        raise NoteError("witness-form", str(error)) from None
    proof = tuple(raw for raw in map(find_hash, lines) if raw is not None and len(raw) == HASH_LENGTH)
    if len(proof) != len(lines) or len(lines) > MAX_PROOF:
        raise NoteError("witness-form", f"expected at most {MAX_PROOF} hashes in base64")
    parse_note(note)
    return AddCheckpoint(note=note, old_size=old_size, proof=proof)


def format_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Return the body of a request; the inverse of `parse_add_checkpoint`, with its errors."""
    lines = [f"old {request.old_size}", *map(format_base64, request.proof), "", ""]
    raw = "\n".join(lines).encode("ascii") + request.note
    if parse_add_checkpoint(raw) != request:
        raise NoteError("witness-form", "expected a request that has a spelling")
    return raw


def decide(raw: bytes, origin: str, operator: VerifierKey, remembered: Checkpoint | None) -> Decision:
    """Return the answer to the body of an add-checkpoint request; raises nothing.

    `remembered` is the latest checkpoint that this witness cosigned for `origin`, or None. In this order:
    400 (not a request), 404 (another origin), 403 (not signed by the operator, or a bad signature), 400
    (not a plain checkpoint, or old size above its size), 409 with the remembered size (old size is
    another), 422 (bad proof or root), 200.
    """
    try:
        request = parse_add_checkpoint(raw)
        text = parse_note(request.note).text
    except (NoteError, ProofError) as error:
        return _refuse(400, error.reason)
    if text.split("\n", 1)[0] != origin:
        return _refuse(404, "witness-origin")
    try:
        verify_note(parse_note(request.note), (operator,))
    except NoteError as error:
        return _refuse(403, error.reason)
    try:
        checkpoint = parse_checkpoint(text)
        open_checkpoint(request.note, operator)
    except NoteError as error:
        return _refuse(400, error.reason)
    return _decide_growth(request, checkpoint, remembered)


def format_answer(checkpoint: Checkpoint, name: str, private: Ed25519PrivateKey, time: int) -> bytes:
    """Return the body of a 200: the cosignature line of witness `name` at `time` (seconds).

    The caller must have stored the checkpoint of the decision before. Errors: NoteError `cosignature-time`,
    `note-name`.
    """
    return format_signature_lines([cosign(format_checkpoint(checkpoint), name, private, time)]).encode()


def parse_conflict(body: bytes) -> int:
    """Return the size that the body of a 409 names. Errors: NoteError `witness-form`, `checkpoint-size`."""
    if not body.isascii() or not body.endswith(b"\n"):
        raise NoteError("witness-form", "expected a size and a newline")
    return parse_size(body[:-1].decode("ascii"))


def _decide_growth(request: AddCheckpoint, checkpoint: Checkpoint, remembered: Checkpoint | None) -> Decision:
    """Compare a checkpoint that the operator signed with what the witness remembers."""
    old_size, old_root = (remembered.size, remembered.root) if remembered else (0, EMPTY_ROOT)
    if request.old_size > checkpoint.size:
        return _refuse(400, "witness-old-size")
    if request.old_size != old_size:
        conflict = f"{old_size}\n".encode("ascii")
        return Decision(
            body=conflict, checkpoint=None, content_type=SIZE, reason="witness-conflict", status=409
        )
    try:
        verify_consistency(old_size, old_root, checkpoint.size, checkpoint.root, request.proof)
    except ProofError as error:
        return _refuse(422, error.reason)
    return Decision(body=b"", checkpoint=checkpoint, content_type=PLAIN, reason="", status=200)


def _refuse(status: int, reason: str) -> Decision:
    body = f"{reason}\n".encode("ascii")
    return Decision(body=body, checkpoint=None, content_type=PLAIN, reason=reason, status=status)
