"""Keys and signatures with a second meaning, or without one, signed as far as that is possible."""

import hashlib
from functools import cache
from typing import Any

from hypothesis import strategies as st
from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)

from ballots.points import L, P, ed25519_public, sign_ed25519
from ballots.shares import IssuerPrivateKey
from tests.differential.from_vectors import even_hex
from tests.differential.spellings import Draw, draw_bytes
from tests.differential.verdicts import Call
from tests.simulator import issuer_keys

Given = dict[str, Any]

SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
"""All eight points of small order, in their canonical encodings."""
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
X25519_EDGES = [
    0,
    1,
    2,
    P - 2,
    P - 1,
    P,
    P + 1,
    2**255 - 1,
    2**255,
    2**256 - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723061780553021112529911719440698176882885853963445705823,
    325606250916557431795983626356110631294008115727848805560023387167927233504 + 2**255,
    2 * P - 1,
    2 * P,
]


@st.composite
def public_keys(draw: Draw) -> bytes:
    """Return 32 bytes, mostly a point that some verifier takes and ours must not."""
    kind = draw(st.integers(0, 5))
    good = ed25519_public(draw(st.binary(min_size=32, max_size=32)))
    small = bytes.fromhex(draw(st.sampled_from(SMALL_ORDER)))
    if kind == 0:
        return good
    if kind == 1:
        return small
    if kind == 2:
        return crypto_core_ed25519_add(good, small)
    if kind == 3:
        return bytes.fromhex(draw(st.sampled_from(NOT_CANONICAL)))
    return draw(st.binary(min_size=32, max_size=32)) if kind == 4 else draw_bytes(draw, good)


@st.composite
def key_calls(draw: Draw) -> Call:
    """Return a check of a key of either curve."""
    if draw(st.booleans()):
        return Call("ed25519-key", {"key": draw(public_keys()).hex()})
    edge = draw(st.sampled_from(X25519_EDGES)).to_bytes(32, "little")
    return Call("x25519-key", {"key": draw(st.sampled_from([edge, draw_bytes(draw, edge)])).hex()})


@st.composite
def signature_calls(draw: Draw) -> Call:
    """Return a verification: of a good signature, one that is nearly good, or one that the equation takes."""
    seed, message = draw(st.binary(min_size=32, max_size=32)), draw(st.binary(max_size=40))
    key, good = ed25519_public(seed), sign_ed25519(seed, message)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    kind = draw(st.integers(0, 7))
    if kind == 0:
        signature = draw_bytes(draw, good)
    elif kind == 1:
        signature = r + (s + draw(st.integers(1, 14)) * L).to_bytes(32, "little")
    elif kind == 2:
        signature = draw(public_keys()) + good[32:]
    elif kind == 3:
        signature = crypto_core_ed25519_add(r, bytes.fromhex(draw(st.sampled_from(SMALL_ORDER)))) + good[32:]
    elif kind == 4:
        key, signature = mixed_key(draw, seed, message)
    elif kind == 5:
        key, signature = draw(public_keys()), good
    elif kind == 6:
        key, signature = bytes.fromhex(draw(st.sampled_from(SMALL_ORDER))), r_alone(draw)
    else:
        signature = good
    return Call("ed25519-verify", {"key": key.hex(), "message": message.hex(), "signature": signature.hex()})


