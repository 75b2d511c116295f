"""The rig's processes: started by the launcher, started again whenever they end, killed by number.

Promise: only processes that were started here are signalled, and all of them are gone after `close`.
"""

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 60.0
AGAIN_SECONDS = 0.05
"""How long after its end a process is started again."""


class Clock:
    """The time that all processes see: the machine's, and as many seconds ahead as is set here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ahead = 0.0
        path.write_bytes(bytes(8))

    def set(self, ahead: float) -> None:
        self.ahead = ahead
        with self.path.open("r+b") as file:
            file.write(struct.pack("<d", ahead))


@dataclass
class Ended:
    """The end of a process."""

    name: str
    pid: int
    code: int
    said: str
    """The last lines of its output, if it was not killed."""


@dataclass
class Process:
    """A command that is kept running. `pid` is None while it does not run."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    keep: bool = True
    sabotages: Sequence[str] = ()
    pid: int | None = None
    starts: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    code: int | None = None

    def signal(self, number: int) -> bool:
        """Send a signal to the process, unless it has ended."""
        return self.pid is not None and send(self.pid, number)

    def kill_all(self) -> None:
        """Kill the process and all that it has started."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    @property
    def workers(self) -> list[int]:
        """The processes that it has started."""
        return children_of(self.pid) if self.pid is not None else []


def send(pid: int, number: int) -> bool:
    """Send a signal; False if there is nobody."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def children_of(pid: int) -> list[int]:
    """Return the children of a process."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (OSError, ValueError):
        return []


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Launcher:
    """The warm process that starts all others (launcher.py)."""

    def __init__(self, folder: Path, clock: Clock, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._clock = clock
        self._environment = environment
        self._process: asyncio.subprocess.Process
        self._orders: dict[int, asyncio.Future[int]] = {}
        self._running: dict[int, Process] = {}
        self._early: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._number = 0
        self._orphans: set[int] = set()
        self.ended: list[Ended] = []

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.attacks.crashes.launcher", str(self._clock.path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=dict(self._environment),
            start_new_session=True,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            await self._process.stdout.readline()
        self._keep_task(self._listen())

    async def run(self, process: Process) -> None:
        """Start a process, which is started again whenever it ends as long as `keep` says so."""
        self._number += 1
        number, process.starts = self._number, process.starts + 1
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._orders[number] = future
        order = {
            "number": number,
            "arguments": list(process.arguments),
            "environment": dict(process.environment),
            "log": str(process.log),
            "sabotages": list(process.sabotages),
        }
        process.ended.clear()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(START_SECONDS):
            process.pid = await future
        self._running[process.pid] = process
        if process.pid in self._early:
            self._note_end(process.pid, self._early.pop(process.pid))

    async def finish(self, process: Process, seconds: float = 60.0) -> int:
        """Run a command to its end, and return its exit code."""
        process.keep = False
        await self.run(process)
        try:
            async with asyncio.timeout(seconds):
                await process.ended.wait()
        except TimeoutError:
            process.kill_all()
            raise
        assert process.code is not None
        return process.code

    async def stop(self, process: Process, number: int = signal.SIGTERM) -> None:
        """End a process for good, and all that it started."""
        process.keep = False
        if process.pid is None:
            return
        workers = process.workers
        process.signal(number)
        try:
            async with asyncio.timeout(15):
                await process.ended.wait()
        except TimeoutError:
            process.kill_all()
        for pid in workers:
            send(pid, signal.SIGKILL)

    def kill_workers_later(self, process: Process) -> None:
        """Remember the workers of a process, which go on when it is killed alone."""
        self._orphans.update(process.workers)

    def kill_orphans(self) -> int:
        """Kill the workers that were left alone, and return how many that were."""
        killed = sum(send(pid, signal.SIGKILL) for pid in self._orphans)
        self._orphans.clear()
        return killed

    async def close(self) -> None:
        """End all processes and the launcher."""
        self.kill_orphans()
        for process in list(self._running.values()):
            process.keep = False
            process.kill_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def _keep_task(self, coroutine: "asyncio.Coroutine") -> None:  # type: ignore[name-defined, type-arg]
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            words = json.loads(line)
            if "started" in words:
                self._orders.pop(words["number"]).set_result(words["started"])
            elif words["ended"] in self._running:
                self._note_end(words["ended"], words["code"])
            else:
                self._early[words["ended"]] = words["code"]

    def _note_end(self, pid: int, code: int) -> None:
        process = self._running.pop(pid)
        said = (
            ""
            if code == -signal.SIGKILL
            else "\n".join(process.log.read_text(errors="replace").split("\n")[-12:])
        )
        self.ended.append(Ended(name=process.name, pid=pid, code=code, said=said))
        process.pid, process.code = None, code
        process.ended.set()
        if process.keep:
            self._keep_task(self._again(process))

    async def _again(self, process: Process) -> None:
        await asyncio.sleep(AGAIN_SECONDS)
        if process.keep:
            await self.run(process)
