"""Blind signatures follow RFC 9474, have one spelling, and leave the issuer only when they verify."""

import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import gmpy2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import Phase
from ballots.errors import ShareError
from ballots.shares import (
    EXPONENT,
    IssuerPrivateKey,
    IssuerPublicKey,
    blind,
    blind_sign,
    check_issuer_key,
    finalize,
    format_issuer_key,
    parse_issuer_key,
    verify,
)
from tests.simulator import make_world

_FILE = json.loads((Path(__file__).parents[1] / "vectors" / "rfc9474.json").read_text())
VECTORS: dict[str, dict[str, str]] = {vector["name"]: vector for vector in _FILE["vectors"]}
WITH_SALT = ["RSABSSA-SHA384-PSS-Randomized", "RSABSSA-SHA384-PSS-Deterministic"]
WITHOUT_SALT = ["RSABSSA-SHA384-PSSZERO-Randomized", "RSABSSA-SHA384-PSSZERO-Deterministic"]

MESSAGE = bytes(range(32))
SALT = bytes(range(48))
Random = Callable[[int], bytes]


class Issuer(NamedTuple):
    """An issuer's key here, and the same key in another library."""

    private: IssuerPrivateKey
    public: IssuerPublicKey
    library: rsa.RSAPrivateKey


def make_issuer() -> Issuer:
    """Return an issuer with a fresh key of 3,072 bits."""
    library = rsa.generate_private_key(EXPONENT, 3072)
    numbers = library.private_numbers()
    private = IssuerPrivateKey.from_primes(numbers.p, numbers.q)
    return Issuer(private, private.public, library)


ISSUER = make_issuer()
KEY = ISSUER.public


def stream(*numbers: int) -> Random:
    """Return a source that gives these numbers, big-endian, one a call, and then fails."""
    left = iter(numbers)
    return lambda size: next(left).to_bytes(size, "big")


def counting(start: int = 1) -> Random:
    """Return a source that gives a large number, another at each call."""
    numbers = itertools.count(start)
    return lambda size: (next(numbers) ** 97 + 2 ** (8 * size - 20)).to_bytes(size, "big")


def share(message: bytes = MESSAGE) -> bytes:
    """Return an issuer's signature over a message, made blindly."""
    blinded, inverse = blind(KEY, message, SALT, counting())
    return finalize(KEY, message, blind_sign(ISSUER.private, blinded, counting(5)), inverse)


SIGNATURE = share()


def refused(reason: str, call: Callable[[], object]) -> None:
    """Check that a call raises ShareError with this reason."""
    with pytest.raises(ShareError) as caught:
        call()
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", WITH_SALT)
def test_rfc_9474_vectors_run(name: str) -> None:
    """The vectors of RFC 9474 with a salt of 48 bytes come out at each step (message after Prepare)."""
    vector = VECTORS[name]
    private = IssuerPrivateKey.from_primes(int(vector["p"], 16), int(vector["q"], 16))
    key, n, message = private.public, int(vector["n"], 16), bytes.fromhex(vector["input_msg"])
    assert key.modulus == n
    r = pow(int(vector["inv"], 16), -1, n)
    blinded, inverse = blind(key, message, bytes.fromhex(vector["salt"]), stream(r))
    assert blinded.hex() == vector["blinded_msg"]
    assert int.from_bytes(inverse, "big") == int(vector["inv"], 16)
    signature = blind_sign(private, blinded, counting())
    assert signature.hex() == vector["blind_sig"]
    assert finalize(key, message, signature, inverse).hex() == vector["sig"]
    verify(key, message, bytes.fromhex(vector["sig"]))


@pytest.mark.parametrize("name", WITHOUT_SALT)
def test_a_signature_without_salt_is_refused(name: str) -> None:
    """The signatures of RFC 9474's variants with an empty salt do not verify here."""
    vector = VECTORS[name]
    key = IssuerPublicKey(modulus=int(vector["n"], 16))
    message, signature = bytes.fromhex(vector["input_msg"]), bytes.fromhex(vector["sig"])
    refused("share-wrong", lambda: verify(key, message, signature))


