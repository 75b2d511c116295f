"""Residents of the demo who vote by hand, in a browser: whose letters are shown, and how they are waited for.

The codes are made-up people's, and printing them is what this is for. In an election a code stands on one
paper letter and nowhere else. Nothing ends the voting before its last release, whose time the manifest names.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from admin.demo.area import Voter
from admin.demo.screen import Advance
from admin.elections.errors import ConductError
from ballots.wire import Hash, Record

KEPT_BACK = {"adult": 6, "youth": 4}
"""How many residents of each style are kept for voting by hand."""
SECONDS = 20 * 60
"""How long the voting lasts at least, unless --voting-seconds says something else."""
MOMENT = 0.25


class Letter(Record):
    """What stands on the letter of somebody who votes by hand."""

    code: str
    style: str


def keep_back(voters: Sequence[Voter]) -> list[Voter]:
    """Return the same residents, some of whom no program votes for; first those who would not have voted.

    Errors: ConductError if there are too few.
    """
    kept: set[int] = set()
    for style, count in KEPT_BACK.items():
        places = [place for place, voter in enumerate(voters) if voter.style == style]
        if len(places) < count:
            raise ConductError(
                f"expected at least {count} residents of style {style} to vote by hand, got {len(places)}; "
                "ask for more with --residents"
            )
        kept.update(sorted(places, key=lambda place: bool(voters[place].votes))[:count])
    return [
        Voter(by_hand=True, style=voter.style, votes=[]) if place in kept else voter
        for place, voter in enumerate(voters)
    ]


def format_letters(
    letters: Sequence[Letter], url: str, check_url: str, manifest_hash: Hash, deadline: int
) -> str:
    """Return where to vote by hand, with which codes, and where to check a ballot."""
    due = time.strftime("%H:%M:%S", time.localtime(deadline))
    return "\n".join(
        [
            "Vote by hand, with the codes of these made-up residents:",
            *(
                f"  {each.style:<6} {each.code}  {url}/vote#{each.code}.{manifest_hash.hex()}"
                for each in sorted(letters, key=lambda letter: letter.style)
            ),
            "A second device checks a ballot at a partner's:",
            f"  {check_url}",
            f"Votes are taken in until the last release, which the manifest sets at {due}.",
        ]
    )


async def wait_by_hand(deadline: int, advance: Advance, clock: Callable[[], float] = time.time) -> None:
    """Return when Enter is typed on a terminal, or at the deadline; `advance` gets how many seconds it is."""
    began = clock()
    done = asyncio.Event()
    with _listening(done.set):
        while not done.is_set() and (left := deadline - clock()) > 0:
            advance(round(clock() - began))
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), min(MOMENT, left))


@contextmanager
def _listening(enter: Callable[[], None]) -> Iterator[None]:
    """Call `enter` when a line is typed on the terminal; without a terminal nobody can type one."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield
        return
    terminal, loop = sys.stdin.fileno(), asyncio.get_running_loop()

    def read() -> None:
        typed = os.read(terminal, 1024)
        if b"\n" in typed:
            enter()
        if not typed:  # the end of the terminal: it would be readable for ever
            loop.remove_reader(terminal)

    loop.add_reader(terminal, read)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
