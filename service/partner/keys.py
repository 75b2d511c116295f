"""A node's private keys: made once, for one election and one origin.

Promise: `repr` shows none of them, and `public_of` nothing but public halves. Limit: how they rest on disk is
keyfile.py. Format: PROTOCOL.md sections 1, 2 and 7.
"""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ballots.errors import ShareError, WireError
from ballots.shares import EXPONENT, MODULUS_BITS, IssuerPrivateKey, check_issuer_key, format_issuer_key
from ballots.wire import Bytes, Id, Key, Random, Record, Rsa, decode, encode
from service.partner.errors import KeyFileError, PinError

MAX_KEYS = 65_536
"""The most bytes of a node's keys."""


class Prime(Bytes):
    """192 bytes: a prime of 1,536 bits."""

    LENGTH = 192


class _Secret(Record):
    def __repr__(self) -> str:
        return f"{type(self).__name__}(secret)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class IssuerSecret(_Secret):
    """An issuer's primes for one style."""

    p: Prime
    q: Prime
    style: Id


class NodeSecret(_Secret):
    """A partner's own keys: the seed of its witness key (Ed25519) and its trustee key (X25519)."""

    trustee: Key
    witness: Key


class Keys(_Secret):
    """All keys of a node. `node` is empty in a spare, which helps to sign shares and does nothing else."""

    issuers: list[IssuerSecret]
    node: Annotated[list[NodeSecret], msgspec.Meta(max_length=1)]
    partner: Id


class PublicKeys(Record):
    """What registrar and officials put into styles and manifest; issuers by style."""

    id: Id
    issuers: dict[str, Rsa]
    trustee: Key
    witness: Key


def make_keys(partner: str, styles: Iterable[str], random: Random) -> Keys:
    """Return fresh keys of a partner that issues shares for `styles`.

    The RSA keys come from the cryptographic library's own source of randomness.
    """
    issuers = [_make_issuer(style) for style in styles]
    node = NodeSecret(trustee=Key(random(32)), witness=Key(random(32)))
    return Keys(issuers=issuers, node=[node], partner=partner)


def spare_of(keys: Keys) -> Keys:
    """Return the keys of a spare node: its partner's issuer keys alone.

    A second witness with the same key could be led to another branch of the board, so a spare has none.
    Errors: KeyFileError `keys-issuers` (the node issues no shares).
    """
    if not keys.issuers:
        raise KeyFileError("keys-issuers", "expected the keys of a node that issues shares")
    return Keys(issuers=keys.issuers, node=[], partner=keys.partner)


def public_of(keys: Keys) -> PublicKeys:
    """Return the public halves; KeyFileError `keys-spare` for a spare, whose partner has published them."""
    if not keys.node:
        raise KeyFileError("keys-spare", "expected the partner's own node; a spare publishes no keys")
    trustee = X25519PrivateKey.from_private_bytes(keys.node[0].trustee).public_key().public_bytes_raw()
    witness = Ed25519PrivateKey.from_private_bytes(keys.node[0].witness).public_key().public_bytes_raw()
    issuers = {each.style: Rsa(format_issuer_key(load_issuer(each).public)) for each in keys.issuers}
    return PublicKeys(id=keys.partner, issuers=issuers, trustee=Key(trustee), witness=Key(witness))


def load_issuer(secret: IssuerSecret) -> IssuerPrivateKey:
    """Return the issuer's key of two primes; KeyFileError `keys-issuer` if it is none."""
    try:
        key = IssuerPrivateKey.from_primes(int.from_bytes(secret.p, "big"), int.from_bytes(secret.q, "big"))
        check_issuer_key(key.public.modulus)
    except ShareError:
        raise KeyFileError("keys-issuer", f"expected a sound issuer key of style {secret.style}") from None
    return key


def parse_keys(raw: bytes) -> Keys:
    """Return the keys that `raw` spells; KeyFileError `keys-form`."""
    try:
        keys: Keys = decode(Keys, raw, MAX_KEYS)
    except WireError:
        raise KeyFileError("keys-form", "expected the keys of a partner node") from None
    return keys


def format_keys(keys: Keys) -> bytes:
    """Return the canonical JSON of the keys, which is secret; the inverse of `parse_keys`."""
    return encode(keys)


def parse_public(raw: bytes) -> PublicKeys:
    """Return the public keys that a file spells, with or without a last newline; PinError `public-form`."""
    try:
        keys: PublicKeys = decode(PublicKeys, raw.removesuffix(b"\n"), MAX_KEYS)
    except WireError as error:
        raise PinError("public-form", f"expected the public keys of a partner node: {error}") from None
    return keys


def format_public(keys: PublicKeys) -> bytes:
    """Return one line of canonical JSON; the inverse of `parse_public`."""
    return encode(keys) + b"\n"


def _make_issuer(style: str) -> IssuerSecret:
    while True:
        numbers = rsa.generate_private_key(EXPONENT, MODULUS_BITS).private_numbers()
        p, q = (Prime(prime.to_bytes(Prime.LENGTH, "big")) for prime in (numbers.p, numbers.q))
        if numbers.p * numbers.q >> (MODULUS_BITS - 1):
            return IssuerSecret(p=p, q=q, style=style)
