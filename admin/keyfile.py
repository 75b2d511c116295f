"""A signing key at rest: a 32-byte seed, encrypted under a passphrase, in a small file.

Argon2id (RFC 9106, second recommended setting: 64 MiB, 3 passes) makes guessing slow; AES-256-GCM notices
every change. The public key stands beside it, so that nobody needs the passphrase to tell whose file it is.
"""

from typing import Literal

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballots.errors import ProtocolError
from ballots.points import ed25519_public
from ballots.wire import Bytes, Key, Random, Record, decode, encode

MIN_PASSPHRASE = 12
"""Fewest symbols of a passphrase."""

_MEMORY_KIB = 65_536
_PASSES = 3
_NONCE = bytes(12)  # every file has a salt, and so a key, of its own


class KeyFileError(Exception):
    """A key file that does not open; who holds the passphrase must act. Tells nothing of either."""


class KeyFile(Record, tag_field="kind", tag="key-file"):
    """What stands in the file."""

    cipher: Literal["argon2id-aes-256-gcm"]
    key: Key
    salt: Bytes
    sealed: Bytes


def seal_key(seed: bytes, passphrase: str, random: Random) -> bytes:
    """Return the content of a key file for a 32-byte Ed25519 seed; KeyFileError for a short passphrase."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyFileError(f"expected a passphrase of at least {MIN_PASSPHRASE} symbols")
    salt = random(16)
    public = Key(ed25519_public(seed))
    sealed = AESGCM(_stretch(passphrase, salt)).encrypt(_NONCE, seed, public)
    return encode(KeyFile(cipher="argon2id-aes-256-gcm", key=public, salt=Bytes(salt), sealed=Bytes(sealed)))


def open_key(raw: bytes, passphrase: str) -> bytes:
    """Return the seed in a key file; KeyFileError if the passphrase is wrong or the file was changed."""
    file = _parse(raw)
    try:
        seed = AESGCM(_stretch(passphrase, file.salt)).decrypt(_NONCE, file.sealed, file.key)
    except InvalidTag:
        raise KeyFileError("the passphrase does not open this key file, or the file was changed") from None
    return seed


def public_key(raw: bytes) -> Key:
    """Return the public key that a key file says it is of."""
    return _parse(raw).key


def _parse(raw: bytes) -> KeyFile:
    try:
        file: KeyFile = decode(KeyFile, raw)
    except ProtocolError as error:
        raise KeyFileError(f"this is no key file: {error}") from None
    return file


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        secret=passphrase.encode("utf-8"),
        salt=salt,
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=4,
        hash_len=32,
        type=Type.ID,
        version=0x13,
    )