def test_another_library_verifies_a_share() -> None:
    """An unblinded signature is an ordinary PSS signature with a salt of 48 bytes."""
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    ISSUER.library.public_key().verify(SIGNATURE, MESSAGE, pss, hashes.SHA384())


@pytest.mark.parametrize("length", [0, 20, 32, 47, 49, 64, 334])
def test_another_salt_length_is_refused(length: int) -> None:
    """A PSS signature by the right key with another salt length does not verify."""
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), length)
    signature = ISSUER.library.sign(MESSAGE, pss, hashes.SHA384())
    refused("share-wrong", lambda: verify(KEY, MESSAGE, signature))


def test_another_hash_or_padding_is_refused() -> None:
    """SHA-256, another mask, and the older padding do not verify."""
    sha256, sha384 = hashes.SHA256(), hashes.SHA384()
    for pad, algorithm in (
        (padding.PSS(padding.MGF1(sha256), 48), sha384),
        (padding.PSS(padding.MGF1(sha384), 48), sha256),
        (padding.PKCS1v15(), sha384),
    ):
        signature = ISSUER.library.sign(MESSAGE, pad, algorithm)
        refused("share-wrong", lambda signature=signature: verify(KEY, MESSAGE, signature))  # type: ignore[misc]


@given(st.binary(max_size=80), st.binary(min_size=48, max_size=48), st.binary(min_size=400, max_size=400))
def test_blinding_round_trips(message: bytes, salt: bytes, entropy: bytes) -> None:
    """Any message, salt and blind give a signature that verifies, and the blind does not show in it."""
    blinded, inverse = blind(KEY, message, salt, lambda size: b"\x01" + entropy[: size - 1])
    signature = finalize(KEY, message, blind_sign(ISSUER.private, blinded, counting()), inverse)
    verify(KEY, message, signature)
    blinded, inverse = blind(KEY, message, salt, counting())
    assert finalize(KEY, message, blind_sign(ISSUER.private, blinded, counting()), inverse) == signature


def test_signing_again_gives_the_same_bytes() -> None:
    """A retry of the same request gets the same bytes, whatever the issuer's randomness."""
    blinded, _ = blind(KEY, MESSAGE, SALT, counting())
    assert blind_sign(ISSUER.private, blinded, counting(1)) == blind_sign(
        ISSUER.private, blinded, counting(99)
    )


def test_every_blinded_message_fits_every_message() -> None:
    """Any other message has a blind that gives the same blinded message: blindness is unconditional."""
    blinded, _ = blind(KEY, MESSAGE, SALT, counting())
    other, _ = blind(KEY, b"another", SALT, stream(1))
    n = KEY.modulus
    ratio = int.from_bytes(blinded, "big") * pow(int.from_bytes(other, "big"), -1, n) % n
    numbers = ISSUER.library.private_numbers()
    assert blind(KEY, b"another", SALT, stream(pow(ratio, numbers.d, n)))[0] == blinded


def test_the_blind_is_drawn_until_it_fits() -> None:
    """Zero, the modulus and more are drawn again, not reduced."""
    drawn = stream(0, KEY.modulus, KEY.modulus + 1, 2**3072 - 1, 2)
    assert blind(KEY, MESSAGE, SALT, drawn) == blind(KEY, MESSAGE, SALT, stream(2))


@pytest.mark.parametrize("length", [0, 20, 47, 49])
def test_blinding_takes_a_salt_of_48_bytes_only(length: int) -> None:
    """Blinding refuses any other salt length."""
    refused("salt-length", lambda: blind(KEY, MESSAGE, bytes(length), counting()))


def test_a_blind_with_a_factor_is_refused() -> None:
    """A blind that shares a factor with the modulus is refused by voter and issuer."""
    refused("blind-not-coprime", lambda: blind(KEY, MESSAGE, SALT, stream(ISSUER.private.p)))
    blinded, _ = blind(KEY, MESSAGE, SALT, counting())
    refused("blind-sign-fault", lambda: blind_sign(ISSUER.private, blinded, stream(ISSUER.private.q)))


def test_blinding_takes_no_short_modulus() -> None:
    """A modulus too short for the encoding is refused."""
    refused("issuer-key-size", lambda: blind(IssuerPublicKey(modulus=2**1000 + 1), MESSAGE, SALT, counting()))


