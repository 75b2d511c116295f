"""State how large the board is and what its root is, signed by the operator and by witnesses.

A checkpoint says nothing about what stands on the board; that is board.py. No extension lines.
Format: C2SP tlog-checkpoint 1.0.0 and tlog-cosignature (Ed25519, version 1); PROTOCOL.md section 3.
"""

import re
from collections.abc import Iterable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.errors import NoteError
from ballots.merkle import HASH_LENGTH
from ballots.note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteSignature,
    Verified,
    VerifierKey,
    check_name,
    cosignature_message,
    format_base64,
    format_note,
    parse_base64,
    parse_note,
    parse_signature_lines,
    sign_note,
    verified_signatures,
    verifier_of,
)
from ballots.wire import MAX_INT, Record

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


class Checkpoint(Record):
    """The head of the log named `origin`: `size` entries (0 to 2^53-1) with the 32-byte `root`."""

    origin: str
    root: bytes
    size: int


class Witnessed(Record):
    """A checkpoint, and for each witness that cosigned it the (earliest) time in seconds since 1970."""

    checkpoint: Checkpoint
    times: Mapping[str, int]


def parse_size(text: str) -> int:
    """Return a number from 0 to 2^53-1 in its one decimal spelling. Errors: NoteError `checkpoint-size`."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_INT:
        raise NoteError("checkpoint-size", f"expected a decimal from 0 to {MAX_INT} without leading zeros")
    return int(text)


def find_hash(text: str) -> bytes | None:
    """Return the bytes behind base64 in its one spelling, of whatever length; None for another spelling."""
    try:
        return parse_base64(text)
    except NoteError:
        return None


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint behind a note's text: origin, size and root, one line each.

    Errors, in this order: NoteError `checkpoint-form` (not exactly three lines, or an origin that is no key
    name), `checkpoint-size`, `checkpoint-hash`.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise NoteError("checkpoint-form", "expected three lines: origin, size and root")
    try:
        check_name(lines[0])
    except NoteError as error:
        raise NoteError("checkpoint-form", str(error)) from None
    size, root = parse_size(lines[1]), find_hash(lines[2])
    if root is None or len(root) != HASH_LENGTH:
        raise NoteError("checkpoint-hash", f"expected {HASH_LENGTH} bytes in base64")
    return Checkpoint(origin=lines[0], root=root, size=size)


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the note text of a checkpoint; the inverse of `parse_checkpoint`, with its errors."""
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{format_base64(checkpoint.root)}\n"
    if parse_checkpoint(text) != checkpoint:
        raise NoteError("checkpoint-form", "expected an origin, a size and a root that have a spelling")
    return text


def sign_checkpoint(checkpoint: Checkpoint, name: str, private: Ed25519PrivateKey) -> bytes:
    """Return the checkpoint as a note signed by the operator, whose key name is the origin.

    The caller must have made sure that it never signed a tree that is not a beginning of this one.
    Errors: NoteError `checkpoint-origin` (`name` is not the origin), and those of `format_checkpoint`.
    """
    text = format_checkpoint(checkpoint)
    if name != checkpoint.origin:
        raise NoteError("checkpoint-origin", f"expected key name {checkpoint.origin}, got {name}")
    return format_note(Note(text=text, signatures=(sign_note(text, name, private),)))


def open_checkpoint(raw: bytes, operator: VerifierKey) -> Checkpoint:
    """Return the checkpoint of a note that the operator signed; other signatures are ignored.

    Errors, in this order: NoteError `note-key-type`, those of `parse_note` and `verified_signatures`,
    `note-unsigned` (not signed by the operator), those of `parse_checkpoint`, `checkpoint-origin` (an origin
    that is not the operator's key name).
    """
    _check_types(operator, ())
    return _open(parse_note(raw), operator, ())[0]


