"""What can be checked of an entry from the set-up alone: signatures, points, lengths, shares.

Promise: nothing here depends on the entry's place, so it can run anywhere, in any order, on any core.
Limit: what may stand where is decided in board.py. Format: PROTOCOL.md section 5.
"""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ballots.election import Election
from ballots.entries import (
    Ballot,
    Bundle,
    Certify,
    Close,
    Entry,
    Replace,
    Request,
    Roll,
    Seal,
    Start,
    TrusteeKey,
)
from ballots.errors import BoardError
from ballots.points import check_ed25519_key, check_x25519_key, verify_ed25519, verify_for_known_key
from ballots.sealing import OVERHEAD, verify_rehearsal
from ballots.shares import verify as verify_share
from ballots.signing import kind_of, message_in
from ballots.wire import H, encode


def share_message(manifest_hash: bytes, style: str, voting_key: bytes) -> bytes:
    """Return the 32 bytes that issuers sign blindly for a share (section 7)."""
    return H("share", manifest_hash, style, voting_key)


def blinded_hash(blinded: bytes) -> bytes:
    """Return the hash by which a request names a blinded message."""
    return H("blinded", blinded)


def verify_before_placing(election: Election, entry: Entry, raw: bytes) -> None:
    """Do what `verify_entry` does, for entries that are then placed on a board where all were verified.

    One check is left out that the board makes up for: that the key of a request is a good point. A board
    takes requests only by keys of its roll, and on that stand good points alone. Where the board refuses a
    request, `verify_entry` tells whether there is a fault that comes before that.
    """
    if isinstance(entry, Request):
        _request(election, entry, raw, verify_for_known_key)
    else:
        verify_entry(election, entry, raw)


def verify_entry(election: Election, entry: Entry, raw: bytes = b"") -> None:
    """Raise ProtocolError if an entry is wrong at any place of the board.

    `raw` are the bytes that the entry was parsed from, if they are at hand: the signature of a ballot or
    request is then verified over these, which spares encoding it. Styles, contests and the manifest pass:
    their checks are made when the Election is.
    """
    if isinstance(entry, Ballot):
        _ballot(election, entry, raw or encode(entry))
    elif isinstance(entry, Request):
        _request(election, entry, raw or encode(entry), verify_ed25519)
    elif (check := _CHECKS.get(kind_of(entry))) is not None:
        check(election, entry)


def _roll(election: Election, entry: Roll) -> None:
    election.verify(election.manifest.registrar, entry.signature, entry)
    for credential in entry.credentials:
        check_ed25519_key(credential.key)
        if credential.style not in election.styles:
            raise BoardError("roll-style", f"expected a style of the election, got {credential.style}")


def _officials(election: Election, entry: Bundle | Close | Certify) -> None:
    election.verify_officials(entry)


def _seal(election: Election, entry: Seal) -> None:
    election.verify_officials(entry)
    election.verify(election.manifest.registrar, entry.registrar, entry)


def _start(election: Election, entry: Start) -> None:
    election.verify_officials(entry)
    if [rehearsal.partner for rehearsal in entry.rehearsals] != list(election.partner_numbers):
        raise BoardError("start-rehearsals", "expected a rehearsal of every partner, in the manifest's order")
    for rehearsal in entry.rehearsals:
        verify_rehearsal(election, rehearsal)


def _replace(election: Election, entry: Replace) -> None:
    election.verify_officials(entry)
    election.verify(election.manifest.registrar, entry.registrar, entry)
    if entry.style not in election.styles:
        raise BoardError("replace-style", f"expected a style of the election, got {entry.style}")
    check_ed25519_key(entry.adds)


def _request(
    election: Election, entry: Request, raw: bytes, verify: Callable[[bytes, bytes, bytes], None]
) -> None:
    style = election.styles.get(entry.style)
    if style is None:
        raise BoardError("request-style", "expected the credential's style")
    if len(entry.blinded) != len(style.issuers):
        raise BoardError(
            "request-blinded", f"expected {len(style.issuers)} blinded messages, got {len(entry.blinded)}"
        )
    verify(entry.credential, entry.signature, message_in(raw, entry, election.manifest_hash))


def _ballot(election: Election, entry: Ballot, raw: bytes) -> None:
    style = election.styles.get(entry.style)
    if style is None:
        raise BoardError("ballot-style", "expected a style of the election")
    expected = (election.n, len(style.issuers), style.pad + OVERHEAD)
    if (len(entry.boxes), len(entry.share), len(entry.body)) != expected:
        raise BoardError(
            "ballot-length",
            f"expected {expected[0]} boxes, {expected[1]} signatures, a body of {expected[2]} bytes",
        )
    for box in entry.boxes:
        check_x25519_key(box[:32])
    message = share_message(election.manifest_hash, entry.style, entry.voting_key)
    for issuer, signature in zip(election.issuers(entry.style), entry.share, strict=True):
        verify_share(issuer, message, signature)
    verify_ed25519(entry.voting_key, entry.signature, message_in(raw, entry, election.manifest_hash))


def _trustee_key(election: Election, entry: TrusteeKey) -> None:
    if entry.partner not in election.partner_numbers:
        raise BoardError("trustee-key-partner", "expected a partner of the election")
    public = election.trustee_keys[election.partner_numbers[entry.partner] - 1]
    if X25519PrivateKey.from_private_bytes(entry.key).public_key().public_bytes_raw() != public:
        raise BoardError("trustee-key-wrong", "expected the private key of this partner's trustee key")
    election.verify(election.witness_keys[entry.partner], entry.signature, entry)


_CHECKS: dict[str, Callable[[Election, Any], None]] = {
    "roll": _roll,
    "seal": _seal,
    "start": _start,
    "bundle": _officials,
    "replace": _replace,
    "close": _officials,
    "trustee-key": _trustee_key,
    "certify": _officials,
}
