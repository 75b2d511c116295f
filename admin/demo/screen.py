"""What the demo shows while it works: a bar for each step, or on a plain terminal a line when it is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]
"""Tells how much of a step is done."""


class Screen:
    """Bars on a terminal; elsewhere lines of text. Keeps how long every step took."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<44}"),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    @contextmanager
    def shown(self) -> Iterator["Screen"]:
        """Show the bars for as long as this lasts."""
        with self._bars:
            yield self

    @contextmanager
    def step(self, text: str, total: int = 1) -> Iterator[Advance]:
        """Show a step; what is given is called with how much of `total` is done."""
        began = time.monotonic()
        bar = self._bars.add_task(text, total=total)
        yield lambda done: self._show(bar, done)
        self._bars.update(bar, total=total, completed=total)
        self.seconds[text] = time.monotonic() - began
        if not self.console.is_terminal:
            self.console.print(f"{text}: {self.seconds[text]:.1f} s", highlight=False)

    def say(self, text: str) -> None:
        """Print a text above the bars."""
        self.console.print(f"\n{text}\n", highlight=False, markup=False, soft_wrap=True)

    def _show(self, bar: TaskID, done: int) -> None:
        self._bars.update(bar, completed=done)
