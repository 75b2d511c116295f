"""What an attack leaves behind, and how both implementations judge it.

A scene is a record with an auditor's anchors, an entry against a board, calls of a primitive, or a request to
a real partner node. The first three are told as JSON: both implementations see exactly the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ballots.errors import ProtocolError
from ballots.wire import encode
from service.partner.errors import PartnerError
from tests.board_cases import CASES
from tests.forge import PairedSetup
from tests.records import Files, Json, in_base64
from tests.simulator import World
from tests.stages import world_at
from tests.tally.breaks import BREAKS
from tests.tally.drafts import Draft
from tests.vector_calls import CALLS

Judge = Callable[[str, Json], Json]
"""From a call and what it is given to {"gives": ...} or {"refused": reason}."""


def python_judge(call: str, given: Json) -> Json:
    """Return the verdict of the implementation in ballots/ and tally/."""
    try:
        return {"gives": CALLS[call](given)}
    except ProtocolError as error:
        return {"refused": error.reason}


@dataclass(frozen=True)
class Record:
    """A whole record. The checks that fail are the answer; none if it is accepted."""

    files: Files
    manifest: bytes
    operator: str = ""

    def judged(self, judge: Judge) -> str:
        """Return the ids of all checks that fail, "slack N" or "not anchored" if none does."""
        given = {"files": in_base64(self.files), "manifest": self.manifest.hex(), "operator": self.operator}
        result = judge("audit", given)["gives"]
        failed = sorted(fault["id"] for fault in result["faults"])
        assert result["valid"] is (not failed), result
        if failed:
            return " ".join(failed)
        return "not anchored" if not result["anchored"] else f"slack {result['slack']}"


@dataclass(frozen=True)
class Entry:
    """An entry after others: the state machine refuses it, and the audit of a record that ends with it."""

    draft: Draft
    raw: bytes
    before: Sequence[bytes]

    def judged(self, judge: Judge) -> str:
        """Return the check that fails and the reason of the refusal."""
        texts = [entry.decode() for entry in self.before]
        answer = judge("board", {"entries": texts, "entry": self.raw.decode()})
        reason = answer.get("refused", "accepted")
        return f"{Record(self.draft.contents(), b'').judged(judge)} {reason}"


@dataclass(frozen=True)
class Calls:
    """Calls that must all get the same answer: the reason why they are refused, or what they give."""

    calls: Sequence[tuple[str, Json]]
    member: str = ""
    """Which member of what is given is the answer, where a call answers without refusing."""

    def judged(self, judge: Judge) -> str:
        """Return the one answer; different ones, one after another, if they differ."""
        answers = [judge(call, given) for call, given in self.calls]
        texts = [answer.get("refused") or self._told(answer["gives"]) for answer in answers]
        return " or ".join(sorted(set(texts)))

    def _told(self, gives: Json) -> str:
        return f"{self.member} {gives[self.member]}" if self.member else "accepted"


@dataclass(frozen=True)
class Alike:
    """Calls that must all be answered alike, whatever the answer is."""

    calls: Sequence[tuple[str, Json]]

    def judged(self, judge: Judge) -> str:
        """Say whether they are."""
        answers = [judge(call, given) for call, given in self.calls]
        alike = len(answers) > 1 and all(answer == answers[0] for answer in answers)
        return "the same verdict" if alike else "different verdicts"


@dataclass(frozen=True)
class Node:
    """A request to real code that exists once: a partner's node, or what an operator's word is worth."""

    ask: Callable[[], Any] = field(repr=False)

    def judged(self, judge: Judge) -> str:
        """Return the reason of the refusal."""
        assert judge is python_judge, "there is one implementation of it"
        try:
            answer = self.ask()
        except (PartnerError, ProtocolError) as error:
            return error.reason
        return str(answer)


Scene = Record | Entry | Calls | Alike | Node


def call(name: str, **given: Any) -> Calls:
    """Return the scene of one call."""
    return Calls([(name, given)])


# --- records and entries ---


def record_of(draft: Draft) -> Record:
    """Return the scene of a record whose auditor has the manifest hash of the election."""
    election = draft.world.board.election
    return Record(draft.contents(), election.manifest_hash if election else b"")


def entry_after(world: World, entry: Any) -> Entry:
    """Return the scene of an entry put after those of a world, in a record that everybody has cosigned."""
    raw = entry if isinstance(entry, bytes) else encode(entry)
    before = entry.entries if isinstance(entry, PairedSetup) else world.entries
    files = dict(world_at("roll").files) if isinstance(entry, PairedSetup) else dict(world.files)
    return Entry(Draft(world, [*before, bytes(raw)], files), bytes(raw), list(before))


def refused(name: str) -> Callable[[], Entry]:
    """Return the scene of a case of board_cases.py, by its name."""
    (case,) = [case for case in CASES if case.name == name]

    def make() -> Entry:
        world = world_at(case.at)
        return entry_after(world, case.make(world))

    return make


def broken(name: str) -> Callable[[], Record]:
    """Return the scene of a break of breaks.py, by its name."""
    (case,) = [case for case in BREAKS if case.name == name]

    def make() -> Record:
        draft = case.make()
        if "manifest" in case.options:
            return Record(draft.contents(), case.options["manifest"])
        return record_of(draft)

    return make
