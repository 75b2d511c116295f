"""HMAC and HKDF give the bytes of the standard library and of another library."""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from ballots.hkdf import expand, hmac_sha256, keyed


@given(st.binary(max_size=64), st.binary(max_size=300), st.binary(max_size=300))
def test_hmac_is_that_of_the_standard_library(key: bytes, first: bytes, second: bytes) -> None:
    """Both ways give RFC 2104's bytes, and one key hashes many messages without mixing them up."""
    under = keyed(key)
    for message in (first, second, first):
        assert hmac_sha256(key, message) == under(message) == hmac.digest(key, message, "sha256")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(1, 64))
def test_expand_is_that_of_another_library(prk: bytes, info: bytes, length: int) -> None:
    """HKDF-Expand gives RFC 5869's bytes, for one block and for two."""
    assert expand(keyed(prk), info, length) == HKDFExpand(SHA256(), length, info).derive(prk)