N_BYTES = format_issuer_key(KEY)
BLINDED_OUT_OF_RANGE = {
    "zero": bytes(384),
    "the modulus": N_BYTES,
    "more than the modulus": (KEY.modulus + 1).to_bytes(384, "big"),
    "all ones": b"\xff" * 384,
    "empty": b"",
    "one byte short": b"\x01" * 383,
    "one zero byte before": b"\x00" + b"\x01" * 384,
}


@pytest.mark.parametrize("case", BLINDED_OUT_OF_RANGE)
def test_a_blinded_message_out_of_range_is_refused(case: str) -> None:
    """The issuer refuses a blinded message that is not 384 bytes of a number from 1 to below n."""
    refused("blinded-range", lambda: blind_sign(ISSUER.private, BLINDED_OUT_OF_RANGE[case], counting()))


@pytest.mark.parametrize("part", ["d_p", "d_q", "q_inverse"])
def test_a_fault_releases_nothing(part: str) -> None:
    """A fault in one half of the computation gives an error and no signature."""
    broken = dataclasses.replace(ISSUER.private, **{part: getattr(ISSUER.private, part) ^ 2})
    blinded, _ = blind(KEY, MESSAGE, SALT, counting())
    refused("blind-sign-fault", lambda: blind_sign(broken, blinded, counting()))


def test_the_representation_shows_no_secret() -> None:
    """The representation of a private key shows the modulus only."""
    shown = repr(ISSUER.private)
    assert str(KEY.modulus) in shown
    for name in ("p", "q", "d_p", "d_q", "q_inverse"):
        assert str(getattr(ISSUER.private, name)) not in shown.replace(str(KEY.modulus), "")


def test_finalize_releases_only_what_verifies() -> None:
    """A wrong blind signature, message, inverse or length gives no signature."""
    blinded, inverse = blind(KEY, MESSAGE, SALT, counting())
    signed = blind_sign(ISSUER.private, blinded, counting())
    refused("share-wrong", lambda: finalize(KEY, MESSAGE, blinded, inverse))
    refused("share-wrong", lambda: finalize(KEY, b"another", signed, inverse))
    refused("share-wrong", lambda: finalize(KEY, MESSAGE, signed, signed))
    refused("share-length", lambda: finalize(KEY, MESSAGE, signed[1:], inverse))
    refused("share-length", lambda: finalize(KEY, MESSAGE, signed, inverse + b"\0"))


def add_modulus(signature: bytes) -> bytes:
    """Return the second spelling s + n, if it fits in 384 bytes, else all ones."""
    number = int.from_bytes(signature, "big") + KEY.modulus
    return number.to_bytes(384, "big") if number < 1 << 3072 else b"\xff" * 384


NOT_A_SHARE = {
    "plus the modulus": (add_modulus(SIGNATURE), "share-range"),
    "the modulus": (N_BYTES, "share-range"),
    "all ones": (b"\xff" * 384, "share-range"),
    "zero": (bytes(384), "share-wrong"),
    "one": (bytes(383) + b"\x01", "share-wrong"),
    "minus one": ((KEY.modulus - 1).to_bytes(384, "big"), "share-wrong"),
    "the negative": ((KEY.modulus - int.from_bytes(SIGNATURE, "big")).to_bytes(384, "big"), "share-wrong"),
    "a changed bit": (SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]), "share-wrong"),
    "a zero byte before": (b"\0" + SIGNATURE, "share-length"),
    "a zero byte after": (SIGNATURE + b"\0", "share-length"),
    "a byte short": (SIGNATURE[1:], "share-length"),
    "empty": (b"", "share-length"),
}


@pytest.mark.parametrize("case", NOT_A_SHARE)
def test_what_is_not_the_signature_is_refused(case: str) -> None:
    """Second spellings and changed signatures are refused, each with its reason."""
    signature, reason = NOT_A_SHARE[case]
    refused(reason, lambda: verify(KEY, MESSAGE, signature))


def test_another_message_or_issuer_is_refused() -> None:
    """A signature speaks for one message and one issuer."""
    refused("share-wrong", lambda: verify(KEY, MESSAGE + b"\0", SIGNATURE))
    other = IssuerPublicKey(modulus=2**3072 - 1103717)
    refused("share-wrong", lambda: verify(other, MESSAGE, SIGNATURE))


