"""The operator's promise and the receipt, and what each refuses."""

from collections.abc import Callable

import pytest

from ballots.board import Phase
from ballots.errors import ProtocolError
from ballots.merkle import inclusion_proof, leaf_hash
from ballots.receipt import HOUR, is_broken, make_promise, verify_promise, verify_receipt
from ballots.tlog_proof import TlogProof, format_proof, parse_proof
from ballots.wire import Hash, encode
from tests.simulator import RELEASES, World, changed, hash_reader, make_world

WORLD = make_world()
INDEX = next(i for i, raw in enumerate(WORLD.entries) if b'"kind":"ballot"' in raw)
LEAF = Hash(leaf_hash(WORLD.entries[INDEX]))
PROMISE = make_promise(WORLD.election, WORLD.keys.operator, LEAF)


def proof_of(world: World, index: int, checkpoint: bytes | None = None) -> bytes:
    """Return the proof file of an entry."""
    leaves = [leaf_hash(raw) for raw in world.entries]
    hashes = inclusion_proof(index, len(leaves), hash_reader(leaves))
    note = checkpoint or world.checkpoint()
    return format_proof(TlogProof(checkpoint=note, extra=b"", hashes=tuple(hashes), index=index))


def test_promise_and_proof_are_a_receipt() -> None:
    """A promise with a proof against a witnessed checkpoint verifies and tells the position."""
    assert verify_receipt(WORLD.election, PROMISE, proof_of(WORLD, INDEX), LEAF) == INDEX


def test_the_same_ballot_gets_the_same_promise() -> None:
    """Two promises for one ballot are equal to the byte."""
    assert encode(make_promise(WORLD.election, WORLD.keys.operator, LEAF)) == encode(PROMISE)


def test_lengths_of_promises_are_equal() -> None:
    """All promises of an election have one length."""
    assert len(encode(make_promise(WORLD.election, WORLD.keys.operator, b"x" * 32))) == len(encode(PROMISE))


ATTACKS: dict[str, Callable[[], object]] = {
    "a promise for another ballot": lambda: verify_promise(WORLD.election, PROMISE, b"x" * 32),
    "a later deadline": lambda: verify_promise(
        WORLD.election, changed(PROMISE, deadline=RELEASES[-1] + 1), LEAF
    ),
    "an earlier deadline": lambda: verify_promise(
        WORLD.election, changed(PROMISE, deadline=RELEASES[0]), LEAF
    ),
    "another signature": lambda: verify_promise(
        WORLD.election,
        changed(PROMISE, signature=make_promise(WORLD.election, b"k" * 32, LEAF).signature),
        LEAF,
    ),
    "another election's promise": lambda: verify_promise(
        make_world(until=Phase.ROLL, seed="other").election, PROMISE, LEAF
    ),
    "a proof of another entry": lambda: verify_receipt(
        WORLD.election, PROMISE, proof_of(WORLD, INDEX + 1), LEAF
    ),
    "three witnesses of four": lambda: verify_receipt(
        WORLD.election,
        PROMISE,
        proof_of(WORLD, INDEX, WORLD.checkpoint(witnesses=["partner-1", "partner-2", "partner-3"])),
        LEAF,
    ),
    "a checkpoint of another log": lambda: verify_receipt(
        WORLD.election, PROMISE, proof_of(WORLD, INDEX, make_world(seed="other").checkpoint()), LEAF
    ),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_false_receipt_is_refused(attack: Callable[[], object]) -> None:
    """What does not verify is refused with a typed error."""
    with pytest.raises(ProtocolError):
        attack()


LATE = RELEASES[-1] + HOUR


@pytest.mark.parametrize(
    ("times", "present", "now", "broken"),
    [
        ((), False, LATE + HOUR, False),
        ((), False, LATE + HOUR + 1, True),
        ((LATE, LATE, LATE, LATE), True, LATE + 2 * HOUR, False),
        ((LATE, LATE, LATE, LATE), False, LATE, True),
        ((LATE, LATE, LATE, 5, 5), False, LATE, False),
        ((LATE, LATE, LATE, LATE, 5, 5), False, LATE, True),
        ((LATE - 1, LATE, LATE, LATE), False, LATE, False),
        ((LATE - 1,) * 6, False, LATE + HOUR + 1, True),
    ],
)
def test_when_a_promise_is_broken(times: tuple[int, ...], *, present: bool, now: int, broken: bool) -> None:
    """Broken: absent where w cosigned an hour past the deadline, or nowhere to be seen after two hours."""
    assert is_broken(PROMISE, times, 4, present, now) is broken


def test_a_proof_with_extra_data_is_refused() -> None:
    """A receipt has no words that nobody signed."""
    proof = parse_proof(proof_of(WORLD, INDEX))
    extended = format_proof(
        TlogProof(checkpoint=proof.checkpoint, extra=b"x", hashes=proof.hashes, index=INDEX)
    )
    with pytest.raises(ProtocolError) as refused:
        verify_receipt(WORLD.election, PROMISE, extended, LEAF)
    assert refused.value.reason == "proof-form"
