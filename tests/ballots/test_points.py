"""Points, keys and signatures with a second meaning are refused, each with its own reason."""

import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from ballots.errors import PointError
from ballots.points import (
    L,
    P,
    check_ed25519_key,
    check_x25519_key,
    ed25519_public,
    sign_ed25519,
    verify_ed25519,
)

Point = tuple[int, int]

D = -121665 * pow(121666, -1, P) % P
TOP_BIT = 1 << 255
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points, by the affine law of RFC 8032 section 5.1."""
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P)


def times(k: int, point: Point) -> Point:
    """Return k times a point."""
    total = IDENTITY
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def encode(point: Point) -> bytes:
    """Return the canonical 32 bytes of a point."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def raw(number: int) -> bytes:
    """Return a number as 32 bytes little-endian."""
    return number.to_bytes(32, "little")


def with_x(y: int) -> Point:
    """Return the point with this y and an even x."""
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if x * x % P != x2:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == x2, "no point has this y"
    return (P - x if x & 1 else x), y


BASE = with_x(4 * pow(5, -1, P) % P)
ORDER_8 = times(L, with_x(3))
TORSION = [times(k, ORDER_8) for k in range(8)]
NOT_ON_CURVE = [y for y in range(2, 40) if pow((y * y - 1) * (D * y * y + 1), (P - 1) // 2, P) == P - 1]

SEED = bytes(range(32))
_EXPANDED = hashlib.sha512(SEED).digest()
SCALAR = int.from_bytes(_EXPANDED[:32], "little") & ((1 << 254) - 8) | 1 << 254
KEY = ed25519_public(SEED)
MESSAGE = b"one resident, one share"


def sign_with(r: bytes, r_scalar: int, key: bytes = KEY) -> tuple[bytes, int]:
    """Return R and the S that satisfies the equation with a chosen encoding of R."""
    h = int.from_bytes(hashlib.sha512(r + key + MESSAGE).digest(), "little")
    return r, (r_scalar + h * SCALAR) % L


def refused(reason: str, call: Callable[[], object]) -> None:
    """Check that a call raises PointError with this reason."""
    with pytest.raises(PointError) as caught:
        call()
    assert caught.value.reason == reason


def test_the_torsion_table_is_right() -> None:
    """The eight points of small order are distinct, and eight times each is the identity."""
    assert len(set(TORSION)) == 8
    assert {times(8, point) for point in TORSION} == {IDENTITY}
    assert times(L, BASE) == IDENTITY
    assert encode(times(SCALAR, BASE)) == KEY


@pytest.mark.parametrize("k", range(8))
def test_a_small_order_key_is_refused(k: int) -> None:
    """A key that is one of the eight points of small order is refused."""
    refused("point-small-order", lambda: check_ed25519_key(encode(TORSION[k])))


@pytest.mark.parametrize("k", range(1, 8))
@pytest.mark.parametrize("scalar", [1, 77, SCALAR])
def test_a_mixed_order_key_is_refused(k: int, scalar: int) -> None:
    """A point of order L plus a point of small order is refused."""
    refused("point-small-order", lambda: check_ed25519_key(encode(add(times(scalar, BASE), TORSION[k]))))


@pytest.mark.parametrize("scalar", [1, 2, 77, L - 1])
def test_a_key_of_order_l_is_accepted(scalar: int) -> None:
    """A multiple of the base point that is not the identity is accepted."""
    check_ed25519_key(encode(times(scalar, BASE)))


NOT_CANONICAL = [
    *[raw(y) for y in range(P, TOP_BIT)],
    *[raw(y | TOP_BIT) for y in range(P, TOP_BIT)],
    raw(1 | TOP_BIT),
    raw(P - 1 | TOP_BIT),
]


@pytest.mark.parametrize("key", NOT_CANONICAL)
def test_a_second_spelling_is_refused(key: bytes) -> None:
    """A y of p or more, or a sign on x = 0, is refused."""
    refused("point-not-canonical", lambda: check_ed25519_key(key))


@pytest.mark.parametrize("y", NOT_ON_CURVE)
def test_a_key_off_the_curve_is_refused(y: int) -> None:
    """A y that belongs to no x is refused, whatever the sign bit."""
    refused("point-not-on-curve", lambda: check_ed25519_key(raw(y)))
    refused("point-not-on-curve", lambda: check_ed25519_key(raw(y | TOP_BIT)))


@pytest.mark.parametrize("size", [0, 1, 31, 33, 64])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    """A key that is not 32 bytes long is refused."""
    refused("point-length", lambda: check_ed25519_key(KEY[:1] * size))
    refused("x25519-length", lambda: check_x25519_key(KEY[:1] * size))


def test_a_refusal_is_not_forgotten() -> None:
    """A refused key is refused again the second time, although good keys are remembered."""
    for _ in range(2):
        refused("point-small-order", lambda: check_ed25519_key(encode(IDENTITY)))
        check_ed25519_key(KEY)


@given(st.binary(max_size=40))
@example(KEY)
def test_any_bytes_are_a_key_or_a_typed_error(key: bytes) -> None:
    """Any bytes are accepted as a key or refused with PointError, and accepted means order L."""
    try:
        check_ed25519_key(key)
    except PointError:
        return
    x, y = with_x(int.from_bytes(key, "little") & (TOP_BIT - 1))
    assert encode((x, y))[:31] == key[:31]
    assert times(L, (x, y)) == IDENTITY


LOW_ORDER_U = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    P - 1,
]


@pytest.mark.parametrize("u", LOW_ORDER_U)
def test_a_low_order_x25519_key_is_refused(u: int) -> None:
    """Each canonical u-coordinate of low order is refused, and its second spellings as not canonical."""
    refused("x25519-low-order", lambda: check_x25519_key(raw(u)))
    refused("x25519-not-canonical", lambda: check_x25519_key(raw(u | TOP_BIT)))


def test_the_low_order_u_are_those_of_the_torsion_points() -> None:
    """The torsion points of Ed25519 map to four of the five listed u; the fifth is on the twist."""
    mapped = {(1 + y) * pow(1 - y, -1, P) % P for _, y in TORSION if y != 1}
    assert mapped < set(LOW_ORDER_U)
    assert set(LOW_ORDER_U) - mapped == {P - 1}


@pytest.mark.parametrize("number", [P, P + 1, P + 18, TOP_BIT, TOP_BIT | 9, 2**256 - 1])
def test_a_second_spelling_of_an_x25519_key_is_refused(number: int) -> None:
    """A number of 2^255-19 or more is refused."""
    refused("x25519-not-canonical", lambda: check_x25519_key(raw(number)))


def test_an_ordinary_x25519_key_is_accepted() -> None:
    """The base point and its neighbour are accepted."""
    check_x25519_key(raw(9))
    check_x25519_key(raw(P - 2))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_signing_agrees_with_another_library(seed: bytes, message: bytes) -> None:
    """Key and signature are byte for byte those of another implementation, and verify."""
    other = Ed25519PrivateKey.from_private_bytes(seed)
    signature = sign_ed25519(seed, message)
    assert ed25519_public(seed) == other.public_key().public_bytes_raw()
    assert signature == other.sign(message)
    verify_ed25519(ed25519_public(seed), signature, message)


def test_rfc_8032_vector_2_verifies() -> None:
    """Test 2 of RFC 8032 section 7.1 gives its key and signature."""
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert ed25519_public(seed) == key
    assert sign_ed25519(seed, b"\x72") == signature
    verify_ed25519(key, signature, b"\x72")


@pytest.mark.parametrize("k", range(1, 8))
@pytest.mark.parametrize("r_scalar", [1, 12345])
def test_an_r_with_torsion_is_refused(k: int, r_scalar: int) -> None:
    """A signature that satisfies the equation only with the cofactor is refused for its R."""
    r, s = sign_with(encode(add(times(r_scalar, BASE), TORSION[k])), r_scalar)
    refused("signature-r", lambda: verify_ed25519(KEY, r + raw(s), MESSAGE))


@pytest.mark.parametrize("k", range(8))
def test_an_r_of_small_order_is_refused(k: int) -> None:
    """A signature whose R is of small order, the identity among them, is refused though its S is right."""
    r, s = sign_with(encode(TORSION[k]), 0)
    refused("signature-r", lambda: verify_ed25519(KEY, r + raw(s), MESSAGE))


@pytest.mark.parametrize("r", NOT_CANONICAL)
def test_a_second_spelling_of_r_is_refused(r: bytes) -> None:
    """An R that is not canonical is refused."""
    _, s = sign_with(r, 0)
    refused("signature-r", lambda: verify_ed25519(KEY, r + raw(s), MESSAGE))


@pytest.mark.parametrize("multiple", range(1, 16))
def test_an_s_of_l_or_more_is_refused(multiple: int) -> None:
    """S plus a multiple of L, which satisfies the same equation, is refused."""
    signature = sign_ed25519(SEED, MESSAGE)
    s = int.from_bytes(signature[32:], "little") + multiple * L
    assert s < 1 << 256
    refused("signature-s", lambda: verify_ed25519(KEY, signature[:32] + raw(s), MESSAGE))


def test_a_chosen_nonce_verifies() -> None:
    """The attack tables' own signer makes signatures that verify when R is sound."""
    r, s = sign_with(encode(times(12345, BASE)), 12345)
    verify_ed25519(KEY, r + raw(s), MESSAGE)


def test_a_torsion_key_signs_nothing() -> None:
    """A signature under a key of mixed order is refused for the key, whatever the equation says."""
    key = encode(add(times(SCALAR, BASE), TORSION[4]))
    for nonce in range(1, 5):
        r, s = sign_with(encode(times(nonce, BASE)), nonce, key)
        refused("point-small-order", lambda r=r, s=s: verify_ed25519(key, r + raw(s), MESSAGE))  # type: ignore[misc]


@pytest.mark.parametrize("size", [0, 32, 63, 65, 128])
def test_a_signature_of_another_length_is_refused(size: int) -> None:
    """A signature that is not 64 bytes long is refused."""
    refused("signature-length", lambda: verify_ed25519(KEY, bytes(size), MESSAGE))


def test_another_message_key_or_bit_is_refused() -> None:
    """A sound signature over another message, by another key, or with a changed S is wrong."""
    signature = sign_ed25519(SEED, MESSAGE)
    other = ed25519_public(bytes(32))
    changed = bytes([signature[32] ^ 1])
    refused("signature-wrong", lambda: verify_ed25519(KEY, signature, MESSAGE + b"s"))
    refused("signature-wrong", lambda: verify_ed25519(other, signature, MESSAGE))
    refused(
        "signature-wrong", lambda: verify_ed25519(KEY, signature[:32] + changed + signature[33:], MESSAGE)
    )


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_any_bytes_are_no_signature(signature: bytes, message: bytes) -> None:
    """Any bytes as a signature are refused with PointError."""
    with pytest.raises(PointError):
        verify_ed25519(KEY, signature, message)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(size: int) -> None:
    """A seed that is not 32 bytes long is refused."""
    refused("seed-length", lambda: sign_ed25519(bytes(size), MESSAGE))
    refused("seed-length", lambda: ed25519_public(bytes(size)))
