"""Facts about how a node follows the board: what it believes, what it refuses, what it remembers."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.checkpoint import Checkpoint
from ballots.merkle import leaf_hash, root_of
from ballots.tiles import ENTRIES, Tile, format_bundle, format_path
from ballots.wire import encode
from service.partner.client import Client
from service.partner.errors import PartnerError, RemoteError, RogueBoardError, StaleBoardError, StateError
from service.partner.follow import Logged, Replica, View
from service.partner.follower import Follower
from service.partner.state import FOLLOWED, StateDir
from tests.service.partner_fakes import Operator, make_state, pins_of, serve
from tests.simulator import World, make_world

FIRST_BUNDLE = "tile/entries/000.p/"


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with serve(Operator(tmp_path / "record")) as operator:
        yield operator


class Watch:
    """A follower, and what it was given."""

    def __init__(self, state: StateDir, client: Client, head: Checkpoint | None = None) -> None:
        self.views: list[View] = []
        self.requests: list[Logged] = []
        self.head = head
        self.follower = Follower(state, state.read_pins(), client, lambda: self.head, self._accept)

    def _accept(self, view: View, requests: list[Logged]) -> None:
        self.views.append(view)
        self.requests += requests

    async def refused(self, kind: type[PartnerError]) -> str:
        """Look once, and return the reason of the refusal."""
        with pytest.raises(kind) as caught:
            await self.follower.step()
        return caught.value.reason


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(seconds=5) as client:
        yield client


def state_of(world: World, operator: Operator, folder: Path, manifest_hash: str | None = None) -> StateDir:
    return make_state(folder, pins_of(world, operator.url, manifest_hash))


async def test_the_board_is_followed_as_it_grows(operator: Operator, client: Client, tmp_path: Path) -> None:
    """Each witnessed checkpoint gives a view of its phase, with the requests that are new."""
    world = make_world(until=Phase.VOTING)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    operator.publish(world)
    assert await watch.follower.step()
    assert not await watch.follower.step()
    shares = [world.get_share(resident) for resident in (0, 1)]
    operator.publish(world)
    assert await watch.follower.step()
    assert [request.position for request in watch.requests] == [world.board.size - 2, world.board.size - 1]
    for number, share in enumerate(shares):
        world.cast(share, world.some_choices(share.style, number))
    world.release(3)
    world.close()
    operator.publish(world)
    assert await watch.follower.step()
    assert [view.phase for view in watch.views] == [Phase.VOTING, Phase.VOTING, Phase.CLOSED]
    assert watch.follower.view is watch.views[-1]


async def test_a_board_of_many_bundles_is_followed(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """Full bundles, partial ones, and one that has given way to the full one lead to the same board."""
    world = make_world(until=Phase.ROLL, residents={"adult": 300, "youth": 20}, page=1)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    world.enrol()
    assert world.board.size > 256
    entries, world.entries = world.entries, world.entries[:200]
    early = world.checkpoint()
    world.entries = entries
    operator.publish(world)
    (operator.folder / "checkpoint").write_bytes(early)
    assert not (operator.folder / f"{FIRST_BUNDLE}200").exists()
    await watch.follower.step()
    assert watch.views[-1].checkpoint.size == 200
    operator.publish(world)
    await watch.follower.step()
    assert watch.views[-1].checkpoint.size == world.board.size


async def test_nothing_is_believed_before_it_is_witnessed(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """Neither with too few cosignatures nor without any does the node see a view; with enough it does."""
    world = make_world(until=Phase.VOTING)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    for few in ([], ["partner-1", "partner-2", "partner-3"]):
        operator.publish(world, world.checkpoint(witnesses=few))
        assert await watch.refused(StaleBoardError) == "board-unwitnessed"
        assert watch.follower.view is None
    operator.publish(world)
    assert await watch.follower.step()


async def test_before_the_manifest_there_is_nothing_to_act_on(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """While only styles and contests stand the node waits."""
    world = make_world(until=Phase.ROLL)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    entries, world.entries = world.entries, world.entries[:-1]
    operator.publish(world, world.checkpoint())
    assert await watch.refused(StaleBoardError) == "board-set-up"
    world.entries = entries
    operator.publish(world)
    assert await watch.follower.step()


async def test_an_unwitnessed_tail_is_thrown_away(operator: Operator, client: Client, tmp_path: Path) -> None:
    """What a first, unwitnessed checkpoint showed does not keep the node from the board that is witnessed."""
    world, lie = make_world(until=Phase.SEALED), make_world(until=Phase.SEALED)
    lie.append(lie.make_start())
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    operator.publish(lie, lie.checkpoint(witnesses=[]))
    assert await watch.refused(StaleBoardError) == "board-unwitnessed"
    operator.publish(world)
    assert await watch.follower.step()
    assert watch.views[-1].phase is Phase.SEALED


async def test_a_smaller_board_is_refused_also_after_a_restart(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A rolled-back board, witnessed or not, is never accepted; what was seen stays what the node acts on."""
    world = make_world(until=Phase.VOTING)
    small = world.checkpoint()
    world.get_share(0)
    state = state_of(world, operator, tmp_path / "node")
    watch = Watch(state, client)
    operator.publish(world)
    await watch.follower.step()
    operator.publish(world, small)
    assert await watch.refused(StaleBoardError) == "board-smaller"
    assert watch.follower.view is watch.views[0]
    again = Watch(state, client)
    assert await again.refused(StaleBoardError) == "board-smaller"
    assert again.follower.view is None


