"""HMAC-SHA256 and HKDF, quick for the short keys and messages of a ballot.

The library's own calls set up more than they hash. Promise: the same bytes as RFC 2104 and RFC 5869. Limit: a
key has at most 64 bytes, an expansion at most 64. Format: PROTOCOL.md section 8.
"""

import hashlib
from collections.abc import Callable

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104), 32 bytes."""
    block = key.ljust(64, b"\x00")
    inner = hashlib.sha256(block.translate(_INNER) + message).digest()
    return hashlib.sha256(block.translate(_OUTER) + inner).digest()


def keyed(key: bytes) -> Callable[[bytes], bytes]:
    """Return HMAC-SHA256 under one key that hashes many messages: the key's two blocks are hashed once."""
    block = key.ljust(64, b"\x00")
    inner = hashlib.sha256(block.translate(_INNER))
    outer = hashlib.sha256(block.translate(_OUTER))

    def hmac(message: bytes) -> bytes:
        inside = inner.copy()
        inside.update(message)
        outside = outer.copy()
        outside.update(inside.digest())
        return outside.digest()

    return hmac


def expand(prk: Callable[[bytes], bytes], info: bytes, length: int) -> bytes:
    """Return HKDF-Expand (RFC 5869 section 2.3), at most 64 bytes; `prk` is the extracted key, `keyed`."""
    first = prk(info + b"\x01")
    if length <= 32:
        return first[:length]
    return (first + prk(first + info + b"\x02"))[:length]
