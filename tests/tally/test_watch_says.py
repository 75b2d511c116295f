"""What a watcher's alarms say, when they end, and when a promise counts as broken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.checkpoint import open_checkpoint
from ballots.merkle import leaf_hash
from ballots.receipt import make_promise
from ballots.tlog_proof import format_proof, open_proof, parse_proof
from ballots.wire import encode
from tests.simulator import RELEASES, make_world
from tests.tally.watch_attacks import doubled_request, released_late_as_partners_say, rollback
from tests.tally.watch_stage import HOUR, Stage, stage_in


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A board in whose voting three have asked, and a watcher that has looked once."""
    with stage_in(tmp_path) as stage:
        stage.ask(0, 1, 2)
        assert stage.look() == []
        yield stage


def test_a_condition_ends_and_what_happened_does_not(stage: Stage) -> None:
    """A board that answers again is no alarm; a rollback stays one."""
    gone = stage.record.with_name("gone")
    stage.record.rename(gone)
    assert stage.look() == []
    stage.time += 300
    assert stage.look() == ["unanswered"]
    gone.rename(stage.record)
    assert stage.look() == []
    assert stage.last is not None
    assert [alarm.kind.value for alarm in stage.last.ended] == ["unanswered"]
    rollback(stage)
    stage.look()
    stage.publish()
    assert stage.look() == ["rollback"]


def test_a_board_with_another_manifest_is_not_followed(stage: Stage, tmp_path: Path) -> None:
    """Nothing of another election is kept."""
    (tmp_path / "other").mkdir()
    with stage_in(tmp_path / "other", lambda: make_world(Phase.VOTING, seed="another")) as other:
        other.where = stage.where
        assert other.look() == ["manifest"]
        assert not list(other.state.record.rglob("*"))


def test_the_evidence_of_an_entry_proves_where_it_stands(stage: Stage) -> None:
    """A refused entry is kept with a proof against the checkpoint that the operator signed."""
    doubled_request(stage)
    stage.look()
    files = stage.evidence("entry")
    proof = parse_proof(files["entry.tlog-proof"])
    election = stage.world.election
    open_proof(proof, leaf_hash(files["entry"]), election.operator_vkey, election.witness_vkeys, election.w)
    assert proof.index == len(stage.world.entries)
    assert format_proof(proof) == files["entry.tlog-proof"]


def test_after_a_refused_entry_branches_are_still_seen(stage: Stage) -> None:
    """The tree is followed on, and the watcher starts again from it."""
    doubled_request(stage)
    assert stage.look() == ["entry"]
    stage.restart()
    double = stage.world.entries[-1]
    stage.publish([*stage.world.entries, double, stage.request(5)])
    assert stage.look() == ["entry"]
    stage.publish([*stage.world.entries, double, stage.request(6)])
    assert stage.look() == ["branch", "entry"]


def test_a_late_release_is_proved_by_an_earlier_board(stage: Stage) -> None:
    """The kept checkpoint is from after the time, and smaller than the release's place."""
    released_late_as_partners_say(stage)
    stage.look()
    files, election = stage.evidence("late-release"), stage.world.election
    before = open_checkpoint(files["checkpoint-1"], election.operator_vkey)
    proof = parse_proof(files["entry.tlog-proof"])
    after = open_proof(
        proof, leaf_hash(files["entry"]), election.operator_vkey, election.witness_vkeys, election.w
    )
    assert before.size <= proof.index < after.checkpoint.size


@pytest.mark.parametrize(
    ("cosigned", "now", "broken"),
    [
        (HOUR - 1, 2 * HOUR, False),
        (HOUR, HOUR, True),
        (HOUR - 1, 2 * HOUR + 1, True),
        (-60, 2 * HOUR, False),
    ],
)
def test_a_promise_is_broken_exactly_when_the_protocol_says_so(
    stage: Stage, cosigned: int, now: int, broken: bool
) -> None:
    """An hour past the deadline by partners' times, two by the watcher's clock, not a second before."""
    stage.options["stale"] = 10**9
    stage.restart()
    stage.promise(stage.cast(3)[0])
    stage.publish(time=RELEASES[-1] + cosigned)
    stage.time = RELEASES[-1] + now
    assert stage.look() == (["promise"] if broken else [])


def test_a_ballot_that_comes_after_the_hour_heals_no_promise(stage: Stage) -> None:
    """Once a board from an hour past the deadline lacked it, a promise handed in later is broken too."""
    stage.options["stale"] = 10**9
    stage.restart()
    ballot = stage.cast(3, 4)[0]
    stage.time = RELEASES[-1] + HOUR
    stage.publish()
    assert stage.look() == []
    stage.world.release(3)
    stage.publish()
    assert stage.look() == ["late-release"]
    stage.restart()
    stage.promise(ballot)
    assert stage.look() == ["late-release", "promise"]


def test_a_kept_promise_is_no_alarm(stage: Stage) -> None:
    """Also when it is handed in long after its ballot came, and the watcher started anew."""
    stage.options["stale"] = 10**9
    ballot = stage.cast(3, 4, 5)[0]
    stage.time = RELEASES[0] + 1
    stage.world.release(1)
    stage.publish()
    assert stage.look() == []
    stage.restart()
    stage.promise(ballot)
    stage.time = RELEASES[-1] + 5 * HOUR
    stage.publish()
    assert stage.look() == []
    assert stage.last is not None
    assert stage.last.promises == 1


def test_files_of_no_use_are_counted_and_not_named(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A promise by another key, a letter, a link: none is an alarm, and no name of a file is told."""
    forged = make_promise(stage.world.election, b"x" * 32, bytes(32))
    (stage.handed / "anna-de-vries").write_bytes(encode(forged))
    (stage.handed / "letter").write_bytes(b"dear watcher")
    (stage.handed / "large").write_bytes(bytes(2**20))
    (stage.handed / "link").symlink_to(stage.handed / "letter")
    assert stage.look() == []
    assert stage.last is not None
    assert (stage.last.unreadable, stage.last.promises) == (3, 0)
    assert "anna" not in str(stage.last)


def test_a_file_beside_the_board_is_asked_for_until_it_is_there(tmp_path: Path) -> None:
    """A picture that is missing, or has other bytes, is an alarm until it is right."""
    with stage_in(tmp_path) as stage:
        name = next(path for path in (stage.record / "files").iterdir())
        raw = name.read_bytes()
        name.unlink()
        assert stage.look() == ["record"]
        name.write_bytes(b"another")
        assert stage.look() == ["record"]
        name.write_bytes(raw)
        assert stage.look() == []
        assert (stage.state.record / "files" / name.name).read_bytes() == raw
