"""Facts about the node as a witness: every status of C2SP tlog-witness, and no two boards after any crash."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import Phase
from ballots.checkpoint import (
    Checkpoint,
    add_cosignatures,
    sign_checkpoint,
    verify_cosignature,
    verify_witnessed,
)
from ballots.merkle import consistency_proof, root_of
from ballots.note import COSIGNATURE, VerifierKey, parse_note, parse_signature_lines
from ballots.points import ed25519_public
from ballots.witness import MAX_REQUEST, AddCheckpoint, format_add_checkpoint
from service.partner.client import Client
from service.partner.errors import StateError
from service.partner.http import Call
from service.partner.node import Node
from service.partner.state import COSIGNED, StateDir
from service.partner.witness import Witness, parse_cosigned
from tests.service.partner_fakes import PASSPHRASE, keys_of, make_state, pins_of, run_node
from tests.simulator import ORIGIN, World, hash_reader, make_world

PARTNER = "partner-3"
NAME = f"{ORIGIN}/{PARTNER}"
LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(12)]
FORK = [*LEAVES[:4], *(hashlib.sha256(leaf).digest() for leaf in LEAVES[4:])]
ORIGIN_HASH = hashlib.sha256(ORIGIN.encode()).hexdigest()


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(until=Phase.ROLL)


@pytest.fixture
def state(world: World, tmp_path: Path) -> StateDir:
    return make_state(tmp_path / "node", pins_of(world, "http://127.0.0.1:1", ""), keys_of(world, PARTNER))


@pytest.fixture
async def url(world: World, state: StateDir) -> AsyncIterator[str]:
    async with run_node(state, keys_of(world, PARTNER)) as (_, url):
        yield url


def vkey_of(world: World) -> VerifierKey:
    return VerifierKey(key=ed25519_public(world.keys.witnesses[PARTNER]), name=NAME, type=COSIGNATURE)


def note_of(
    world: World, size: int, leaves: list[bytes] = LEAVES, origin: str = ORIGIN, key: bytes = b""
) -> bytes:
    head = Checkpoint(origin=origin, root=root_of(leaves[:size]), size=size)
    return sign_checkpoint(head, origin, Ed25519PrivateKey.from_private_bytes(key or world.keys.operator))


def body_of(old: int, new: int, note: bytes, leaves: list[bytes] = LEAVES) -> bytes:
    proof = tuple(consistency_proof(old, new, hash_reader(leaves))) if old <= new else ()
    return format_add_checkpoint(AddCheckpoint(note=note, old_size=old, proof=proof))


async def add(url: str, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.post(f"{url}/add-checkpoint", content=body)


async def test_a_checkpoint_is_cosigned_and_shown(world: World, url: str) -> None:
    """A first checkpoint and those that grow from it get one good line, and the latest is shown."""
    for old, new in ((0, 5), (5, 5), (5, 9)):
        note = note_of(world, new)
        answer = await add(url, body_of(old, new, note))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        (line,) = parse_signature_lines(answer.text)
        verify_cosignature(parse_note(note).text, line, vkey_of(world))
        async with httpx.AsyncClient(trust_env=False) as client:
            shown = await client.get(f"{url}/{ORIGIN_HASH}/checkpoint")
        assert shown.content == add_cosignatures(note, answer.content, (vkey_of(world),))
        witnessed = verify_witnessed(shown.content, world.election.operator_vkey, (vkey_of(world),), 1)
        assert witnessed.checkpoint.size == new


def refused(world: World) -> list[tuple[str, bytes, int, bytes | None]]:
    """Every refusal of a witness at size 5: what is wrong, request, status, and a body that is fixed."""
    wide = body_of(5, 9, note_of(world, 9)).replace(b"old 5\n", b"old 5\n" + b"A" * 43 + b"=\n")
    damaged = body_of(5, 9, note_of(world, 9))
    return [
        ("nothing", b"", 400, None),
        ("no old line", note_of(world, 9), 400, None),
        ("leading zero", body_of(5, 9, note_of(world, 9)).replace(b"old 5", b"old 05"), 400, None),
        ("carriage return", body_of(5, 9, note_of(world, 9)).replace(b"\n", b"\r\n"), 400, None),
        ("old above size", body_of(7, 6, note_of(world, 6)), 400, None),
        ("64 proof lines", b"old 5\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + note_of(world, 9), 400, None),
        ("other origin", body_of(5, 9, note_of(world, 9, origin="elders.example/board")), 404, None),
        ("other key", body_of(5, 9, note_of(world, 9, key=bytes(range(32)))), 403, None),
        ("bad signature", damaged[:-4] + (b"AA=\n" if damaged[-4:] != b"AA=\n" else b"BA=\n"), 403, None),
        ("old too small", body_of(0, 9, note_of(world, 9)), 409, b"5\n"),
        ("old too large", body_of(6, 9, note_of(world, 9)), 409, b"5\n"),
        ("smaller board", body_of(3, 4, note_of(world, 4)), 409, b"5\n"),
        ("fork of the same size", body_of(5, 5, note_of(world, 5, FORK), FORK), 422, None),
        ("fork that grows", body_of(5, 9, note_of(world, 9, FORK), FORK), 422, None),
        (
            "no proof",
            format_add_checkpoint(AddCheckpoint(note=note_of(world, 9), old_size=5, proof=())),
            422,
            None,
        ),
        ("a line too many", wide, 422, None),
    ]


CASES = [name for name, *_ in refused(make_world(until=Phase.ROLL))]


@pytest.mark.parametrize("name", CASES)
async def test_every_refusal_has_its_status(world: World, url: str, name: str) -> None:
    """Whatever is wrong has the specification's status, no signature, and changes nothing."""
    assert (await add(url, body_of(0, 5, note_of(world, 5)))).status_code == 200
    _, body, status, expected = next(case for case in refused(world) if case[0] == name)
    answer = await add(url, body)
    assert answer.status_code == status
    assert "\u2014" not in answer.text
    if expected is not None:
        assert answer.content == expected
        assert answer.headers["content-type"] == "text/x.tlog.size"
    assert (await add(url, body_of(5, 9, note_of(world, 9)))).status_code == 200


