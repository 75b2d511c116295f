"""The audit of bytes that are no record: always a verdict, never an exception, never valid."""

import multiprocessing
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots.board import Phase
from ballots.wire import encode
from tally.audit.run import audit
from tally.audit.source import MissingFileError
from tally.audit.workers import WorkersError
from tests.count_rules import GREEDY
from tests.simulator import make_world
from tests.stages import world_at
from tests.tally.drafts import Memory, draft, draft_of


class Bytes:
    """A record that answers every path with the same bytes."""

    def __init__(self, raw: bytes, checkpoint: bytes | None = None) -> None:
        self.raw = raw
        self.checkpoint = checkpoint

    def read(self, path: str, limit: int) -> bytes:
        if path == "checkpoint" and self.checkpoint is not None:
            return self.checkpoint
        if not self.raw:
            raise MissingFileError(path)
        return self.raw[:limit]

    def paths(self) -> list[str]:
        return ["checkpoint", "tile/0/000", "\udcff", "files/x"]


@given(st.binary(max_size=300))
@settings(max_examples=50)
def test_any_bytes_lead_to_a_verdict(raw: bytes) -> None:
    """Whatever stands in the files, the audit ends with a failed check."""
    assert not audit(Bytes(raw)).valid
    checkpoint = Memory(draft_of(world_at("sealed"))).files["checkpoint"]
    assert not audit(Bytes(raw, checkpoint)).valid


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=5), st.integers(0, 30))
@settings(max_examples=50)
def test_any_entries_lead_to_a_verdict(tail: list[bytes], keep: int) -> None:
    """Whatever an operator signs as entries, the audit ends with a failed check at the first of them."""
    record = draft_of(world_at("voting"))
    record.entries = [*record.entries[:keep], *tail]
    result = audit(Memory(record))
    assert [(fault.id, fault.at) for fault in result.faults if isinstance(fault.at, int)] == [
        ("E01", min(keep, len(record.entries) - len(tail)))
    ]


def test_an_absurd_size_ends_at_the_first_missing_bundle() -> None:
    """A checkpoint of 2^53-1 entries costs no more than the entries that are there."""
    honest = Memory(draft_of(world_at("sealed"))).files["checkpoint"].decode()
    lines = honest.split("\n")
    lines[1] = str(2**53 - 1)
    result = audit(Bytes(b"", "\n".join(lines).encode()))
    assert "L04" in [fault.id for fault in result.faults]


def test_single_changes_are_never_accepted() -> None:
    """Random changes of one bit, one byte or one tail, anywhere in the record, always fail the audit."""
    world = make_world(witnesses=6, residents={"adult": 3}, release_minimum=1)
    honest = Memory(draft_of(world))
    hash_ = world.election.manifest_hash
    assert audit(honest, manifest=hash_).valid
    choose = random.Random(7)
    for _ in range(100):
        path = choose.choice(sorted(honest.files))
        raw = bytearray(honest.files[path])
        place = choose.randrange(len(raw))
        match choose.randrange(4):
            case 0:
                raw[place] ^= 1 << choose.randrange(8)
            case 1:
                del raw[place]
            case 2:
                raw.insert(place, choose.randrange(256))
            case 3:
                del raw[place:]
        changed_record = Memory(draft_of(world))
        changed_record.files = honest.files | {path: bytes(raw)}
        if bytes(raw) != honest.files[path]:
            assert not audit(changed_record, manifest=hash_).valid, (path, place)


def test_no_fault_message_can_steer_a_terminal() -> None:
    """What comes from the record is printed without control characters."""
    record = draft_of(world_at("set-up"))
    record.entries = [*record.entries, b'{"kind":"style","\xc2\x9b\x1b[31m":1}', encode(GREEDY)]
    result = audit(Memory(record))
    assert result.faults
    assert all(fault.message.isprintable() and fault.message.isascii() for fault in result.faults)


@pytest.mark.parametrize("where", ["tally.audit.counting.open_ballot", "tally.outcome.BallotCount.finish"])
def test_what_nobody_foresaw_in_the_count_is_a_failed_check(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that no rule knows, while ballots are opened or counted, fails the audit."""

    def surprise(*_: object) -> None:
        raise ZeroDivisionError("secret")

    record = Memory(draft())
    monkeypatch.setattr(where, surprise)
    result = audit(record)
    assert [(fault.id, fault.message) for fault in result.faults] == [
        ("T03", "ZeroDivisionError while ballots were opened and counted")
    ]


def test_what_nobody_foresaw_in_the_replay_is_a_failed_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that no rule knows, while an entry is verified, fails the audit at that entry."""

    def surprise(*_: object) -> None:
        raise ZeroDivisionError("secret")

    record = draft(Phase.VOTING)
    monkeypatch.setattr("tally.audit.replay.verify_before_placing", surprise)
    (fault,) = audit(Memory(record)).faults
    assert (fault.id, fault.at, fault.reason) == ("E01", 4, "unexpected")
    assert "secret" not in fault.message


def die(election: object, entries: object) -> None:
    """Be killed in a worker process, as by a system without memory."""
    if multiprocessing.parent_process() is not None:
        os._exit(9)


def test_a_worker_that_dies_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a worker process is killed, the audit says so, and neither valid nor invalid."""
    monkeypatch.setattr("tally.audit.workers.IN_PLACE", 0)
    monkeypatch.setattr("tally.audit.replay.verify_entries", die)
    record = draft_of(make_world(until=Phase.ROLL, residents={"adult": 300}, page=1))
    record.world.enrol()
    record.entries = record.world.entries
    with pytest.raises(WorkersError, match="memory"):
        audit(Memory(record), processes=2)
