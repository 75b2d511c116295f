"""Sign a text with one or more named keys, and accept a note only when a known key signed it.

What the text means is decided in checkpoint.py. A signature by an unknown key is ignored; a bad one by a
known key refuses the whole note. Key types: Ed25519 (01) and timestamped cosignature (04). Format: C2SP
signed-note 1.0.0 and tlog-cosignature; PROTOCOL.md section 3.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ballots.errors import NoteError, PointError
from ballots.points import check_ed25519_key, verify_ed25519
from ballots.wire import Record

ED25519 = 0x01
"""Key type: a signature over the text."""
COSIGNATURE = 0x04
"""Key type: a witness's signature over the time and the text of a checkpoint."""
MAX_NOTE = 131_072
"""The most bytes of a note: room for 16 signatures of 5 kB each in base64."""
MAX_SIGNATURES = 64
"""The most signatures of a note."""
MAX_TIME = 2**63 - 1
"""The last time of a cosignature, in seconds since 1970."""

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")
_LINE = re.compile("\u2014 ([^ ]+) ([^ ]+)")


class VerifierKey(Record):
    """A key by which notes are accepted; a wrong key, name or type is refused when it is made."""

    key: bytes
    name: str
    type: int

    def __post_init__(self) -> None:
        check_name(self.name)
        _check_key_type(self.type)
        check_ed25519_key(self.key)

    @property
    def id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || 0A || type || key)."""
        return key_id(self.name, self.type, self.key)


class NoteSignature(Record):
    """One signature line: who claims to have signed, the 4-byte key id, and the bytes of the signature."""

    key_id: bytes
    name: str
    signature: bytes


class Note(Record):
    """A text that ends in a newline, and its signatures, none of which has been verified."""

    signatures: tuple[NoteSignature, ...]
    text: str


class Verified(Record):
    """A signature that verifies: by which key, and for a cosignature at which time in seconds (else 0)."""

    key: VerifierKey
    time: int


def key_id(name: str, key_type: int, key: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([key_type]) + key).digest()[:4]


def check_name(name: str) -> None:
    """Raise NoteError `note-name` for a key name that is empty or has a space, plus or control character."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise NoteError("note-name", "expected a key name in Unicode without surrogates") from None
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError("note-name", "expected a key name without space, plus or control character")


def parse_base64(text: str) -> bytes:
    """Return the bytes behind padded standard base64 in its one spelling. Errors: NoteError `note-base64`."""
    try:
        raw = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (ValueError, binascii.Error):
        raise NoteError("note-base64", "expected padded standard base64") from None
    if format_base64(raw) != text:
        raise NoteError("note-base64", "expected the one spelling of base64")
    return raw


