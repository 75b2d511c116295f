"""Facts about the node as a trustee: its key leaves it after a witnessed close, and never before."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from ballots.board import Phase
from ballots.checkpoint import add_cosignatures
from ballots.entries import Rehearsal, TrusteeKey, parse_entry
from ballots.sealing import RehearsalAnswer, rehearsal_box, verify_rehearsal
from ballots.wire import Box, Hash, decode, encode
from service.partner.errors import RefusedDutyError
from service.partner.follow import Replica, View
from service.partner.keys import NodeSecret
from service.partner.rehearse import RehearsalRequest, rehearse
from service.partner.trustee import make_trustee_key
from tests.service.partner_fakes import Operator, keys_of, make_state, pins_of, rounds, run_node, serve, until
from tests.simulator import RELEASES, World, changed, make_world

PARTNER = "partner-5"
BEFORE = [Phase.ROLL, Phase.SEALED, Phase.VOTING]
AFTER = [Phase.CLOSED, Phase.OPENED, Phase.COUNTED]


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with serve(Operator(tmp_path / "record")) as operator:
        yield operator


def view_of(world: World) -> View:
    replica = Replica(world.election.operator_vkey, world.election.manifest_hash)
    replica.extend(world.entries, {})
    return replica.confirm(world.checkpoint())[0]


def secret_of(world: World, partner: str = PARTNER) -> NodeSecret:
    return keys_of(world, partner).node[0]


# --- the key ---


@pytest.mark.parametrize("phase", BEFORE)
def test_the_key_stays_while_the_voting_may_go_on(phase: Phase) -> None:
    """In every phase before `close` no entry is made."""
    world = make_world(until=phase)
    with pytest.raises(RefusedDutyError, match="closed"):
        make_trustee_key(view_of(world), PARTNER, secret_of(world))


@pytest.mark.parametrize(("late", "given"), [(3, False), (4, True)])
def test_the_key_stays_when_the_board_was_closed_too_early(late: int, *, given: bool) -> None:
    """A close that w witnesses have not cosigned after the last release's time opens nothing."""
    world = make_world(until=Phase.CLOSED)
    names = list(world.keys.witnesses)
    replica = Replica(world.election.operator_vkey, world.election.manifest_hash)
    replica.extend(world.entries, {})
    note = world.checkpoint(time=RELEASES[-1], witnesses=names[:late])
    early = world.checkpoint(time=RELEASES[-1] - 1, witnesses=names[late:])
    lines = early.split(b"\n\n", 1)[1]
    view = replica.confirm(add_cosignatures(note, lines, world.election.witness_vkeys))[0]
    if given:
        make_trustee_key(view, PARTNER, secret_of(world))
        return
    with pytest.raises(RefusedDutyError, match="last release"):
        make_trustee_key(view, PARTNER, secret_of(world))


@pytest.mark.parametrize("phase", AFTER)
def test_the_key_is_given_once_the_voting_is_closed(phase: Phase) -> None:
    """After `close` the entry is made, the same bytes every time, and the board takes it."""
    world = make_world(until=phase)
    partner = "partner-1"  # The simulator opens with the last four.
    entry = make_trustee_key(view_of(world), partner, secret_of(world, partner))
    assert entry == make_trustee_key(view_of(world), partner, secret_of(world, partner))
    assert entry == world.make_trustee_key(partner)
    world.append(entry)


def test_the_key_is_given_for_no_other_manifest() -> None:
    """A closed board whose manifest names other keys for this partner, or no such partner, gets nothing."""
    world, other = make_world(until=Phase.CLOSED), make_world(until=Phase.CLOSED, seed="other")
    for partner, secret in (
        (PARTNER, secret_of(other)),
        ("partner-9", secret_of(world)),
        ("partner-1", secret_of(world)),
    ):
        with pytest.raises(RefusedDutyError) as caught:
            make_trustee_key(view_of(world), partner, secret)
        assert caught.value.reason == "duty-keys"
    half = changed(secret_of(world), trustee=secret_of(other).trustee)
    with pytest.raises(RefusedDutyError):
        make_trustee_key(view_of(world), PARTNER, half)


