"""Facts about the node as an issuer: it signs what the board asks of it, and nothing else."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.errors import ShareError
from ballots.shares import IssuerPrivateKey, blind_sign
from ballots.verification import blinded_hash
from ballots.voter import Asking, finish_share
from ballots.wire import Hash, Rsa, encode
from service.partner.errors import RefusedDutyError
from service.partner.follow import Logged
from service.partner.issuer import Duty, find_duties, sign_logged
from service.partner.keys import Keys, load_issuer, make_keys, spare_of
from service.shares.records import LoggedRequest
from tests.service.partner_fakes import Operator, keys_of, make_state, offer, pins_of, run_node, serve, until
from tests.simulator import Draw, World, issuer_keys, make_world

DRAW = Draw("issuer")


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with serve(Operator(tmp_path / "record")) as operator:
        yield operator


def log(world: World, operator: Operator, resident: int) -> tuple[int, Asking]:
    """Put a resident's request on the board and into the listing."""
    asking = world.ask(resident)
    position = world.append(asking.request.request).index
    operator.listing.append(offer(position, asking.style, list(asking.request.blinded)))
    return position, asking


# --- the oracle ---


class Scene:
    """A logged request, the duty for it, and what an honest service offers."""

    def __init__(self) -> None:
        self.world = make_world(until=Phase.VOTING)
        self.asking, self.other = self.world.ask(0), self.world.ask(1)
        placed = self.world.append(self.asking.request.request)
        self.logged = Logged(
            blinded=tuple(self.asking.request.request.blinded), position=placed.index, style=self.asking.style
        )
        self.offered = offer(placed.index, self.asking.style, list(self.asking.request.blinded))
        duties = find_duties(self.world.election, self.world.keys.issuers.values())
        self.key = self.world.keys.issuers[self.asking.style, "partner-1"]
        self.duty = Duty(style=self.asking.style, place=0, partner="partner-1", key=self.key)
        assert set(duties) == {"adult", "youth"}


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


def changed(offered: LoggedRequest, **members: object) -> LoggedRequest:
    return LoggedRequest(**({name: getattr(offered, name) for name in offered.__struct_fields__} | members))


def bumped(blinded: bytes) -> Rsa:
    return Rsa(blinded[:-1] + bytes([blinded[-1] ^ 1]))


ATTACKS: dict[str, Callable[[Scene], LoggedRequest]] = {
    "another position": lambda s: changed(s.offered, position=s.offered.position + 1),
    "another style": lambda s: changed(s.offered, style="youth"),
    "a style that does not exist": lambda s: changed(s.offered, style="elders"),
    "one bit changed": lambda s: changed(
        s.offered, blinded=[bumped(s.offered.blinded[0]), s.offered.blinded[1]]
    ),
    "another voter's message": lambda s: changed(s.offered, blinded=list(s.other.request.blinded)),
    "the other issuer's message": lambda s: changed(s.offered, blinded=s.offered.blinded[::-1]),
    "a chosen message": lambda s: changed(
        s.offered, blinded=[Rsa(bytes(383) + b"\x02"), s.offered.blinded[1]]
    ),
    "no message": lambda s: changed(s.offered, blinded=[]),
    "one message of two": lambda s: changed(s.offered, blinded=s.offered.blinded[:1]),
    "three messages of two": lambda s: changed(s.offered, blinded=[*s.offered.blinded, s.offered.blinded[0]]),
}


@pytest.mark.attack
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_issuer_is_no_oracle(scene: Scene, attack: str) -> None:
    """Offered anything but what the board logged, the issuer signs nothing."""
    with pytest.raises(RefusedDutyError):
        sign_logged(scene.duty, scene.logged, ATTACKS[attack](scene), DRAW)