async def test_what_the_node_does_not_serve(url: str) -> None:
    """Other paths are 404, other methods 405, a longer body 413; there is no checkpoint yet."""
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{url}/{ORIGIN_HASH}/checkpoint")).status_code == 404
        assert (await client.get(f"{url}/{'0' * 64}/checkpoint")).status_code == 404
        assert (await client.get(f"{url}/{ORIGIN_HASH.upper()}/checkpoint")).status_code == 404
        assert (await client.get(f"{url}/add-checkpoint")).status_code == 405
        assert (await client.post(f"{url}/{ORIGIN_HASH}/checkpoint")).status_code == 405
        assert (
            await client.post(f"{url}/add-checkpoint", content=b"x" * (MAX_REQUEST + 1))
        ).status_code == 413


async def test_two_at_once_never_roll_back(world: World, state: StateDir, url: str) -> None:
    """Of many simultaneous requests from one old size to two branches, exactly one is cosigned."""
    assert (await add(url, body_of(0, 4, note_of(world, 4)))).status_code == 200
    bodies = [
        body_of(4, size, note_of(world, size, leaves), leaves)
        for size in (6, 7, 8)
        for leaves in (LEAVES, FORK)
    ] * 4
    answers = await asyncio.gather(*(add(url, body) for body in bodies))
    (good,) = [body for body, answer in zip(bodies, answers, strict=True) if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 409}
    stored = state.find(COSIGNED)
    assert stored is not None
    assert parse_note(stored).text.encode() in good