async def run_through(operator: Operator, world: World, folder: Path) -> None:
    """Show a node a world's board as it grows from `start`, and wait until it has seen each state."""
    state = make_state(folder, pins_of(world, operator.url))
    entries, first = world.entries, next(i for i, raw in enumerate(world.entries) if b'"kind":"start"' in raw)
    async with run_node(state, keys_of(world, PARTNER)) as (node, _):
        for size in range(first, len(entries) + 1, 3):
            world.entries = entries[:size]
            operator.publish(world)
            await until(lambda size=size: node.followed == size)
            assert operator.entries == []
        world.entries = entries


async def test_no_state_before_close_brings_out_the_key(operator: Operator, tmp_path: Path) -> None:
    """A node that sees the whole voting, and even its end without `close`, posts nothing."""
    world = make_world(until=Phase.VOTING)
    world.vote_all()
    await run_through(operator, world, tmp_path / "node")


def rogue_unwitnessed(world: World, operator: Operator) -> None:
    world.close()
    operator.publish(world, world.checkpoint(witnesses=["partner-1", "partner-2", "partner-3"]))


def rogue_signature(world: World, operator: Operator) -> None:
    close = world.make_close()
    world.entries.append(
        encode(
            changed(
                close,
                signatures=[
                    close.signatures[0],
                    changed(close.signatures[1], signature=close.signatures[0].signature),
                ],
            )
        )
    )
    operator.publish(world)


def rogue_counts(world: World, operator: Operator) -> None:
    close = world.make_close()
    world.entries.append(encode(world.by_officials(changed(close, counts=close.counts[::-1]))))
    operator.publish(world)


def rogue_head(world: World, operator: Operator) -> None:
    close = world.make_close()
    world.entries.append(encode(world.by_officials(changed(close, size=close.size - 1))))
    operator.publish(world)


def rogue_one_official(world: World, operator: Operator) -> None:
    close = world.make_close()
    world.entries.append(encode(changed(close, signatures=[close.signatures[0]] * 2)))
    operator.publish(world)


def rogue_early(world: World, operator: Operator) -> None:
    key = next(iter(world.keys.trustees))
    world.entries.append(encode(world.make_trustee_key(key)))
    operator.publish(world)


ROGUES: list[Callable[[World, Operator], None]] = [
    rogue_unwitnessed,
    rogue_signature,
    rogue_counts,
    rogue_head,
    rogue_one_official,
    rogue_early,
]


@pytest.mark.attack
@pytest.mark.parametrize("rogue", ROGUES)
async def test_a_rogue_close_does_not_bring_out_the_key(
    operator: Operator, tmp_path: Path, rogue: Callable[[World, Operator], None]
) -> None:
    """A close without witnesses, officials, or true numbers is seen, refused, and answered with silence."""
    world = make_world(until=Phase.VOTING)
    world.vote_all()
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    operator.publish(world)
    async with run_node(state, keys_of(world, PARTNER)) as (node, _):
        await until(lambda: node.followed == world.board.size)
        rogue(world, operator)
        await until(lambda: node.faults.get("board"))
        await rounds(node, "trustee")
    assert operator.entries == []


@pytest.mark.attack
async def test_a_close_of_another_election_does_not_bring_out_the_key(
    operator: Operator, tmp_path: Path
) -> None:
    """The same keys in a second, closed election of the same operator: the node is pinned to the first."""
    world = make_world(until=Phase.CLOSED)
    state = make_state(tmp_path / "node", pins_of(world, operator.url, "cd" * 32))
    operator.publish(world)
    async with run_node(state, keys_of(world, PARTNER)) as (node, _):
        await until(lambda: node.faults.get("board") == "board-manifest")
    assert operator.entries == []


async def test_the_key_is_posted_until_it_stands(operator: Operator, tmp_path: Path) -> None:
    """After a witnessed close the same entry is posted until it is on the board, and no more."""
    world = make_world(until=Phase.CLOSED)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    operator.publish(world)
    async with run_node(state, keys_of(world, PARTNER)) as (node, _):
        await until(lambda: len(operator.entries) == 2)
        assert set(operator.entries) == {encode(world.make_trustee_key(PARTNER))}
        world.append(operator.entries[0])
        operator.publish(world)
        await until(lambda: node.followed == world.board.size)
        seen = len(operator.entries)
        await rounds(node, "trustee")
        assert len(operator.entries) == seen
    entry = parse_entry(operator.entries[0])
    assert isinstance(entry, TrusteeKey)