def mixed_key(draw: Draw, seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Return a key and R with torsion, and the S with which the equation holds up to the cofactor."""
    a = crypto_core_ed25519_scalar_reduce(hashlib.sha512(seed).digest())
    n = crypto_core_ed25519_scalar_reduce(hashlib.sha512(b"nonce" + seed).digest())
    torsion = [bytes.fromhex(draw(st.sampled_from(SMALL_ORDER))) for _ in range(2)]
    key = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(a), torsion[0])
    r = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(n), torsion[1])
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little")
    s = (int.from_bytes(n, "little") + h * int.from_bytes(a, "little")) % L
    return key, r + s.to_bytes(32, "little")


def r_alone(draw: Draw) -> bytes:
    """Return a signature R = S * B, which fits any key of small order for some messages."""
    s = draw(st.integers(1, 2**64))
    return crypto_scalarmult_ed25519_base_noclamp(s.to_bytes(32, "little")) + s.to_bytes(32, "little")


# --- issuers ---


@cache
def share_keys() -> list[IssuerPrivateKey]:
    """Return the issuer keys of the tests."""
    return issuer_keys()


@st.composite
def modulus_calls(draw: Draw) -> Call:
    """Return a check of a modulus: good, even, of another length, or with a small factor."""
    n = draw(st.sampled_from(share_keys())).public.modulus
    prime = draw(st.sampled_from([2, 3, 5, 7, 1993, 1997, 1999, 2003, 2011]))
    modulus = draw(
        st.sampled_from(
            [
                n,
                n - 1,
                n >> 1,
                n >> 1 | 1,
                n << 1 | 1,
                n - n % prime,
                n - n % prime + prime,
                2**3072 - 1,
                2**3072,
                2**3072 + 1,
                2**3071,
                2**3071 - 1,
                2**3071 + 1,
                0,
                1,
                n - n % (2 * prime) + prime,
            ]
        )
    )
    return Call("issuer-key", {"modulus": even_hex(modulus)})


@st.composite
def share_calls(draw: Draw) -> Call:
    """Return the verification of a share signature: PSS with any salt, other padding, other numbers."""
    key = draw(st.sampled_from(share_keys()))
    n, message = key.public.modulus, draw(st.binary(max_size=40))
    number = sign_encoded(key, pss(draw, message, n.bit_length() - 1))
    kind = draw(st.integers(0, 5))
    size = 384
    if kind == 0:
        number += n
    elif kind == 1:
        number = draw(st.sampled_from([0, 1, n - 1, n, n + 1, n - number, 2**3072 - 1]))
    elif kind == 2:
        size = draw(st.sampled_from([0, 1, 383, 385]))
    elif kind == 3:
        message = draw_bytes(draw, message)
    signature = (number % (1 << 8 * size)).to_bytes(size, "big")
    given = {"p": f"{key.p:x}", "q": f"{key.q:x}", "message": message.hex(), "signature": signature.hex()}
    return Call("share-verify", given)


def sign_encoded(key: IssuerPrivateKey, encoded: int) -> int:
    """Return the RSA signature of a number."""
    d = pow(65537, -1, (key.p - 1) * (key.q - 1))
    return pow(encoded, d, key.public.modulus)


def pss(draw: Draw, message: bytes, bits: int) -> int:
    """Return the PSS encoding of a message, right or with a part otherwise (RFC 8017 section 9.1.1)."""
    kind = draw(st.integers(0, 7))
    salt = bytes([draw(st.integers(0, 255))]) * (
        48 if kind else draw(st.sampled_from([0, 1, 20, 47, 49, 64]))
    )
    hash_ = "sha256" if kind == 1 else "sha384"
    digest = hashlib.new(hash_, bytes(8) + hashlib.new(hash_, message).digest() + salt).digest()
    length = (bits + 7) // 8
    separator, trailer, pad = b"\x01", b"\xbc", b"\0"
    if kind == 2:
        separator = draw(st.sampled_from([b"\0", b"\x02", b"\xff"]))
    if kind == 3:
        trailer = draw(st.sampled_from([b"\0", b"\xcc", b"\xbd"]))
    if kind == 4:
        pad = b"\x80"
    block = (separator + salt).rjust(length - len(digest) - 1, b"\0")
    if kind == 4:
        block = pad + block[1:]
    mgf = "sha256" if kind == 5 else hash_
    mask = b"".join(
        hashlib.new(mgf, digest + i.to_bytes(4, "big")).digest()
        for i in range(-(-len(block) // hashlib.new(mgf).digest_size))
    )[: len(block)]
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=True))
    if kind != 6:
        masked[0] &= 0xFF >> (8 * length - bits)
    return int.from_bytes(bytes(masked) + digest + trailer, "big")


@st.composite
def box_calls(draw: Draw) -> Call:
    """Return the opening of a box whose ephemeral key is at an edge."""
    edge = draw(st.sampled_from(X25519_EDGES)).to_bytes(32, "little")
    box = edge + draw(st.binary(min_size=0, max_size=50))
    private = draw(st.binary(min_size=32, max_size=32))
    return Call("hpke-open", {"private_key": private.hex(), "box": box.hex(), "info": "696e666f"})


def all_points() -> st.SearchStrategy[Call]:
    """Return calls of every kind in this file."""
    return st.one_of(key_calls(), signature_calls(), modulus_calls(), share_calls(), box_calls())
