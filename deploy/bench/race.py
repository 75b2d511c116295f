"""Our audit and that of Belenios in turns: what one more ballot takes of one core, in both.

A shared machine is never as quick for long: what disturbs one round disturbs both, and of each size the round
counts that took the least processor time. The start of programs cancels between two sizes.
"""

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from deploy.bench import belenios
from deploy.bench.figures import Figure, format_number
from deploy.bench.judges import run_python

AIM_TIMES_BELENIOS = 100.0


@dataclass(frozen=True, kw_only=True)
class Times:
    """Processor seconds by number of ballots, one a round."""

    seconds: dict[int, list[float]] = field(default_factory=dict)

    def note(self, ballots: int, seconds: float) -> None:
        """Note what another round took."""
        self.seconds.setdefault(ballots, []).append(seconds)

    def one_more(self) -> float:
        """Return the seconds of one more ballot, by the best round of each size."""
        return one_more({ballots: min(each) for ballots, each in self.seconds.items()})

    def by_round(self) -> list[float]:
        """Return the seconds of one more ballot, round by round."""
        rounds = zip(*self.seconds.values(), strict=True)
        return [one_more(dict(zip(self.seconds, each, strict=True))) for each in rounds]


def one_more(seconds: Mapping[int, float]) -> float:
    """Return the seconds of one more ballot, from the smallest and the largest number of them."""
    small, large = min(seconds), max(seconds)
    if small == large:
        return seconds[large] / large
    return (seconds[large] - seconds[small]) / (large - small)


def race(records: Mapping[int, Path], sizes: Sequence[int], rounds: int) -> tuple[float, list[Figure]]:
    """Return the seconds of one more ballot of ours, and the figures of both.

    `records` are ours, audited by one process; `sizes` are the numbers of ballots of Belenios' elections.
    """
    ours, theirs, memory = Times(), Times(), 0
    with ExitStack() as stack:
        elections = stack.enter_context(belenios.play_elections(sizes)) if belenios.is_installed() else []
        for _ in range(rounds):
            for ballots, record in records.items():
                ours.note(ballots, run_python(record, 1).cpu)
            for election in elections:
                verified = election.verify()
                theirs.note(verified.ballots, verified.cpu)
                memory = max(memory, verified.memory)
    names = " and ".join(f"{each:,}" for each in records)
    best = Figure(
        what="one more ballot on one core, Python",
        value=1000 * ours.one_more(),
        unit="ms",
        remark=f"{names} ballots, best of {rounds} rounds",
    )
    if not elections:
        return ours.one_more(), [best, Figure(what="Belenios", value=None, unit="", remark=belenios.INSTALL)]
    return ours.one_more(), [best, *_compare(ours, theirs, memory)]


def _compare(ours: Times, theirs: Times, memory: int) -> list[Figure]:
    names = " and ".join(map(str, theirs.seconds))
    remark = f"belenios-tool election verify, {names} ballots, {belenios.GROUP}, in the same rounds"
    times = [b / a for a, b in zip(ours.by_round(), theirs.by_round(), strict=True) if a > 0]
    spread = f"best of each; round by round {' '.join(map(format_number, times))}"
    if times:
        spread += f", median {format_number(statistics.median(times))}"
    return [
        Figure(
            what="one more ballot on one core, Belenios",
            value=1000 * theirs.one_more(),
            unit="ms",
            remark=remark,
        ),
        Figure(what="  peak memory of it", value=memory / 2**20, unit="MiB", remark="the largest election"),
        Figure(
            what="  in relation to ours (Python)",
            value=theirs.one_more() / ours.one_more(),
            unit="times",
            at_least=AIM_TIMES_BELENIOS,
            remark=spread,
        ),
    ]