async def test_nothing_happens_before_the_manifest_is_pinned(operator: Operator, tmp_path: Path) -> None:
    """A node without a pinned manifest witnesses and does nothing else; its other duties wait."""
    world = make_world(until=Phase.CLOSED)
    without = pins_of(world, operator.url, "")
    state = make_state(tmp_path / "node", without)
    operator.publish(world)
    async with run_node(state, keys_of(world, PARTNER)) as (_, url):
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{url}/add-checkpoint", content=b"old 0\n\n" + world.checkpoint())
            assert answer.status_code == 200
            assert (await client.get(f"{url}/health")).json()["pinned"] is False
        assert operator.asked == []
        state.pin(pins_of(world, operator.url))
        await until(lambda: operator.entries)


# --- rehearsal ---


@pytest.fixture(scope="module")
def rolled() -> World:
    return make_world(until=Phase.ROLL)


def test_a_rehearsal_proves_the_key(rolled: World) -> None:
    """The answer verifies as the start entry needs it."""
    seed = bytes(range(32))
    box, _ = rehearsal_box(rolled.election, PARTNER, seed)
    answer = rehearse(view_of(rolled), PARTNER, secret_of(rolled), RehearsalRequest(box=box))
    verify_rehearsal(rolled.election, Rehearsal(partner=PARTNER, seed=Hash(seed), signature=answer.signature))


def other_box(world: World) -> Box:
    return rehearsal_box(world.election, "partner-1", bytes(32))[0]


def ballot_box(world: World) -> Box:
    voting = make_world(until=Phase.VOTING)
    share = voting.get_share(0)
    return voting.cast(share, voting.some_choices("adult", 0)).boxes[4]


def low_order_box(world: World) -> Box:
    return Box(bytes(80))


@pytest.mark.attack
@pytest.mark.parametrize("make", [other_box, ballot_box, low_order_box])
def test_a_rehearsal_opens_nothing_else(rolled: World, make: Callable[[World], Box]) -> None:
    """Another partner's box, a ballot's box and rubbish do not open."""
    with pytest.raises(RefusedDutyError) as caught:
        rehearse(view_of(rolled), PARTNER, secret_of(rolled), RehearsalRequest(box=make(rolled)))
    assert caught.value.reason == "duty-box"


@pytest.mark.parametrize("phase", [Phase.VOTING, Phase.CLOSED])
def test_rehearsals_end_when_the_voting_starts(phase: Phase) -> None:
    """From `start` on nothing is opened."""
    world = make_world(until=phase)
    box, _ = rehearsal_box(world.election, PARTNER, bytes(32))
    with pytest.raises(RefusedDutyError) as caught:
        rehearse(view_of(world), PARTNER, secret_of(world), RehearsalRequest(box=box))
    assert caught.value.reason == "duty-phase"


async def test_a_rehearsal_over_http(operator: Operator, tmp_path: Path) -> None:
    """`POST /rehearse` waits for the board, answers with the signed record, and refuses the rest."""
    world = make_world(until=Phase.ROLL)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    box, _ = rehearsal_box(world.election, PARTNER, bytes(32))
    async with (
        run_node(state, keys_of(world, PARTNER)) as (node, url),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        early = await client.post(f"{url}/rehearse", content=encode(RehearsalRequest(box=box)))
        assert (early.status_code, early.json()["reason"]) == (503, "duty-waits")
        assert early.headers["retry-after"] == "1"
        operator.publish(world)
        await until(lambda: node.followed == world.board.size)
        good = await client.post(f"{url}/rehearse", content=encode(RehearsalRequest(box=box)))
        answer = decode(RehearsalAnswer, good.content)
        world.election.verify(world.election.witness_keys[PARTNER], answer.signature, answer)
        wrong = await client.post(f"{url}/rehearse", content=encode(RehearsalRequest(box=other_box(world))))
        assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
        for raw in (b"", b"{}", b'{"box":""}', encode(RehearsalRequest(box=box)) + b" ", b"x" * 2000):
            assert (await client.post(f"{url}/rehearse", content=raw)).status_code == 400
        health = (await client.get(f"{url}/health")).json()
        assert (health["phase"], health["followed"], health["faults"]) == ("roll", world.board.size, {})
