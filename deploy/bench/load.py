"""A process of its own that casts ballots over HTTP: as fast as they are answered, or at a fixed rate.

`python -m deploy.bench.load PORT CONNECTIONS RATE BALLOTS ANSWERS` (rate 0: as fast as they are answered)
reads ballots, writes the answers beside them in the same order, and prints what it measured as JSON. At a
fixed rate a time counts from the moment at which the ballot should have left, so waiting is not forgotten.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.bench.client import Answer, Connection, connect, format_post
from deploy.bench.election import join, split

PATH = "/api/ballots"
LIMIT_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a run of the load gave; times in milliseconds, `cpu` in seconds."""

    acknowledged: int
    connections: int
    cpu: float
    p50: float
    p99: float
    rate: float
    seconds: float
    worst: float

    @property
    def per_second(self) -> float:
        """Ballots that were answered with a promise, a second."""
        return self.acknowledged / self.seconds


class Caster:
    """Casts ballots over some connections."""

    def __init__(self, connections: Sequence[Connection], ballots: Sequence[bytes]) -> None:
        self._connections = connections
        self._requests = [format_post(PATH, raw) for raw in ballots]
        self.answers = [Answer(0, b"")] * len(ballots)
        self.times = [0.0] * len(ballots)

    async def run(self, rate: float) -> None:
        """Cast all of them."""
        if rate:
            await self._run_paced(rate)
        else:
            left = iter(range(len(self._requests)))
            await asyncio.gather(*(self._follow(each, left) for each in self._connections))

    async def _follow(self, connection: Connection, left: Iterator[int]) -> None:
        for number in left:
            await self._cast(connection, number, time.perf_counter())

    async def _cast(self, connection: Connection, number: int, due: float) -> None:
        self.answers[number] = await connection.ask(self._requests[number])
        self.times[number] = time.perf_counter() - due

    async def _run_paced(self, rate: float) -> None:
        """Hand each ballot, when it is due, to the next free connection."""
        waiting: asyncio.Queue[tuple[int, float] | None] = asyncio.Queue()
        workers = [asyncio.create_task(self._serve(each, waiting)) for each in self._connections]
        began = time.perf_counter()
        for number in range(len(self._requests)):
            due = began + number / rate
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            waiting.put_nowait((number, due))
        for _ in workers:
            waiting.put_nowait(None)
        await asyncio.gather(*workers)

    async def _serve(
        self, connection: Connection, waiting: "asyncio.Queue[tuple[int, float] | None]"
    ) -> None:
        while (item := await waiting.get()) is not None:
            await self._cast(connection, *item)


async def cast_all(
    port: int, connections: int, rate: float, ballots: Sequence[bytes]
) -> tuple[Load, list[Answer]]:
    """Cast ballots and return what was measured, and the answers."""
    lines = [await connect(port) for _ in range(connections)]
    caster = Caster(lines, ballots)
    gc.freeze()
    gc.disable()
    began, cpu = time.perf_counter(), time.process_time()
    await caster.run(rate)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    for line in lines:
        line.close()
    times = sorted(1000 * each for each in caster.times)
    load = Load(
        acknowledged=sum(answer.status == 200 for answer in caster.answers),
        connections=connections,
        cpu=cpu,
        p50=times[len(times) // 2],
        p99=times[len(times) * 99 // 100],
        rate=rate,
        seconds=seconds,
        worst=times[-1],
    )
    return load, caster.answers


def run_load(port: int, connections: int, rate: float, folder: Path, ballots: Sequence[bytes]) -> Load:
    """Cast ballots from another process, and return what it measured. The answers stand in `answers`."""
    sent = folder / "ballots"
    sent.write_bytes(join(ballots))
    command = [sys.executable, "-m", "deploy.bench.load", str(port), str(connections), str(rate)]
    done = subprocess.run(
        [*command, str(sent), str(folder / "answers")],
        stdout=subprocess.PIPE,
        check=True,
        timeout=LIMIT_SECONDS,
    )
    return Load(**json.loads(done.stdout))


def main(arguments: Sequence[str]) -> None:
    """Run the load process."""
    port, connections, rate, sent, answers = arguments
    load, answered = asyncio.run(
        cast_all(int(port), int(connections), float(rate), split(Path(sent).read_bytes()))
    )
    Path(answers).write_bytes(join([answer.body for answer in answered]))
    print(json.dumps(asdict(load)))


if __name__ == "__main__":
    main(sys.argv[1:])