def format_base64(raw: bytes) -> str:
    """Return padded standard base64; the inverse of `parse_base64`."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def parse_vkey(text: str) -> VerifierKey:
    """Return the key behind `name+hex id+base64(type || key)`.

    Errors, in this order: NoteError `note-vkey` (another form), `note-key-type`, `note-vkey-id` (an id that
    is not this key's); PointError (a key that is not canonical or not of full order).
    """
    match = _VKEY.fullmatch(text)
    if match is None:
        raise NoteError("note-vkey", "expected name+8 hex digits+base64")
    name, raw = _parse_vkey_parts(match[1], match[3])
    _check_key_type(raw[0])
    expected = key_id(name, raw[0], raw[1:]).hex()
    if expected != match[2]:
        raise NoteError("note-vkey-id", f"expected key id {expected}, got {match[2]}")
    return VerifierKey(key=raw[1:], name=name, type=raw[0])


def _parse_vkey_parts(name: str, encoded: str) -> tuple[str, bytes]:
    """Return a verifier key's name, and its 33 bytes of type and key."""
    try:
        check_name(name)
        raw = parse_base64(encoded)
    except NoteError as error:
        raise NoteError("note-vkey", str(error)) from None
    if len(raw) != 33:
        raise NoteError("note-vkey", f"expected a type byte and a key of 32 bytes, got {len(raw)} bytes")
    return name, raw


def _check_key_type(key_type: int) -> None:
    if key_type not in (ED25519, COSIGNATURE):
        raise NoteError("note-key-type", f"expected key type 1 or 4, got {key_type}")


def format_vkey(key: VerifierKey) -> str:
    """Return the text form of a verifier key; the inverse of `parse_vkey`."""
    return f"{key.name}+{key.id.hex()}+{format_base64(bytes([key.type]) + key.key)}"


def verifier_of(name: str, key_type: int, private: Ed25519PrivateKey) -> VerifierKey:
    """Return the verifier key of a private key. Errors: NoteError `note-name`, `note-key-type`."""
    return VerifierKey(key=private.public_key().public_bytes_raw(), name=name, type=key_type)


def parse_signature_lines(text: str) -> tuple[NoteSignature, ...]:
    """Return the signatures of one or more lines `— name base64(id || signature)`, each ending in a newline.

    Errors, the first that any line has: NoteError `note-form`, `note-signatures` (more than MAX_SIGNATURES),
    `note-name`, `note-base64` (also for fewer than 5 bytes).
    """
    if not text.endswith("\n"):
        raise NoteError("note-form", "expected signature lines that end in a newline")
    pairs = [_split_signature_line(line) for line in text[:-1].split("\n")]
    if len(pairs) > MAX_SIGNATURES:
        raise NoteError("note-signatures", f"expected at most {MAX_SIGNATURES} signatures, got {len(pairs)}")
    for name, _ in pairs:
        check_name(name)
    raws = [parse_base64(encoded) for _, encoded in pairs]
    if any(len(raw) < 5 for raw in raws):
        raise NoteError("note-base64", "expected a key id and a signature in every line")
    return tuple(
        NoteSignature(key_id=raw[:4], name=name, signature=raw[4:])
        for (name, _), raw in zip(pairs, raws, strict=True)
    )


def format_signature_lines(signatures: Iterable[NoteSignature]) -> str:
    """Return signature lines; the inverse of `parse_signature_lines`."""
    return "".join(f"\u2014 {s.name} {format_base64(s.key_id + s.signature)}\n" for s in signatures)


def parse_note(raw: bytes) -> Note:
    """Return the note that `raw` spells; nothing is verified yet.

    Errors: NoteError `note-length` (more than MAX_NOTE bytes), `note-utf8`, `note-control` (a control
    character other than newline), `note-form` (no text, empty line and signature lines), and those of
    `parse_signature_lines`.
    """
    if len(raw) > MAX_NOTE:
        raise NoteError("note-length", f"expected at most {MAX_NOTE} bytes, got {len(raw)}")
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("note-utf8", "expected UTF-8") from None
    if _CONTROL.search(whole):
        raise NoteError("note-control", "expected no control character but newline")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap:
        raise NoteError("note-form", "expected a text, an empty line and signature lines")
    return Note(text=text + "\n", signatures=parse_signature_lines(lines))


def format_note(note: Note) -> bytes:
    """Return the bytes of a note; the inverse of `parse_note`.

    Errors: those of `parse_note`, for a note that has no spelling; `note-form` if it would be read
    differently.
    """
    raw = _encode(f"{note.text}\n{format_signature_lines(note.signatures)}")
    if parse_note(raw) != note:
        raise NoteError("note-form", "expected a text that ends in a newline, and proper signatures")
    return raw


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> NoteSignature:
    """Return the Ed25519 signature (type 01) of `name` over `text`, which ends in a newline.

    Errors: NoteError `note-name`, `note-utf8`, `note-control`, `note-form`.
    """
    message = _encode(text)
    if _CONTROL.search(text):
        raise NoteError("note-control", "expected no control character but newline")
    if not text.endswith("\n"):
        raise NoteError("note-form", "expected a text that ends in a newline")
    key = verifier_of(name, ED25519, private)
    return NoteSignature(key_id=key.id, name=name, signature=private.sign(message))


def cosignature_message(text: str, time: int) -> bytes:
    """Return what a cosignature at `time` (seconds) over a note text signs.

    Errors: NoteError `cosignature-time` (not from 1 to MAX_TIME).
    """
    if not 0 < time <= MAX_TIME:
        raise NoteError("cosignature-time", f"expected a time from 1 to {MAX_TIME}, got {time}")
    return _encode(f"cosignature/v1\ntime {time}\n{text}")


def verified_signatures(note: Note, known: Iterable[VerifierKey]) -> list[Verified]:
    """Return the signatures by known keys, all of them verified, in the note's order; perhaps none.

    Errors: NoteError `note-ambiguous` (two known keys with one name and id), `note-signature` (a bad
    signature by a known key), `cosignature-time`.
    """
    keys: dict[tuple[str, bytes], VerifierKey] = {}
    for key in known:
        if keys.setdefault((key.name, key.id), key) != key:
            raise NoteError(
                "note-ambiguous", f"two known keys share the name {key.name} and the id {key.id.hex()}"
            )
    found = [(keys.get((s.name, s.key_id)), s.signature) for s in note.signatures]
    return [
        Verified(key=key, time=_verify_signature(note.text, key, value))
        for key, value in found
        if key is not None
    ]


def verify_note(note: Note, known: Iterable[VerifierKey]) -> None:
    """Raise NoteError unless a known key signed the note and no signature by a known key is bad.

    Reasons: `note-unsigned` (none by a known key), and those of `verified_signatures`.
    """
    if not verified_signatures(note, known):
        raise NoteError("note-unsigned", "expected a signature by a known key, got none")


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NoteError("note-utf8", "expected text without surrogates") from None


def _split_signature_line(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise NoteError("note-form", "expected a signature line: em dash, name, base64, one space between")
    return match[1], match[2]


def _verify_signature(text: str, key: VerifierKey, signature: bytes) -> int:
    """Return the time of a good signature (0 for type 01)."""
    time, message = 0, _encode(text)
    if key.type == COSIGNATURE:
        if len(signature) != 72:
            raise NoteError("note-signature", f"expected 72 bytes of cosignature, got {len(signature)}")
        time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        message = cosignature_message(text, time)
    try:
        verify_ed25519(key.key, signature, message)
    except PointError:
        raise NoteError("note-signature", f"the signature of {key.name} does not verify") from None
    return time
