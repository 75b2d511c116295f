"""Shares: from a resident's request to the finished share, everything between being real processes.

The request is checked and stored by the service, put on the board by the sequencer, witnessed by three
partner nodes, signed blindly by two of them after they have replayed the board, handed to the resident, and
there unblinded and verified.
"""

import asyncio
import contextlib
import http.client
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from ballots.note import format_vkey
from ballots.shares import blind_sign
from ballots.voter import ask_share
from ballots.wire import Key, encode
from deploy.bench.election import STYLE, join, make_share_world
from deploy.bench.figures import Figure, ratio
from deploy.bench.ground import Ground, Site, find_port, run_process, wait_for_answer, wait_until
from deploy.bench.machine import Usage, count_cores, describe_usage
from deploy.bench.primitives import time_operation
from deploy.bench.share_load import ShareLoad
from service.partner.keyfile import DEMO, seal_keys
from service.partner.keys import IssuerSecret, Keys, NodeSecret, Prime
from service.partner.state import KEYS, Pins, StateDir
from tests.simulator import World

AIM_PER_SECOND = 100.0
REPEATS = 3
LIMIT_SECONDS = 120
PASSPHRASE = "correct horse battery staple"


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of shares."""
    residents, at_once = (20, 10) if quick else (1000, 300)
    with Ground() as ground:
        tries = range(1 if quick else REPEATS)
        runs = [asyncio.run(_run(ground, residents, at_once)) for _ in tries]
    load, busy = max(runs, key=lambda run: run[0].per_second)
    world = make_share_world(1)
    key = next(iter(world.keys.issuers.values()))
    signing = time_operation(lambda: blind_sign(key, bytes(383) + b"\2", secrets.token_bytes))
    bound = count_cores() / (2 * signing)
    return [
        Figure(
            what="shares, from the request to the finished share",
            value=load.per_second,
            unit="/s",
            at_least=AIM_PER_SECOND,
            remark=f"{at_once} residents at once, 2 issuers, 3 witnesses; {busy}",
        ),
        Figure(
            what="  p50 for a resident", value=load.p50, unit="ms", remark="told to ask again each second"
        ),
        Figure(what="  p99 for a resident", value=load.p99, unit="ms"),
        Figure(
            what="  blind signatures alone, two a share, all cores",
            value=bound,
            unit="/s",
            remark=f"{1000 * signing:.2f} ms each",
        ),
        ratio("    shares in relation to it", load.per_second, bound),
    ]


async def _run(ground: Ground, residents: int, at_once: int) -> tuple[ShareLoad, str]:
    """Hold one election until all residents have their share."""
    world = make_share_world(residents)
    world.enrol()
    world.start()
    ports = {partner: find_port() for partner in world.keys.witnesses}
    witnesses = [{"id": each, "url": f"http://127.0.0.1:{port}"} for each, port in ports.items()]
    site = await ground.make_site(world, witnesses)
    prepared = site.folder / "askings"
    askings = [
        ask_share(world.election, STYLE, each.credential_seed, secrets.token_bytes)
        for each in world.residents
    ]
    prepared.write_bytes(join([encode(each) for each in askings]))
    with contextlib.ExitStack() as stack:
        trees = {"service": stack.enter_context(site.serve(1)).pid}
        for partner, port in ports.items():
            trees[partner] = stack.enter_context(_run_node(site, partner, port)).pid
        sequencer = stack.enter_context(site.run("sequencer"))
        trees |= {"sequencer": sequencer.pid, "PostgreSQL": ground.postgres.pid or 0}
        await _open_voting(site, ports, sequencer)
        usage = Usage(trees)
        load = await asyncio.to_thread(_run_load, site.port, residents, at_once, prepared)
        used = usage.read({"load": load.cpu}, load.seconds)
    return load, describe_usage(used, load.seconds)


def _run_load(port: int, residents: int, at_once: int, prepared: Path) -> ShareLoad:
    command = [sys.executable, "-m", "deploy.bench.share_load", str(port), str(residents), str(at_once)]
    done = subprocess.run(
        [*command, str(prepared)], stdout=subprocess.PIPE, check=True, timeout=LIMIT_SECONDS
    )
    return ShareLoad(**json.loads(done.stdout))


@contextlib.contextmanager
def _run_node(site: Site, partner: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a partner's node with the keys that the made-up election names."""
    folder = site.folder / partner
    state = StateDir(folder)
    state.make()
    state.write(KEYS, seal_keys(_keys_of(site.world, partner), PASSPHRASE, DEMO, secrets.token_bytes))
    state.pin(
        Pins(
            board_url=f"http://127.0.0.1:{site.port}/board",
            manifest_hash=site.world.election.manifest_hash.hex(),
            operator_key=format_vkey(site.world.election.operator_vkey),
            origin=site.world.options.origin,
            service_url=f"http://127.0.0.1:{site.port}",
        )
    )
    passphrase = site.folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    command = [sys.executable, "-m", "tally.cli", "partner", "run", "--state", str(folder)]
    command += ["--port", str(port), "--passphrase-file", str(passphrase)]
    log = site.folder / f"{partner}.log"
    with run_process(command, {}, log) as process:
        wait_for_answer(port, "/health", process, log)
        yield process


def _keys_of(world: World, partner: str) -> Keys:
    keys = world.keys
    node = NodeSecret(trustee=Key(keys.trustees[partner]), witness=Key(keys.witnesses[partner]))
    issuers = [
        IssuerSecret(p=_prime(key.p), q=_prime(key.q), style=style)
        for (style, who), key in keys.issuers.items()
        if who == partner
    ]
    return Keys(issuers=issuers, node=[node], partner=partner)


def _prime(number: int) -> Prime:
    return Prime(number.to_bytes(Prime.LENGTH, "big"))


async def _open_voting(site: Site, ports: dict[str, int], sequencer: "subprocess.Popen[bytes]") -> None:
    """Offer all entries up to `start`, and wait until every node has followed the board to there."""
    connection = await asyncpg.connect(site.dsn)
    try:
        await site.offer(connection, site.world.entries)
    finally:
        await connection.close()

    async def all_follow() -> bool:
        return all(_read_phase(port) == "voting" for port in ports.values())

    log = site.folder / "sequencer.log"
    await wait_until(all_follow, sequencer, log)


def _read_phase(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return str(json.loads(connection.getresponse().read())["phase"])
    finally:
        connection.close()
