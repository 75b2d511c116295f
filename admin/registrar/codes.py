"""Draw codes and turn them into credentials: 15 ms of Argon2id each, on all cores.

Promise: a code comes from 75 random bits of the source that the caller gives. Limit: who gets which code is
decided in people.py. Format: PROTOCOL.md section 6.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from ballots.codes import CODE_BITS, credential_seed, format_code, parse_code
from ballots.points import ed25519_public
from ballots.wire import Key

RandomBits = Callable[[int], int]
"""A source of randomness, given as an argument: n -> a number of n random bits."""


def draw_codes(count: int, random_bits: RandomBits) -> list[str]:
    """Return `count` different codes as they are printed."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[format_code(random_bits(CODE_BITS))] = None
    return list(codes)


def credential_of(code: str, manifest_hash: bytes) -> Key:
    """Return the public key that stands on the roll for a code."""
    return Key(ed25519_public(credential_seed(parse_code(code), manifest_hash)))


def derive_credentials(codes: Iterable[str], manifest_hash: bytes) -> Iterator[Key]:
    """Yield the public key behind each code, in order.

    Threads are enough: Argon2 works outside the interpreter's lock.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from pool.map(lambda code: credential_of(code, manifest_hash), codes)
