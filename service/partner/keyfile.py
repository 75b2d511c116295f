"""Keep a node's keys on disk so that the disk alone does not give them away.

Promise: without the passphrase nothing but its own parameters can be read from the file, and no byte can be
changed unseen. Argon2id (RFC 9106) makes the key, AES-256-GCM seals. Limit: a node that runs has the keys
in memory.
"""

from typing import Annotated, Literal

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ballots.errors import WireError
from ballots.wire import Bytes, Random, Record, decode, encode
from service.partner.errors import KeyFileError, PassphraseError
from service.partner.keys import MAX_KEYS, Keys, format_keys, parse_keys

MAX_FILE = 2 * MAX_KEYS
"""The most bytes of a key file."""
MIN_PASSPHRASE = 12
"""The fewest characters of a passphrase."""
MAX_PASSPHRASE = 1024
"""The most bytes of a passphrase."""


class Salt(Bytes):
    """16 bytes, for Argon2id."""

    LENGTH = 16


class Nonce(Bytes):
    """12 bytes, for AES-GCM."""

    LENGTH = 12


class Profile(Record):
    """The cost of one guess at the passphrase: KiB of memory, passes over it, lanes.

    The bounds keep a forged file from taking all memory, or from being cheap to guess at without an attack.
    """

    lanes: Annotated[int, msgspec.Meta(ge=1, le=16)]
    memory: Annotated[int, msgspec.Meta(ge=8192, le=4_194_304)]
    passes: Annotated[int, msgspec.Meta(ge=1, le=64)]


STRONG = Profile(lanes=4, memory=262_144, passes=4)
"""256 MiB and about a second: opened once a start, so it may be dear. Four times RFC 9106's second choice."""
DEMO = Profile(lanes=1, memory=8192, passes=1)
"""8 MiB and a few milliseconds: for demonstrations and tests, never for an election."""
PROFILES = {"strong": STRONG, "demo": DEMO}


class KeyFile(Record, tag_field="kind", tag="partner-keys"):
    """What stands in the file. All but `nonce` and `sealed` is authenticated beside the keys."""

    nonce: Nonce
    profile: Profile
    salt: Salt
    sealed: Bytes
    version: Literal[1]


def check_passphrase(passphrase: str) -> bytes:
    """Return the passphrase as UTF-8; PassphraseError `passphrase-length`, `passphrase-text`."""
    try:
        raw = passphrase.encode()
    except UnicodeEncodeError:
        raise PassphraseError("passphrase-text", "expected a passphrase in UTF-8") from None
    if len(passphrase) < MIN_PASSPHRASE or len(raw) > MAX_PASSPHRASE:
        raise PassphraseError(
            "passphrase-length",
            f"expected a passphrase of {MIN_PASSPHRASE} characters or more, at most {MAX_PASSPHRASE} bytes",
        )
    return raw


def seal_keys(keys: Keys, passphrase: str, profile: Profile, random: Random) -> bytes:
    """Return the bytes of a key file, different every time. Errors: those of `check_passphrase`."""
    salt, nonce = Salt(random(Salt.LENGTH)), Nonce(random(Nonce.LENGTH))
    key = _derive(check_passphrase(passphrase), salt, profile)
    sealed = AESGCM(key).encrypt(nonce, format_keys(keys), _bound(profile, salt))
    return format_key_file(KeyFile(nonce=nonce, profile=profile, salt=salt, sealed=Bytes(sealed), version=1))


def open_keys(raw: bytes, passphrase: str) -> Keys:
    """Return the keys in a key file.

    Errors: KeyFileError `keyfile-form`, PassphraseError `passphrase-wrong` (or a byte of the file was
    changed), those of `check_passphrase`, and of `parse_keys`.
    """
    file = parse_key_file(raw)
    key = _derive(check_passphrase(passphrase), file.salt, file.profile)
    try:
        plain = AESGCM(key).decrypt(file.nonce, file.sealed, _bound(file.profile, file.salt))
    except (InvalidTag, ValueError):
        raise PassphraseError(
            "passphrase-wrong",
            "the passphrase does not open the keys; give the right one, or restore a damaged key file",
        ) from None
    return parse_keys(plain)


def parse_key_file(raw: bytes) -> KeyFile:
    """Return what stands in a key file, with or without a last newline; KeyFileError `keyfile-form`."""
    try:
        file: KeyFile = decode(KeyFile, raw.removesuffix(b"\n"), MAX_FILE)
    except WireError as error:
        raise KeyFileError("keyfile-form", f"expected the key file of a partner node: {error}") from None
    return file


def format_key_file(file: KeyFile) -> bytes:
    """Return one line of canonical JSON; the inverse of `parse_key_file`."""
    return encode(file) + b"\n"


def _bound(profile: Profile, salt: Salt) -> bytes:
    return encode({"kind": "partner-keys", "profile": profile, "salt": salt, "version": 1})


def _derive(passphrase: bytes, salt: Salt, profile: Profile) -> bytes:
    return hash_secret_raw(
        secret=passphrase,
        salt=salt,
        time_cost=profile.passes,
        memory_cost=profile.memory,
        parallelism=profile.lanes,
        hash_len=32,
        type=Type.ID,
    )
