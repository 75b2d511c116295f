"""Start the demo's processes, wait until they answer, and stop exactly those again.

Promise: every process is a child of this one in a session of its own, is stopped by its number, and has its
output in a file. Limit: if this process is killed outright, its children are not stopped.
"""

import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from admin.elections.errors import ConductError, TooSlowError

READY_SECONDS = 60.0
"""How long a process may take until it answers."""
STOP_SECONDS = 15.0
PAUSE = 0.05
LOG_LINES = 15

_LEFT_OUT = re.compile(r"(WIJK_|DATABASE_URL|PG|[a-zA-Z_]*_proxy$|[A-Z_]*_PROXY$)")


class Child:
    """A process of ours: a `wijkaandeel` command, or another module."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.poll()

    def verify_alive(self) -> None:
        """Raise ConductError with the last lines of its log if the process has ended."""
        if self.exit_code is not None:
            raise ConductError(
                f"{self.name} ended with exit code {self.exit_code}; the last lines of {self.log}:\n"
                + "\n".join(self.read_log().splitlines()[-LOG_LINES:])
            )

    def read_log(self) -> str:
        """Return all that it has said."""
        return self.log.read_text("utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, unless it has ended."""
        if self.exit_code is None:
            self._process.send_signal(number)

    def wait(self, deadline: float) -> bool:
        """Wait until the process has ended; False if it still runs at the deadline (monotonic seconds)."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.01, deadline - time.monotonic()))
        return self.exit_code is not None

    def sweep(self) -> None:
        """Kill whatever is left of the process's own group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.exit_code is None:
            self._process.wait()


class Children:
    """All processes of one demo, in the order of their start."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start `python -m tally.cli ARGUMENTS` with its output in a file called after it."""
        log = self._logs / f"{name}.log"
        command = [sys.executable, "-m", "tally.cli", *arguments]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean_environment() | dict(environment),
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    async def run(self, name: str, arguments: Sequence[str], limit: float = READY_SECONDS) -> str:
        """Run a command to its end and return what it printed on standard output. Errors: ConductError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tally.cli",
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(limit):
                said, complained = await process.communicate()
        except TimeoutError:
            raise TooSlowError(f"{name} did not end within {limit:.0f} seconds") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            text = complained.decode("utf-8", errors="replace").strip()
            raise ConductError(f"{name} failed with exit code {process.returncode}: {text}")
        return said.decode("utf-8")

    async def watch(self) -> None:
        """Wait until one of the processes ends by itself, and raise ConductError."""
        while True:
            for child in self._children:
                child.verify_alive()
            await asyncio.sleep(0.5)

    def stop(self, children: Iterable[Child] | None = None) -> None:
        """Stop these processes, or all, the last one that was started first; kill what does not stop.

        They are watched no more from the first moment on.
        """
        stopping = list(reversed(self._children if children is None else list(children)))
        self._children = [child for child in self._children if child not in stopping]
        for child in stopping:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in stopping:
            child.wait(deadline)
            child.sweep()


def clean_environment() -> dict[str, str]:
    """Return our environment without settings and proxies of somebody else's."""
    kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
    return kept | {"PYTHONUNBUFFERED": "1"}


def find_port(wanted: int) -> int:
    """Return a port of this machine that is free now: the wanted one if it is, any one for 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise ConductError(
                f"port {wanted} is taken; choose another one with --port, or 0 for any"
            ) from None
        return int(probe.getsockname()[1])


async def wait_for_line(child: Child, pattern: str, limit: float = READY_SECONDS) -> re.Match[str]:
    """Return where a line of the child's log matches; ConductError if it ends, TooSlowError if it is slow."""
    try:
        async with asyncio.timeout(limit):
            while not (found := re.search(pattern, child.read_log(), re.MULTILINE)):
                child.verify_alive()
                await asyncio.sleep(PAUSE)
            return found
    except TimeoutError:
        raise TooSlowError(
            f"{child.name} was not ready within {limit:.0f} seconds; see {child.log}"
        ) from None
