"""What the bare operations on a ballot cost with the libraries in use: a bound that no program gets below."""

import time
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl import bindings

from ballots.choices import pad_choices, unpad_choices
from ballots.entries import Ballot, parse_entry, skim_ballot, skim_entry
from ballots.hkdf import hmac_sha256, keyed
from ballots.merkle import leaf_hash
from ballots.points import ed25519_public, sign_ed25519
from ballots.shares import verify
from ballots.verification import share_message
from ballots.wire import H, decode
from deploy.bench.election import STYLE, choose
from tests.simulator import World

SECONDS = 0.3
QUICK_SECONDS = 0.003
TRUSTEES, OPENING, ISSUERS = 6, 4, 2
_SEED = bytes(range(32))


def time_operation(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """Return the processor seconds that one call takes, the best of three tries."""
    return min(_time_once(work, seconds / 3) for _ in range(3))


def _time_once(work: Callable[[], object], seconds: float) -> float:
    calls = 0
    began = now = time.process_time()
    while now - began < seconds:
        for _ in range(10):
            work()
        calls += 10
        now = time.process_time()
    return (now - began) / calls


Clock = Callable[[Callable[[], object]], float]
"""Returns the seconds that one call takes."""


def time_ballot(world: World, ballot: bytes, request: bytes, *, quick: bool) -> dict[str, float]:
    """Return the seconds of each kind of operation that auditing a ballot and its request needs, by name.

    Four boxes are opened (an agreement each), and six sealed again: a key pair each, and an agreement and
    encryption for those two that were not opened.
    """

    def clock(work: Callable[[], object]) -> float:
        return time_operation(work, QUICK_SECONDS if quick else SECONDS)

    return {
        "X25519": _time_x25519(clock),
        "Ed25519": _time_ed25519(clock),
        "RSA-PSS": _time_rsa(clock, world, ballot),
        "AES-GCM": _time_aes(clock, len(decode(Ballot, ballot).body)),
        "HMAC-SHA-256": _time_hmac(clock),
        "SHA-256": _time_sha(clock, ballot, request),
        "parsing": _time_parsing(clock, world, ballot, request),
    }


def _time_x25519(clock: Clock) -> float:
    """Four agreements to open, six ephemeral public keys, two agreements to seal again."""
    public = bindings.crypto_scalarmult_base(_SEED[::-1])
    base = clock(lambda: bindings.crypto_scalarmult_base(_SEED))
    agreement = clock(lambda: bindings.crypto_scalarmult(_SEED, public))
    return TRUSTEES * (base + agreement)


def _time_ed25519(clock: Clock) -> float:
    """Two signatures (request, ballot) and two points (credential, voting key)."""
    key, signed = ed25519_public(_SEED), sign_ed25519(_SEED, _SEED) + _SEED
    point = clock(lambda: bindings.crypto_core_ed25519_is_valid_point(key))
    return 2 * (point + clock(lambda: bindings.crypto_sign_open(signed, key)))


def _time_rsa(clock: Clock, world: World, raw: bytes) -> float:
    """A signature of each issuer."""
    ballot = decode(Ballot, raw)
    message = share_message(world.election.manifest_hash, ballot.style, ballot.voting_key)
    issuer = world.election.issuers(ballot.style)[0]
    return ISSUERS * clock(lambda: verify(issuer, message, ballot.share[0]))


def _time_aes(clock: Clock, length: int) -> float:
    """Four boxes opened, two sealed, and the body opened."""
    nonce = bytes(12)
    box = AESGCM(_SEED[:16]).encrypt(nonce, _SEED, None)
    body = AESGCM(_SEED).encrypt(nonce, bytes(length - 16), _SEED)
    opening = clock(lambda: AESGCM(_SEED[:16]).decrypt(nonce, box, None))
    sealing = clock(lambda: AESGCM(_SEED[:16]).encrypt(nonce, _SEED, None))
    whole = clock(lambda: AESGCM(_SEED).decrypt(nonce, body, _SEED))
    return OPENING * opening + (TRUSTEES - OPENING) * sealing + whole


def _time_hmac(clock: Clock) -> float:
    """Key pairs, key schedules, and what follows from the seed; some keys hash many messages."""
    schedules = TRUSTEES
    single = TRUSTEES + 2 * schedules + 2
    shared = TRUSTEES + 4 * schedules + 2 * OPENING + TRUSTEES + 1
    under = keyed(_SEED)
    message = bytes(96)
    return single * clock(lambda: hmac_sha256(_SEED, message)) + shared * clock(lambda: under(message))


def _time_sha(clock: Clock, ballot: bytes, request: bytes) -> float:
    """Entry hashes of ballot (four times) and request (three times), four labelled hashes, six of boxes."""
    leaves = 4 * clock(lambda: leaf_hash(ballot)) + 3 * clock(lambda: leaf_hash(request))
    return leaves + (4 + TRUSTEES) * clock(lambda: H("box", _SEED, 1))


def _time_parsing(clock: Clock, world: World, ballot: bytes, request: bytes) -> float:
    """Both entries in full, what the board looks at in them, what opening needs, and the choices."""
    padded = pad_choices(choose(0), world.election.styles[STYLE].pad)
    return sum(
        clock(work)
        for work in (
            lambda: parse_entry(ballot),
            lambda: parse_entry(request),
            lambda: skim_entry(ballot),
            lambda: skim_entry(request),
            lambda: skim_ballot(ballot),
            lambda: unpad_choices(padded),
        )
    )
