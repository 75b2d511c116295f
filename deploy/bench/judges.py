"""Run the audits of both languages on a record, and note what they take.

Python is `wijkaandeel audit`; TypeScript is the booth's kernel in Node, which answers JSON lines. Both must
find the record valid and anchored.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.bench.ground import BenchError
from deploy.bench.machine import Usage, Watch, count_cores
from tests.second import FLAGS, JUDGE, NODE

LIMIT_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class Run:
    """One audit: seconds, processor seconds of its own and of others, and the most bytes of memory."""

    cpu: float
    memory: int
    others: float
    resident: int
    seconds: float


Judge = Callable[[Path, int], Run]
"""(a folder with `record` and `manifest.hash`, processes) -> what its audit took."""


def run_python(folder: Path, processes: int = 0) -> Run:
    """Run the audit in Python with that many processes (0: one a core). Errors: BenchError."""
    command = [sys.executable, "-m", "tally.cli", "audit", str(folder / "record"), "--json"]
    command += ["--manifest", _manifest(folder)] + (["--jobs", str(processes)] if processes else [])
    return _run(command, b"", json.loads)


def run_typescript(folder: Path, processes: int = 0, judge: Path = JUDGE) -> Run:
    """Run the audit in TypeScript with that many worker threads (0: one a core). Errors: BenchError."""
    given = {
        "folder": str((folder / "record").resolve()),
        "manifest": _manifest(folder),
        "workers": processes or count_cores(),
    }
    line = json.dumps({"call": "audit", "given": given}).encode() + b"\n"
    return _run([str(NODE), *FLAGS, str(judge)], line, lambda out: json.loads(out)["gives"])


def _manifest(folder: Path) -> str:
    return (folder / "manifest.hash").read_text()


def _run(command: list[str], given: bytes, read: Callable[[bytes], Any]) -> Run:
    usage, began, before = Usage({}), time.perf_counter(), _read_children()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with Watch(process.pid) as watch:
        try:
            out, _ = process.communicate(given, timeout=LIMIT_SECONDS)
        finally:
            process.kill()
    seconds = time.perf_counter() - began
    try:
        result = read(out)
        good = result["valid"] and result["anchored"]
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise BenchError(f"expected a valid and anchored record, {command[0]} said {out.decode()[:500]!r}")
    cpu = max(
        watch.cpu, _read_children() - before
    )  # the first lacks the last moment, the second grandchildren
    others = usage.read({"audit": cpu}, seconds)["others"]
    return Run(cpu=cpu, memory=watch.memory, others=others, resident=watch.resident, seconds=seconds)


def _read_children() -> float:
    """Return the processor seconds of this process's children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
