"""Facts about the node as a process of its own: how it starts, what it says, how it ends."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from ballots.board import Phase
from ballots.shares import IssuerPrivateKey
from ballots.wire import encode
from service.partner.cli import main
from service.partner.keyfile import open_keys
from service.partner.keys import load_issuer, make_keys, public_of
from service.partner.state import KEYS, PINS, StateDir
from tests.service.partner_fakes import (
    PASSPHRASE,
    Operator,
    keys_of,
    make_state,
    offer,
    pins_of,
    serve,
    until,
)
from tests.simulator import Options, World, make_world

PROGRAM = "import sys; from service.partner.cli import main; sys.exit(main(sys.argv[1:]))"
PARTNER = "partner-1"


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with serve(Operator(tmp_path / "record")) as operator:
        yield operator


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """The command sets up the logs of its process, and here that is the tests' own."""
    yield
    structlog.reset_defaults()


def command(state: StateDir, port: int = 0) -> tuple[list[str], dict[str, str]]:
    arguments = [
        "run",
        "--state",
        str(state.folder),
        "--port",
        str(port),
        "--passphrase-env",
        "NODE_PASSPHRASE",
    ]
    return [sys.executable, "-c", PROGRAM, *arguments], os.environ | {"NODE_PASSPHRASE": PASSPHRASE}