def test_what_the_board_logged_is_signed(scene: Scene) -> None:
    """The honest offer is signed, and the signature unblinds to half of a share."""
    signature = sign_logged(scene.duty, scene.logged, scene.offered, DRAW)
    other = blind_sign(scene.world.keys.issuers["adult", "partner-2"], scene.offered.blinded[1], DRAW)
    assert finish_share(scene.world.election, scene.asking, [signature, other]).style == "adult"


def test_a_logged_message_out_of_range_is_not_signed(scene: Scene) -> None:
    """A logged message that is no number below the modulus gets no signature."""
    huge = Rsa(b"\xff" * 384)
    logged = Logged(
        blinded=(Hash(blinded_hash(huge)), scene.logged.blinded[1]),
        position=scene.logged.position,
        style="adult",
    )
    with pytest.raises(ShareError):
        sign_logged(
            scene.duty, logged, changed(scene.offered, blinded=[huge, scene.offered.blinded[1]]), DRAW
        )


def test_the_bytes_do_not_depend_on_the_draw(scene: Scene) -> None:
    """Whatever the base blinding draws, the signature is the same."""
    assert sign_logged(scene.duty, scene.logged, scene.offered, Draw("a")) == sign_logged(
        scene.duty, scene.logged, scene.offered, Draw("b")
    )


def test_duties_are_the_keys_that_the_election_names(scene: Scene) -> None:
    """A key gives a duty exactly where a style names it, in the name of the partner it stands for."""
    one = [key for (_, partner), key in scene.world.keys.issuers.items() if partner == "partner-2"]
    duties = find_duties(scene.world.election, one)
    assert {(duty.style, duty.place, duty.partner) for duty in duties.values()} == {
        ("adult", 1, "partner-2"),
        ("youth", 1, "partner-2"),
    }
    used = {key.public for key in scene.world.keys.issuers.values()}
    strangers: list[IssuerPrivateKey] = [key for key in issuer_keys() if key.public not in used]
    assert find_duties(scene.world.election, strangers) == {}


# --- the node ---


async def test_the_node_signs_what_is_logged_and_witnessed(operator: Operator, tmp_path: Path) -> None:
    """A request gets its signature once a witnessed checkpoint covers it, and not before."""
    world = make_world(until=Phase.VOTING)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    operator.publish(world)
    async with run_node(state, keys_of(world, "partner-1")) as (node, _):
        position, asking = log(world, operator, 0)
        operator.publish(world, world.checkpoint(witnesses=["partner-2", "partner-3", "partner-4"]))
        await until(lambda: node.faults.get("board") == "board-unwitnessed")
        assert operator.signatures == {}
        operator.publish(world)
        await until(lambda: position in operator.signatures)
        second, _ = log(world, operator, 1)
        operator.publish(world)
        await until(lambda: second in operator.signatures)
    (signature,) = operator.signatures[position]
    assert signature == blind_sign(world.keys.issuers["adult", "partner-1"], asking.request.blinded[0], DRAW)
    assert operator.partners == {"partner-1"}


async def test_two_nodes_with_one_key_give_the_same_bytes(operator: Operator, tmp_path: Path) -> None:
    """A node and its spare post the same signatures in the same name, also after a restart."""
    world = make_world(until=Phase.VOTING)
    positions = [log(world, operator, resident)[0] for resident in range(5)]
    operator.publish(world)
    keys = keys_of(world, "partner-2")
    for name, held in (("node", keys), ("spare", spare_of(keys)), ("node", keys)):
        posted: dict[int, set[bytes]] = {}
        before, operator.signatures = operator.signatures, posted
        folder = tmp_path / name
        state = make_state(folder, pins_of(world, operator.url))
        async with run_node(state, held) as (node, _):
            await until(lambda posted=posted: len(posted) == len(positions))
            await until(lambda node=node: node.waiting == 0)
        assert not before or posted == before
    assert operator.partners == {"partner-2"}
    assert all(len(signatures) == 1 for signatures in operator.signatures.values())


