"""An entry that still lacks signatures: how it travels from the registrar to the officials' desk.

A draft is the entry's canonical JSON with the signatures gathered so far. What a signature signs leaves the
signature members out, so their order of arrival does not matter. Format: PROTOCOL.md section 2.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from ballots.entries import Entry, parse_entry
from ballots.errors import WireError
from ballots.points import sign_ed25519
from ballots.signing import OfficialSignature, Signed, signed_message
from ballots.wire import MAX_ENTRY, Signature, encode

T = TypeVar("T", bound=Signed)

NO_SIGNATURE = Signature(bytes(64))
"""What stands in a record while its signature is being made; it verifies under no key."""

_NOBODY = {"official": "nobody", "signature": NO_SIGNATURE.format()}


def changed(record: T, **members: object) -> T:
    """Return the record with other members."""
    return type(record)(**({name: getattr(record, name) for name in record.__struct_fields__} | members))


def sign(seed: bytes, record: Signed, manifest_hash: bytes) -> Signature:
    """Return the signature of a 32-byte seed over a record; `manifest_hash` is empty for the manifest."""
    return Signature(sign_ed25519(seed, signed_message(record, manifest_hash)))


def add_officials(record: T, signatures: Mapping[str, Signature], order: list[str]) -> T:
    """Return the record with officials' signatures, sorted as the manifest lists them."""
    return changed(
        record,
        signatures=[
            OfficialSignature(official=official, signature=signatures[official])
            for official in order
            if official in signatures
        ],
    )


def format_draft(record: Signed) -> bytes:
    """Return the bytes of a draft."""
    return encode(record)


def parse_draft(raw: bytes) -> Entry:
    """Return the entry of a draft, which may lack officials' signatures; WireError if it is none.

    The record that is returned has the signatures of the draft, and is checked for all else.
    """
    try:
        members: dict[str, Any] = msgspec.json.decode(raw)
        given = msgspec.convert(members["signatures"], list[Any])
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise WireError(
            "wire-malformed", "expected the draft of an entry with officials' signatures"
        ) from None
    if len(given) >= 2 or len(raw) > MAX_ENTRY:
        return parse_entry(raw)
    whole: Any = parse_entry(encode(members | {"signatures": [*given, _NOBODY, _NOBODY][:2]}))
    entry: Entry = changed(whole, signatures=whole.signatures[: len(given)])
    if encode(entry) != raw:
        raise WireError("wire-spelling", "expected the draft in canonical JSON (RFC 8785)")
    return entry
