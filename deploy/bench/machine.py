"""The machine that measures: its name, its disk, and what processes use of it.

Memory and processor time are read from /proc; elsewhere than on Linux they are 0, which the report says.
"""

import os
import platform
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from service.db.embedded import find_binaries

PROC = Path("/proc")
SAMPLE_SECONDS = 0.05
SYNCS = 100


def describe_machine(folder: Path) -> dict[str, str]:
    """Return the facts that a figure means nothing without; `folder` stands on the disk that is used."""
    version = subprocess.run(
        [find_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    load = " ".join(f"{each:.2f}" for each in os.getloadavg())
    return {
        "processor": read_processor(),
        "cores": str(count_cores()),
        "memory": f"{read_memory() / 2**30:.1f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "postgresql": f"{version.stdout.split()[-1]}, embedded, its own durability settings (all on)",
        "one fsync": f"{1000 * time_fsync(folder):.2f} ms",
        "load before": f"{load} (1, 5 and 15 minutes)",
    }


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_processor() -> str:
    """Return the processor's model."""
    try:
        lines = (PROC / "cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def read_memory() -> int:
    """Return the bytes of main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def time_fsync(folder: Path) -> float:
    """Return the seconds that writing a page and flushing it to the disk takes, on average."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        began = time.perf_counter()
        for _ in range(SYNCS):
            file.write(bytes(8192))
            os.fsync(file.fileno())
        return (time.perf_counter() - began) / SYNCS


# --- processes ------------------------------------------------------------------------------------


def _read_stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def find_tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*"):
        stat = _read_stat(int(path.name))
        if stat:
            children.setdefault(int(stat[1]), []).append(int(path.name))
    return list(_descend(root, children))


def _descend(root: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield root
    for child in children.get(root, []):
        yield from _descend(child, children)


def read_cpu(root: int) -> float:
    """Return the processor seconds of a tree of processes, with those that have ended."""
    ticks = 0
    for pid in find_tree(root):
        stat = _read_stat(pid)
        if stat:
            ticks += sum(map(int, stat[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def read_resident(root: int) -> int:
    """Return the bytes of memory that a tree of processes holds; pages that are shared count in each."""
    total = 0
    for pid in find_tree(root):
        stat = _read_stat(pid)
        if stat:
            total += int(stat[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def read_proportional(root: int) -> int:
    """Return the bytes of memory that a tree of processes holds; a page that n of them share counts once."""
    total = 0
    for pid in find_tree(root):
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def read_busy() -> float:
    """Return the processor seconds that the whole machine has been busy."""
    try:
        fields = (PROC / "stat").read_text().splitlines()[0].split()[1:9]
    except OSError:
        return 0.0
    user, nice, system, _idle, _waiting, *rest = map(int, fields)
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


class Usage:
    """What trees of processes use from now on, by name, and what everything else on the machine does."""

    def __init__(self, trees: Mapping[str, int]) -> None:
        self._trees = dict(trees)
        self._before = {name: read_cpu(pid) for name, pid in trees.items()}
        self._busy = read_busy()
        self._began = time.perf_counter()

    def read(self, beside: Mapping[str, float], seconds: float) -> dict[str, float]:
        """Return processor seconds by name; `beside` are those of processes that have come and gone.

        What everything else used is scaled to the `seconds` that were measured, as starting a load takes a
        moment too.
        """
        used = {name: read_cpu(pid) - self._before[name] for name, pid in self._trees.items()} | dict(beside)
        others = max(0.0, read_busy() - self._busy - sum(used.values()))
        return used | {"others": others * seconds / (time.perf_counter() - self._began)}


def describe_usage(used: Mapping[str, float], seconds: float) -> str:
    """Say how many cores each kept busy."""
    return "cores busy: " + ", ".join(f"{name} {each / seconds:.2f}" for name, each in used.items())


class Watch:
    """Notes what a tree of processes takes, looking twenty times a second.

    `cpu` are the processor seconds that it has used; `memory` is the most bytes that it holds by proportional
    set size (a page that processes share counts once), `resident` by resident set size (in each of them).
    """

    def __init__(self, root: int) -> None:
        self.memory = 0
        self.resident = 0
        self.cpu = 0.0
        self._root = root
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.memory = max(self.memory, read_proportional(self._root))
            self.resident = max(self.resident, read_resident(self._root))
            self.cpu = max(self.cpu, read_cpu(self._root))
