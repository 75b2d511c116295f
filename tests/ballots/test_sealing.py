"""Sealing: k trustees open, fewer do not, and only what reseals to the same bytes counts."""

from itertools import combinations

import pytest
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
}


@pytest.mark.parametrize("ballot", SPOILT.values(), ids=SPOILT)
def test_a_spoilt_ballot_is_invalid_for_every_choice_of_trustees(ballot: Ballot) -> None:
    """Whichever k keys are used, the verdict is `sealing`."""
    for numbers in combinations(KEYS, 4):
        opened = open_ballot(ELECTION, ballot, FIRST, some(numbers))
        assert (opened.reason, opened.choices) == ("sealing", ())


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