@given(st.one_of(st.binary(max_size=400), st.binary(min_size=384, max_size=384)), st.binary(max_size=40))
def test_any_bytes_are_no_share(signature: bytes, message: bytes) -> None:
    """Any bytes as a signature are refused with ShareError."""
    with pytest.raises(ShareError):
        verify(KEY, message, signature)


@given(st.one_of(st.binary(max_size=400), st.binary(min_size=384, max_size=384)))
def test_any_bytes_are_signed_or_refused(blinded: bytes) -> None:
    """Any bytes as a blinded message are signed if they are in range, else refused with ShareError."""
    if len(blinded) == 384 and 0 < int.from_bytes(blinded, "big") < KEY.modulus:
        assert len(blind_sign(ISSUER.private, blinded, counting())) == 384
    else:
        refused("blinded-range", lambda: blind_sign(ISSUER.private, blinded, counting()))


def test_an_issuer_key_reads_back() -> None:
    """A modulus has one spelling of 384 bytes."""
    assert len(N_BYTES) == 384
    assert parse_issuer_key(N_BYTES) == KEY
    assert KEY.size == 384


BAD_MODULI = {
    "one bit short": (2**3071 - 1, "issuer-key-size"),
    "one bit long": (2**3072 + 1, "issuer-key-size"),
    "zero": (0, "issuer-key-size"),
    "even": (KEY.modulus + 1, "issuer-key-even"),
    "a multiple of 3": (2**3072 - 1, "issuer-key-small-factor"),
    "a multiple of 1999": ((2**3072 // 1999 - 1 | 1) * 1999, "issuer-key-small-factor"),
}


@pytest.mark.parametrize("case", BAD_MODULI)
def test_a_bad_modulus_is_refused(case: str) -> None:
    """A modulus of another size, even, or with a small factor is refused."""
    modulus, reason = BAD_MODULI[case]
    refused(reason, lambda: check_issuer_key(modulus))


SECOND_SPELLINGS = {
    "empty": b"",
    "a byte short": N_BYTES[1:],
    "a zero byte before": b"\0" + N_BYTES,
    "shifted": b"\0" + N_BYTES[:-1],
    "zeros": bytes(384),
}


@pytest.mark.parametrize("case", SECOND_SPELLINGS)
def test_another_spelling_of_a_modulus_is_refused(case: str) -> None:
    """A modulus with leading zeros, or of another length, is refused."""
    refused("issuer-key-size", lambda: parse_issuer_key(SECOND_SPELLINGS[case]))


def test_an_issuer_key_without_an_own_verifier_is_refused() -> None:
    """A modulus that the library does not take is refused when a share is verified."""
    tiny = IssuerPublicKey(modulus=15)
    refused("issuer-key-size", lambda: verify(tiny, MESSAGE, b"\x02"))


@pytest.mark.parametrize(("p", "q"), [(7, 7), (2, 7), (7, 8), (1, 7), (-3, 7), (65537 * 2 + 1, 7)])
def test_unfit_primes_are_refused(p: int, q: int) -> None:
    """Equal, even and tiny primes, and those for which e has no inverse, are refused."""
    refused("issuer-key-primes", lambda: IssuerPrivateKey.from_primes(p, q))


def test_every_secret_power_is_taken_of_a_blinded_base_in_constant_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both halves go through `powmod_sec`, and the same message never gives it the same base twice."""
    world = make_world(until=Phase.VOTING)
    key = next(iter(world.keys.issuers.values()))
    bases: list[int] = []
    real = gmpy2.powmod_sec

    def spy(base: int, exponent: int, modulus: int) -> object:
        bases.append(int(base))
        return real(base, exponent, modulus)

    monkeypatch.setattr(gmpy2, "powmod_sec", spy)
    blinded = (12345).to_bytes(384, "big")
    answers = {blind_sign(key, blinded, lambda n, fill=fill: bytes([0x11 * fill]) * n) for fill in (1, 2)}
    assert len(answers) == 1
    assert len(bases) == len(set(bases)) == 4
    assert 12345 not in bases
