"""Counts of real elections and of a made-up city, beside pabutools in the same run.

Each count runs in a process of its own (count_one.py); pabutools is asked about files that are small enough,
by rules that it counts exactly, and ended after a limit. Real elections are looked for next to the project.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec

from deploy.bench.count_one import Taken, Task
from deploy.bench.election import ROOT
from deploy.bench.figures import Figure
from deploy.bench.ground import BenchError

FILES = ROOT.parent / "shared" / "pabulib"
LIMIT_SECONDS = 300
"""Who has not counted after so many processor seconds is ended."""
THEIRS_TO = 12_000
"""The most ballots of a file that pabutools is asked about."""
REPEATS = 3
APPROVAL = ("mes-cost", "add1u-cost", "greedy-cost", "phragmen", "maximin")
RANKED = ("mes-borda", "add1u-borda", "greedy-borda")
NOT_THEIRS = ("maximin",)
"""Rules that pabutools counts in floats."""
PATTERNS = {
    "*_Assen_2024.pb": APPROVAL,
    "*_Amsterdam_621.pb": APPROVAL,
    "*_Warszawa_2022_Ochota.pb": APPROVAL,
    "*_Krakow_2018.pb": RANKED,
}
CITY = (1_000_000, 300)
"""Voters and projects."""
CITY_RULES = ("mes-cost", "greedy-cost", "phragmen")
COPIES = 10
AIM_TIMES = 150.0
AIM_MEMORY = 100.0
AIM_CITY_SECONDS = 5.0
AIM_CITY_MEMORY = 1536.0
AIM_COPIES = 1.5


class Aims(NamedTuple):
    """What one count should reach: seconds and MiB at most, times faster than pabutools at least."""

    seconds: float | None = None
    memory: float | None = None
    times: float | None = None


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures; `folder` is not used, as nothing is kept."""
    figures: list[Figure] = []
    voters, projects = (300, 8) if quick else CITY
    for rule in CITY_RULES:
        aims = Aims(AIM_CITY_SECONDS, AIM_CITY_MEMORY) if rule == "mes-cost" else Aims()
        task = Task(who="ours", rule=rule, voters=voters, projects=projects, repeats=1 if quick else REPEATS)
        figures += _row(f"{rule}, city of {voters:,} voters x {projects} projects", task, None, aims)
    figures += _copies(1_000 if quick else voters // 10, projects, quick)
    if quick:
        return figures
    for name, path, rules in _files(FILES):
        for rule in rules:
            ochota = rule.startswith("add1u") and "Ochota" in name
            task = Task(who="ours", rule=rule, file=str(path), repeats=REPEATS)
            other = (
                None
                if rule in NOT_THEIRS
                else msgspec.structs.replace(task, who="pabutools", repeats=1, limit=LIMIT_SECONDS)
            )
            aims = Aims(None, AIM_MEMORY, AIM_TIMES) if ochota else Aims()
            figures += _row(f"{rule}, {name}", task, other, aims)
    return figures


def _files(folder: Path) -> Iterator[tuple[str, Path, Sequence[str]]]:
    for pattern, rules in PATTERNS.items():
        for path in sorted(folder.glob(pattern)):
            yield path.stem, path, rules


def _row(what: str, task: Task, other: Task | None, aims: Aims) -> list[Figure]:
    """Return the figures of a count, and of the same one by pabutools if that can be had."""
    ours = take(task)
    assert ours is not None, "ours has no limit"
    size = f"{ours.ballots:,} ballots, {ours.distinct:,} different; read in {ours.reading:.2f} s"
    figures = [
        Figure(what=what, value=ours.seconds, unit="s", at_most=aims.seconds, remark=size),
        Figure(
            what=f"  peak memory ({what})",
            value=ours.peak / 2**20,
            unit="MiB",
            at_most=aims.memory,
            remark=f"{ours.before / 2**20:.0f} MiB before anything was read",
        ),
    ]
    if other is not None and ours.ballots <= THEIRS_TO:
        figures.append(_compare(what, ours, other, aims))
    return figures


def _compare(what: str, ours: Taken, task: Task, aims: Aims) -> Figure:
    what = f"  times faster than pabutools ({what})"
    if find_spec("pabutools") is None:
        return Figure(what=what, value=None, unit="", remark="pabutools is not installed: make oracle")
    theirs = take(task)
    if theirs is None:
        times, said = LIMIT_SECONDS / ours.seconds, f"more than: ended after {LIMIT_SECONDS} s"
    else:
        if sorted(theirs.winners) != sorted(ours.winners):
            raise BenchError(f"expected the same winners of {task.file} by {task.rule}")
        times, said = theirs.seconds / ours.seconds, f"{theirs.seconds:.2f} s"
        said += f", {theirs.peak / 2**20:,.0f} MiB; read in {theirs.reading:.2f} s; same winners"
    return Figure(what=what, value=times, unit="", at_least=aims.times, remark=said)


def _copies(voters: int, projects: int, quick: bool) -> list[Figure]:
    """Return how much longer a count takes when every ballot is there ten times."""
    task = Task(who="ours", rule="mes-cost", voters=voters, projects=projects, repeats=REPEATS)
    one = take(task)
    many = take(msgspec.structs.replace(task, copies=COPIES))
    assert one is not None, "ours has no limit"
    assert many is not None, "ours has no limit"
    return [
        Figure(
            what=f"time for {COPIES} times the voters with the same different ballots, in relation",
            value=many.seconds / one.seconds,
            unit="",
            at_most=None if quick else AIM_COPIES,
            remark=f"{one.ballots:,} and {many.ballots:,} ballots, {one.distinct:,} different; mes-cost",
        )
    ]


def take(task: Task) -> Taken | None:
    """Count in a process of its own; None if that was ended at its limit. Errors: BenchError if it fails."""
    given = json.dumps(msgspec.to_builtins(task))
    command = [sys.executable, "-W", "ignore", "-m", "deploy.bench.count_one", given]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) and task.limit:
        return None
    try:
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Taken)
    except (IndexError, msgspec.DecodeError) as error:
        raise BenchError(f"expected figures of {task.rule}, got: {done.stderr[-500:]}") from error
