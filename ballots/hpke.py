"""Seal short secrets to a trustee's key so that the same inputs always give the same box.

HPKE base mode, single shot, of RFC 9180: DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-128-GCM
0x0001. The ephemeral key is derived from given bytes, so that a box can be made again and compared.
Limit: `info` must bind box and ballot; that, and fresh ephemeral bytes, is the caller's part.
Format: PROTOCOL.md section 8.
"""

import hashlib
from functools import lru_cache
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumError

from ballots.errors import PointError, SealingError
from ballots.points import check_x25519_key

KEY_LENGTH = 32
"""Bytes of a public key, a private key, an `enc` and the bytes that an ephemeral key is derived from."""
OVERHEAD = 48
"""Bytes by which a box is longer than its plaintext: 32 of `enc` and 16 of tag."""

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))

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


def _hmac(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 for a key of at most 64 bytes; half the time of `hmac.digest` (RFC 2104)."""
    block = key.ljust(64, b"\x00")
    inner = hashlib.sha256(block.translate(_INNER) + message).digest()
    return hashlib.sha256(block.translate(_OUTER) + inner).digest()


_MODE_AND_PSK_ID_HASH = b"\x00" + _hmac(b"", _HPKE + b"psk_id_hash")


def derive_key_pair(ikm: bytes) -> tuple[bytes, bytes]:
    """Return (private key, public key), 32 bytes each, derived from 32 bytes.

    Errors: SealingError `box-key` (not 32 bytes). Source: RFC 9180 section 7.1.3.
    """
    _check_length(ikm)
    private_key = _hmac(_hmac(b"", _DKP_PRK + ikm), _SK)
    return private_key, bindings.crypto_scalarmult_base(private_key)


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
    _check_length(private_key)
    return open_with_agreement(private_key, _load_private(private_key)[1], box, info)[0]


def open_with_agreement(
    private_key: bytes, public_key: bytes, box: bytes, info: bytes
) -> tuple[bytes, bytes]:
    """Return (plaintext, dh): what is in the box, and the 32-byte agreement for `reseal_matches`.

    `public_key` belongs to `private_key`, both 32 bytes. Errors: those of `open_box`.
    """
    return _open(private_key, public_key, box, info, b"")


def reseal_matches(
    public_key: bytes, ephemeral_ikm: bytes, info: bytes, plaintext: bytes, box: bytes, dh: bytes | None
) -> bool:
    """Say whether sealing again gives exactly `box`.

    With the `dh` that opening this very box gave, the key agreement is not computed again: X25519 commutes,
    so it is the same once `enc` equals the ephemeral public key, which is compared first. Without (None) all
    is computed. Errors: SealingError `box-key`.
    """
    private_key, enc = derive_key_pair(ephemeral_ikm)
    if not compare_digest(box[:32], enc):
        return False
    if dh is None:
        dh = _agree(private_key, public_key)
    key, nonce = _schedule(dh, enc, public_key, info)
    return compare_digest(box[32:], AESGCM(key).encrypt(nonce, plaintext, None))


def _seal(public_key: bytes, ephemeral_ikm: bytes, info: bytes, aad: bytes, plaintext: bytes) -> bytes:
    private_key, enc = derive_key_pair(ephemeral_ikm)
    key, nonce = _schedule(_agree(private_key, public_key), enc, public_key, info)
    return enc + AESGCM(key).encrypt(nonce, plaintext, aad)


def _open(private_key: bytes, public_key: bytes, box: bytes, info: bytes, aad: bytes) -> tuple[bytes, bytes]:
    if len(box) < OVERHEAD:
        raise SealingError("box-length", f"expected a box of {OVERHEAD} bytes or more, got {len(box)}")
    _check_length(private_key)
    _check_length(public_key)
    enc = box[:32]
    try:
        check_x25519_key(enc)
        dh = _load_private(private_key)[0].exchange(X25519PublicKey.from_public_bytes(enc))
        key, nonce = _schedule(dh, enc, public_key, info)
        return AESGCM(key).decrypt(nonce, box[32:], aad), dh
    except (PointError, InvalidTag):
        raise SealingError("box-open", "expected a box that this key opens") from None


def _schedule(dh: bytes, enc: bytes, public_key: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Return (key, base nonce), 16 and 12 bytes (RFC 9180 sections 4.1 and 5.1, mode base)."""
    shared = _hmac(_hmac(b"", _EAE_PRK + dh), _SHARED_SECRET + enc + public_key + b"\x01")
    context = _MODE_AND_PSK_ID_HASH + _hmac(b"", _INFO_HASH + info) + b"\x01"
    secret = _hmac(shared, _SECRET)
    return _hmac(secret, _KEY + context)[:16], _hmac(secret, _BASE_NONCE + context)[:12]


def _agree(private_key: bytes, public_key: bytes) -> bytes:
    """Return X25519 of both; SealingError `box-key` if that is zero (RFC 9180 section 7.1.4)."""
    _check_length(public_key)
    try:
        return bindings.crypto_scalarmult(private_key, public_key)
    except SodiumError:
        raise SealingError("box-key", "expected a public key that is not of low order") from None


@lru_cache(maxsize=16)
def _load_private(private_key: bytes) -> tuple[X25519PrivateKey, bytes]:
    """Return a trustee's key, loaded, and its public key; remembered, as one key opens thousands of boxes."""
    loaded = X25519PrivateKey.from_private_bytes(private_key)
    return loaded, loaded.public_key().public_bytes_raw()


def _check_length(key: bytes) -> None:
    if len(key) != KEY_LENGTH:
        raise SealingError("box-key", f"expected {KEY_LENGTH} bytes, got {len(key)}")
