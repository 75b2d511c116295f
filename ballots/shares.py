"""Blind a message, sign it blindly, and verify the signature: who may vote, without saying who it is.

RSABSSA-SHA384-PSS-Deterministic of RFC 9474: Prepare is the identity, the PSS salt is 48 bytes, MGF1 uses
SHA-384, e = 65537. Promise: the signer learns nothing about the message, whatever computers come; a
signature has one spelling. Limit: that an issuer signs once a request is the issuer node's part, that a
message has full entropy the caller's. Format: PROTOCOL.md section 7.

The arithmetic takes any modulus of at least 1,024 bits, so that the RFC's vectors (4,096 bits) run through
it; `parse_issuer_key` and `check_issuer_key` admit 3,072 bits only.
"""

import hashlib
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

import gmpy2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballots.errors import ShareError
from ballots.wire import Random

EXPONENT = 65_537
"""The public exponent e of every issuer key."""
MODULUS_BITS = 3072
"""Bits of an issuer's modulus."""
SALT_LENGTH = 48
"""Bytes of the PSS salt; no other length verifies."""

_HASH_LENGTH = 48
_SMALL_PRIMES = math.prod(n for n in range(3, 2000, 2) if all(n % d for d in range(3, math.isqrt(n) + 1, 2)))
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_LENGTH)
_SHA384 = hashes.SHA384()


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuerPublicKey:
    """An issuer's modulus; e is fixed."""

    modulus: int

    @property
    def size(self) -> int:
        """Bytes of a signature, a blinded message and an inverse under this key."""
        return (self.modulus.bit_length() + 7) // 8


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuerPrivateKey:
    """An issuer's primes, with what the Chinese remainder theorem needs; shows none of it in `repr`."""

    public: IssuerPublicKey
    p: int = field(repr=False)
    q: int = field(repr=False)
    d_p: int = field(repr=False)
    d_q: int = field(repr=False)
    q_inverse: int = field(repr=False)

    @classmethod
    def from_primes(cls, p: int, q: int) -> Self:
        """Return the key of two odd primes; ShareError `issuer-key-primes` if e has no inverse for them.

        Primality is the business of whoever makes or loads the key.
        """
        if p == q or min(p, q) < 3 or p % 2 == 0 or q % 2 == 0 or math.gcd(EXPONENT, (p - 1) * (q - 1)) != 1:
            raise ShareError("issuer-key-primes", "expected two different odd primes that suit e")
        return cls(
            public=IssuerPublicKey(modulus=p * q),
            p=p,
            q=q,
            d_p=pow(EXPONENT, -1, p - 1),
            d_q=pow(EXPONENT, -1, q - 1),
            q_inverse=pow(q, -1, p),
        )


def check_issuer_key(modulus: int) -> None:
    """Refuse a modulus that no honest issuer would have.

    Errors, in this order: ShareError `issuer-key-size` (not exactly 3,072 bits), `issuer-key-even`,
    `issuer-key-small-factor` (a prime below 2,000 divides it).
    """
    if modulus.bit_length() != MODULUS_BITS:
        raise ShareError("issuer-key-size", f"expected {MODULUS_BITS} bits, got {modulus.bit_length()}")
    if modulus % 2 == 0:
        raise ShareError("issuer-key-even", "expected an odd modulus")
    if math.gcd(modulus, _SMALL_PRIMES) != 1:
        raise ShareError("issuer-key-small-factor", "expected a modulus without small factors")


def parse_issuer_key(raw: bytes) -> IssuerPublicKey:
    """Return the checked key of a modulus of 384 bytes big-endian; errors of `check_issuer_key`."""
    if len(raw) != MODULUS_BITS // 8:
        raise ShareError("issuer-key-size", f"expected {MODULUS_BITS // 8} bytes, got {len(raw)}")
    modulus = int.from_bytes(raw, "big")
    check_issuer_key(modulus)
    return IssuerPublicKey(modulus=modulus)


def format_issuer_key(key: IssuerPublicKey) -> bytes:
    """Return the modulus, big-endian; the inverse of `parse_issuer_key`."""
    return key.modulus.to_bytes(key.size, "big")


def blind(key: IssuerPublicKey, message: bytes, salt: bytes, random: Random) -> tuple[bytes, bytes]:
    """Return (blinded message, inverse), both as long as the modulus; the inverse is the voter's secret.

    `salt` is 48 random bytes; `random(size)` is drawn, `size` the modulus length, until it gives a number
    below the modulus. Errors: ShareError `salt-length`, `issuer-key-size` (under 1,024 bits),
    `blind-not-coprime` (the message or the blind shares a factor with the modulus: the key is broken).
    Source: RFC 9474 section 4.2.
    """
    n = key.modulus
    encoded = _encode_pss(message, salt, n.bit_length() - 1)
    r = _draw(n, random)
    if math.gcd(encoded, n) != 1 or math.gcd(r, n) != 1:
        raise ShareError("blind-not-coprime", "expected numbers without a factor of the modulus")
    blinded = encoded * pow(r, EXPONENT, n) % n
    return blinded.to_bytes(key.size, "big"), pow(r, -1, n).to_bytes(key.size, "big")


