"""Attacks on partner nodes, as somebody who has the operator's key, all addresses, and what officials signed.

A node must never be an oracle that signs or opens whatever it is shown. These rows run against the node's own
code; tests/service shows the same to whole nodes over HTTP.
"""

# ruff: noqa: E501 - a table, one row a line

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ballots import entries as e
from ballots.board import Phase
from ballots.merkle import leaf_hash, root_of
from ballots.sealing import rehearsal_box
from ballots.verification import blinded_hash
from ballots.wire import Box, Hash, Rsa, encode
from ballots.witness import AddCheckpoint, format_add_checkpoint
from service.partner.follow import Logged, Replica, View
from service.partner.issuer import Duty, sign_logged
from service.partner.keys import NodeSecret
from service.partner.rehearse import RehearsalRequest, rehearse
from service.partner.trustee import make_trustee_key
from service.partner.witness import Witness
from service.shares.records import LoggedRequest
from tests.attacks.rows import OFFICIALS, OPERATOR, at_node
from tests.attacks.scenes import Node
from tests.forge import forge_one_official_twice
from tests.service.partner_fakes import (
    Operator,
    keys_of,
    make_state,
    offer,
    pins_of,
    rounds,
    run_node,
    serve,
    until,
)
from tests.simulator import RELEASES, Draw, World, changed, make_world
from tests.tally.break_makers import OTHER
from tests.tally.drafts import head_of

PARTNER = "partner-1"


def secret_of(world: World) -> NodeSecret:
    return keys_of(world, PARTNER).node[0]


# --- a board that is shown to a node ---


def view_of(world: World, checkpoint: bytes | None = None, known: dict[int, bytes] | None = None) -> View:
    """Return what a node that is pinned to this election confirms of a board."""
    replica = Replica(world.election.operator_vkey, world.election.manifest_hash)
    replica.extend(world.entries, known or {})
    return replica.confirm(checkpoint or head_of(world, world.entries))[0]


def shown(
    change: Callable[[World], Any], checkpoint: Callable[[World], bytes] | None = None
) -> Callable[[], Node]:
    """A node is shown a board at which `change` has put its hand."""

    def scene() -> Node:
        world = make_world(until=Phase.VOTING)
        world.vote_all()
        change(world)
        return Node(lambda: view_of(world, checkpoint(world) if checkpoint else None))

    return scene


def put(make: Callable[[World], e.Entry]) -> Callable[[World], None]:
    """Put an entry on the log that no honest board takes."""
    return lambda world: world.entries.append(encode(make(world)))


def few(world: World) -> bytes:
    return world.checkpoint(witnesses=list(world.keys.witnesses)[:3])


def invented(world: World) -> bytes:
    return head_of(world, world.entries, witnesses={who: OTHER[n:] + OTHER[:n] for n, who in enumerate(world.keys.witnesses)})  # fmt: skip


def other_operator(world: World) -> bytes:
    return head_of(world, world.entries, operator=OTHER)


def nothing(world: World) -> None:
    """Leave the board as it is."""


def other_manifest() -> Node:
    """A whole board of another election in which the partner has the same keys."""
    world, other = make_world(until=Phase.CLOSED), make_world(until=Phase.CLOSED, releases=[1, 2, 3])
    assert other.keys == world.keys
    replica = Replica(world.election.operator_vkey, world.election.manifest_hash)
    return Node(lambda: replica.extend(other.entries, {}))


def branch() -> Node:
    """A board without a request that a checkpoint seen before had."""
    world = make_world(until=Phase.VOTING)
    world.get_share(0)
    seen = {len(world.entries): root_of(map(leaf_hash, world.entries))}
    other = make_world(until=Phase.VOTING)
    other.get_share(1)
    other.get_share(2)
    return Node(lambda: view_of(other, known=seen))


# --- the issuer ---


def offered(change: Callable[[World, LoggedRequest], LoggedRequest]) -> Callable[[], Node]:
    """The service offers something else than what stands logged."""

    def scene() -> Node:
        world = make_world(until=Phase.VOTING)
        asking = world.ask(0)
        position = world.append(asking.request.request).index
        logged = Logged(blinded=tuple(asking.request.request.blinded), position=position, style=asking.style)
        honest = offer(position, asking.style, list(asking.request.blinded))
        duty = Duty(style="adult", place=0, partner=PARTNER, key=world.keys.issuers["adult", PARTNER])
        return Node(lambda: sign_logged(duty, logged, change(world, honest), Draw("issuer")))

    return scene


def blinded(*messages: bytes) -> Callable[[World, LoggedRequest], LoggedRequest]:
    """Offer other blinded messages; nothing stands for the honest one in its place."""
    return lambda world, honest: offer(
        honest.position,
        honest.style,
        [message or honest.blinded[place] for place, message in enumerate(messages)],
    )


