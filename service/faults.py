"""Stop the process dead at a named point, so that tests can look at what a crash leaves behind.

Promise: without WIJK_FAULT in the environment nothing ever happens. `WIJK_FAULT=name` stops at the first
time that point is reached, `WIJK_FAULT=name:3` at the third.
"""

import os

EXIT_CODE = 137
"""What the shell shows of a process that was killed with signal 9."""

_name, _, _times = os.environ.get("WIJK_FAULT", "").partition(":")
_left = int(_times or 1)


def reach(name: str) -> None:
    """Mark a point between two durable writes; end the process here if the environment asks for it."""
    global _left  # noqa: PLW0603 - counts down over the life of a process
    if name == _name:
        _left -= 1
        if _left == 0:
            os._exit(EXIT_CODE)
