"""Kill everything, at every point between two writes and at random moments, while residents vote.

One run is one election from its opening to its count. Promise: the same seed gives the same plan of kills and
the same residents (not the same moments: processes have their own). Every complaint is kept; verdict.py says
what the record itself shows. `python -m tests.attacks.crashes --help` runs it for as long as you like.
"""

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.attacks.crashes import points
from tests.attacks.crashes.crowd import Crowd
from tests.attacks.crashes.officials import Desk
from tests.attacks.crashes.processes import is_alive
from tests.attacks.crashes.sightings import Sightings
from tests.attacks.crashes.site import Site

PATIENCE = 60.0
"""How long after a kill the service may take until it answers somebody again."""
HIT_SECONDS = 4.0
TRIES = 8
"""How often a point is provoked, so many seconds each, until somebody dies there."""

VICTIMS: dict[str, int] = {
    "sequencer": 30,
    "node": 30,
    "worker": 20,
    "backend": 10,
    "postgres-immediate": 6,
    "service": 6,
    "service-alone": 4,
    "postgres-kill": 2,
}
"""Who is killed at random moments, and how often compared with the others."""


@dataclass
class Report:
    """What a run did, and all that was wrong with it."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    """Kills by victim, or by the point at which it died."""
    complaints: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    longest_silence: float = 0.0
    longest_after: str = ""

    def complain(self, text: str) -> None:
        self.complaints.append(text)

    @property
    def total(self) -> int:
        return self.kills.total()

    def describe(self) -> str:
        """Return the run in a few lines."""
        lines = [
            f"seed {self.seed}: {self.total} kills, {len(self.complaints)} complaints",
            ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items())),
            ", ".join(f"{name} {count}" for name, count in self.figures.items()),
            f"longest wait for an answer after a kill: {self.longest_silence:.1f} s ({self.longest_after})",
        ]
        return "\n".join([*lines, *(f"WRONG: {each}" for each in self.complaints)])


class Rig:
    """A site, its residents, and the one who kills."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.draw = random.Random(seed)
        self.report = Report(seed=seed)
        self.crowd = Crowd(site.world, site.url, random.Random(seed + 1))
        self.desk = Desk(site)
        self.sightings = Sightings(site)
        self.expected: dict[str, set[int]] = {}
        """With which codes commands may end that the rig runs to their end."""
        self.database_counts: dict[str, tuple[int, int, int]] = {}
        self._victims: dict[str, Callable[[], Awaitable[bool]]] = {
            "sequencer": self._kill_sequencer,
            "node": self._kill_node,
            "worker": self._kill_worker,
            "backend": self._kill_backend,
            "postgres-immediate": self._stop_postgres,
            "postgres-kill": self._kill_postgres,
            "service": self._kill_service,
            "service-alone": self._kill_service_alone,
        }

    async def open(self) -> None:
        self.sightings.start()
        self.crowd.act(12, ask=True)

    async def close(self) -> None:
        await self.desk.close()
        await self.crowd.close()
        await self.sightings.stop()

    async def read_database_counts(self) -> None:
        """Keep how many entries the database has, from where to where."""
        async with self.site.connect() as connection:
            row = await connection.fetchrow(
                "SELECT count(*), min(position), max(position) FROM board.entries"
            )
        self.database_counts["the database's entries"] = tuple(row)

    # --- the voting ---

    def plan(self, random_kills: int, repeats: int) -> list[str]:
        """Return points, each so many times, and victims, in the order that the seed gives."""
        names = [point for point in points.VOTING for _ in range(repeats)]
        names += self.draw.choices(list(VICTIMS), list(VICTIMS.values()), k=random_kills)
        self.draw.shuffle(names)
        return names

    async def kill(self, name: str) -> None:
        """Kill a victim, or at a point, while residents are at it; then see that the service answers."""
        self.crowd.act(2 if self.crowd.busy < 20 else 0)
        if name in points.VOTING:
            await self.kill_at(name, lambda: self.provoke(points.VOTING[name]))
        else:
            await asyncio.sleep(self.draw.random() * 0.05)
            await self._kill_victim(name)
        await self.see_answer(name)

    async def _kill_victim(self, name: str) -> None:
        """Kill a victim as soon as it is there; it may just be starting again."""
        limit = time.monotonic() + PATIENCE
        while not await self._victims[name]():
            if time.monotonic() > limit:
                self.report.complain(f"there was no {name} to kill")
                return
            await asyncio.sleep(0.02)
        self.report.kills[name] += 1

    async def kill_at(self, point: str, provoke: Callable[[], Awaitable[object]]) -> bool:
        """Let somebody die at a point, and complain if nobody does."""
        before = len(self.site.deaths(point))
        self.site.arm(point)
        for _ in range(TRIES):
            await provoke()
            if await self._has_died(point, before):
                self.report.kills[point] += 1
                return True
        self.site.disarm(point)
        self.report.complain(f"nobody came to the point {point}")
        return False

    async def see_death(self, point: str, before: int) -> None:
        """Wait for a death at a point that is armed already and comes by itself; complain of none."""
        if await self._has_died(point, before, PATIENCE):
            self.report.kills[point] += 1
        else:
            self.site.disarm(point)
            self.report.complain(f"nobody died at the point {point}")

    async def _has_died(self, point: str, before: int, seconds: float = HIT_SECONDS) -> bool:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            deaths = self.site.deaths(point)
            if len(deaths) > before and not is_alive(deaths[-1]):
                return True
            await asyncio.sleep(0.02)
        return False

    async def see_answer(self, after: str) -> None:
        """Wait until somebody gets an answer."""
        began, has_answered = time.monotonic(), False
        while not has_answered and time.monotonic() < began + PATIENCE:
            if self.crowd.act(1) or self.crowd.busy:
                has_answered = await self.crowd.until_heard(1.0)
            else:
                has_answered = await self._answers_anybody()
        if not has_answered:
            waiting = self.crowd.describe_waiting()
            self.report.complain(f"no answer within {PATIENCE:.0f} seconds after a kill ({after}): {waiting}")
        silence = time.monotonic() - began
        if silence > self.report.longest_silence:
            self.report.longest_silence, self.report.longest_after = silence, after

    async def _answers_anybody(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await self.site.wait(self.site.answers, "an answer", PATIENCE)
            return True
        return False

    # --- what makes somebody come to a point ---

    async def provoke(self, how: str) -> None:
        """Do what leads to a point."""
        if how == points.RELEASE:
            await self._release()
        elif how in (points.SERVICE, points.DAMAGE):
            if how == points.DAMAGE:
                self._damage_journal()
            self.site.service.kill_all()
        elif how == points.SEQUENCER:
            self.site.sequencer.signal(9)
        elif how == points.ENTRY:
            self.desk.post_bundle()
        elif not self.crowd.act(1, ask=how == points.ASK) and not self.crowd.busy:
            self.report.complain(f"expected somebody who can still {how}")

    async def _release(self) -> None:
        """Let enough residents cast for a release, and set the clock to its time."""
        if self.site.released + 1 >= self.site.last_release:
            self.report.complain("expected another release before the last one")
            return
        self.crowd.act(8)
        await self.crowd.settle(2.0, complain=False)
        self.site.set_forward(self.site.released + 1)

    def _damage_journal(self) -> None:
        """Change a bit of a file of the journal, as a bad disk does."""
        for path in sorted(self.site.journal.glob("*.ballots")):
            with contextlib.suppress(OSError):
                raw = bytearray(path.read_bytes())
                raw[self.draw.randrange(len(raw))] ^= 1 << self.draw.randrange(8)
                path.write_bytes(raw)
                return

    # --- who is killed ---

    async def _kill_sequencer(self) -> bool:
        return self.site.sequencer.signal(9)

    async def _kill_node(self) -> bool:
        return self.draw.choice(list(self.site.nodes.values())).signal(9)

    async def _kill_worker(self) -> bool:
        workers = self.site.service.workers
        if not workers:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.draw.choice(workers), 9)
            return True
        return False

    async def _kill_service(self) -> bool:
        """Kill the service with all its workers, and those that an earlier one left behind."""
        self.site.launcher.kill_orphans()
        has_run = self.site.service.pid is not None
        self.site.service.kill_all()
        return has_run

    async def _kill_service_alone(self) -> bool:
        """Kill the service's first process; its workers go on beside those of the next one."""
        self.site.launcher.kill_workers_later(self.site.service)
        return self.site.service.signal(9)

    async def _kill_backend(self) -> bool:
        return bool(self.site.database.kill_backend(self.draw.random()))

    async def _stop_postgres(self) -> bool:
        await self.site.database.stop_immediately()
        return True

    async def _kill_postgres(self) -> bool:
        await self.site.database.kill_postmaster()
        return True