def blind_sign(private: IssuerPrivateKey, blinded: bytes, random: Random) -> bytes:
    """Return the blind signature, as long as the modulus; the same for the same blinded message.

    `random` hides the message from whoever measures time: the base is blinded once more. The signature is
    checked before it is released, as a fault in one half would give the key away (Boneh, DeMillo and Lipton
    1997). Errors: ShareError `blinded-range` (not 0 < m < n in the modulus length), `blind-sign-fault`.
    Source: RFC 9474 section 4.3; RFC 8017 section 5.1.2.
    """
    key = private.public
    m, n = int.from_bytes(blinded, "big"), key.modulus
    if len(blinded) != key.size or not 0 < m < n:
        raise ShareError(
            "blinded-range", f"expected a number from 1 to below the modulus in {key.size} bytes"
        )
    r = _draw(n, random)
    if math.gcd(r, n) != 1:
        raise ShareError("blind-sign-fault", "expected a random number without a factor of the modulus")
    base = m * _power(r, EXPONENT, n) % n
    half_p = int(gmpy2.powmod_sec(base % private.p, private.d_p, private.p))
    half_q = int(gmpy2.powmod_sec(base % private.q, private.d_q, private.q))
    root = half_q + private.q * ((half_p - half_q) * private.q_inverse % private.p)
    signature = root * int(gmpy2.invert(r, n)) % n
    if _power(signature, EXPONENT, n) != m:
        raise ShareError("blind-sign-fault", "expected the signature to verify before its release")
    return signature.to_bytes(key.size, "big")


def finalize(key: IssuerPublicKey, message: bytes, blind_signature: bytes, inverse: bytes) -> bytes:
    """Return the signature over `message`, as long as the modulus, verified.

    Errors: ShareError `share-length` (a part is not as long as the modulus), `share-range`, `share-wrong`.
    Source: RFC 9474 section 4.4.
    """
    if not len(blind_signature) == len(inverse) == key.size:
        raise ShareError("share-length", f"expected two parts of {key.size} bytes")
    product = int.from_bytes(blind_signature, "big") * int.from_bytes(inverse, "big")
    signature = (product % key.modulus).to_bytes(key.size, "big")
    verify(key, message, signature)
    return signature


def verify(key: IssuerPublicKey, message: bytes, signature: bytes) -> None:
    """Refuse a signature over `message` unless it is the one spelling, with a salt of 48 bytes.

    Errors, in this order: ShareError `share-length` (not as long as the modulus), `share-range` (not below
    the modulus), `share-wrong`. Source: RFC 9474 section 4.5; RFC 8017 section 8.1.2.
    """
    if len(signature) != key.size:
        raise ShareError("share-length", f"expected a signature of {key.size} bytes, got {len(signature)}")
    if int.from_bytes(signature, "big") >= key.modulus:
        raise ShareError("share-range", "expected a signature below the modulus")
    try:
        _load(key.modulus).verify(signature, message, _PSS, _SHA384)
    except InvalidSignature:
        raise ShareError("share-wrong", "expected a signature by this issuer over this message") from None


@lru_cache(maxsize=256)
def _load(modulus: int) -> rsa.RSAPublicKey:
    """Return the key as the library holds it; remembered, as one key verifies thousands of shares."""
    try:
        return rsa.RSAPublicNumbers(EXPONENT, modulus).public_key()
    except ValueError:
        raise ShareError("issuer-key-size", "expected a modulus that the library takes") from None


def _draw(n: int, random: Random) -> int:
    """Return a number from 1 to n - 1, each as likely, if `random` gives random bytes."""
    spare = -n.bit_length() % 8
    while True:
        number = int.from_bytes(random((n.bit_length() + 7) // 8), "big") >> spare
        if 0 < number < n:
            return number


def _power(base: int, exponent: int, n: int) -> int:
    """Return base^exponent mod n; not in constant time."""
    return int(gmpy2.powmod(base, exponent, n))


def _mgf1(seed: bytes, length: int) -> bytes:
    """Return `length` bytes of mask (RFC 8017 appendix B.2.1)."""
    blocks = -(-length // _HASH_LENGTH)
    return b"".join(hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in range(blocks))[:length]


def _encode_pss(message: bytes, salt: bytes, bits: int) -> int:
    """Return the number of at most `bits` bits that is to be signed (RFC 8017 section 9.1.1)."""
    if len(salt) != SALT_LENGTH:
        raise ShareError("salt-length", f"expected {SALT_LENGTH} bytes, got {len(salt)}")
    length = (bits + 7) // 8
    if bits < 1023:
        raise ShareError("issuer-key-size", f"expected a modulus of 1,024 bits or more, got {bits + 1}")
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = (b"\x01" + salt).rjust(length - _HASH_LENGTH - 1, b"\x00")
    mask = int.from_bytes(_mgf1(digest, len(block)), "big")
    masked = (int.from_bytes(block, "big") ^ mask) & ((1 << (bits - 8 * (_HASH_LENGTH + 1))) - 1)
    return (masked << 8 * (_HASH_LENGTH + 1)) | int.from_bytes(digest + b"\xbc", "big")