def of_another(world: World, honest: LoggedRequest) -> LoggedRequest:
    return offer(honest.position, honest.style, list(world.ask(1).request.blinded))


def too_large() -> Node:
    """The logged hash is of a number that is no residue."""
    world = make_world(until=Phase.VOTING)
    huge = Rsa(b"\xff" * 384)
    logged = Logged(blinded=(Hash(blinded_hash(huge)),) * 2, position=9, style="adult")
    duty = Duty(style="adult", place=0, partner=PARTNER, key=world.keys.issuers["adult", PARTNER])
    return Node(lambda: sign_logged(duty, logged, offer(9, "adult", [huge, huge]), Draw("issuer")))


# --- the trustee ---


def asked_for_key(
    phase: Phase, time: int = RELEASES[-1], partner: str = PARTNER, change: Callable[[World], Any] = nothing
) -> Callable[[], Node]:
    """A trustee is asked for its key on a confirmed board."""

    def scene() -> Node:
        world = make_world(until=phase)
        change(world)
        checkpoint = world.checkpoint(time=time)
        return Node(lambda: make_trustee_key(view_of(world, checkpoint), partner, secret_of(world)))

    return scene


def release_announced(world: World) -> None:
    """Stop in the middle of the last release."""
    world.cast(world.get_share(0), world.some_choices("adult", 0))
    world.append(e.Release(count=1, number=3, style="adult"))


# --- rehearsals ---


def rehearsed(make: Callable[[World], Box], phase: Phase = Phase.ROLL) -> Callable[[], Node]:
    """The node is asked to open a box."""

    def scene() -> Node:
        world = make_world(until=phase)
        request = RehearsalRequest(box=make(world))
        return Node(lambda: rehearse(view_of(world), PARTNER, secret_of(world), request))

    return scene


def ballot_box(world: World) -> Box:
    """Return the box for this partner in a ballot of an election with the same keys."""
    voting = make_world(until=Phase.VOTING)
    return voting.cast(voting.get_share(0), voting.some_choices("adult", 0)).boxes[0]


def of_election(**options: object) -> Callable[[World], Box]:
    return lambda world: rehearsal_box(make_world(until=Phase.ROLL, **options).election, PARTNER, bytes(32))[
        0
    ]


def for_partner(partner: str) -> Callable[[World], Box]:
    return lambda world: rehearsal_box(world.election, partner, bytes(32))[0]


# --- whole nodes ---


def two_branches_at_once() -> Node:
    """Two branches of one size are sent to one witness at the same moment."""
    world = make_world(until=Phase.VOTING)
    heads = [head_of(world, entries, witnesses={}) for entries in (world.entries, world.entries[::-1])]

    async def ask(folder: Path) -> Sequence[int]:
        state = make_state(folder, pins_of(world, "http://127.0.0.1:1"))
        name = f"{world.options.origin}/{PARTNER}"
        witness = Witness(state, world.election.operator_vkey, name, world.keys.witnesses[PARTNER], lambda: 9)
        bodies = [format_add_checkpoint(AddCheckpoint(note=head, old_size=0, proof=())) for head in heads]
        answers = await asyncio.gather(*[witness.add_checkpoint(body) for body in bodies * 4])
        witness.stop()
        return sorted(answer.status for answer in answers)

    def run() -> str:
        with tempfile.TemporaryDirectory() as folder:
            statuses = asyncio.run(ask(Path(folder) / "node"))
        return f"{statuses.count(200)} cosigned, {statuses.count(409)} refused"

    return Node(run)


def unlogged() -> Node:
    """A whole node is offered a request that stands nowhere, beside one that is logged."""

    async def ask(folder: Path) -> str:
        world = make_world(until=Phase.VOTING)
        async with serve(Operator(folder / "record")) as operator:
            asking, stranger = world.ask(0), world.ask(1)
            position = world.append(asking.request.request).index
            operator.listing = [
                offer(position, "adult", list(asking.request.blinded)),
                offer(position + 1, "adult", list(stranger.request.blinded)),
            ]
            operator.publish(world)
            state = make_state(folder / "node", pins_of(world, operator.url))
            async with run_node(state, keys_of(world, PARTNER)) as (node, _):
                await until(lambda: position in operator.signatures)
                await rounds(node, "issuer")
            return "nothing signed" if set(operator.signatures) == {position} else "signed"

    return _in_folder(ask)


def rolled_back() -> Node:
    """A whole node that has seen a board is shown a shorter one, witnessed when it was that short."""

    async def ask(folder: Path) -> str:
        world = make_world(until=Phase.VOTING)
        async with serve(Operator(folder / "record")) as operator:
            early = world.checkpoint()
            world.get_share(0)
            operator.publish(world)
            state = make_state(folder / "node", pins_of(world, operator.url))
            async with run_node(state, keys_of(world, PARTNER)) as (node, _):
                await until(lambda: node.followed == len(world.entries))
                operator.publish(world, early)
                await until(lambda: node.faults.get("board"))
                return str(node.faults["board"])

    return _in_folder(ask)


