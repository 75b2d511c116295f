"""What the bare operations on a ballot cost with the libraries in use: a bound that no program gets below."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nacl import bindings

from ballots.entries import Ballot
from ballots.points import ed25519_public, sign_ed25519
from ballots.shares import verify
from ballots.verification import share_message
from ballots.wire import decode
from tests.simulator import World

SECONDS = 0.3
TRUSTEES, OPENING, ISSUERS = 6, 4, 2


def time_operation(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """Return the seconds that one call takes, the best of three tries."""
    return min(_time_once(work, seconds / 3) for _ in range(3))


def _time_once(work: Callable[[], object], seconds: float) -> float:
    calls = 0
    began = now = time.perf_counter()
    while now - began < seconds:
        for _ in range(10):
            work()
        calls += 10
        now = time.perf_counter()
    return (now - began) / calls


def time_ballot(world: World, raw: bytes) -> dict[str, float]:
    """Return the seconds of each kind of operation that auditing one ballot needs, by name.

    Two RSA signatures and one Ed25519 signature are verified; four boxes are opened (an X25519 agreement
    each), and six sealed again: a key pair each, and an agreement for those two that were not opened.
    """
    ballot = decode(Ballot, raw)
    message = share_message(world.election.manifest_hash, ballot.style, ballot.voting_key)
    issuer = world.election.issuers(ballot.style)[0]
    seed = bytes(range(32))
    key, signed = ed25519_public(seed), sign_ed25519(seed, message) + message
    private = X25519PrivateKey.from_private_bytes(seed)
    public = X25519PrivateKey.from_private_bytes(seed[::-1]).public_key()
    rsa = time_operation(lambda: verify(issuer, message, ballot.share[0]))
    point = time_operation(lambda: bindings.crypto_core_ed25519_is_valid_point(key))
    ed25519 = time_operation(lambda: bindings.crypto_sign_open(signed, key))
    agreement = time_operation(lambda: private.exchange(public))
    base = time_operation(lambda: bindings.crypto_scalarmult_base(seed))
    return {
        f"{ISSUERS} share signatures": ISSUERS * rsa,
        "1 signature and its key": ed25519 + point,
        f"{OPENING} boxes opened": OPENING * agreement,
        f"{TRUSTEES} boxes sealed": TRUSTEES * base + (TRUSTEES - OPENING) * agreement,
    }
