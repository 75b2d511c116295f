"""The one spelling of everything that is hashed or signed.

Canonical JSON (RFC 8785) of closed records, and the labelled hash H. A decoder re-encodes what it read
and compares the bytes, so a second spelling cannot exist. Only this module encodes.
Format: PROTOCOL.md section 2.
"""

import binascii
import hashlib
import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, ClassVar, Self, dataclass_transform

import msgspec

from ballots.errors import WireError

MAX_ENTRY = 65_535
"""The most bytes that an entry may have (its length stands in two bytes in an entry bundle)."""
LARGE = 2**20
"""Above this many bytes a text is held against its type before anything is made of it."""
MAX_INT = 2**53 - 1

_PREFIX = b"wijkaandeel/v1/"
_LENGTH = struct.Struct(">I")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/   ")
"""To the alphabet that the library reads; what is not base64url becomes a space, which it refuses."""
_PADDING = (b"", b"===", b"==", b"=")
_LAST = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
"""By length modulo 4: the padding that the library wants, and the last symbols whose unused bits are zero."""


class Bytes(bytes):
    """Bytes that stand in a record as unpadded base64url text (RFC 4648 section 5).

    A subclass with a LENGTH is refused at any other length.
    """

    LENGTH: ClassVar[int | None] = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the bytes behind `text`; ValueError for a second spelling or a wrong length."""
        raw = text.encode("utf-8")
        over = len(raw) % 4
        try:
            value = cls(binascii.a2b_base64(raw.translate(_FROM_URL) + _PADDING[over], strict_mode=True))
        except binascii.Error:
            raise ValueError("expected base64url without padding") from None
        if over and raw[-1] not in _LAST[over]:
            raise ValueError("expected the one spelling of base64url")
        if cls.LENGTH is not None and len(value) != cls.LENGTH:
            raise ValueError(f"expected {cls.LENGTH} bytes, got {len(value)}")
        return value

    def format(self) -> str:
        """Return unpadded base64url; the inverse of `parse`."""
        return binascii.b2a_base64(self, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


class Hash(Bytes):
    """32 bytes of SHA-256."""

    LENGTH = 32


class Key(Bytes):
    """32 bytes: a public (or, in a trustee-key entry, a private) Ed25519 or X25519 key."""

    LENGTH = 32


class Signature(Bytes):
    """64 bytes: an Ed25519 signature."""

    LENGTH = 64


class Rsa(Bytes):
    """384 bytes: a modulus of 3,072 bits, or a signature or blinded message under one."""

    LENGTH = 384


class Box(Bytes):
    """80 bytes: one trustee's fragment, sealed (32 bytes enc, 48 bytes ciphertext)."""

    LENGTH = 80


Id = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9-]{0,39}\Z")]
"""An identifier: lower-case letters, digits and hyphens, at most 40, a letter first."""
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
"""A whole number from 0 to 2^53-1."""
Cents = Count
"""Euro cents."""
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A short text for people, at most 200 code points."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class _RecordType(msgspec.StructMeta):
    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        config = {"frozen": True, "kw_only": True, "forbid_unknown_fields": True} | config
        return super().__new__(mcls, name, bases, namespace, **config)


class Record(msgspec.Struct, metaclass=_RecordType):
    """A frozen, keyword-only record that refuses unknown members; the base of everything on the wire."""


def _write_bytes(value: Any) -> str:
    if isinstance(value, Bytes):
        return value.format()
    raise TypeError(f"{type(value).__name__} has no canonical spelling")


def _read_bytes(kind: type, value: Any) -> Any:
    if isinstance(value, str) and issubclass(kind, Bytes):
        return kind.parse(value)
    raise ValueError("expected text")


_ENCODER = msgspec.json.Encoder(enc_hook=_write_bytes, order="sorted")
_PLAIN = msgspec.json.Decoder(float_hook=str)
"""Reads any JSON; a number with a fraction or an exponent becomes a text, so that it is spelled otherwise."""
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ODD_NUMBER = re.compile(rb"-|[0-9][.eE]")


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, dec_hook=_read_bytes)


def encode(record: msgspec.Struct | dict[str, Any]) -> bytes:
    """Return the canonical JSON of a record, or of a mapping with ASCII names (RFC 8785)."""
    return _ENCODER.encode(record)


def decode(kind: Any, raw: bytes, limit: int = MAX_ENTRY) -> Any:
    """Return the record of type `kind` that `raw` spells.

    `kind` may be a union of tagged records. Errors, in this order: WireError `wire-length` (more than `limit`
    bytes), `wire-malformed` (not JSON in UTF-8), `wire-type` (a member missing, unknown, or of another type),
    `wire-spelling` (right meaning, second spelling); of more than LARGE bytes the last three are one.

    What any JSON says, spelled canonically, is for bytes that are a record of type `kind` the canonical JSON
    of that record: all members were there, as no record that is decoded has defaults, none was unknown, and
    every text that stands for bytes is the one spelling of these bytes (`Bytes.parse`).
    """
    if not 0 < len(raw) <= limit:
        raise WireError("wire-length", f"expected 1 to {limit} bytes, got {len(raw)}")
    try:
        if len(raw) > LARGE:  # stops at the first fault, before any JSON that is not of this type is made
            _decoder(kind).decode(raw)
        plain = _PLAIN.decode(raw)
        record = _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise WireError("wire-type", str(error)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise WireError("wire-malformed", "expected canonical JSON in UTF-8") from None
    if _ENCODER.encode(plain) != raw:
        raise _misspelled(raw)
    return record


def _misspelled(raw: bytes) -> WireError:
    """Return what is wrong with bytes that say what a record says, in another spelling."""
    if _ODD_NUMBER.search(_STRING.sub(b"", raw)):
        return WireError("wire-type", "expected numbers without sign, fraction and exponent")
    return WireError(
        "wire-spelling", "expected canonical JSON (RFC 8785): sorted members, no spare space, no repeats"
    )


def skim(kind: Any, raw: bytes) -> Any:
    """Return a record of some members of what `decode` has accepted already; its spelling is not checked."""
    return _decoder(kind).decode(raw)


def _part(part: bytes | str | int) -> bytes:
    if isinstance(part, str):
        part = part.encode("utf-8")
    elif isinstance(part, int):
        part = part.to_bytes(8, "big")
    return _LENGTH.pack(len(part)) + part


def H(label: str, *parts: bytes | str | int) -> Hash:  # noqa: N802 - the specification's own name
    """Return SHA-256 over the labelled parts, each with its length before it (PROTOCOL.md section 2)."""
    return Hash(
        hashlib.sha256(_PREFIX + label.encode("ascii") + b"\0" + b"".join(map(_part, parts))).digest()
    )


def numbered_hashes(label: str, part: bytes, count: int) -> list[bytes]:
    """Return H(label, part, 1) to H(label, part, count)."""
    start = _PREFIX + label.encode("ascii") + b"\0" + _part(part) + _LENGTH.pack(8)
    return [hashlib.sha256(start + number.to_bytes(8, "big")).digest() for number in range(1, count + 1)]


def content_hash(raw: bytes) -> Hash:
    """Return plain SHA-256: the name of a file that stands beside the board."""
    return Hash(hashlib.sha256(raw).digest())


Random = Callable[[int], bytes]
"""A source of randomness, given as an argument: n -> n random bytes."""
