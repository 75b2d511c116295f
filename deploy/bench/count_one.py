"""One count in a process of its own: `python -m deploy.bench.count_one TASK` prints figures as JSON.

Time is the processor's, the best of some repeats; memory is the most that the process ever held (VmHWM), and
what it held before it read anything. Cities are made up in memory, the same ones every time.
"""

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tally.pabulib import parse_pabulib, profile_of
from tally.profile import Profile, Project, Vote, ties_by_id
from tally.rules import count
from tally.rules.presets import PRESETS

SEED = 20261127
MOST_APPROVED = 10
AVERAGE_COST = 5_000_000
"""Cents."""
WINNERS = 30
"""The budget pays for about so many projects."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to count: a file, or a city of so many different votes with so many `copies` of each."""

    who: str
    rule: str
    file: str = ""
    voters: int = 0
    projects: int = 0
    copies: int = 1
    repeats: int = 1
    limit: int = 0
    """Processor seconds after which it is ended, without those of reading; 0: none."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What it took: processor seconds, bytes, and who won."""

    seconds: float
    reading: float
    before: int
    peak: int
    ballots: int
    distinct: int
    winners: list[str]


def make_city(voters: int, projects: int, copies: int) -> Profile:
    """Return a city where ballots approve 1 to 10 projects, few of which are popular; costs vary."""
    random = np.random.default_rng(SEED)
    popular = 1 / np.arange(3, projects + 3)
    drawn = np.searchsorted(np.cumsum(popular) / popular.sum(), random.random((voters, MOST_APPROVED)))
    order, wanted = random.permutation(projects), random.integers(1, MOST_APPROVED + 1, voters)
    pairs = [(index, 1) for index in range(projects)]
    seen = Counter(
        tuple(sorted(set(row[:number])))
        for row, number in zip(_rows(order, drawn), wanted.tolist(), strict=True)
    )
    costs = (AVERAGE_COST * random.lognormal(-0.3, 0.8, projects)).astype(int).tolist()
    return Profile(
        budget=AVERAGE_COST * min(WINNERS, projects // 2),
        projects=tuple(Project(id=f"p{index:03}", cost=max(100, cost)) for index, cost in enumerate(costs)),
        votes=tuple(
            Vote(projects=tuple(pairs[index] for index in vote), ballots=number * copies)
            for vote, number in seen.items()
        ),
    )


def _rows(order: Any, drawn: Any) -> Any:
    """Yield what voters draw, without a list of all of them."""
    for begin in range(0, len(drawn), 10_000):
        yield from order[np.minimum(drawn[begin : begin + 10_000], len(order) - 1)].tolist()


def run(task: Task) -> Taken:
    """Count, and return what it took."""
    before = read_peak()
    if task.who == "pabutools":
        reading, ask, ballots, distinct = _prepare_theirs(task)
    else:
        reading, ask, ballots, distinct = _prepare_ours(task)
    if task.limit:
        most = ceil(time.process_time() + task.limit)
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    times, winners = [], list[str]()
    for _ in range(task.repeats):
        began = time.process_time()
        winners = ask()
        times.append(time.process_time() - began)
    return Taken(
        seconds=min(times),
        reading=reading,
        before=before,
        peak=read_peak(),
        ballots=ballots,
        distinct=distinct,
        winners=winners,
    )


Prepared = tuple[float, Callable[[], list[str]], int, int]
"""Seconds of reading, the count itself, ballots, different ballots."""


def _prepare_ours(task: Task) -> Prepared:
    began = time.process_time()
    if task.file:
        profile = profile_of(parse_pabulib(Path(task.file).read_text("utf-8")))
    else:
        profile = make_city(task.voters, task.projects, task.copies)
    reading = time.process_time() - began
    rule, parameters = PRESETS[task.rule]
    ties = ties_by_id(profile)
    return (
        reading,
        lambda: list(count(rule, profile, parameters, ties).winners),
        profile.count_ballots(),
        len(profile.votes),
    )


def _prepare_theirs(task: Task) -> Prepared:
    from tests.tally import oracle

    began = time.process_time()
    instance, profile = oracle.read(Path(task.file).read_text("utf-8"))
    reading = time.process_time() - began
    return reading, lambda: oracle.ask_read(instance, profile, task.rule), profile.num_ballots(), 0


def read_peak() -> int:
    """Return the most bytes that this process has held."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(msgspec.to_builtins(run(msgspec.json.decode(sys.argv[1], type=Task)))))
