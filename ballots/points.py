"""Refuse every key and signature that has a second meaning; sign and verify with the rest.

Promise: an Ed25519 key or R that passes is canonical and of order exactly L, and S < L, so that all
verifiers agree. An X25519 key that passes is canonical and not of low order. Limit: whose key it is, and
what it signs, is decided elsewhere. Signing is deterministic (RFC 8032). Format: PROTOCOL.md section 2.
"""

from functools import lru_cache

from nacl import bindings
from nacl.exceptions import BadSignatureError

from ballots.errors import PointError

P = 2**255 - 19
"""The prime of the field of Ed25519 and X25519 (RFC 7748 section 4.1)."""
L = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point (RFC 8032 section 5.1)."""

_SIGN_BIT = 1 << 255
_D = -121665 * pow(121666, -1, P) % P
_IDENTITY = bytes([1]) + bytes(31)
_LOW_ORDER_U = frozenset(
    u.to_bytes(32, "little")
    for u in (
        0,
        1,
        P - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
)


def _is_canonical(point: bytes) -> bool:
    """Say whether the y of an encoded point is below p and a zero x carries no sign."""
    number = int.from_bytes(point, "little")
    y = number & (_SIGN_BIT - 1)
    return y < P and not (number & _SIGN_BIT and y in (1, P - 1))


def _is_on_curve(point: bytes) -> bool:
    """Say whether an x belongs to the y of an encoded point (RFC 8032 section 5.1.3)."""
    square = pow(int.from_bytes(point, "little") & (_SIGN_BIT - 1), 2, P)
    return pow((square - 1) * (_D * square + 1), (P - 1) // 2, P) in (0, 1)


def check_ed25519_key(key: bytes) -> None:
    """Refuse any 32 bytes that are not one canonical point of order exactly L.

    Keys that passed are remembered, as the check costs nearly as much as a verification. Errors, in this
    order: PointError `point-length`, `point-not-canonical`, `point-not-on-curve`, `point-small-order` (also
    for points with a small-order component). Source: RFC 8032 section 5.1; libsodium's
    `crypto_core_ed25519_is_valid_point`.
    """
    _check_and_remember(key)


@lru_cache(maxsize=8_192)
def _check_and_remember(key: bytes) -> None:
    """Do what `check_ed25519_key` says; only a key that passes is remembered."""
    if len(key) != 32:
        raise PointError("point-length", f"expected a key of 32 bytes, got {len(key)}")
    if not _is_canonical(key):
        raise PointError("point-not-canonical", "expected the one spelling of a point")
    if bindings.crypto_core_ed25519_is_valid_point(key):
        return
    if not _is_on_curve(key):
        raise PointError("point-not-on-curve", "expected a point on the curve")
    raise PointError("point-small-order", "expected a point of order L, got one with a small-order component")


def check_x25519_key(key: bytes) -> None:
    """Refuse any 32 bytes that are not one canonical u-coordinate, or that are of low order.

    Errors, in this order: PointError `x25519-length`, `x25519-not-canonical` (2^255-19 or more, so also a
    set top bit), `x25519-low-order`. Source: RFC 7748 sections 5 and 6.1.
    """
    if len(key) != 32:
        raise PointError("x25519-length", f"expected a key of 32 bytes, got {len(key)}")
    if int.from_bytes(key, "little") >= P:
        raise PointError("x25519-not-canonical", "expected a number below 2^255-19")
    if key in _LOW_ORDER_U:
        raise PointError("x25519-low-order", "expected a point that is not of low order")


def verify_ed25519(key: bytes, signature: bytes, message: bytes) -> None:
    """Refuse a 64-byte signature unless `key` made it over `message`, in the one accepted spelling.

    Errors, in this order: PointError `signature-length`, those of `check_ed25519_key`, `signature-r`
    (R not canonical or not of order L), `signature-s` (S not below L), `signature-wrong`.

    Libsodium compares R with SB-hA without the cofactor. As the key has order L, so has SB-hA; a signature
    that verifies therefore needs no further check of R, except that it is not the identity. Source: RFC 8032
    section 5.1.7.
    """
    if len(signature) != 64:
        raise PointError("signature-length", f"expected a signature of 64 bytes, got {len(signature)}")
    check_ed25519_key(key)
    if not _is_signed(key, signature, message):
        _raise_why_refused(signature)


def verify_for_known_key(key: bytes, signature: bytes, message: bytes) -> None:
    """Do what `verify_ed25519` does, for a key of which the caller makes sure that it passes its check.

    A key that does not pass is refused for the reasons of `verify_ed25519`, or not at all.
    """
    if len(key) != 32 or len(signature) != 64 or not _is_signed(key, signature, message):
        verify_ed25519(key, signature, message)


def _is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a key of order L made the signature of 64 bytes, in the one accepted spelling."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L or r == _IDENTITY or not _is_canonical(r):
        return False
    try:
        bindings.crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True


def _raise_why_refused(signature: bytes) -> None:
    """Name the first fault of a signature that was refused."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if not (_is_canonical(r) and bindings.crypto_core_ed25519_is_valid_point(r)):
        raise PointError("signature-r", "expected R to be canonical and of order L")
    if s >= L:
        raise PointError("signature-s", "expected S below L")
    raise PointError("signature-wrong", "expected a signature by this key over this message")


def ed25519_public(seed: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte seed (RFC 8032 section 5.1.5); PointError `seed-length`."""
    return _key_pair(seed)[0]


def sign_ed25519(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature over `message` by a 32-byte seed; PointError `seed-length`.

    Source: RFC 8032 section 5.1.6 (deterministic).
    """
    return bindings.crypto_sign(message, _key_pair(seed)[1])[:64]


def _key_pair(seed: bytes) -> tuple[bytes, bytes]:
    if len(seed) != 32:
        raise PointError("seed-length", f"expected a seed of 32 bytes, got {len(seed)}")
    return bindings.crypto_sign_seed_keypair(seed)
