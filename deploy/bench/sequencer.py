"""The sequencer: entries a second from the waiting tables to the board, verified, hashed and signed.

The election waits sealed, with all requests or ballots in the box and a release that is due. Then the
officials' `start` arrives, and time runs until the last one stands on the board in the database. The
sequencer is `wijkaandeel sequencer`; it writes the record's files meanwhile, and no witness answers.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from ballots.entries import Ballot
from ballots.merkle import leaf_hash
from ballots.wire import decode, encode
from deploy.bench.election import STYLE, keep_ballots, make_options, make_requests
from deploy.bench.figures import Figure, ratio
from deploy.bench.ground import Ground, Site, wait_until
from deploy.bench.machine import Usage, describe_usage
from service.board import store
from tests.simulator import World

REPEATS = 3
REQUESTS, BALLOTS = 5_000, 5_000
NOBODY = "http://127.0.0.1:9"
"""Where no witness answers: what is measured ends at the database."""
RELEASED = 1
"""Entries beside the ballots: `release`."""


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of the sequencer."""
    ballots = keep_ballots(folder, quick=quick)
    ballots = ballots[: 100 if quick else BALLOTS]
    residents = 100 if quick else REQUESTS
    repeats = 1 if quick else REPEATS
    with Ground() as ground:
        asked = [asyncio.run(_run_requests(ground, residents)) for _ in range(repeats)]
        released = [asyncio.run(_run_ballots(ground, ballots)) for _ in range(repeats)]
        copied = [asyncio.run(_time_copy(ground, ballots)) for _ in range(repeats)]
    requests, ballot, copy = max(asked), max(released), max(copied)
    return [
        Figure(what="sequencer, requests to the board", value=requests[0], unit="/s", remark=requests[1]),
        Figure(what="sequencer, ballots to the board", value=ballot[0], unit="/s", remark=ballot[1]),
        Figure(
            what="  the same rows into the same table, 512 a transaction",
            value=copy,
            unit="/s",
            remark="no checks, no tree, no files",
        ),
        ratio("    ballots in relation to it", ballot[0], copy),
    ]


def _make_world(residents: int) -> World:
    world = World(make_options(residents))
    world.set_up()
    world.enrol()
    world.append(world.make_seal())
    return world


async def _run_requests(ground: Ground, residents: int) -> tuple[float, str]:
    world = _make_world(residents)
    rows = [
        (bytes(resident.credential), STYLE, leaf_hash(raw), raw, blinded)
        for resident, (raw, blinded) in zip(world.residents, make_requests(world), strict=True)
    ]
    columns = ("credential", "style", "entry_hash", "raw", "blinded")
    return await _run(ground, world, "requests", columns, rows, len(rows))


async def _run_ballots(ground: Ground, ballots: Sequence[bytes]) -> tuple[float, str]:
    rows = []
    for raw in ballots:
        ballot: Ballot = decode(Ballot, raw)
        key, previous = bytes(ballot.voting_key), bytes(ballot.previous)
        rows.append((key, ballot.revision, leaf_hash(raw), STYLE, previous, raw))
    columns = ("voting_key", "revision", "entry_hash", "style", "previous", "raw")
    return await _run(ground, _make_world(400), "ballots", columns, rows, len(rows) + RELEASED)


async def _run(
    ground: Ground,
    world: World,
    table: str,
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    entries: int,
) -> tuple[float, str]:
    """Return how many of the rows a second came on the board, and what was busy meanwhile."""
    site = await ground.make_site(world, [{"id": each, "url": NOBODY} for each in world.keys.witnesses])
    connection = await asyncpg.connect(site.dsn)
    log = site.folder / "sequencer.log"
    try:
        with site.run("sequencer") as process:

            async def stands(size: int) -> bool:
                return (await store.read_head(connection)).size >= size

            await site.offer(connection, world.entries)
            await wait_until(lambda: stands(len(world.entries)), process, log)
            await connection.copy_records_to_table(table, schema_name="box", columns=columns, records=rows)
            await connection.execute("CHECKPOINT")
            start = encode(world.make_start())
            usage = Usage({"sequencer": process.pid, "PostgreSQL": ground.postgres.pid or 0})
            began = time.perf_counter()
            await site.offer(connection, [start])
            await wait_until(lambda: stands(len(world.entries) + 1 + entries), process, log)
            seconds = time.perf_counter() - began
            used = usage.read({}, seconds)
    finally:
        await connection.close()
    return len(rows) / seconds, describe_usage(used, seconds)


async def _time_copy(ground: Ground, ballots: Sequence[bytes]) -> float:
    """Return how many rows a second PostgreSQL takes into the board's table in transactions of 512."""
    site: Site = await ground.make_site(_make_world(1))
    connection = await asyncpg.connect(site.dsn)
    rows = [(place, leaf_hash(raw), "ballot", raw) for place, raw in enumerate(ballots)]
    began = time.perf_counter()
    for start in range(0, len(rows), 512):
        await connection.copy_records_to_table(
            "entries",
            schema_name="board",
            columns=("position", "entry_hash", "kind", "raw"),
            records=rows[start : start + 512],
        )
    seconds = time.perf_counter() - began
    await connection.close()
    return len(rows) / seconds
