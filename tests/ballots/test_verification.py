"""What is verified before an entry has a place: over the entry's own bytes, and each key once."""

import hashlib

import pytest
from nacl import bindings

from ballots import entries as e
from ballots.board import Phase
from ballots.entries import parse_entry
from ballots.errors import ProtocolError
from ballots.points import L, ed25519_public, verify_for_known_key
from ballots.signing import message_in, signed_message
from ballots.verification import verify_before_placing, verify_entry
from ballots.wire import Key, Signature, encode
from tally.audit.run import audit
from tests.forge import MIXED, TORSION
from tests.simulator import World, changed, make_world
from tests.tally.drafts import Draft, Memory


def test_the_message_in_the_bytes_is_the_one_that_was_signed() -> None:
    """Cutting the signature out of a ballot's or request's bytes leaves what encoding it without gives."""
    seen = set()
    world = make_world()
    for raw in world.entries:
        entry = parse_entry(raw)
        if isinstance(entry, e.Ballot | e.Request):
            seen.add(type(entry))
            expected = signed_message(entry, world.election.manifest_hash)
            assert message_in(raw, entry, world.election.manifest_hash) == expected
    assert seen == {e.Ballot, e.Request}


def asked_by_mixed_key(world: World) -> e.Request:
    """Return a request by a key with a torsion component, whose signature satisfies the equation.

    The key is aB + T. The nonce is tried until the hash is a multiple of eight: then the torsion vanishes.
    """
    scalar = hashlib.sha256(b"scalar").digest()[:31] + b"\0"
    point = bindings.crypto_scalarmult_ed25519_base_noclamp(scalar)
    key = bindings.crypto_core_ed25519_add(point, TORSION)
    request = changed(world.ask(0).request.request, credential=Key(key))
    message = signed_message(request, world.election.manifest_hash)
    for number in range(1, 1000):
        nonce = number.to_bytes(32, "little")
        r = bindings.crypto_scalarmult_ed25519_base_noclamp(nonce)
        h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
        if h % 8 == 0:
            s = (number + h * int.from_bytes(scalar, "little")) % L
            return changed(request, signature=Signature(r + s.to_bytes(32, "little")))
    raise AssertionError("expected one of eight hashes to be a multiple of eight")


def test_a_key_with_torsion_is_the_caller_s_to_refuse() -> None:
    """A signature by an unchecked key can satisfy the equation, so a key that is called known must be."""
    world = make_world(until=Phase.VOTING)
    request = asked_by_mixed_key(world)
    message = signed_message(request, world.election.manifest_hash)
    verify_for_known_key(request.credential, request.signature, message)
    verify_before_placing(world.election, request, encode(request))
    with pytest.raises(ProtocolError) as refused:
        verify_entry(world.election, request)
    assert refused.value.reason == "point-small-order"


BAD_KEYS = {
    "a torsion component, with a signature that satisfies the equation": asked_by_mixed_key,
    "a torsion component": lambda w: changed(w.ask(0).request.request, credential=Key(MIXED)),
    "a point of small order": lambda w: changed(w.ask(0).request.request, credential=Key(TORSION)),
    "no point": lambda w: changed(w.ask(0).request.request, credential=Key((2).to_bytes(32, "little"))),
    "a second spelling": lambda w: changed(w.ask(0).request.request, credential=Key(b"\xff" * 32)),
    "a stranger": lambda w: changed(w.ask(0).request.request, credential=Key(ed25519_public(b"x" * 32))),
}


@pytest.mark.parametrize("case", BAD_KEYS)
@pytest.mark.parametrize("phase", [Phase.VOTING, Phase.CLOSED])
def test_the_audit_refuses_a_bad_key_for_the_board_s_reason(case: str, phase: Phase) -> None:
    """A request by a bad key stops the audit with the reason that the board gives, in its phase or not."""
    world = make_world(until=phase)
    raw = encode(BAD_KEYS[case](world))
    with pytest.raises(ProtocolError) as refused:
        world.board.append(raw)
    (fault,) = audit(Memory(Draft(world, [*world.entries, raw], dict(world.files)))).faults
    assert (fault.at, fault.reason) == (len(world.entries), refused.value.reason)
