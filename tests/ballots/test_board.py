"""The board's state machine: what it accepts, and that what it refuses changes nothing."""

import pytest

from ballots.board import TRANSITIONS, Board, Phase
from ballots.errors import ProtocolError
from ballots.voter import finish_share
from ballots.wire import encode
from tests.board_cases import CASES, Case
from tests.forge import make_certify
from tests.simulator import ORIGIN, make_world
from tests.stages import world_at


def board_of(case: Case) -> tuple[Board, bytes]:
    """Return the board that a case is put to, and the entry's bytes."""
    world = world_at(case.at)
    entry = case.make(world)
    raw = entry if isinstance(entry, bytes) else encode(entry)
    setup = getattr(entry, "entries", None)
    if setup is None:
        return world.board, bytes(raw)
    board = Board(ORIGIN)
    for each in setup:
        board.append(each)
    return board, bytes(raw)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_board_refuses(case: Case) -> None:
    """Each entry of the table is refused for its reason, and size, root and phase stay as they were."""
    board, raw = board_of(case)
    before = (board.size, board.root(), board.phase)
    with pytest.raises(ProtocolError) as refused:
        board.append(raw)
    assert refused.value.reason == case.reason, refused.value
    assert (board.size, board.root(), board.phase) == before


def test_a_whole_election_passes() -> None:
    """An election from set-up to certification goes through every phase."""
    world = make_world()
    world.append(make_certify(world))
    assert world.board.phase is Phase.CERTIFIED


def test_a_replay_gives_the_same_state() -> None:
    """A second board that reads the entries ends with the same root, phase and numbers."""
    world = make_world()
    board = Board(ORIGIN)
    for raw in world.entries:
        board.append(raw)
    assert (board.root(), board.phase, board.counts()) == (
        world.board.root(),
        world.board.phase,
        world.board.counts(),
    )


def test_every_kind_out_of_phase_is_refused() -> None:
    """In every phase, every kind that the table does not list there is refused."""
    world = make_world()
    world.append(make_certify(world))
    by_kind = {raw.split(b'"kind":"')[1].split(b'"')[0].decode(): raw for raw in world.entries}
    by_kind["voting"] = by_kind["ballot"]
    for phase in Phase:
        for kind, raw in by_kind.items():
            if kind in TRANSITIONS[phase] or kind == "voting":
                continue
            board = Board(ORIGIN)
            board.phase = phase
            with pytest.raises(ProtocolError) as refused:
                board.append(raw)
            assert refused.value.reason == "phase"


def test_more_ballots_than_requests_is_for_the_audit() -> None:
    """The board takes a ballot whose share nobody asked for: an honest voter is never refused for it."""
    world = make_world(until=Phase.VOTING)
    asking = world.ask(0)
    share = finish_share(world.election, asking, world.sign_blinded(asking))
    world.cast(share, world.some_choices("adult", 0))
    world.release(3)
    assert world.board.counts()[0].requests == 0
    assert world.board.counts()[0].voters == 1


def memory_of(board: Board) -> str:
    """Return everything that a board remembers, as text."""
    parts = {name: value for name, value in vars(board).items() if name not in ("election", "_tree")}
    for name in ("credentials", "voters", "release"):
        if parts[name] is not None:
            parts[name] = {
                key: sorted(map(repr, each)) if isinstance(each, set) else each
                for key, each in vars(parts[name]).items()
            }
    return repr(parts) + repr((board.size, board.root(), board.counts()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_refused_entry_changes_nothing_at_all(case: Case) -> None:
    """Counters, roll, voting keys, numbers and the running release stay as they were too."""
    board, raw = board_of(case)
    before = memory_of(board)
    with pytest.raises(ProtocolError):
        board.append(raw)
    assert memory_of(board) == before