def cosign(text: str, name: str, private: Ed25519PrivateKey, time: int) -> NoteSignature:
    """Return the cosignature of witness `name` at `time` (seconds) over the text of a checkpoint.

    The caller must have checked and stored the checkpoint before: see witness.py.
    Errors: NoteError `cosignature-time`, `note-name`, and those of `parse_checkpoint`.
    """
    parse_checkpoint(text)
    signature = private.sign(cosignature_message(text, time))
    key = verifier_of(name, COSIGNATURE, private)
    return NoteSignature(key_id=key.id, name=name, signature=time.to_bytes(8, "big") + signature)


def verify_cosignature(text: str, signature: NoteSignature, witness: VerifierKey) -> None:
    """Raise NoteError unless `signature` is the witness's over the text of a checkpoint.

    Reasons: `note-unsigned` (another name or key id), `note-signature`, `cosignature-time`,
    `note-key-type`, and those of `parse_checkpoint`.
    """
    _check_type(witness, COSIGNATURE)
    parse_checkpoint(text)
    if not verified_signatures(Note(text=text, signatures=(signature,)), (witness,)):
        raise NoteError("note-unsigned", f"expected a cosignature by {witness.name}")


def verify_witnessed(
    raw: bytes, operator: VerifierKey, witnesses: Iterable[VerifierKey], threshold: int
) -> Witnessed:
    """Return the checkpoint of a note that the operator and at least `threshold` known witnesses signed.

    A threshold is 1 or more. A name counts once; when it signed more than once, all must verify and the
    earliest time stands. Errors, in this order: NoteError `note-key-type`, `witness-keys` (a key stands
    twice), those of `open_checkpoint`, `witness-threshold` (too few).
    """
    known = tuple(witnesses)
    _check_types(operator, known)
    if len({operator.key, *(w.key for w in known)}) != 1 + len(known):
        raise NoteError("witness-keys", "expected a different public key for the operator and each witness")
    checkpoint, verified = _open(parse_note(raw), operator, known)
    times: dict[str, int] = {}
    for signature in verified:
        name = signature.key.name
        times[name] = min(signature.time, times.get(name, signature.time))
    if threshold < 1 or len(times) < threshold:
        raise NoteError("witness-threshold", f"expected {threshold} (1 or more) witnesses, got {len(times)}")
    return Witnessed(checkpoint=checkpoint, times=times)


def add_cosignatures(raw: bytes, lines: bytes, witnesses: Iterable[VerifierKey]) -> bytes:
    """Return the note with those lines of a witness's answer added that known witnesses signed and it lacks.

    Errors: NoteError of `parse_note` and `parse_signature_lines`; `note-signature` (a bad one by a known
    witness); nothing is added then.
    """
    note, known = parse_note(raw), tuple(witnesses)
    for witness in known:
        _check_type(witness, COSIGNATURE)
    try:
        answer = parse_signature_lines(lines.decode("utf-8"))
    except UnicodeDecodeError:
        raise NoteError("note-utf8", "expected UTF-8") from None
    added = list(note.signatures)
    for signature in answer:
        alone = Note(text=note.text, signatures=(signature,))
        if signature not in added and verified_signatures(alone, known):
            added.append(signature)
    return format_note(Note(text=note.text, signatures=tuple(added)))


def _open(
    note: Note, operator: VerifierKey, witnesses: tuple[VerifierKey, ...]
) -> tuple[Checkpoint, list[Verified]]:
    """Return the checkpoint and the witnesses' verified signatures."""
    verified = verified_signatures(note, (operator, *witnesses))
    if all(signature.key != operator for signature in verified):
        raise NoteError("note-unsigned", f"expected a signature by {operator.name}")
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != operator.name:
        raise NoteError("checkpoint-origin", f"expected origin {operator.name}, got {checkpoint.origin}")
    return checkpoint, [signature for signature in verified if signature.key != operator]


def _check_types(operator: VerifierKey, witnesses: tuple[VerifierKey, ...]) -> None:
    _check_type(operator, ED25519)
    for witness in witnesses:
        _check_type(witness, COSIGNATURE)


def _check_type(key: VerifierKey, expected: int) -> None:
    if key.type != expected:
        raise NoteError("note-key-type", f"expected key type {expected} of {key.name}, got {key.type}")
