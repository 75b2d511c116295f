"""Boxes follow RFC 9180, are the same every time, and open only where they should."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ballots import hpke
from ballots.errors import SealingError

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "rfc9180.json").read_text())
VECTOR = {name: bytes.fromhex(text) for name, text in _FILE.items() if name != "source"}
BOX = VECTOR["pk_e"] + VECTOR["ct"]
SUITE = library.Suite(library.KEM.X25519, library.KDF.HKDF_SHA256, library.AEAD.AES_128_GCM)

PRIVATE, PUBLIC = hpke.derive_key_pair(bytes(range(32)))
EPHEMERAL = bytes(range(32, 64))
INFO = b"box 1"
FRAGMENT = bytes(range(64, 96))
SEALED = hpke.seal(PUBLIC, EPHEMERAL, INFO, FRAGMENT)
bytes_32 = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("who", ["e", "r"])
def test_rfc_9180_key_pairs_are_derived(who: str) -> None:
    """DeriveKeyPair gives the two key pairs of RFC 9180 A.1.1, up to clamping."""
    private_key, public_key = hpke.derive_key_pair(VECTOR[f"ikm_{who}"])
    assert private_key == VECTOR[f"sk_{who}"]
    assert public_key == VECTOR[f"pk_{who}"]


def test_rfc_9180_key_schedule_is_followed() -> None:
    """Key and base nonce are those of RFC 9180 A.1.1."""
    dh = hpke._agree(VECTOR["sk_e"], VECTOR["pk_r"])
    expected = VECTOR["key"], VECTOR["base_nonce"]
    assert hpke._schedule(dh, VECTOR["pk_e"], VECTOR["pk_r"], VECTOR["info"]) == expected


def test_rfc_9180_box_is_sealed_and_opened() -> None:
    """The first encryption of RFC 9180 A.1.1, with its aad, comes out and opens."""
    v = VECTOR
    assert hpke._seal(v["pk_r"], v["ikm_e"], v["info"], v["aad"], v["plaintext"]) == BOX
    assert hpke._open(v["sk_r"], v["pk_r"], BOX, v["info"], v["aad"]) == v["plaintext"]


@given(bytes_32, bytes_32, st.binary(max_size=100), st.binary(max_size=100))
def test_another_library_opens_what_we_seal(
    ikm: bytes, ephemeral: bytes, info: bytes, plaintext: bytes
) -> None:
    """A box opens in another implementation and here, to the same plaintext, 48 bytes longer."""
    private_key, public_key = hpke.derive_key_pair(ikm)
    box = hpke.seal(public_key, ephemeral, info, plaintext)
    assert len(box) == len(plaintext) + hpke.OVERHEAD
    assert SUITE.decrypt(box, X25519PrivateKey.from_private_bytes(private_key), info) == plaintext
    assert hpke.open_box(private_key, box, info) == plaintext


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_we_open_what_another_library_seals(info: bytes, plaintext: bytes) -> None:
    """A box that another implementation sealed opens here."""
    box = SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(PUBLIC), info)
    assert hpke.open_box(PRIVATE, box, info) == plaintext


def test_sealing_twice_gives_the_same_bytes() -> None:
    """The same inputs give the same box of 80 bytes for a fragment."""
    assert hpke.seal(PUBLIC, EPHEMERAL, INFO, FRAGMENT) == SEALED
    assert len(SEALED) == 80


def test_a_private_key_has_its_public_key() -> None:
    """The public key of a private key is the one that was derived with it."""
    assert hpke.public_key(PRIVATE) == PUBLIC


@pytest.mark.parametrize("position", range(0, 80, 7))
def test_a_changed_byte_does_not_open(position: int) -> None:
    """A box with one changed bit does not open."""
    box = SEALED[:position] + bytes([SEALED[position] ^ 1]) + SEALED[position + 1 :]
    with pytest.raises(SealingError) as caught:
        hpke.open_box(PRIVATE, box, INFO)
    assert caught.value.reason == "box-open"


LOW_ORDER = [
    bytes(32),
    (1).to_bytes(32, "little"),
    (2**255 - 20).to_bytes(32, "little"),
    (2**255 - 19).to_bytes(32, "little"),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
]


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_low_order_point_neither_opens_nor_is_sealed_to(point: bytes) -> None:
    """A point of low order is refused as `enc` and as a trustee's key."""
    with pytest.raises(SealingError) as caught:
        hpke.open_box(PRIVATE, point + SEALED[32:], INFO)
    assert caught.value.reason == "box-open"
    with pytest.raises(SealingError) as caught:
        hpke.seal(point, EPHEMERAL, INFO, FRAGMENT)
    assert caught.value.reason == "box-key"


@pytest.mark.parametrize("size", [0, 31, 32, 47])
def test_a_short_box_is_refused(size: int) -> None:
    """A box too short for `enc` and tag is refused for its length."""
    with pytest.raises(SealingError) as caught:
        hpke.open_box(PRIVATE, bytes(size), INFO)
    assert caught.value.reason == "box-length"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    """Keys and ephemeral bytes that are not 32 bytes long are refused."""
    for call in (
        lambda: hpke.derive_key_pair(bytes(size)),
        lambda: hpke.seal(bytes(size), EPHEMERAL, INFO, FRAGMENT),
        lambda: hpke.seal(PUBLIC, bytes(size), INFO, FRAGMENT),
        lambda: hpke.open_box(bytes(size), SEALED, INFO),
        lambda: hpke.public_key(bytes(size)),
    ):
        with pytest.raises(SealingError) as caught:
            call()
        assert caught.value.reason == "box-key"


@given(st.binary(max_size=120), st.binary(max_size=50))
def test_any_bytes_open_or_are_refused(box: bytes, info: bytes) -> None:
    """Any bytes as a box are refused with SealingError."""
    with pytest.raises(SealingError):
        hpke.open_box(PRIVATE, box, info)
