"""Casts: from the ballot's bytes at the HTTP server to the promise, stored twice, all checks on.

The service is `wijkaandeel serve` on PostgreSQL, both with their own durability; the load comes from another
process on the same cores. Every run begins with an empty box, an empty journal and a fresh service. After
each, all promises are verified, and box and journal must hold what was promised.
"""

import asyncio
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ballots.election import Election
from ballots.merkle import leaf_hash
from ballots.receipt import Promise, verify_promise
from ballots.wire import decode
from deploy.bench.election import keep_ballots, make_options, split
from deploy.bench.figures import Figure, ratio
from deploy.bench.ground import BenchError, Ground, Site
from deploy.bench.load import Load, run_load
from deploy.bench.machine import count_cores, read_cpu
from service.ballot_box.casting import verify_casts
from service.ballot_box.journal import Journal
from service.ballot_box.store import STORE
from tests.service.hall import put_on_board
from tests.simulator import World

AIM_PER_SECOND = 1500.0
AIM_P99 = 100.0
WARM_UP = 300
"""Ballots that are cast before a measurement, on connections of their own."""
CONNECTIONS = (32, 64, 128)
REPEATS = 3
MOST = 8_000
"""How many ballots a run casts."""
WRITERS = 32
BASELINE_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A measured load, and the processor seconds that each side used meanwhile."""

    load: Load
    postgres: float
    service: float
    workers: int

    def describe(self) -> str:
        """Say where the processor time went, in cores."""
        cores = (("service", self.service), ("PostgreSQL", self.postgres), ("load", self.load.cpu))
        used = ", ".join(f"{name} {seconds / self.load.seconds:.2f}" for name, seconds in cores)
        return f"cores busy: {used}"


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of casting."""
    ballots = keep_ballots(folder, quick=quick)[:MOST]
    world = _open_world()
    with Ground() as ground:
        site = asyncio.run(_open_site(ground, world))
        bench = Casts(ground, site, ballots, warm_up=20 if quick else WARM_UP)
        runs = bench.run_levels((8,) if quick else CONNECTIONS, 1 if quick else REPEATS)
        paced = [bench.run(128, AIM_PER_SECOND) for _ in range(1 if quick else REPEATS)]
        inserts = asyncio.run(_time_inserts(site, ballots, 0.2 if quick else BASELINE_SECONDS))
    best = max(runs, key=lambda run: run.load.per_second)
    steady = min(paced, key=lambda run: run.load.p99)
    alone = _time_verification(world.election, world.keys.operator, ballots[:1000])
    return [*_figures(best, steady), *_ratios(best, alone, inserts)]


def _open_world() -> World:
    world = World(make_options(400))
    world.set_up()
    world.enrol()
    world.start()
    return world


async def _open_site(ground: Ground, world: World) -> Site:
    site = await ground.make_site(world)
    connection = await asyncpg.connect(site.dsn)
    await put_on_board(connection, world)
    await connection.close()
    return site


class Casts:
    """Runs of the load on one site."""

    def __init__(self, ground: Ground, site: Site, ballots: Sequence[bytes], warm_up: int) -> None:
        self._ground = ground
        self._site = site
        self._first = ballots[:warm_up]
        self._ballots = ballots[warm_up:]

    def run_levels(self, levels: Sequence[int], repeats: int) -> list[Run]:
        """Try each number of connections once, and the best one as often as is asked for."""
        tried = [self.run(level, 0) for level in levels]
        best = max(tried, key=lambda run: run.load.per_second).load.connections
        return tried + [self.run(best, 0) for _ in range(repeats - 1)]

    def run(self, connections: int, rate: float, workers: int = 1) -> Run:
        """Run the load on an empty box and a fresh service, and check what came of it."""
        shutil.rmtree(self._site.journal, ignore_errors=True)
        asyncio.run(_empty_box(self._site))
        postgres = self._ground.postgres.pid or 0
        with self._site.serve(workers) as service:
            run_load(self._site.port, 8, 0, self._site.folder, self._first)
            before = read_cpu(service.pid), read_cpu(postgres)
            load = run_load(self._site.port, connections, rate, self._site.folder, self._ballots)
            used = read_cpu(service.pid) - before[0], read_cpu(postgres) - before[1]
        asyncio.run(self._check(load))
        return Run(load=load, postgres=used[1], service=used[0], workers=workers)

    async def _check(self, load: Load) -> None:
        """Verify every promise, and that box and journal hold every ballot. Errors: BenchError."""
        election = self._site.world.election
        for raw, answer in zip(
            self._ballots, split((self._site.folder / "answers").read_bytes()), strict=True
        ):
            verify_promise(election, decode(Promise, answer), leaf_hash(raw))
        connection = await asyncpg.connect(self._site.dsn)
        stored = await connection.fetchval("SELECT count(*) FROM box.ballots WHERE raw IS NOT NULL")
        await connection.close()
        sent = len(self._first) + len(self._ballots)
        journaled = len(set(Journal(self._site.journal).read()))
        if {load.acknowledged + len(self._first), stored, journaled} != {sent}:
            raise BenchError(
                f"expected {sent} ballots; promised {load.acknowledged}, box {stored}, journal {journaled}"
            )


