"""The audit: ballots a second and peak memory of `wijkaandeel audit` on whole records, six trustees.

A record holds a roll, requests and ballots of as many voters, and the count. Each ballot is verified (two
shares, a signature, six points), opened with four keys and sealed again for all six. What these operations
cost by themselves gives the least time that any program with the same libraries could take.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.bench.election import keep_ballots, make_options
from deploy.bench.figures import Figure, ratio
from deploy.bench.ground import BenchError
from deploy.bench.machine import Usage, Watch, count_cores, describe_usage
from deploy.bench.primitives import time_ballot
from deploy.bench.records import keep_record
from tests.simulator import World

AIM_PER_SECOND = 1500.0
REPEATS = 3
LIMIT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Run:
    """One audit: seconds, processor seconds of its own and of others, and the most bytes of memory."""

    cpu: float
    memory: int
    others: float
    seconds: float


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures of the audit."""
    small, large = (100, 200) if quick else (1_000, 10_000)
    repeats = 1 if quick else REPEATS
    ballots = keep_ballots(folder, quick=quick)
    figures: list[Figure] = []
    runs: dict[int, Run] = {}
    for count in (small, large):
        record = keep_record(folder, ballots[:count])
        runs[count] = min((_run(record, 0) for _ in range(repeats)), key=lambda run: run.seconds)
        figures += _figures(count, runs[count], AIM_PER_SECOND if count == large else None)
    grown = (runs[large].memory - runs[small].memory) / (large - small) / 1024
    alone = _run(keep_record(folder, ballots[:large]), 1)
    figures += [
        Figure(what="  memory a further ballot and its request", value=grown, unit="KiB"),
        Figure(what="  the same on one core", value=large / alone.seconds, unit="ballots/s"),
        ratio("    all cores in relation to it", alone.seconds, runs[large].seconds),
    ]
    return figures + _compare_with_primitives(ballots[0], alone.seconds / large)


def _figures(count: int, run: Run, aim: float | None) -> list[Figure]:
    used = describe_usage({"audit": run.cpu, "others": run.others}, run.seconds)
    remark = f"{run.seconds:.1f} s, the start of Python and of its workers included; {used}"
    what = f"audit of {count:,} ballots, six trustees, {count_cores()} cores"
    return [
        Figure(what=what, value=count / run.seconds, unit="ballots/s", at_least=aim, remark=remark),
        Figure(what="  peak memory of all its processes", value=run.memory / 2**20, unit="MiB"),
        Figure(what="  processor time a ballot", value=1000 * run.cpu / count, unit="ms"),
    ]


def _run(record: Path, jobs: int) -> Run:
    """Audit a record with that many processes (0: one a core). Errors: BenchError if it is not valid."""
    manifest = (record / "manifest.hash").read_text()
    command = [sys.executable, "-m", "tally.cli", "audit", str(record / "record"), "--manifest", manifest]
    command += ["--json"] + (["--jobs", str(jobs)] if jobs else [])
    usage, began = Usage({}), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    with Watch(process.pid) as watch:
        out, _ = process.communicate(timeout=LIMIT_SECONDS)
    seconds = time.perf_counter() - began
    result = json.loads(out) if out else {"valid": False, "anchored": False}
    if not (result["valid"] and result["anchored"]):
        raise BenchError(f"expected the record in {record} to be valid and anchored: {out.decode()[:500]}")
    others = usage.read({"audit": watch.cpu}, seconds)["others"]
    return Run(cpu=watch.cpu, memory=watch.memory, others=others, seconds=seconds)


def _compare_with_primitives(ballot: bytes, seconds: float) -> list[Figure]:
    """Return what the bare operations cost, and how near the audit on one core comes to that."""
    world = World(make_options(1))
    world.set_up()
    parts = time_ballot(world, ballot)
    least = sum(parts.values())
    remark = ", ".join(f"{name} {1000 * seconds:.3f} ms" for name, seconds in parts.items())
    return [
        Figure(what="  bare operations of a ballot, one core", value=1000 * least, unit="ms", remark=remark),
        ratio("    share of the audit's time on one core", least, seconds),
    ]