async def test_a_disk_that_fails_gives_no_signature(
    world: World, state: StateDir, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the head cannot be stored the answer is 503 without a signature, and the head stays."""
    assert (await add(url, body_of(0, 5, note_of(world, 5)))).status_code == 200

    def fail(*_: object) -> None:
        raise StateError("state-write", "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(StateDir, "write", fail)
        answer = await add(url, body_of(5, 9, note_of(world, 9)))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "\u2014" not in answer.text
    assert (await add(url, body_of(5, 7, note_of(world, 7)))).status_code == 200


async def test_too_many_waiting_are_sent_away(
    world: World, state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When more wait than fit the answer is 503 with Retry-After."""
    monkeypatch.setattr("service.partner.witness.MAX_WAITING", 2)
    witness = Witness(state, world.election.operator_vkey, NAME, world.keys.witnesses[PARTNER], lambda: 1)
    answers = await asyncio.gather(
        *(witness.add_checkpoint(body_of(0, 5, note_of(world, 5))) for _ in range(5))
    )
    witness.stop()
    assert sorted(answer.status for answer in answers) == [200, 409, 503, 503, 503]


@contextmanager
def process(state: StateDir, fault: str = "") -> Iterator[str]:
    """Run `wijkaandeel partner run` on a state directory, and end it."""
    program = "import sys; from service.partner.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = ["run", "--state", str(state.folder), "--port", "0", "--passphrase-env", "NODE_PASSPHRASE"]
    environment = os.environ | {"NODE_PASSPHRASE": PASSPHRASE, "WIJK_FAULT": fault}
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as child:
        try:
            assert child.stdout is not None
            word, port = child.stdout.readline().split()
            assert word == b"ready"
            yield f"http://127.0.0.1:{int(port)}"
            if not fault:
                child.terminate()
                assert child.wait(10) == 0
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("fault", "stands"), [("partner-cosigned-written", 5), ("partner-cosigned-stands", 9)]
)
async def test_a_kill_never_leads_to_two_roots(
    world: World, state: StateDir, fault: str, stands: int
) -> None:
    """Killed between writing and answering, the witness comes back with the old head or the new one, whole.

    If the new head stands, another root of its size or beyond is refused though nobody got the signature.
    """
    with process(state) as url:
        assert (await add(url, body_of(0, 5, note_of(world, 5)))).status_code == 200
    with process(state, fault) as url, pytest.raises(httpx.HTTPError):
        await add(url, body_of(5, 9, note_of(world, 9)))
    stored = state.find(COSIGNED)
    assert stored is not None
    assert parse_cosigned(stored, world.election.operator_vkey, vkey_of(world)).checkpoint.size == stands
    with process(state) as url:
        for old, size in ((9, 9), (9, 11), (5, 9)):
            answer = await add(url, body_of(old, size, note_of(world, size, FORK), FORK))
            assert answer.status_code in (409, 422)
        assert (await add(url, body_of(stands, 10, note_of(world, 10)))).status_code == 200


def test_a_damaged_head_stops_the_witness(world: World, state: StateDir) -> None:
    """A remembered checkpoint that is changed, or not cosigned by this witness, is not believed."""
    own = vkey_of(world)
    for raw in (
        b"",
        note_of(world, 5),
        note_of(world, 5)[:-9] + b"AAAAAAA=\n",
        world.checkpoint(witnesses=["partner-1"]),
    ):
        with pytest.raises(StateError, match="remembered"):
            parse_cosigned(raw, world.election.operator_vkey, own)
    good = world.checkpoint(witnesses=[PARTNER])
    assert parse_cosigned(good, world.election.operator_vkey, own).checkpoint.size == world.board.size
    state.write(COSIGNED, good.replace(b"\n5\n", b"\n4\n", 1) if b"\n5\n" in good else good[1:])
    with pytest.raises(StateError):
        Witness(state, world.election.operator_vkey, NAME, world.keys.witnesses[PARTNER], lambda: 1)


TARGETS = st.sampled_from(
    ["/add-checkpoint", "/rehearse", "/health", f"/{ORIGIN_HASH}/checkpoint", "/", "/\ufffd"]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.from_regex(r"\Aold [0-9]{1,3}\n([A-Za-z0-9+/]{43}=\n){0,3}\n.{0,40}\n\n.{0,40}\n\Z").map(str.encode),
    st.from_regex(r'\A\{"box":"[A-Za-z0-9_-]{100,110}"\}\Z').map(str.encode),
)


@pytest.fixture(scope="module")
def node(world: World, tmp_path_factory: pytest.TempPathFactory) -> Node:
    folder = tmp_path_factory.mktemp("fuzzed") / "node"
    return Node(
        make_state(folder, pins_of(world, "http://127.0.0.1:1", "")), keys_of(world, PARTNER), Client(), 1
    )


@given(method=st.sampled_from(["GET", "POST", "PUT"]), target=TARGETS, body=BODIES)
def test_any_request_has_an_answer(node: Node, method: str, target: str, body: bytes) -> None:
    """Whatever is sent to whichever address, it is refused, and never a fault or a signature."""
    answer = asyncio.run(node.answer(Call(method, target, body)))
    assert answer.status in {400, 403, 404, 405, 409, 422, 503} or target == "/health"
    assert "\u2014".encode() not in answer.body