def fork_of(world: World) -> World:
    """Return a world with the same manifest and another order of requests."""
    fork = make_world(until=Phase.VOTING)
    assert fork.election.manifest_hash == world.election.manifest_hash
    for resident in (2, 1, 0, 3):
        fork.get_share(resident)
    return fork


async def test_a_fork_is_refused_also_after_a_restart(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A larger or equal board that does not begin with the one seen is rogue, even with every cosignature."""
    world = make_world(until=Phase.VOTING)
    for resident in (0, 1, 2, 3):
        world.get_share(resident)
    state = state_of(world, operator, tmp_path / "node")
    watch = Watch(state, client)
    operator.publish(world)
    await watch.follower.step()
    equal = fork_of(world)
    larger = fork_of(world)
    larger.get_share(4)
    for fork in (equal, larger):
        shutil.rmtree(operator.folder)
        operator.publish(fork)
        assert await watch.refused(RogueBoardError) == "board-fork"
        assert watch.follower.view is None
        assert await Watch(state, client).refused(RogueBoardError) == "board-fork"
    shutil.rmtree(operator.folder)
    operator.publish(world)
    await watch.follower.step()
    assert watch.follower.view is not None


async def test_what_our_own_witness_signed_must_be_in_the_board(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A board that contradicts what this node's witness cosigned is rogue, whoever else signed it."""
    world = make_world(until=Phase.VOTING)
    for resident in (0, 1, 2, 3):
        world.get_share(resident)
    leaves = [leaf_hash(raw) for raw in fork_of(world).entries]
    for size in (world.board.size, world.board.size - 1):
        head = Checkpoint(origin=world.options.origin, root=root_of(leaves[:size]), size=size)
        watch = Watch(state_of(world, operator, tmp_path / f"node-{size}"), client, head)
        operator.publish(world)
        assert await watch.refused(RogueBoardError) == "board-fork"


async def test_a_board_of_another_manifest_is_rogue(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A board with all signatures but another manifest than the pinned one is never acted on."""
    world = make_world(until=Phase.VOTING)
    watch = Watch(state_of(world, operator, tmp_path / "node", "ab" * 32), client)
    operator.publish(world)
    assert await watch.refused(RogueBoardError) == "board-manifest"
    assert watch.follower.view is None


async def test_a_second_request_makes_the_board_rogue(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A witnessed board on which a credential asks twice or an invalid entry stands is refused."""
    world = make_world(until=Phase.VOTING)
    world.get_share(0)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    twice = world.ask(0).request.request
    invalid = [encode(twice), b"{}", world.entries[0]]
    for raw in invalid:
        world.entries.append(raw)
        operator.publish(world)
        assert await watch.refused(RogueBoardError) == "board-invalid"
        world.entries.pop()
        shutil.rmtree(operator.folder)
    assert watch.requests == []


def damage(operator: Operator, world: World) -> list[tuple[str, bytes]]:
    """Return bundles that the operator may serve in place of the right one."""
    right = format_bundle(world.entries)
    return [
        ("longer", right + b"\0"),
        ("shorter", right[:-1]),
        ("empty", b""),
        ("other length", b"\xff\xff" + right[2:]),
    ]


async def test_bundles_that_do_not_parse_are_asked_for_again(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """A broken bundle is the server's fault of the moment: no view, and the right one is accepted later."""
    world = make_world(until=Phase.VOTING)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    operator.publish(world)
    path = operator.folder / format_path(Tile(index=0, level=ENTRIES, width=world.board.size))
    right = path.read_bytes()
    for _, raw in damage(operator, world):
        path.write_bytes(raw)
        assert await watch.refused(RemoteError) == "board-bundle"
    path.unlink()
    assert await watch.refused(RemoteError) == "remote-status"
    path.write_bytes(right)
    assert await watch.follower.step()


async def test_other_entries_than_the_checkpoint_says_are_rogue(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """Valid entries under a checkpoint of other entries give no view; the right ones do later."""
    world = make_world(until=Phase.VOTING)
    for resident in (0, 1, 2, 3):
        world.get_share(resident)
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    operator.publish(fork_of(world), world.checkpoint())
    assert await watch.refused(RogueBoardError) == "board-fork"
    shutil.rmtree(operator.folder)
    operator.publish(world)
    assert await watch.follower.step()


async def test_checkpoints_that_are_none_change_nothing(
    operator: Operator, client: Client, tmp_path: Path
) -> None:
    """Rubbish, an endless file, another operator's checkpoint and silence are refused."""
    world, other = make_world(until=Phase.VOTING), make_world(until=Phase.VOTING, seed="other")
    watch = Watch(state_of(world, operator, tmp_path / "node"), client)
    operator.publish(world, other.checkpoint())
    assert await watch.refused(StaleBoardError) == "board-unwitnessed"
    for raw in (b"x", b"\n\n", world.checkpoint()[:-5]):
        (operator.folder / "checkpoint").write_bytes(raw)
        assert await watch.refused(StaleBoardError) == "board-unwitnessed"
    (operator.folder / "checkpoint").write_bytes(b"x" * 200_000)
    assert await watch.refused(RemoteError) == "remote-length"
    operator.down = True
    assert await watch.refused(RemoteError) == "remote-status"


async def test_a_damaged_memory_stops_the_node(operator: Operator, client: Client, tmp_path: Path) -> None:
    """A remembered checkpoint that the operator did not sign is an error, not a fresh start."""
    world = make_world(until=Phase.ROLL)
    state = state_of(world, operator, tmp_path / "node")
    state.write(FOLLOWED, b"x")
    with pytest.raises(StateError, match="damaged"):
        Watch(state, client)


async def test_the_view_is_remembered_before_it_is_used(
    operator: Operator, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the checkpoint cannot be stored nobody gets the view; when it can, it stands there first."""
    world = make_world(until=Phase.VOTING)
    world.get_share(0)
    state = state_of(world, operator, tmp_path / "node")
    watch = Watch(state, client)
    operator.publish(world)

    def fail(*_: object) -> None:
        raise StateError("state-write", "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(StateDir, "write", fail)
        assert await watch.refused(StateError) == "state-write"
    assert watch.views == []
    assert await watch.follower.step()
    assert len(watch.requests) == 1
    assert state.find(FOLLOWED) == world.checkpoint()


def test_a_confirmation_needs_exactly_the_replayed_size() -> None:
    """A witnessed checkpoint of another size than the replay confirms nothing."""
    world = make_world(until=Phase.VOTING)
    replica = Replica(world.election.operator_vkey, world.election.manifest_hash)
    replica.extend(world.entries[:-1], {})
    with pytest.raises(StaleBoardError):
        replica.confirm(world.checkpoint())
    replica.extend(world.entries[-1:], {})
    assert replica.confirm(world.checkpoint())[0].phase is Phase.VOTING
