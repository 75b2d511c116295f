"""Spread an audit over many machines: the tasks of workers.py, done by the workers of a Dask cluster.

    with Cluster("tcp://10.0.0.5:8786") as team:
        result = audit(source, team=team)

The record is read here; workers get bundles, and the set-up with each, so that one may come or go at any
time. Promise: the verdict of an audit on this machine alone, or WorkersError. Limit: the workers are trusted,
as this machine is; one that lies can make a bad record look good.
"""

import hashlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from ballots.election import Election
from tally.audit.workers import Pending, WorkersError, learn_election

P = ParamSpec("P")
R = TypeVar("R")

_Setup = tuple[str, tuple[bytes, ...]]

EXTRA = 'pip install "wijkaandeel[dask]"'
CONNECT_SECONDS = 20
PATIENCE_SECONDS = 30
"""How long an answer may take before it is asked whether any worker is left."""


class Cluster:
    """The workers of a Dask cluster, by the address of its scheduler. Errors: WorkersError."""

    def __init__(self, address: str) -> None:
        self._dask = _import_dask()
        try:
            self._client = self._dask.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise WorkersError(f"no Dask scheduler answers at {address}: {type(error).__name__}") from None
        self._setup: _Setup | None = None
        self.window = max(4, 2 * sum(self._client.nthreads().values()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; it forgets what it has not begun."""
        self._client.close()

    def start(self, election: Election, origin: str, setup: Sequence[bytes]) -> None:
        """Remember the set-up, which goes with every task."""
        self._setup = (origin, tuple(setup))

    def submit(
        self, task: Callable[Concatenate[Election, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> "Pending[R]":
        """Begin `task(election, ...)`, a module's function, and return its answer to come."""
        if self._setup is None:
            raise WorkersError("expected an election first")
        future = self._client.submit(_work, hash_sources(), self._setup, task, args, kwargs, pure=False)
        return _Remote(self._dask, self._client, future)


class _Remote(Pending[R]):
    """An answer on its way from a cluster."""

    def __init__(self, dask: Any, client: Any, future: Any) -> None:
        super().__init__(future)
        self._dask = dask
        self._client = client

    def result(self) -> R:
        """Wait for the answer; WorkersError if no worker is left, or those that tried died."""
        done = self._wait()
        if isinstance(done, _Failed):
            raise done.error
        return done

    def _wait(self) -> "R | _Failed":
        """Wait for what `_work` returned; whatever else goes wrong is the cluster's fault."""
        while True:
            try:
                done: R | _Failed = self._future.result(timeout=PATIENCE_SECONDS)
            except self._dask.TimeoutError:
                if not self._client.nthreads():
                    raise WorkersError("no worker of the Dask cluster is left") from None
            except Exception as error:  # noqa: BLE001 - no fault of the cluster may look like one of the record
                raise WorkersError(f"the Dask cluster lost a task: {type(error).__name__}") from None
            else:
                return done


def _import_dask() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise WorkersError(f"Dask is not installed here; install it with: {EXTRA}") from None


# --- on a worker ----------------------------------------------------------------------------------


class _Failed:
    """What a task raised, as it came back."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _work(
    sources: str, setup: _Setup, task: Callable[..., R], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> R | _Failed:
    if sources != hash_sources():
        return _Failed(WorkersError("a worker of the Dask cluster has another version of Wijkaandeel"))
    try:
        return task(_learn(*setup), *args, **kwargs)
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is waited for
        return _Failed(error)


@lru_cache(maxsize=4)
def _learn(origin: str, setup: tuple[bytes, ...]) -> Election:
    return learn_election(origin, setup)


@cache
def hash_sources() -> str:
    """Return a hash of the code that gives the verdict: workers with other code are not asked for one."""
    digest = hashlib.sha256()
    for package in ("ballots", "tally"):
        _add(digest, resources.files(package))
    return digest.hexdigest()


def _add(digest: Any, folder: Traversable) -> None:
    for each in sorted(folder.iterdir(), key=lambda found: found.name):
        if each.is_dir():
            _add(digest, each)
        elif each.name.endswith(".py"):
            digest.update(each.name.encode() + b"\0" + hashlib.sha256(each.read_bytes()).digest())
