"""From opened ballots to the outcome file: whose ballots count, on which pot, and always the same bytes."""

import pytest

from ballots import manifest as m
from ballots.board import Phase
from ballots.choices import pad_choices
from ballots.entries import Ballot, parse_entry
from ballots.errors import WireError
from ballots.merkle import leaf_hash
from ballots.sealing import seal_ballot
from ballots.voter import Share, vote
from ballots.wire import Hash, content_hash, encode
from tally.opening import Opened, open_ballot
from tally.outcome import BallotCount, format_outcome, parse_outcome, tally_entry
from tests.count_rules import GREEDY, paid_from_all
from tests.simulator import Options, World, changed, make_world


class Apart(World):
    """A world in which adults and youth count apart, each on a pot of their own."""

    def make_contest(self) -> m.Contest:
        """Return the contest with two pots."""
        contest = super().make_contest()
        pots = [changed(contest.pots[0], id=f"pot-{style}", cents=900_000) for style in contest.styles]
        return paid_from_all(changed(contest, counted="apart", pots=pots))


def play_to_opening(world: World) -> World:
    """Play a world up to its opening."""
    for step in (world.set_up, world.enrol, world.start, world.vote_all, world.close, world.open):
        step()
    return world


def with_invalid_ballots() -> World:
    """Return a world with a ballot that does not reseal and one whose second revision breaks a rule."""
    world = make_world(until=Phase.VOTING)
    share, other = world.get_share(0), world.get_share(1)
    first = world.cast(share, world.some_choices("adult", 0))
    world.urn.append(cast_nonsense(world, share, leaf_hash(encode(first))))
    world.cast(world.get_share(2), world.some_choices("adult", 2))
    good = vote(world.election, other, world.some_choices("adult", 1), world.draw)
    spoilt = changed(good, boxes=[*good.boxes[:5], good.boxes[0]])
    world.urn.append(changed(spoilt, signature=world.sign(other.voting_seed, spoilt)))
    world.release(3)
    world.close()
    world.open()
    return world


def cast_nonsense(world: World, share: Share, previous: bytes) -> Ballot:
    """Return a second revision, well sealed, that holds no choices."""
    return seal_ballot(
        world.election,
        style="adult",
        share=share.signatures,
        voting_seed=share.voting_seed,
        revision=2,
        previous=previous,
        padded=b"nonsense\x80".ljust(512, b"\0"),
        seed=b"s" * 32,
    )


def test_an_outcome_goes_there_and_back() -> None:
    """The file reads back equal, the tally names it by its hash, and a changed byte is refused or differs."""
    world = make_world()
    raw = format_outcome(world.outcome)
    assert parse_outcome(raw) == world.outcome
    assert tally_entry(world.outcome).outcome == content_hash(raw)
    with pytest.raises(WireError):
        parse_outcome(raw + b" ")


def test_a_second_revision_takes_the_place_of_the_first() -> None:
    """Only the highest revision counts; the lower one is superseded."""
    outcome = make_world().outcome
    assert (outcome.counted, outcome.superseded) == (10, 4)


def test_the_count_does_not_depend_on_which_keys_opened() -> None:
    """Any four trustees give the same outcome file."""
    first, last = make_world(until=Phase.CLOSED), make_world(until=Phase.CLOSED)
    first.open(list(first.keys.trustees)[:4])
    last.open(list(last.keys.trustees)[2:])
    assert format_outcome(first.count_ballots()) == format_outcome(last.count_ballots())


def test_invalid_ballots_are_listed_and_revive_no_older_one() -> None:
    """What does not reseal, and a last revision that breaks a rule, are listed with their reason."""
    outcome = with_invalid_ballots().count_ballots()
    assert (outcome.counted, outcome.superseded) == (1, 1)
    assert sorted(each.reason for each in outcome.invalid) == ["choices-wire", "sealing"]


def test_counted_apart_a_project_wins_once() -> None:
    """Each style decides on its own pot; what the first has chosen is not on the second's list."""
    outcome = play_to_opening(Apart(Options())).count_ballots()
    adults, youth = outcome.contests[0].counts
    assert (adults.pot, adults.styles, adults.ballots) == ("pot-adult", ["adult"], 6)
    assert (youth.pot, youth.styles, youth.ballots) == ("pot-youth", ["youth"], 4)
    assert not set(adults.winners) & set(youth.winners)
    assert {each.project for each in youth.projects} == {
        project.project for project in adults.projects
    } - set(adults.winners)


@pytest.mark.parametrize(
    ("method", "votes"),
    [
        (m.Ranking(minimum=1, maximum=3), [4, 3, 2]),
        (m.Points(maximum=3, total=4), [1, 1]),
        (m.Approval(minimum=1, maximum=3), [1, 1, 1]),
        (m.Knapsack(), [1]),
    ],
)
def test_weights_of_each_method(method: m.Method, votes: list[int]) -> None:
    """Ranking gives m - p points (5 projects here), points their number, the others 1."""
    options = {
        "residents": {"adult": 2},
        "methods": {"adult": method},
        "rule": GREEDY,
        "release_minimum": 1,
    }
    world = make_world(until=Phase.VOTING, **options)
    world.cast(world.get_share(0), world.some_choices("adult", 0))
    for step in (lambda: world.release(3), world.close, world.open, world.count):
        step()
    got = [project.votes for project in world.outcome.contests[0].counts[0].projects]
    assert sorted(filter(None, got), reverse=True) == votes


def test_the_lot_follows_from_all_seeds_in_board_order() -> None:
    """Another order or another seed gives another lot."""
    world = make_world(until=Phase.OPENED)
    ballots = [entry for entry in map(_ballot, world.entries) if entry is not None]
    opened = [
        open_ballot(world.election, b, Hash(leaf_hash(encode(b))), world.board.trustee_keys) for b in ballots
    ]

    def lot(some: list[Opened]) -> bytes:
        counting = BallotCount(world.election)
        for each in some:
            counting.add(each)
        return counting.finish(0).lot

    assert lot(opened) == lot(list(opened))
    assert len({lot(opened), lot(opened[::-1]), lot(opened[1:])}) == 3


def _ballot(raw: bytes) -> object:
    entry = parse_entry(raw)
    return entry if isinstance(entry, Ballot) else None


def test_padding_is_enough_for_every_choice() -> None:
    """The simulator's choices fit the pad of their style."""
    world = make_world(until=Phase.VOTING)
    assert len(pad_choices(world.some_choices("adult", 1), 512)) == 512
