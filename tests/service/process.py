"""Run `wijkaandeel serve` as a process of its own, on loopback, for tests that need a real server."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from service.settings import Settings

START_SECONDS = 60
PROGRAM = "import sys; from service.serve import main; sys.exit(main(sys.argv[1:]))"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """Return the environment that gives these settings."""
    given = {
        "WIJK_DATABASE_URL": settings.database_url,
        "WIJK_RECORD_DIR": str(settings.record_dir),
        "WIJK_STATE_DIR": str(settings.state_dir),
        "WIJK_JOURNAL_DIR": str(settings.journal_dir),
        "WIJK_ORIGIN": settings.origin,
    }
    return dict(os.environ) | given | more


@contextmanager
def running(
    settings: Settings, workers: int = 1, **more: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the service, wait until it answers, and stop it at the end. Gives its URL and its process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--port", str(port), "--workers", str(workers)],
        env=environment_of(settings, **more),
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, process)
        yield url, process
    finally:
        stop(process)


def wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the service answers; fail when it ends or does not in time."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with code {process.returncode}")
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError("the service did not start in time")


def stop(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """End the process and its workers."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            number = signal.SIGKILL
    if number == signal.SIGKILL:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself a moment ago
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
