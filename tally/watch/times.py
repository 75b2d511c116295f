"""Judge when things happened, by the partners' cosignature times and by the watcher's own clock.

What can be known from outside, and is judged here (PROTOCOL.md sections 5 and 9):

- A checkpoint is *from after* a time when w of its cosignature times are at or past it. That convicts. By the
  watcher's own clock, a board that is shown is from after the moment at which it was asked for; that is the
  watcher's word, and it waits twice as long before it gives it, as section 9 does with promises.
- A release is *late* when it stands on the board, but not in a board from after its time and the allowance;
  or when in such a board it has begun and not ended. Nobody outside sees which ballots wait, so a release
  that never comes is no fault by itself: too few may have voted. Promises tell.
- A release is *early* when w cosignature times of a board that has it are more than `SKEW` before its time.
- A promise is *broken* exactly as section 9 says.
"""

from collections.abc import Iterable, Mapping, Sequence

from ballots.receipt import HOUR, Promise, is_broken
from ballots.wire import Record
from tally.watch.follow import Released

SKEW = 300
"""By how many seconds the clocks of operator and partners may differ."""
WITNESSES = "witnesses"
CLOCK = "clock"
DEADLINE = 0
"""The number of a mark that stands for the promises' deadline, with the allowance that section 9 gives it."""


class Mark(Record):
    """The first board that is known to be from after the time of a release and the allowance.

    `by` says how that is known; `note` is the board's checkpoint, `times` its cosignature times.
    """

    by: str
    note: bytes
    number: int
    size: int
    times: tuple[int, ...]


class Moment(Record):
    """A witnessed board, and the watcher's clock when it was asked for."""

    note: bytes
    now: int
    size: int
    times: tuple[int, ...]


def reached(times: Sequence[int], threshold: int) -> int:
    """Return the latest time that as many witnesses had reached when they cosigned."""
    return sorted(times, reverse=True)[threshold - 1]


def find_marks(
    times: Mapping[int, int], allowance: int, threshold: int, moment: Moment, known: Iterable[Mark]
) -> list[Mark]:
    """Return the marks that a board sets: for each time, by number, that it is from after, if none stands."""
    standing = {(mark.number, mark.by) for mark in known}
    last = reached(moment.times, threshold)
    made = []
    for number, time in times.items():
        for by, is_after in (
            (WITNESSES, last >= time + allowance),
            (CLOCK, moment.now > time + 2 * allowance),
        ):
            if is_after and (number, by) not in standing:
                made.append(
                    Mark(by=by, note=moment.note, number=number, size=moment.size, times=moment.times)
                )
    return made


def find_late(released: Released, marks: Iterable[Mark]) -> Mark | None:
    """Return the mark that a release came after, the one that convicts first; None if it was in time."""
    late = [mark for mark in marks if mark.number == released.number and released.index >= mark.size]
    return next((mark for mark in late if mark.by == WITNESSES), late[0] if late else None)


def is_early(released: Released, releases: Sequence[int], threshold: int, times: Sequence[int]) -> bool:
    """Say whether a board that has the release was witnessed before the release's time."""
    return sorted(times)[threshold - 1] < releases[released.number - 1] - SKEW


class Verdict(Record):
    """Why a promise is broken: the checkpoint that lacks the ballot (none: empty), and in words."""

    note: bytes
    text: str


def judge_promise(
    promise: Promise,
    position: int | None,
    threshold: int,
    marks: Iterable[Mark],
    moment: Moment | None,
    now: int,
) -> Verdict | None:
    """Return why a promise is broken, None if it is not (yet).

    `position` is where the ballot stands (None: nowhere), `moment` the newest witnessed board, if any was
    shown, `marks` are those of DEADLINE: what comes after them heals nothing.
    """
    boards: list[tuple[bytes, int, tuple[int, ...], int]] = [
        # A mark by the clock was set more than two hours after the deadline.
        (mark.note, mark.size, mark.times, promise.deadline + 2 * HOUR + 1 if mark.by == CLOCK else 0)
        for mark in marks
    ]
    boards.append((moment.note, moment.size, moment.times, now) if moment else (b"", 0, (), now))
    for note, size, times, at in boards:
        present = position is not None and position < size
        if is_broken(promise, times, threshold, present, at):
            late = sum(time >= promise.deadline + HOUR for time in times) >= threshold
            text = (
                "a board that partners cosigned an hour or more past the deadline lacks the ballot"
                if late
                else "two hours after the deadline no witnessed board that was shown here had the ballot"
            )
            return Verdict(note=note, text=text)
    return None