async def start(state: StateDir) -> asyncio.subprocess.Process:
    arguments, environment = command(state)
    return await asyncio.create_subprocess_exec(
        *arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def end(
    child: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM
) -> tuple[int | None, str]:
    """End a node and return its exit code and its log."""
    child.send_signal(how)
    _, log = await asyncio.wait_for(child.communicate(), 20)
    return child.returncode, log.decode()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_node_does_all_its_duties_and_ends_cleanly(
    operator: Operator, tmp_path: Path, how: signal.Signals
) -> None:
    """Started by command it says `ready`, signs, publishes its key after close, and exits with 0.

    Its log is one JSON object a line and holds neither a key nor the passphrase nor what was signed.
    """
    world = make_world(until=Phase.VOTING)
    asking = world.ask(0)
    position = world.append(asking.request.request).index
    operator.listing = [offer(position, asking.style, list(asking.request.blinded))]
    keys = keys_of(world, PARTNER)
    state = make_state(tmp_path / "node", pins_of(world, operator.url), keys)
    operator.publish(world)
    child = await start(state)
    assert child.stdout is not None
    word, port = (await asyncio.wait_for(child.stdout.readline(), 20)).split()
    assert (word, int(port) > 0) == (b"ready", True)
    await until(lambda: position in operator.signatures)
    assert operator.entries == []
    world.close()
    operator.publish(world)
    await until(lambda: operator.entries)
    assert operator.entries[0] == encode(world.make_trustee_key(PARTNER))
    code, log = await end(child, how)
    assert code == 0
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert {"pinned", "shares-signed", "trustee-key-posted"} <= set(events)
    secrets = [bytes(keys.node[0].trustee), bytes(keys.node[0].witness), bytes(asking.request.blinded[0])]
    shown = [
        PASSPHRASE,
        *(secret.hex() for secret in secrets),
        *(encode({"x": keys.node[0].trustee}).decode()[5:-1],),
    ]
    assert not [each for each in shown if each in log]


async def test_a_killed_node_starts_again_where_it_was(operator: Operator, tmp_path: Path) -> None:
    """After `kill -9` the state serves again, gives the same signature and refuses a smaller board."""
    world = make_world(until=Phase.VOTING)
    small = world.checkpoint()
    asking = world.ask(0)
    position = world.append(asking.request.request).index
    operator.listing = [offer(position, asking.style, list(asking.request.blinded))]
    state = make_state(tmp_path / "node", pins_of(world, operator.url), keys_of(world, PARTNER))
    operator.publish(world)
    first = await start(state)
    await until(lambda: position in operator.signatures)
    await end(first, signal.SIGKILL)
    (signature,) = operator.signatures.pop(position)
    second = await start(state)
    await until(lambda: position in operator.signatures)
    assert operator.signatures[position] == {signature}
    await end(second, signal.SIGKILL)
    operator.publish(world, small)
    operator.asked.clear()
    third = await start(state)
    await until(lambda: len(operator.asked) > 2)
    _, log = await end(third)
    assert "board-smaller" in log
    assert not [target for target in operator.asked if target.startswith("/api")]


def refuse(
    capsys: pytest.CaptureFixture[str], state: StateDir, monkeypatch: pytest.MonkeyPatch, port: int = 0
) -> str:
    """Run the command in this process, which must not start, and return what it says."""
    monkeypatch.setenv("NODE_PASSPHRASE", PASSPHRASE)
    assert (
        main(
            ["run", "--state", str(state.folder), "--port", str(port), "--passphrase-env", "NODE_PASSPHRASE"]
        )
        == 1
    )
    return capsys.readouterr().err


def test_a_node_that_cannot_run_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without directory, pins or keys, or with a taken port or directory, it exits with 1 and says why."""
    world = make_world(until=Phase.ROLL)
    assert "state directory" in refuse(capsys, StateDir(tmp_path / "missing"), monkeypatch)
    state = make_state(tmp_path / "node", pins_of(world, "http://127.0.0.1:1"))
    assert "partner init" in refuse(capsys, state, monkeypatch)
    state = make_state(tmp_path / "node", pins_of(world, "http://127.0.0.1:1"), keys_of(world, PARTNER))
    with state.lock():
        assert "stop that one first" in refuse(capsys, state, monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "cannot listen" in refuse(capsys, state, monkeypatch, taken.getsockname()[1])
    (state.folder / PINS).unlink()
    assert "partner pin" in refuse(capsys, state, monkeypatch)


def test_pin_takes_the_manifest_hash_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`partner pin` may run first without and then with the manifest hash, and never with another."""
    world = make_world(until=Phase.ROLL)
    pins = pins_of(world, "http://127.0.0.1:1")
    state = StateDir(tmp_path / "node")
    state.make()
    common = [
        "pin",
        "--state",
        str(state.folder),
        "--origin",
        pins.origin,
        "--operator-key",
        pins.operator_key,
    ]
    common += ["--board-url", pins.board_url + "/", "--service-url", pins.service_url + "/"]
    assert main(common) == 0
    assert state.read_pins().manifest_hash == ""
    assert main([*common, "--manifest-hash", pins.manifest_hash]) == 0
    assert state.read_pins() == pins
    assert main([*common, "--manifest-hash", "00" * 32]) == 1
    assert "stays so" in capsys.readouterr().err
    assert state.read_pins() == pins


def test_keys_that_init_makes_stand_in_a_manifest(tmp_path: Path) -> None:
    """The public keys of fresh nodes pass every check of style and manifest."""
    world = World(Options())
    for partner in ("partner-1", "partner-2"):
        keys = make_keys(partner, ["adult", "youth"], os.urandom)
        world.keys.trustees[partner] = bytes(keys.node[0].trustee)
        world.keys.witnesses[partner] = bytes(keys.node[0].witness)
        for each in keys.issuers:
            key: IssuerPrivateKey = load_issuer(each)
            world.keys.issuers[each.style, partner] = key
    world.set_up()
    public = public_of(keys_of(world, "partner-2"))
    assert world.election.witness_keys["partner-2"] == public.witness
    assert world.election.trustee_keys[1] == public.trustee
    assert world.election.styles["adult"].issuers[1].key == public.issuers["adult"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["init", "--state", "x", "--id", "Upper", "--passphrase-file", "x"],
        ["init", "--state", "x", "--id", "a", "--issuer-styles", "a,a", "--passphrase-file", "x"],
        ["init", "--state", "x", "--id", "a"],
        ["run", "--state", "x", "--port", "65536", "--passphrase-file", "x"],
        ["run", "--state", "x", "--poll", "0", "--passphrase-file", "x"],
        ["run", "--state", "x", "--passphrase", "secret"],
        [
            "pin",
            "--state",
            "x",
            "--origin",
            "x",
            "--operator-key",
            "x",
            "--board-url",
            "x",
            "--service-url",
            "x",
            "--manifest-hash",
            "zz",
        ],
    ],
)
def test_misspelt_commands_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Missing, misspelt and dangerous options end with 2 and a usage line."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: wijkaandeel partner" in capsys.readouterr().err


def test_a_spare_runs_without_the_partners_own_keys(tmp_path: Path) -> None:
    """The key file of a spare opens under the same passphrase and has no witness and no trustee."""
    world = make_world(until=Phase.ROLL)
    node = make_state(tmp_path / "node", pins_of(world, "http://127.0.0.1:1"), keys_of(world, PARTNER))
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    spare = StateDir(tmp_path / "spare")
    arguments = ["--state", str(spare.folder), "--keys", str(node.folder / KEYS), "--profile", "demo"]
    code = main(["spare", *arguments, "--passphrase-file", str(tmp_path / "passphrase")])
    raw = spare.find(KEYS)
    assert (code, raw is not None) == (0, True)
    assert raw is not None
    assert open_keys(raw, PASSPHRASE).node == []
