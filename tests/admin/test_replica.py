"""What the officials' replica believes, and what they wait for and offer upon it."""

from pathlib import Path

import asyncpg
import pytest

from admin.elections.conduct import Conduct
from admin.elections.errors import ConductError, RefusedError, TooSlowError
from admin.elections.replica import Replica
from admin.ledger.errors import UnavailableError
from ballots.board import Phase
from ballots.merkle import leaf_hash
from service.board import store
from service.db.roles import Role, session_settings
from tests.service.board_stage import open_stage
from tests.simulator import ORIGIN, World, make_world


class Desk:
    """A database in which nothing happens, but for what it says was refused."""

    def __init__(self, refused: dict[bytes, str]) -> None:
        self._refused = refused

    async def fetch(self, _: str, hashes: list[bytes]) -> list[dict[str, object]]:
        """Return refusals."""
        return [
            {"entry_hash": each, "reason": self._refused[each]} for each in hashes if each in self._refused
        ]


class Served:
    """A made-up record, as a source; what is wrong with it is the test's."""

    def __init__(self, world: World, checkpoint: bytes | None = None) -> None:
        self.entries = list(world.entries)
        self.checkpoint = checkpoint

    async def read_checkpoint(self) -> bytes | None:
        """Return the checkpoint."""
        return self.checkpoint

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return a few entries."""
        return self.entries[start : min(size, start + 3)]

    async def read_file(self, name: bytes) -> bytes | None:
        """No file is there."""
        return None


async def test_the_replica_follows_the_board() -> None:
    """It ends with the board's size, root and phase, and knows where every entry stands."""
    world = make_world(until=Phase.COUNTED)
    replica = Replica(Served(world, world.checkpoint()), ORIGIN, world.election.manifest_hash)
    board = await replica.catch_up()
    assert (board.size, board.root(), board.phase) == (world.board.size, world.board.root(), Phase.COUNTED)
    assert replica.positions == {leaf_hash(raw): index for index, raw in enumerate(world.entries)}
    assert world.entries[replica.positions[replica.tally]].startswith(b'{"contests"')


async def test_without_a_checkpoint_there_is_nothing_to_follow() -> None:
    """Before the first checkpoint the replica is empty."""
    world = make_world(until=Phase.ROLL)
    replica = Replica(Served(world), ORIGIN, world.election.manifest_hash)
    assert (await replica.catch_up()).size == 0


def without_witnesses(world: World, served: Served) -> None:
    """Let too few witnesses sign."""
    served.checkpoint = world.checkpoint(witnesses=["partner-1"])


def with_another_entry(world: World, served: Served) -> None:
    """Leave out an entry in the middle."""
    del served.entries[-2]


def with_too_few(world: World, served: Served) -> None:
    """Serve fewer entries than the checkpoint says."""
    del served.entries[-1]


def without_form(world: World, served: Served) -> None:
    """Serve something that is no checkpoint."""
    served.checkpoint = b"hello\n"


def of_another_election(world: World, served: Served) -> None:
    """Serve the board of another election at the same place."""
    other = make_world(until=Phase.SEALED, seed="another")
    served.entries, served.checkpoint = list(other.entries), other.checkpoint()


BAD_SERVERS = (without_witnesses, with_another_entry, with_too_few, without_form, of_another_election)


@pytest.mark.parametrize("spoil", BAD_SERVERS, ids=lambda spoil: spoil.__name__)
async def test_the_replica_believes_no_bad_server(spoil) -> None:
    """What operator and witnesses did not sign stops the officials."""
    world = make_world(until=Phase.SEALED)
    served = Served(world, world.checkpoint())
    spoil(world, served)
    with pytest.raises(ConductError):
        await Replica(served, ORIGIN, world.election.manifest_hash).catch_up()


async def test_a_replica_that_saw_a_fault_never_returns() -> None:
    """After a checkpoint that is not witnessed, an older good one does not make its entries believed."""
    world = make_world(until=Phase.SEALED)
    older = world.checkpoint()
    world.append(world.make_start())
    served = Served(world, world.checkpoint(witnesses=["partner-1"]))
    replica = Replica(served, ORIGIN, world.election.manifest_hash)
    with pytest.raises(ConductError, match="not witnessed"):
        await replica.catch_up()
    for checkpoint in (older, world.checkpoint()):
        served.checkpoint = checkpoint
        with pytest.raises(ConductError, match="new replica"):
            await replica.catch_up()


class Halting(Served):
    """A record that goes away for a moment after the first entries have been read."""

    async def read_entries(self, start: int, size: int) -> list[bytes]:
        """Return all entries but the last."""
        if start == size - 1:
            raise UnavailableError("away")
        return self.entries[start : size - 1]


async def test_entries_without_a_checkpoint_are_not_believed() -> None:
    """Entries that were read before the record went away stay unconfirmed by an older checkpoint."""
    world = make_world(until=Phase.ROLL)
    older = world.checkpoint()
    world.enrol()
    world.append(world.make_seal())
    served = Halting(world, world.checkpoint())
    replica = Replica(served, ORIGIN, world.election.manifest_hash)
    with pytest.raises(UnavailableError, match="away"):
        await replica.catch_up()
    served.checkpoint = older
    with pytest.raises(UnavailableError, match="expected a checkpoint"):
        await replica.catch_up()
    conduct = Conduct([], replica, Desk({}), None, limit=0.3)
    with pytest.raises(TooSlowError):
        await conduct.wait_for([leaf_hash(world.entries[-2])])


# --- waiting for the board ---


async def test_who_waits_for_an_entry_learns_that_it_was_refused() -> None:
    """A refusal ends the waiting with the kernel's word for it."""
    world = make_world(until=Phase.ROLL)
    replica = Replica(Served(world, world.checkpoint()), ORIGIN, world.election.manifest_hash)
    conduct = Conduct([], replica, Desk({b"a": "head"}), None)
    await conduct.wait_for([leaf_hash(world.entries[-1])])
    with pytest.raises(RefusedError) as caught:
        await conduct.wait_for([b"a"])
    assert caught.value.reason == "head"


async def test_what_was_refused_can_be_offered_again(
    database: str, connection: asyncpg.Connection, folder: Path
) -> None:
    """An entry that the board refused before is tried anew when the officials offer it again."""
    async with open_stage(database, folder, until=Phase.ROLL) as stage:
        async with stage.open() as steps:
            await steps.step()
        world = stage.world
        replica = Replica(Served(world, world.checkpoint()), ORIGIN, world.election.manifest_hash)
        raw = stage.make_bundle()
        await store.insert_refused(connection, {leaf_hash(raw): "phase"})
        desk = await asyncpg.connect(database, server_settings=session_settings(Role.DESK))
        conduct = Conduct([], replica, desk, None, limit=0.3)
        with pytest.raises(TooSlowError):
            await conduct.offer([raw], {})
        await desk.close()
        assert await store.read_inbox(connection, 9) == [raw]


async def test_waiting_has_a_limit() -> None:
    """An entry that never comes ends in an error that says where to look."""
    world = make_world(until=Phase.ROLL)
    replica = Replica(Served(world, world.checkpoint()), ORIGIN, world.election.manifest_hash)
    conduct = Conduct([], replica, Desk({}), None, limit=0.3)
    with pytest.raises(TooSlowError, match="sequencer's log"):
        await conduct.wait_for([b"never"])
    with pytest.raises(TooSlowError, match="phase sealed"):
        await conduct.wait_for_phase(Phase.SEALED)
