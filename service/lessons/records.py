"""What is said over HTTP about lessons. Secrets stand in bodies alone, never in an address."""

from typing import Annotated

import msgspec

from ballots.wire import Bytes, Count, Key, Record

JoinCode = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-HJKMNP-TV-Z]{8}\Z")]
"""Eight of Crockford's symbols in capitals; the last one is the check symbol of the others."""


class Ticket(Bytes):
    """16 bytes that a tablet draws for one visit, so that a message that is sent again counts once."""

    LENGTH = 16


class LessonStart(Record):
    """A wish for a lesson. It says nothing, for nothing needs to be known of it."""


class LessonMade(Record):
    """The secrets of a new lesson: the class gets `join`, and `teacher` stays with whoever started it."""

    join: JoinCode
    teacher: Key


class TabletQuery(Record, tag_field="kind", tag="tablet"):
    """A tablet asks whether its lesson still runs."""

    join: JoinCode


class TeacherQuery(Record, tag_field="kind", tag="teacher"):
    """The teacher asks how many have voted."""

    teacher: Key


class LessonEnd(Record):
    """The teacher ends the lesson."""

    teacher: Key


class LessonVoted(Record):
    """A ballot was promised on a tablet of this lesson. It does not say which."""

    join: JoinCode
    ticket: Ticket


class LessonState(Record, tag_field="kind", tag="state"):
    """What a tablet may know."""

    running: bool


class LessonCount(Record, tag_field="kind", tag="count"):
    """What the teacher may know."""

    running: bool
    voted: Count
