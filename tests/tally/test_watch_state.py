"""What a watcher keeps: a crash at any durable write loses nothing, and nothing is forgotten in silence."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tally.audit.run import audit
from tally.watch.disk import StateError
from tests.simulator import RELEASES, write_record
from tests.tally.watch_attacks import doubled_request, larger
from tests.tally.watch_stage import HOUR, Stage, audit_source, stage_in


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A board in whose voting three have asked, and a watcher that has looked once."""
    with stage_in(tmp_path) as stage:
        stage.ask(0, 1, 2)
        assert stage.look() == []
        yield stage


class Killed(BaseException):
    """The process ends here."""


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> list[int]:
    """Let the process end at the numbered flush to the disk; the list has the number of those that were."""
    counted, flush = [0], os.fsync

    def fsync(handle: int) -> None:
        counted[0] += 1
        if counted[0] == number:
            raise Killed
        flush(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return counted


def grow(stage: Stage) -> list[str]:
    """More requests, and a promise."""
    stage.promise(stage.cast(3, 4, 5)[0])
    stage.publish()
    return []


def grow_badly(stage: Stage) -> list[str]:
    """An entry that may not stand there."""
    doubled_request(stage)
    return ["entry"]


def branch(stage: Stage) -> list[str]:
    """Another last entry, and one more."""
    larger(stage)
    return ["branch"]


def pass_the_deadline(stage: Stage) -> list[str]:
    """A promise is broken."""
    stage.promise(stage.cast(3)[0])
    stage.time = RELEASES[-1] + HOUR
    stage.publish()
    return ["promise"]


@pytest.mark.parametrize(
    "step", [grow, grow_badly, branch, pass_the_deadline], ids=lambda each: each.__name__
)
def test_a_crash_at_any_flush_changes_nothing_in_the_end(
    stage: Stage, step: Callable[[Stage], list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Killed at the first, second, ... flush and started again, it ends where one ends that was not."""
    expected = step(stage)
    stage.close()
    shutil.copytree(stage.state.folder, tmp_path / "before")
    number, flushes = 1, 1
    while number <= flushes:
        shutil.rmtree(stage.state.folder)
        shutil.copytree(tmp_path / "before", stage.state.folder)
        with monkeypatch.context() as patch:
            counted = kill_at(patch, number)
            stage.restart()
            with pytest.raises(Killed):
                stage.look()
        stage.restart()
        assert stage.look() == expected
        assert stage.look() == expected
        stage.close()
        if number == 1:  # how many there are, an undisturbed run tells
            shutil.rmtree(stage.state.folder)
            shutil.copytree(tmp_path / "before", stage.state.folder)
            with monkeypatch.context() as patch:
                counted = kill_at(patch, 0)
                stage.restart()
                stage.look()
                flushes = counted[0]
            stage.close()
        number += 1
    assert flushes > 5
    if not expected:
        result = audit(audit_source(stage), manifest=stage.world.election.manifest_hash, processes=1)
        assert result.valid, result.faults


def test_a_crash_at_the_very_first_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half is ever taken for the record: the watcher begins, or goes on, and confirms all."""
    with stage_in(tmp_path) as stage:
        for number in range(1, 12):
            with monkeypatch.context() as patch:
                kill_at(patch, number)
                with pytest.raises(Killed):
                    stage.look()
            stage.restart()
            assert stage.look() == []
            assert stage.last is not None
            assert stage.last.size == len(stage.world.entries)
            stage.close()
            shutil.rmtree(stage.state.folder)


def lose_the_record(stage: Stage) -> None:
    shutil.rmtree(stage.state.record)


def lose_the_checkpoint(stage: Stage) -> None:
    (stage.state.record / "checkpoint").unlink()


def go_back(stage: Stage) -> None:
    entries = stage.world.entries
    shutil.rmtree(stage.state.record)
    write_record(stage.state.record, entries[:-1], stage.world.files, stage.sign(entries[:-1]))


def lose_a_bundle(stage: Stage) -> None:
    (path,) = (stage.state.record / "tile/entries/000.p").iterdir()
    path.unlink()


def change_a_bundle(stage: Stage) -> None:
    """Another signature in an entry that can be parsed and placed all the same."""
    (path,) = (stage.state.record / "tile/entries/000.p").iterdir()
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b'"signature":"') + 13
    raw[at] = ord("A") if raw[at] != ord("A") else ord("B")
    path.write_bytes(raw)


def lose_the_pins(stage: Stage) -> None:
    (stage.state.folder / "pins.json").unlink()


def change_an_alarm(stage: Stage) -> None:
    doubled_request(stage)
    stage.look()
    stage.close()
    (path,) = (stage.state.folder / "alarms").glob("*/alarm.json")
    path.write_bytes(b"{}")


def change_a_head(stage: Stage) -> None:
    (stage.state.folder / "heads").mkdir(exist_ok=True)
    (stage.state.folder / "heads" / "1").write_bytes(b"no note")


DAMAGES = [
    lose_the_record,
    lose_the_checkpoint,
    go_back,
    lose_a_bundle,
    change_a_bundle,
    lose_the_pins,
    change_an_alarm,
    change_a_head,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_a_folder_that_has_lost_something_is_refused(stage: Stage, damage: Callable[[Stage], None]) -> None:
    """A watcher does not begin anew where it had seen something; it says what to do."""
    stage.close()
    damage(stage)
    stage.close()
    with pytest.raises(StateError, match=r"expected an empty folder|restore"):
        stage.restart()


def test_one_watcher_at_a_time(stage: Stage) -> None:
    """A second one is refused while the first has the folder."""
    manifest = stage.world.election.manifest_hash
    with pytest.raises(StateError, match="another watcher"), stage.state.hold(manifest):
        pass


def test_a_folder_is_for_one_election(stage: Stage) -> None:
    """Another manifest hash needs another folder."""
    stage.close()
    with pytest.raises(StateError, match="another election"), stage.state.hold(bytes(32)):
        pass


def test_a_full_disk_is_told_and_nothing_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file; when there is room again the watcher goes on."""
    stage.ask(5)
    with monkeypatch.context() as patch:

        def fsync(handle: int) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(os, "fsync", fsync)
        with pytest.raises(StateError, match="No space left"):
            stage.look()
    stage.restart()
    assert stage.look() == []
    assert stage.last is not None
    assert stage.last.size == len(stage.world.entries)


def test_a_promise_stays_known_when_its_file_goes(stage: Stage) -> None:
    """What was handed in once is judged after a restart too."""
    stage.promise(stage.cast(3)[0])
    stage.publish()
    assert stage.look() == []
    (stage.handed / "promise").unlink()
    stage.restart()
    stage.time = RELEASES[-1] + HOUR
    stage.publish()
    assert stage.look() == ["promise"]


def test_old_partial_tiles_are_not_gathered(tmp_path: Path) -> None:
    """However many rounds a record took, the folder has its tiles and bundles once."""
    with stage_in(tmp_path) as stage:
        for resident in range(8):
            stage.ask(resident)
            assert stage.look() == []
        kept = [path for path in (stage.state.record / "tile").rglob("*") if path.is_file()]
        assert len(kept) == 2