async def test_offers_that_are_not_on_the_board_are_never_signed(operator: Operator, tmp_path: Path) -> None:
    """Unlogged positions, and logged ones with other messages, get nothing; those beside them get theirs."""
    world = make_world(until=Phase.VOTING)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    wrong, _ = log(world, operator, 0)
    right, _ = log(world, operator, 1)
    stranger = world.ask(2)
    operator.listing[0] = offer(wrong, "adult", list(stranger.request.blinded))
    operator.listing.append(offer(right + 1, "adult", list(stranger.request.blinded)))
    operator.publish(world)
    async with run_node(state, keys_of(world, "partner-1")) as (node, _):
        await until(lambda: right in operator.signatures)
        asked = len(operator.asked)
        await until(lambda: len([a for a in operator.asked[asked:] if a.startswith("/api/issuing")]) >= 1)
        assert set(operator.signatures) == {right}
        await until(lambda node=node: node.waiting == 1)


async def test_a_rogue_board_gets_no_signature(operator: Operator, tmp_path: Path) -> None:
    """On a board where a credential asks twice neither that request nor any later one is signed."""
    world = make_world(until=Phase.VOTING)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    first, _ = log(world, operator, 0)
    again = world.ask(0)
    world.entries.append(encode(again.request.request))
    operator.listing.append(offer(first + 1, "adult", list(again.request.blinded)))
    operator.publish(world)
    async with run_node(state, keys_of(world, "partner-1")) as (node, _):
        await until(lambda: node.faults.get("board") == "board-invalid")
        assert operator.signatures == {}
        world.entries.pop()
        shutil.rmtree(operator.folder)
        operator.publish(world)
        await until(lambda: operator.signatures)
        assert set(operator.signatures) == {first}


async def test_the_node_outlives_a_service_that_fails(operator: Operator, tmp_path: Path) -> None:
    """After an outage, and beside a signature that the service refuses, all others arrive."""
    world = make_world(until=Phase.VOTING)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    positions = [log(world, operator, resident)[0] for resident in range(4)]
    operator.publish(world)
    operator.refused = {positions[1]}
    listing, operator.listing = operator.listing, [operator.listing[0]] * 3
    async with run_node(state, keys_of(world, "partner-1")) as (node, _):
        await until(lambda: node.faults.get("issuer") == "issuing-order")
        operator.down = True
        await until(lambda: node.faults.get("issuer") == "remote-status")
        operator.down, operator.listing = False, listing
        await until(lambda: len(operator.signatures) == 3)
        await until(lambda node=node: node.waiting == 1)
        operator.refused = set()
        await until(lambda: len(operator.signatures) == 4)


async def test_signatures_that_the_service_lost_are_posted_again(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a restored database lacks signatures, a running node gives them again, and the same bytes."""
    monkeypatch.setattr("service.partner.issuer.RECHECK_SECONDS", 0.1)
    world = make_world(until=Phase.VOTING)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    position, _ = log(world, operator, 0)
    operator.publish(world)
    async with run_node(state, keys_of(world, "partner-1")) as (node, _):
        await until(lambda: position in operator.signatures and node.waiting == 0)
        before = dict(operator.signatures)
        operator.signatures.clear()
        await until(lambda: position in operator.signatures)
    assert operator.signatures == before


async def test_a_node_without_the_elections_keys_signs_nothing(operator: Operator, tmp_path: Path) -> None:
    """Issuer keys that no style names sign nothing, and the node says that its keys are others."""
    world = make_world(until=Phase.VOTING)
    keys: Keys = make_keys("partner-1", ["adult"], DRAW)
    state = make_state(tmp_path / "node", pins_of(world, operator.url))
    log(world, operator, 0)
    operator.publish(world)
    async with run_node(state, keys) as (node, _):
        await until(lambda: node.faults.get("keys") == "duty-keys")
        await until(lambda node=node: node.waiting == 0)
    assert operator.signatures == {}
    assert load_issuer(keys.issuers[0]).public not in {key.public for key in world.keys.issuers.values()}
