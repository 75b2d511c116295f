"""A process of its own in which residents ask for their shares over HTTP, ask again, and finish them.

`python -m deploy.bench.share_load PORT RESIDENTS AT_ONCE ASKINGS` reads what was prepared for each resident
and prints what it measured as JSON. A share counts when it is unblinded and verified; a resident's time runs
from the first request until then, and who is told to wait asks again after as long as the service said.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ballots.election import Election
from ballots.voter import Asking, finish_share
from ballots.wire import decode, encode
from deploy.bench.client import Connection, connect, format_post
from deploy.bench.election import make_share_world, split
from service.shares.records import ShareAnswer

PATH = "/api/requests"
RETRY_SECONDS = 1.0
"""What the service says in Retry-After."""
CONNECTIONS = 32
LIMIT_SECONDS = 100.0


class RefusedError(RuntimeError):
    """The service refused a request."""


@dataclass(frozen=True, kw_only=True)
class ShareLoad:
    """What a run gave; times in milliseconds, `cpu` in seconds."""

    cpu: float
    p50: float
    p99: float
    seconds: float
    shares: int

    @property
    def per_second(self) -> float:
        """Finished shares a second."""
        return self.shares / self.seconds


class Residents:
    """Residents who share some connections."""

    def __init__(self, election: Election, connections: Sequence[Connection]) -> None:
        self._election = election
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in connections:
            self._free.put_nowait(connection)
        self.times: list[float] = []

    async def get_share(self, asking: Asking) -> None:
        """Ask until all issuers have signed, and finish the share. Errors: RefusedError."""
        request = format_post(PATH, encode(asking.request))
        began = time.perf_counter()
        while True:
            connection = await self._free.get()
            answer = await connection.ask(request)
            self._free.put_nowait(connection)
            if answer.status == 200:
                break
            if answer.status != 202:
                raise RefusedError(f"status {answer.status}: {answer.body[:300]!r}")
            await asyncio.sleep(RETRY_SECONDS)
        signed: ShareAnswer = decode(ShareAnswer, answer.body)
        finish_share(self._election, asking, list(signed.blind_signatures))
        self.times.append(1000 * (time.perf_counter() - began))


async def run(port: int, residents: int, at_once: int, askings: Sequence[Asking]) -> ShareLoad:
    """Let all get their shares, `at_once` at the same time."""
    election = make_share_world(residents).election
    group = Residents(election, [await connect(port) for _ in range(CONNECTIONS)])
    left = iter(askings)

    async def follow() -> None:
        for asking in left:
            await group.get_share(asking)

    began, cpu = time.perf_counter(), time.process_time()
    async with asyncio.timeout(LIMIT_SECONDS):
        await asyncio.gather(*(follow() for _ in range(at_once)))
    times = sorted(group.times)
    return ShareLoad(
        cpu=time.process_time() - cpu,
        p50=times[len(times) // 2],
        p99=times[len(times) * 99 // 100],
        seconds=time.perf_counter() - began,
        shares=len(times),
    )


def main(arguments: Sequence[str]) -> None:
    """Run the load process."""
    port, residents, at_once = map(int, arguments[:3])
    askings = [decode(Asking, raw) for raw in split(Path(arguments[3]).read_bytes())]
    print(json.dumps(asdict(asyncio.run(run(port, residents, at_once, askings)))))


if __name__ == "__main__":
    main(sys.argv[1:])
