"""Sealing: k trustees open, fewer do not, and only what reseals to the same bytes counts."""

from itertools import combinations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots import hpke, sharing
from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.entries import Ballot
from ballots.errors import PointError, SealingError
from ballots.points import ed25519_public
from ballots.sealing import (
    FIRST,
    OVERHEAD,
    _body_key,
    _Recipe,
    answer_rehearsal,
    context_of,
    open_body,
    open_rehearsal,
    rehearsal_box,
    seal_ballot,
    unseal,
    verify_rehearsal,
)
from ballots.wire import Box, Bytes, H, Hash, encode
from tally.opening import open_ballot
from tests.simulator import World, changed, make_world

WORLD = make_world(until=Phase.VOTING)
SHARE = WORLD.get_share(0)
ELECTION = WORLD.election
KEYS = {number: WORLD.keys.trustees[partner] for partner, number in ELECTION.partner_numbers.items()}
PADDED = pad_choices(WORLD.some_choices("adult", 3), 512)


def seal(padded: bytes = PADDED, seed: bytes = b"s" * 32) -> Ballot:
    """Return a ballot of the first share."""
    return seal_ballot(
        ELECTION,
        style="adult",
        share=SHARE.signatures,
        voting_seed=SHARE.voting_seed,
        revision=1,
        previous=FIRST,
        padded=padded,
        seed=seed,
    )


BALLOT = seal()


def some(numbers: tuple[int, ...]) -> dict[int, bytes]:
    """Return the keys of some trustees."""
    return {number: KEYS[number] for number in numbers}


def test_any_four_of_six_open() -> None:
    """Each choice of k trustees gives the same content and seed."""
    for numbers in combinations(KEYS, 4):
        opened = unseal(ELECTION, BALLOT, some(numbers))
        assert (opened.padded, opened.seed) == (PADDED, b"s" * 32)


def test_three_of_six_do_not_open() -> None:
    """Fewer than k fragments give no content."""
    with pytest.raises(SealingError):
        unseal(ELECTION, BALLOT, some((1, 2, 3)))


def test_sealing_is_deterministic_and_fits_its_place() -> None:
    """The same seed gives the same bytes, another seed other boxes and another body."""
    assert encode(seal()) == encode(BALLOT)
    other = seal(seed=b"t" * 32)
    assert other.body != BALLOT.body
    assert not set(other.boxes) & set(BALLOT.boxes)


@given(st.binary(max_size=511), st.binary(min_size=32, max_size=32))
@settings(max_examples=30)
def test_all_ballots_of_a_style_have_one_length(content: bytes, seed: bytes) -> None:
    """The entry's length says nothing about the choices."""
    ballot = seal((content + b"\x80").ljust(512, b"\0"), seed)
    assert len(encode(ballot)) == len(encode(BALLOT))
    assert len(ballot.body) == 512 + OVERHEAD


def _with_boxes(boxes: list[bytes]) -> Ballot:
    return changed(BALLOT, boxes=[Box(box) for box in boxes])


def _spoilt_fragment() -> Ballot:
    """A ballot whose sixth box holds a wrong fragment, well sealed for trustee 6."""
    ctx = context_of(ELECTION, BALLOT)
    box = hpke.seal(ELECTION.trustee_keys[5], b"e" * 32, H("box", ctx, 6), b"\0" * 32)
    return _with_boxes([*BALLOT.boxes[:5], box])


def _seal_box(number: int, fragment: bytes, ephemeral: bytes) -> bytes:
    """Return a box that trustee `number` opens, whoever the ephemeral bytes and fragment come from."""
    info = H("box", context_of(ELECTION, BALLOT), number)
    return hpke.seal(ELECTION.trustee_keys[number - 1], ephemeral, info, fragment)


def _fragments() -> dict[int, bytes]:
    """Return what the trustees find in the honest ballot's boxes."""
    ctx = context_of(ELECTION, BALLOT)
    return {i: hpke.open_box(KEYS[i], BALLOT.boxes[i - 1], H("box", ctx, i)) for i in KEYS}


def _ephemerals() -> list[bytes]:
    """Return the ephemeral bytes that follow from the honest ballot's seed."""
    return _Recipe(ELECTION, context_of(ELECTION, BALLOT), PADDED, b"s" * 32).ephemerals


def _other_ephemeral(*numbers: int) -> Ballot:
    """A ballot with the right fragments, of which some boxes have other ephemeral keys."""
    boxes = dict(enumerate(BALLOT.boxes, 1))
    for number in numbers:
        boxes[number] = _seal_box(number, _fragments()[number], bytes([number]) * 32)
    return _with_boxes(list(boxes.values()))


def _other_polynomial(*numbers: int, same_secret: bool = False) -> Ballot:
    """A ballot of which some boxes agree with each other and with the body, but not with the seed in it."""
    ctx = context_of(ELECTION, BALLOT)
    secret = int.from_bytes(sharing.recover(_fragments(), 4), "big")
    coefficients = [secret if same_secret else 7, 1, 2, 3]
    fragments = sharing.split(coefficients, 6)
    boxes = list(BALLOT.boxes)
    for number in numbers:
        boxes[number - 1] = _seal_box(number, fragments[number - 1], _ephemerals()[number - 1])
    key = _body_key(ctx, coefficients[0].to_bytes(32, "big"))
    body = AESGCM(key).encrypt(bytes(12), PADDED + b"s" * 32, ctx)
    return changed(_with_boxes(boxes), body=Bytes(body))


