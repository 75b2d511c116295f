"""What a watcher cries out about, as one table, and one alarm as a record.

An alarm that lasts stays for good: what it says has happened, and its evidence is kept. The others are the
state of things now, and end when that does. Format: PROTOCOL.md sections 3, 5 and 9.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What an alarm is about."""

    BRANCH = "branch"
    ROLLBACK = "rollback"
    ENTRY = "entry"
    EARLY = "early-release"
    LATE = "late-release"
    PROMISE = "promise"
    MANIFEST = "manifest"
    CHECKPOINT = "checkpoint"
    WITNESSES = "witnesses"
    RECORD = "record"
    STALE = "stale"
    UNANSWERED = "unanswered"


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of alarm says, whether it lasts, and who must act."""

    says: str
    lasts: bool
    acts: str


MEANINGS: Mapping[Kind, Meaning] = {
    Kind.BRANCH: Meaning(
        says="the operator signed two boards of which neither begins the other",
        lasts=True,
        acts="everybody: show both checkpoints to the partners and to the other watchers",
    ),
    Kind.ROLLBACK: Meaning(
        says="the board is smaller than one that the operator had signed before",
        lasts=True,
        acts="the operator: was a backup restored, or is an old copy served?",
    ),
    Kind.ENTRY: Meaning(
        says="an entry stands on the board that may not stand there",
        lasts=True,
        acts="officials and partners: stop, and audit the record",
    ),
    Kind.EARLY: Meaning(
        says="ballots were released before their time",
        lasts=True,
        acts="the operator: look at the sequencer's clock",
    ),
    Kind.LATE: Meaning(
        says="ballots were released after their time, or a release stays unfinished",
        lasts=True,
        acts="the operator: did the sequencer stand still?",
    ),
    Kind.PROMISE: Meaning(
        says="a promised ballot is not on the board in time",
        lasts=True,
        acts="the voter, with the promise, and the officials, who must not close",
    ),
    Kind.MANIFEST: Meaning(
        says="the board has not the manifest that was given",
        lasts=False,
        acts="you: compare hash and address with the letter",
    ),
    Kind.CHECKPOINT: Meaning(
        says="the checkpoint is no note that the operator signed",
        lasts=False,
        acts="the operator, or whoever serves the record",
    ),
    Kind.WITNESSES: Meaning(
        says="too few partners cosigned the checkpoint, or a cosignature is bad",
        lasts=False,
        acts="the operator, with the partners",
    ),
    Kind.RECORD: Meaning(
        says="a part of the record is missing, or is not what was signed",
        lasts=False,
        acts="the operator, or whoever serves the record",
    ),
    Kind.STALE: Meaning(
        says="no partner has cosigned anything new for long",
        lasts=False,
        acts="you: compare with what others are shown; a quiet board looks the same",
    ),
    Kind.UNANSWERED: Meaning(
        says="the board does not answer",
        lasts=False,
        acts="the operator, or whoever serves the record",
    ),
}


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm: when it was first raised (seconds since 1970), of what kind, and in words what was seen.

    `about` is what makes it one alarm and not another. `place` is an entry's index, -1 if it has none.
    """

    about: str
    kind: Kind
    message: str
    place: int
    time: int

    @property
    def name(self) -> str:
        """The name under which it is kept: the same thing gets the same name."""
        digest = hashlib.sha256(f"{self.kind}\n{self.about}".encode()).hexdigest()
        return f"{self.kind}-{digest[:16]}"

    @property
    def meaning(self) -> Meaning:
        """What its kind means."""
        return MEANINGS[self.kind]
