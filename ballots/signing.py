"""What a signature on the board signs: one message for every signed record.

Ed25519 over H("signature", kind, manifest hash, the object without its signature members).
Format: PROTOCOL.md section 2.
"""

from typing import Annotated, ClassVar

import msgspec

from ballots.points import verify_ed25519
from ballots.wire import H, Id, Record, Signature, encode


class OfficialSignature(Record):
    """One official's signature over a record."""

    official: Id
    signature: Signature


_MEMBER = b'"signature":"'

Two = Annotated[list[OfficialSignature], msgspec.Meta(min_length=2, max_length=2)]
"""The signatures of two different officials, in the manifest's order."""


class Signed(Record):
    """A record with signature members; what is signed is the object without them."""

    SIGNATURE_MEMBERS: ClassVar[tuple[str, ...]] = ("signatures",)


def kind_of(record: msgspec.Struct) -> str:
    """Return the member `kind` of a record."""
    return str(type(record).__struct_config__.tag)


def signed_message(record: Signed, manifest_hash: bytes) -> bytes:
    """Return the 32 bytes that a signature over `record` signs.

    `manifest_hash` is empty for the manifest itself.
    """
    unsigned = {"kind": kind_of(record)} | {
        name: getattr(record, name)
        for name in record.__struct_fields__
        if name not in record.SIGNATURE_MEMBERS
    }
    return H("signature", kind_of(record), manifest_hash, encode(unsigned))


def message_in(raw: bytes, record: Signed, manifest_hash: bytes) -> bytes:
    """Return what `signed_message` does, from the canonical JSON `raw` of a ballot or request.

    The member `signature` is cut out, with the comma after it. In these two kinds no member has members, and
    no JSON string holds a bare quotation mark, so `"signature":"` stands there once.
    """
    start = raw.index(_MEMBER)
    end = raw.index(b'",', start + len(_MEMBER)) + 2
    return H("signature", kind_of(record), manifest_hash, raw[:start] + raw[end:])


def verify_signature(key: bytes, signature: bytes, record: Signed, manifest_hash: bytes) -> None:
    """Raise PointError unless `signature` is `key`'s over `record`."""
    verify_ed25519(key, signature, signed_message(record, manifest_hash))
