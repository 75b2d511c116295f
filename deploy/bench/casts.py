"""Casts: from the ballot's bytes at the HTTP server to the promise, stored twice, all checks on.

The service is `wijkaandeel serve` on PostgreSQL, both with their own durability; the load comes from another
process on the same cores. Every run begins with an empty box, an empty journal and a fresh service. After
each, all promises are verified, and box and journal must hold what was promised.
"""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from ballots.merkle import leaf_hash
from ballots.receipt import Promise, make_promise, verify_promise
from ballots.wire import decode, encode
from deploy.bench.election import keep_ballots, make_options, split
from deploy.bench.figures import Figure, ratio
from deploy.bench.ground import BenchError, Ground, Site
from deploy.bench.load import Load, run_load
from deploy.bench.machine import Usage, describe_usage
from service.ballot_box.casting import verify_cast
from service.ballot_box.journal import Journal
from service.ballot_box.store import STORE
from tests.service.hall import put_on_board
from tests.simulator import World

AIM_PER_SECOND = 1500.0
AIM_P99 = 100.0
WARM_UP = 300
"""Ballots that are cast before a measurement, on connections of their own."""
LEVELS = ((1, 32), (1, 128), (2, 32), (2, 64), (2, 128))
"""Worker processes of the service, and connections of the load."""
REPEATS = 3
MOST = 8_000
"""How many ballots a run casts."""
WRITERS = 32
BASELINE_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A measured load, and the processor seconds that each side used meanwhile."""

    load: Load
    used: dict[str, float]
    workers: int

    def describe(self) -> str:
        """Say how many processes and connections there were, and how many cores each side kept busy."""
        busy = describe_usage(self.used, self.load.seconds)
        return f"{self.workers} workers, {self.load.connections} connections; {busy}"


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of casting."""
    ballots = keep_ballots(folder, quick=quick)[:MOST]
    world = _open_world()
    repeats = 1 if quick else REPEATS
    with Ground() as ground:
        site = asyncio.run(_open_site(ground, world))
        bench = Casts(ground, site, ballots, warm_up=20 if quick else WARM_UP)
        best = bench.find_best([(1, 8)] if quick else LEVELS, repeats)
        paced = [bench.run(best.workers, 128, AIM_PER_SECOND) for _ in range(repeats)]
        inserts = asyncio.run(_time_inserts(site, ballots, 0.2 if quick else BASELINE_SECONDS))
    steady = min(paced, key=lambda run: run.load.p99)
    return [*_figures(best), *_paced_figures(steady), *_compared(best, _time_checks(world, ballots), inserts)]


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

    def find_best(self, levels: Sequence[tuple[int, int]], repeats: int) -> Run:
        """Try each number of workers and connections, and the best ones as often as is asked for."""
        tried = [self.run(workers, connections, 0) for workers, connections in levels]
        best = max(tried, key=_rate_of)
        more = [self.run(best.workers, best.load.connections, 0) for _ in range(repeats - 1)]
        return max([best, *more], key=_rate_of)

    def run(self, workers: int, connections: int, rate: float) -> Run:
        """Run the load on an empty box and a fresh service, and check what came of it."""
        shutil.rmtree(self._site.journal, ignore_errors=True)
        asyncio.run(_empty_box(self._site))
        with self._site.serve(workers) as service:
            run_load(self._site.port, 8, 0, self._site.folder, self._first)
            usage = Usage({"service": service.pid, "PostgreSQL": self._ground.postgres.pid or 0})
            load = run_load(self._site.port, connections, rate, self._site.folder, self._ballots)
            used = usage.read({"load": load.cpu}, load.seconds)
        asyncio.run(self._check(load))
        return Run(load=load, used=used, workers=workers)

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


def _time_checks(world: World, ballots: Sequence[bytes]) -> float:
    """Return the seconds in which a ballot is verified and its promise signed, with nothing around it."""
    election, seed = world.election, world.keys.operator
    tries = []
    for start in range(0, min(len(ballots), 3000), 1000):
        part = ballots[start : start + 1000]
        began = time.perf_counter()
        for raw in part:
            encode(make_promise(election, seed, verify_cast(election, raw).entry_hash))
        tries.append((time.perf_counter() - began) / len(part))
    return min(tries)


async def _time_inserts(site: Site, ballots: Sequence[bytes], seconds: float) -> float:
    """Return how many ballots a second PostgreSQL stores, one in a transaction, by 32 writers."""
    await _empty_box(site)
    rows = iter([verify_cast(site.world.election, raw) for raw in ballots])
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


def _rate_of(run: Run) -> float:
    return run.load.per_second


def _figures(best: Run) -> list[Figure]:
    load = best.load
    return [
        Figure(
            what="casts through HTTP to the durable promise",
            value=load.per_second,
            unit="/s",
            at_least=AIM_PER_SECOND,
            remark=best.describe(),
        ),
        Figure(what="  p50 at that rate", value=load.p50, unit="ms"),
        Figure(what="  p99 at that rate", value=load.p99, unit="ms", at_most=AIM_P99),
    ]


def _paced_figures(steady: Run) -> list[Figure]:
    load = steady.load
    return [
        Figure(
            what="casts that arrive at 1,500 a second",
            value=load.per_second,
            unit="/s",
            remark=steady.describe(),
        ),
        Figure(what="  p50", value=load.p50, unit="ms"),
        Figure(what="  p99", value=load.p99, unit="ms", at_most=AIM_P99),
        Figure(what="  slowest", value=load.worst, unit="ms"),
    ]


def _compared(best: Run, checks: float, inserts: float) -> list[Figure]:
    service = best.used["service"] / best.load.acknowledged
    return [
        Figure(what="  processor time of the service a cast", value=1000 * service, unit="ms"),
        Figure(what="  verification and promise alone", value=1000 * checks, unit="ms"),
        ratio("    share of the service's time", checks, service),
        Figure(
            what="  plain inserts of the same rows, no checks, no HTTP",
            value=inserts,
            unit="/s",
            remark=f"one a transaction, {WRITERS} writers",
        ),
        ratio("    casts in relation to it", best.load.per_second, inserts),
    ]