def _enc_in_a_second_spelling() -> Ballot:
    """A ballot with the top bit of an enc set, which X25519 does not look at."""
    box = BALLOT.boxes[2]
    return _with_boxes([*BALLOT.boxes[:2], box[:31] + bytes([box[31] | 128]) + box[32:], *BALLOT.boxes[3:]])


SPOILT = {
    "a wrong fragment in box 6": _spoilt_fragment(),
    "box 1 and 2 changed places": _with_boxes([BALLOT.boxes[1], BALLOT.boxes[0], *BALLOT.boxes[2:]]),
    "a bit of box 6": _with_boxes(
        [*BALLOT.boxes[:5], BALLOT.boxes[5][:79] + bytes([BALLOT.boxes[5][79] ^ 1])]
    ),
    "the enc of box 6": _with_boxes([*BALLOT.boxes[:5], BALLOT.boxes[0][:32] + BALLOT.boxes[5][32:]]),
    "boxes of another sealing": changed(BALLOT, boxes=seal(seed=b"t" * 32).boxes),
    "body of another sealing": changed(BALLOT, body=seal(seed=b"t" * 32).body),
    "a bit of the body": changed(BALLOT, body=Bytes(BALLOT.body[:-1] + bytes([BALLOT.body[-1] ^ 1]))),
    "copied under another voting key": changed(BALLOT, voting_key=Hash(ed25519_public(b"v" * 32))),
    "copied as revision 2": changed(BALLOT, revision=2),
    "box 6 with another ephemeral key": _other_ephemeral(6),
    "all boxes with other ephemeral keys": _other_ephemeral(*KEYS),
    "boxes and body of another polynomial": _other_polynomial(*KEYS),
    "boxes 3 to 6 and body of another polynomial": _other_polynomial(3, 4, 5, 6),
    "boxes of another polynomial with the same secret": _other_polynomial(*KEYS, same_secret=True),
    "an enc in a second spelling": _enc_in_a_second_spelling(),
}


@pytest.mark.parametrize("ballot", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_ballot_is_invalid_for_every_choice_of_trustees(ballot: Ballot) -> None:
    """Whichever k keys are used, the verdict is `sealing`."""
    for numbers in combinations(KEYS, 4):
        opened = open_ballot(ELECTION, ballot, FIRST, some(numbers))
        assert (opened.reason, opened.choices) == ("sealing", ())


@pytest.mark.parametrize("ballot", [BALLOT, *SPOILT.values()], ids=["honest", *SPOILT])
def test_the_verdict_is_that_of_sealing_again(ballot: Ballot) -> None:
    """What can be opened passes if and only if sealing its content again gives every byte of it."""
    for numbers in combinations(KEYS, 4):
        try:
            found = unseal(ELECTION, ballot, some(numbers))
        except SealingError:
            continue
        again = seal(found.padded, found.seed)
        assert (again.boxes, again.body) == (ballot.boxes, ballot.body)


@given(st.integers(0, 5), st.integers(0, 79), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_no_bit_of_a_box_can_change(box: int, byte: int, bit: int) -> None:
    """A ballot with one bit of one box changed is invalid, whether or not that box is opened."""
    raw = bytearray(BALLOT.boxes[box])
    raw[byte] ^= 1 << bit
    spoilt = _with_boxes([*BALLOT.boxes[:box], bytes(raw), *BALLOT.boxes[box + 1 :]])
    for numbers in ((1, 2, 3, 4), (3, 4, 5, 6)):
        with pytest.raises(SealingError):
            unseal(ELECTION, spoilt, some(numbers))


def test_another_trustees_key_opens_nothing() -> None:
    """A private key that is not that of the trustee's public key is refused before it is used."""
    with pytest.raises(SealingError) as refused:
        unseal(ELECTION, BALLOT, {**some((1, 2, 3)), 4: KEYS[5]})
    assert refused.value.reason == "box-key"


def test_choices_that_break_a_rule_keep_their_reason() -> None:
    """A well-sealed ballot with bad choices is invalid for the first broken rule."""
    opened = open_ballot(ELECTION, seal(b"nothing\x80".ljust(512, b"\0")), FIRST, KEYS)
    assert (opened.reason, opened.seed) == ("choices-wire", b"s" * 32)


def test_the_secret_alone_opens_the_body() -> None:
    """A second device with s reads the ballot and its seed."""
    ctx = context_of(ELECTION, BALLOT)
    fragments = {
        number: hpke.open_box(KEYS[number], BALLOT.boxes[number - 1], H("box", ctx, number))
        for number in (2, 3, 5, 6)
    }
    assert open_body(BALLOT, ctx, sharing.recover(fragments, 4)).padded == PADDED


def test_a_rehearsal_proves_the_key_and_binds_the_election() -> None:
    """A partner's answer verifies once the seed is shown; another seed, box or election is refused."""
    start = WORLD.make_start()
    for rehearsal in start.rehearsals:
        verify_rehearsal(ELECTION, rehearsal)
        with pytest.raises(PointError):
            verify_rehearsal(ELECTION, changed(rehearsal, seed=Hash(b"x" * 32)))
    box, fragment = rehearsal_box(ELECTION, "partner-2", b"q" * 32)
    assert open_rehearsal(ELECTION, "partner-2", KEYS[2], box) == fragment
    with pytest.raises(SealingError):
        open_rehearsal(ELECTION, "partner-3", KEYS[3], box)
    other: World = make_world(until=Phase.VOTING, seed="other")
    with pytest.raises(SealingError):
        answer_rehearsal(other.election, "partner-2", KEYS[2], b"w" * 32, box)
