"""Spread work over processes: a task and a bundle out, an answer back, in order and with bounded memory.

The named exception to tally's rule of touching nothing but its arguments: it starts processes. Small records
are worked on in place. Other machines do the work in cluster.py.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

from ballots.board import Board
from ballots.election import Election

P = ParamSpec("P")
R = TypeVar("R")

IN_PLACE = 1_000
"""Records of fewer entries are worked on in this process: starting others would take longer."""

_election: list[Election] = []


class WorkersError(RuntimeError):
    """A worker died (killed, or out of memory) or cannot be reached; whoever runs the audit must act."""


class Pending(Generic[R]):
    """An answer that is there, or on its way."""

    def __init__(self, future: "Future[R]") -> None:
        self._future = future

    @classmethod
    def done(cls, value: R) -> "Pending[R]":
        """Return an answer that is there."""
        future: Future[R] = Future()
        future.set_result(value)
        return cls(future)

    def result(self) -> R:
        """Wait for the answer; WorkersError if the process that worked on it died."""
        try:
            return self._future.result()
        except BrokenProcessPool:
            raise WorkersError("a worker process of the audit died; is there enough memory?") from None


class Team(Protocol):
    """Whoever works on tasks: all of them know the election. Use in a `with`.

    `window` is how many tasks to keep on their way.
    """

    window: int

    def __enter__(self) -> Self:
        """Be ready to work."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what has not been begun."""
        ...

    def start(self, election: Election, origin: str, setup: Sequence[bytes]) -> None:
        """Tell everybody which election it is, from the entries up to the manifest."""
        ...

    def submit(
        self, task: Callable[Concatenate[Election, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> "Pending[R]":
        """Begin `task(election, ...)`, a module's function, and return its answer to come."""
        ...


class Workers:
    """Processes that know the election. Use in a `with`; `window` is how many tasks to keep on their way."""

    def __init__(self, size: int, processes: int | None = None) -> None:
        wanted = count_cores() if processes is None else processes
        self._processes = wanted if size >= IN_PLACE and wanted > 1 else 0
        self._pool: ProcessPoolExecutor | None = None
        self._here: Election | None = None
        self.window = 2 * self._processes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes; what they have not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, election: Election, origin: str, setup: Sequence[bytes]) -> None:
        """Tell the workers which election it is, from the entries up to the manifest."""
        self._here = election
        if self._processes:
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=_context(), initializer=_learn, initargs=(origin, tuple(setup))
            )

    def submit(
        self, task: Callable[Concatenate[Election, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[R]:
        """Begin `task(election, ...)`, a module's function, and return its answer to come."""
        if self._pool is not None:
            return Pending(self._pool.submit(_run, task, *args, **kwargs))
        if self._here is None:
            raise WorkersError("expected an election first")
        return Pending.done(task(self._here, *args, **kwargs))


def count_cores() -> int:
    """Return how many processes can work at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tally.audit.run"])
    return context


def _learn(origin: str, setup: Sequence[bytes]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _election[:] = [learn_election(origin, setup)]


def learn_election(origin: str, setup: Sequence[bytes]) -> Election:
    """Return the election that the entries up to the manifest set up."""
    board = Board(origin)
    for raw in setup:
        board.append(raw)
    return board.resolved


def _run(task: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return task(_election[0], *args, **kwargs)