def _in_folder(ask: Callable[[Path], Any]) -> Node:
    def run() -> str:
        with tempfile.TemporaryDirectory() as folder:
            return str(asyncio.run(ask(Path(folder))))

    return Node(run)


ROWS = [
    at_node(OPERATOR, "asks an issuer to sign a request that is on no board", "nothing signed", unlogged),
    at_node(OPERATOR, "asks for another position's signature", "duty-position", offered(lambda w, h: offer(h.position + 1, h.style, list(h.blinded)))),
    at_node(OPERATOR, "asks for a signature of another style", "duty-style", offered(lambda w, h: offer(h.position, "youth", list(h.blinded)))),
    at_node(OPERATOR, "asks for a message of its own choice", "duty-blinded", offered(blinded(bytes(383) + b"\x02", b""))),
    at_node(OPERATOR, "asks for another voter's message in a logged request's place", "duty-blinded", offered(of_another)),
    at_node(OPERATOR, "asks for the other issuer's message", "duty-blinded", offered(lambda w, h: offer(h.position, h.style, h.blinded[::-1]))),
    at_node(OPERATOR, "asks for more messages than were logged", "duty-blinded", offered(lambda w, h: offer(h.position, h.style, [*h.blinded, h.blinded[0]]))),
    at_node("a voter", "logs a message that is no number below the modulus", "blinded-range", too_large),
    at_node(OPERATOR, "shows a board on which somebody asks twice", "board-invalid", shown(put(lambda w: w.ask(0).request.request))),
    at_node(OPERATOR, "shows a board on which a stranger asks", "board-invalid", shown(put(lambda w: changed(w.ask(0).request.request, credential=Hash(OTHER))))),
    at_node(OPERATOR, "shows a board that too few have cosigned", "board-unwitnessed", shown(nothing, few)),
    at_node(OPERATOR, "shows a board that invented partners cosigned", "board-unwitnessed", shown(nothing, invented)),
    at_node("somebody with keys of their own", "shows a board signed as the operator", "board-unwitnessed", shown(nothing, other_operator)),
    at_node(OPERATOR, "shows the board of another election with the same keys", "board-manifest", other_manifest),
    at_node(OPERATOR, "shows another branch than before", "board-fork", branch),
    at_node(OPERATOR, "shows a shorter board than before", "board-smaller", rolled_back),
    at_node(OPERATOR, "sends two branches to a witness at once, four times each", "1 cosigned, 7 refused", two_branches_at_once),
    at_node(OPERATOR, "asks a trustee for the key during the voting", "duty-phase", asked_for_key(Phase.VOTING)),
    at_node(OPERATOR, "asks for the key in the middle of the last release", "duty-phase", asked_for_key(Phase.VOTING, change=release_announced)),
    at_node(OFFICIALS, "close before the last release and ask for the key", "duty-early", asked_for_key(Phase.CLOSED, time=RELEASES[-1] - 1)),
    at_node(OPERATOR, "asks for the key in another partner's name", "duty-keys", asked_for_key(Phase.CLOSED, partner="partner-2")),
    at_node("one official", "closes alone", "board-invalid", shown(put(lambda w: forge_one_official_twice(w.make_close())))),
    at_node(OFFICIALS, "close with other numbers than the board's", "board-invalid", shown(put(lambda w: w.by_officials(changed(w.make_close(), counts=w.make_close().counts[::-1]))))),
    at_node(OFFICIALS, "close another board", "board-invalid", shown(put(lambda w: w.by_officials(changed(w.make_close(), size=5))))),
    at_node(OFFICIALS, "close a board that too few have cosigned", "board-unwitnessed", shown(lambda w: w.close(), few)),
    at_node(OPERATOR, "shows a board with another trustee's key before the close", "board-invalid", shown(put(lambda w: w.make_trustee_key("partner-2")))),
    at_node(OFFICIALS, "have a ballot's box opened as a rehearsal", "duty-box", rehearsed(ballot_box)),
    at_node(OFFICIALS, "have a rehearsal's box of another election opened", "duty-box", rehearsed(of_election(releases=[1, 2, 3]))),
    at_node(OFFICIALS, "have another partner's box opened", "duty-box", rehearsed(for_partner("partner-2"))),
    at_node(OFFICIALS, "have a box of low order opened", "duty-box", rehearsed(lambda world: Box(bytes(80)))),
    at_node(OFFICIALS, "have a box opened when the voting has started", "duty-phase", rehearsed(for_partner(PARTNER), Phase.VOTING)),
]  # fmt: skip
