"""Whole audits in Python and TypeScript, side by side with Belenios in the same run, six trustees.

A record holds a roll, requests and ballots of as many voters, and the count. Each ballot is verified (two
shares, a signature, seven points), opened with four keys and sealed again for all six; a request's signature
and a line of the roll belong to it. What is compared with Belenios is processor time for one more ballot, on
one core, in turns (race.py).
"""

from collections.abc import Sequence
from pathlib import Path

from ballots.wire import encode
from deploy.bench.election import make_ballot, make_options
from deploy.bench.figures import Figure, ratio
from deploy.bench.judges import Judge, Run, run_python, run_typescript
from deploy.bench.machine import count_cores, describe_usage
from deploy.bench.primitives import OPENING, TRUSTEES, time_ballot
from deploy.bench.race import one_more, race
from deploy.bench.records import keep_record
from tests.second import JUDGE
from tests.simulator import World

SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (100, 200)
BELENIOS_SIZES = (20, 80)
BELENIOS_QUICK_SIZES = (2, 4)
AIM_PER_SECOND = 1500.0
AIM_MEMORY = 300.0
"""MiB of all processes of an audit together, in both languages."""
REPEATS = 3
ROUNDS = 5
"""How often our audit and Belenios take turns."""
RACED_TO = 10_000
"""The most ballots that are audited in turns."""
ONCE_FROM = {"Python": 50_000, "TypeScript": 5_000}
"""Records of so many ballots are audited once and not best of three."""


def measure(folder: Path, *, quick: bool, sizes: Sequence[int] = (), judge: Path = JUDGE) -> list[Figure]:
    """Return the figures of audits of these numbers of ballots (none given: of the usual ones)."""
    counts = sorted(sizes or (QUICK_SIZES if quick else SIZES))
    records = {count: keep_record(folder, count, counts[-1]) for count in counts}
    repeats = 1 if quick else REPEATS
    python = _repeat(run_python, records, repeats, ONCE_FROM["Python"])
    figures = _figures("Python", python)
    if judge.is_file():
        typescript = _repeat(
            lambda record, jobs: run_typescript(record, jobs, judge),
            records,
            repeats,
            ONCE_FROM["TypeScript"],
        )
        figures += _figures("TypeScript", typescript)
    else:
        remark = f"not built: there is no {judge.name} in {judge.parent}"
        figures.append(Figure(what="audit, TypeScript", value=None, unit="", remark=remark))
    raced = [count for count in counts if count <= RACED_TO][-2:] or counts[:1]
    pair = {count: records[count] for count in raced}
    ours, compared = race(pair, BELENIOS_QUICK_SIZES if quick else BELENIOS_SIZES, 1 if quick else ROUNDS)
    return figures + compared + _compare_with_primitives(ours, quick)


def _repeat(judge: Judge, records: dict[int, Path], repeats: int, once_from: int) -> dict[int, Run]:
    """Return for each record the run that took the least processor time."""
    return {
        count: min(
            (judge(record, 0) for _ in range(1 if count >= once_from else repeats)),
            key=lambda run: run.cpu,
        )
        for count, record in records.items()
    }


def _figures(language: str, runs: dict[int, Run]) -> list[Figure]:
    figures = []
    for count, run in runs.items():
        used = describe_usage({"audit": run.cpu, "others": run.others}, run.seconds)
        what = f"audit of {count:,} ballots, {language}, {count_cores()} cores"
        remark = f"{run.seconds:.1f} s, the start of all processes included; {used}"
        aim = AIM_PER_SECOND if language == "Python" and count == 10_000 else None
        resident = f"{run.resident / 2**20:,.0f} MiB where shared pages count in each process (RSS)"
        figures += [
            Figure(what=what, value=count / run.seconds, unit="ballots/s", at_least=aim, remark=remark),
            Figure(what="  processor time a ballot", value=1000 * run.cpu / count, unit="ms"),
            Figure(
                what="  peak memory of all its processes (PSS)",
                value=run.memory / 2**20,
                unit="MiB",
                at_most=AIM_MEMORY,
                remark=resident,
            ),
        ]
    if len(runs) > 1:
        what = f"one more ballot, {language}, processor time"
        seconds = one_more({count: run.cpu for count, run in runs.items()})
        figures.append(Figure(what=what, value=1000 * seconds, unit="ms"))
    return figures


def _compare_with_primitives(whole: float, quick: bool) -> list[Figure]:
    """Return what share of the processor time for one more ballot each kind of operation has."""
    world = World(make_options(1))
    world.set_up()
    world.enrol()
    world.start()
    parts = time_ballot(world, make_ballot(world, 0), encode(world.ask(0).request.request), quick=quick)
    parts["all else"] = whole - sum(parts.values())
    remarks = {name: f"{1000 * seconds:.3f} ms" for name, seconds in parts.items()}
    remarks["X25519"] += f": {OPENING} agreements to open, {TRUSTEES} key pairs, the other agreements"
    remarks["Ed25519"] += ": request, ballot, and the points of both keys"
    return [ratio(f"  share of {name}", seconds, whole, remarks[name]) for name, seconds in parts.items()]