async def _empty_box(site: Site) -> None:
    connection = await asyncpg.connect(site.dsn)
    await connection.execute("TRUNCATE box.ballots")
    await connection.execute("CHECKPOINT")
    await connection.close()


# --- what to compare with -------------------------------------------------------------------------


def _time_verification(election: Election, operator_seed: bytes, ballots: Sequence[bytes]) -> float:
    """Return how many ballots a second all cores verify and promise, with nothing around it."""
    cores = count_cores()
    parts = [ballots[start::cores] for start in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        began = time.perf_counter()
        done = list(pool.map(lambda part: verify_casts(election, operator_seed, part), parts))
        seconds = time.perf_counter() - began
    for part in done:
        for checked in part:
            if isinstance(checked, Exception):
                raise checked
    return len(ballots) / seconds


async def _time_inserts(site: Site, ballots: Sequence[bytes], seconds: float) -> float:
    """Return how many ballots a second PostgreSQL stores, one in a transaction, by 32 writers."""
    await _empty_box(site)
    checked = verify_casts(site.world.election, site.world.keys.operator, ballots)
    rows = iter([each.cast for each in checked if not isinstance(each, Exception)])
    async with asyncpg.create_pool(site.dsn, min_size=WRITERS, max_size=WRITERS) as pool:
        until = time.perf_counter() + seconds

        async def write() -> int:
            done = 0
            async with pool.acquire() as connection:
                statement = await connection.prepare(STORE)
                for cast in rows:
                    ballot = cast.ballot
                    columns = [ballot.voting_key], [cast.entry_hash], [ballot.style], [ballot.previous]
                    await statement.fetch(1, *columns, [cast.raw], False)
                    done += 1
                    if time.perf_counter() > until:
                        break
            return done

        began = time.perf_counter()
        done = sum(await asyncio.gather(*(write() for _ in range(WRITERS))))
        return done / (time.perf_counter() - began)


def _figures(best: Run, steady: Run) -> list[Figure]:
    load, paced = best.load, steady.load
    return [
        Figure(
            what="casts through HTTP to the durable promise",
            value=load.per_second,
            unit="/s",
            at_least=AIM_PER_SECOND,
            remark=f"{load.connections} connections, {best.workers} worker; {best.describe()}",
        ),
        Figure(what="  p50 at that rate", value=load.p50, unit="ms"),
        Figure(what="  p99 at that rate", value=load.p99, unit="ms", at_most=AIM_P99),
        Figure(
            what="casts arriving at a fixed 1,500 a second",
            value=paced.per_second,
            unit="/s",
            remark=f"{paced.connections} connections; {steady.describe()}",
        ),
        Figure(what="  p50", value=paced.p50, unit="ms"),
        Figure(what="  p99", value=paced.p99, unit="ms", at_most=AIM_P99),
        Figure(what="  slowest", value=paced.worst, unit="ms"),
    ]


def _ratios(best: Run, alone: float, inserts: float) -> list[Figure]:
    rate = best.load.per_second
    return [
        Figure(what="  verification and promise alone, all cores", value=alone, unit="/s"),
        ratio("    casts in relation to it", rate, alone),
        Figure(
            what="  plain inserts of the same rows, no checks, no HTTP",
            value=inserts,
            unit="/s",
            remark=f"one a transaction, {WRITERS} writers",
        ),
        ratio("    casts in relation to it", rate, inserts),
    ]
