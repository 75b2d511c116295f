"""Seal short secrets to a trustee's key so that the same inputs always give the same box.

HPKE base mode, single shot, of RFC 9180: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-128-GCM
0x0001. The ephemeral key is derived from given bytes, so that a box can be made again and compared.
Limit: `info` must bind box and ballot; that, and fresh ephemeral bytes, is the caller's part.
Format: PROTOCOL.md section 8.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumError

from ballots.errors import PointError, SealingError
from ballots.hkdf import hmac_sha256, keyed
from ballots.points import check_x25519_key

KEY_LENGTH = 32
"""Bytes of a public key, a private key, an `enc` and the bytes that an ephemeral key is derived from."""
OVERHEAD = 48
"""Bytes by which a box is longer than its plaintext: 32 of `enc` and 16 of tag."""

_KEM = b"HPKE-v1" + b"KEM\x00\x20"
_HPKE = b"HPKE-v1" + b"HPKE\x00\x20\x00\x01\x00\x01"
_DKP_PRK = _KEM + b"dkp_prk"
_SK = b"\x00\x20" + _KEM + b"sk" + b"\x01"
_EAE_PRK = _KEM + b"eae_prk"
_SHARED_SECRET = b"\x00\x20" + _KEM + b"shared_secret"
_INFO_HASH = _HPKE + b"info_hash"
_SECRET = _HPKE + b"secret"
_KEY = b"\x00\x10" + _HPKE + b"key"
_BASE_NONCE = b"\x00\x0c" + _HPKE + b"base_nonce"

_unsalted = keyed(b"")
_MODE_AND_PSK_ID_HASH = b"\x00" + _unsalted(_HPKE + b"psk_id_hash")


def derive_key_pair(ikm: bytes) -> tuple[bytes, bytes]:
    """Return (private key, public key), 32 bytes each, derived from 32 bytes.

    Errors: SealingError `box-key` (not 32 bytes). Source: RFC 9180 section 7.1.3.
    """
    _check_length(ikm)
    private_key = hmac_sha256(_unsalted(_DKP_PRK + ikm), _SK)
    return private_key, bindings.crypto_scalarmult_base(private_key)


def public_key(private_key: bytes) -> bytes:
    """Return the public key of a private key; SealingError `box-key` (not 32 bytes)."""
    _check_length(private_key)
    return _public_of(private_key)


def seal(public_key: bytes, ephemeral_ikm: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Return the box enc || ct, 48 bytes longer than `plaintext`; aad is empty.

    `public_key` (32 bytes) has passed `check_x25519_key`; `ephemeral_ikm` is 32 bytes and never used twice.
    Errors: SealingError `box-key` (a length, or a public key of low order). Source: RFC 9180 section 6.1.
    """
    return _seal(public_key, ephemeral_ikm, info, b"", plaintext)


def open_box(private_key: bytes, box: bytes, info: bytes) -> bytes:
    """Return the plaintext of a box; aad is empty.

    Errors: SealingError `box-key` (private key not 32 bytes), `box-length` (under 48 bytes), `box-open`.
    Source: RFC 9180 section 6.1.
    """
    return _open(private_key, public_key(private_key), box, info, b"")


def _seal(public_key: bytes, ephemeral_ikm: bytes, info: bytes, aad: bytes, plaintext: bytes) -> bytes:
    private_key, enc = derive_key_pair(ephemeral_ikm)
    key, nonce = _schedule(_agree(private_key, public_key), enc, public_key, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, aad)


def _open(private_key: bytes, public_key: bytes, box: bytes, info: bytes, aad: bytes) -> bytes:
    if len(box) < OVERHEAD:
        raise SealingError("box-length", f"expected a box of {OVERHEAD} bytes or more, got {len(box)}")
    enc = box[:32]
    try:
        check_x25519_key(enc)
        key, nonce = _schedule(bindings.crypto_scalarmult(private_key, enc), enc, public_key, info)
        return AESGCM(key).decrypt(nonce, box[32:], aad)
    except (PointError, SodiumError, InvalidTag):
        raise SealingError("box-open", "expected a box that this key opens") from None


def _schedule(dh: bytes, enc: bytes, public_key: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Return (key, base nonce), 16 and 12 bytes (RFC 9180 sections 4.1 and 5.1, mode base)."""
    shared = hmac_sha256(_unsalted(_EAE_PRK + dh), _SHARED_SECRET + enc + public_key + b"\x01")
    context = _MODE_AND_PSK_ID_HASH + _unsalted(_INFO_HASH + info) + b"\x01"
    secret = hmac_sha256(shared, _SECRET)
    return hmac_sha256(secret, _KEY + context)[:16], hmac_sha256(secret, _BASE_NONCE + context)[:12]


def _agree(private_key: bytes, public_key: bytes) -> bytes:
    """Return X25519 of both; SealingError `box-key` if that is zero (RFC 9180 section 7.1.4)."""
    _check_length(public_key)
    try:
        return bindings.crypto_scalarmult(private_key, public_key)
    except SodiumError:
        raise SealingError("box-key", "expected a public key that is not of low order") from None


@lru_cache(maxsize=16)
def _public_of(private_key: bytes) -> bytes:
    """Return a trustee's public key; remembered, as one key opens thousands of boxes."""
    return bindings.crypto_scalarmult_base(private_key)


def _check_length(key: bytes) -> None:
    if len(key) != KEY_LENGTH:
        raise SealingError("box-key", f"expected {KEY_LENGTH} bytes, got {len(key)}")
