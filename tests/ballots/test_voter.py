"""A resident's client: asking, finishing, voting, voting again."""

import pytest

from ballots.board import Phase
from ballots.choices import Choices, ContestChoices
from ballots.errors import ChoicesError, ShareError
from ballots.merkle import leaf_hash
from ballots.verification import blinded_hash, verify_entry
from ballots.voter import ShareRequest, ask_share, finish_share, vote
from ballots.wire import decode, encode
from tests.simulator import make_world

WORLD = make_world(until=Phase.VOTING)


def test_a_share_votes_and_votes_again() -> None:
    """A finished share seals a ballot that verifies, and a second revision that names the first."""
    share = WORLD.get_share(1)
    first = vote(WORLD.election, share, WORLD.some_choices("adult", 1), WORLD.draw)
    second = vote(
        WORLD.election, share, WORLD.some_choices("adult", 2), WORLD.draw, 2, leaf_hash(encode(first))
    )
    verify_entry(WORLD.election, first)
    verify_entry(WORLD.election, second)
    assert second.voting_key == first.voting_key


def test_the_request_names_the_blinded_messages() -> None:
    """What is posted beside the request has the hashes that the request signs, and reads back equal."""
    asking = WORLD.ask(2)
    assert [blinded_hash(raw) for raw in asking.request.blinded] == asking.request.request.blinded
    assert decode(ShareRequest, encode(asking.request)) == asking.request


def test_two_askings_have_nothing_in_common_but_the_credential() -> None:
    """Blinds and voting key are fresh each time, so a request cannot be told to belong to a ballot."""
    who = WORLD.residents[3]
    one, two = (ask_share(WORLD.election, who.style, who.credential_seed, WORLD.draw) for _ in range(2))
    assert one.voting_seed != two.voting_seed
    assert not set(one.request.blinded) & set(two.request.blinded)


def test_a_wrong_answer_of_an_issuer_is_refused() -> None:
    """A blind signature by another key, or for another request, does not become a share."""
    asking, other = WORLD.ask(3), WORLD.ask(4)
    good = WORLD.sign_blinded(asking)
    for answers in (good[::-1], WORLD.sign_blinded(other), [good[0], bytes(384)]):
        with pytest.raises(ShareError):
            finish_share(WORLD.election, asking, answers)


def test_a_missing_answer_of_an_issuer_is_refused() -> None:
    """A share needs the answer of every issuer, and no more."""
    asking = WORLD.ask(3)
    good = WORLD.sign_blinded(asking)
    for answers in (good[:1], [*good, good[0]]):
        with pytest.raises(ShareError) as refused:
            finish_share(WORLD.election, asking, answers)
        assert refused.value.reason == "share-length"


def test_bad_choices_are_refused_before_sealing() -> None:
    """The client does not seal what would be invalid."""
    bad = Choices(contests=[ContestChoices(contest="wijkbudget", points=[], projects=["zwembad"])], mark=[])
    with pytest.raises(ChoicesError):
        vote(WORLD.election, WORLD.get_share(5), bad, WORLD.draw)
