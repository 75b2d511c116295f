"""Watching a board: an honest one is quiet through a whole election, and each attack is cried out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.errors import ProofError
from ballots.merkle import leaf_hash
from tally.audit.report import make_report
from tally.audit.run import audit
from tally.watch.alarms import MEANINGS, Kind
from tally.watch.evidence import branch_files, verify_branch
from tests.simulator import RELEASES, hash_reader, make_world
from tests.tally.drafts import audited, big_world
from tests.tally.watch_attacks import ATTACKS, BRANCHES, stale
from tests.tally.watch_stage import HOUR, Stage, audit_source, served_over_http, stage_in


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A board in whose voting three have asked, and a watcher that has looked once."""
    with stage_in(tmp_path) as stage:
        stage.ask(0, 1, 2)
        assert stage.look() == []
        yield stage


# --- an honest board ------------------------------------------------------------------------------


@pytest.mark.parametrize("over_http", [False, True], ids=["folder", "http"])
def test_an_honest_election_raises_no_alarm(tmp_path: Path, over_http: bool) -> None:
    """From the start to certification, round by round; what the watcher keeps is anchored and valid."""
    with stage_in(tmp_path) as stage, served_over_http(stage.record) as address:
        stage.where = address if over_http else stage.where
        world = stage.world
        assert stage.look() == []
        ballots = stage.cast(*range(10))
        stage.promise(ballots[0])
        for number, time in enumerate(RELEASES, 1):
            stage.time = time + 30
            world.release(number)
            stage.publish()
            assert stage.look() == []
        stage.time += 2 * HOUR + 1
        for step in (world.close, world.open, world.count):
            step()
            stage.publish()
            assert stage.look() == []
        world.certify(lambda official: make_report(official, audited(world)))
        stage.publish()
        stage.time += 10 * 86_400
        assert stage.look() == []
        assert stage.last is not None
        assert (stage.last.phase, stage.last.size) == ("certified", len(world.entries))
        result = audit(audit_source(stage), manifest=world.election.manifest_hash, processes=1)
        assert result.valid, result.faults
        assert result.anchored


def test_a_round_reads_only_what_is_new(tmp_path: Path) -> None:
    """Nothing new: one file. One more entry: its bundle and the tiles that it changed, and no file again."""
    with stage_in(tmp_path, lambda: make_world(Phase.VOTING, residents={"adult": 300}, page=1)) as stage:
        assert stage.look() == []
        assert stage.look() == []
        assert stage.reads == ["checkpoint"]
        stage.restart()
        assert stage.look() == []
        stage.ask(0)
        assert stage.look() == []
        size = len(stage.world.entries)
        bundle = f"tile/entries/001.p/{size - 256}"
        assert stage.reads == ["checkpoint", bundle, f"tile/0/001.p/{size - 256}"]


def test_set_up_is_waited_for(tmp_path: Path) -> None:
    """A board without a manifest says nothing yet, and is no alarm."""
    with stage_in(tmp_path) as stage:
        entries, stage.world.entries = stage.world.entries, stage.world.entries[:2]
        stage.publish()
        assert stage.look() == []
        assert not list(stage.state.record.rglob("*"))
        stage.world.entries = entries
        stage.publish()
        assert stage.look() == []
        assert stage.last is not None
        assert stage.last.size == len(entries)


def test_new_cosignatures_over_the_same_board_are_kept(stage: Stage) -> None:
    """The newest witnessed time follows the partners, though the board has not grown."""
    stage.time += 5000
    note = stage.publish()
    assert stage.look() == []
    assert stage.last is not None
    assert stage.last.witnessed == stage.time
    assert (stage.state.record / "checkpoint").read_bytes() == note


# --- attacks ---


@pytest.mark.attack
@pytest.mark.parametrize("make", BRANCHES, ids=lambda make: make.__name__)
def test_a_branch_convicts(stage: Stage, make: Callable[[Stage], None]) -> None:
    """It is cried out, and the files that are kept convict the operator before anybody."""
    confirmed = (stage.state.record / "checkpoint").read_bytes()
    make(stage)
    assert "branch" in stage.look()
    verify_branch(stage.evidence("branch"), stage.world.election.operator_vkey)
    assert (stage.state.record / "checkpoint").read_bytes() == confirmed
    assert set(stage.kinds()) <= {"branch", "rollback", "record"}
    stage.restart()
    assert "branch" in stage.kinds()


@pytest.mark.attack
def test_a_branch_before_a_full_bundle_convicts(tmp_path: Path) -> None:
    """The change lies in a bundle that no round reads again; the whole branch is fetched and kept."""
    with stage_in(tmp_path, big_world, RELEASES[-1]) as stage:
        assert stage.look() == []
        entries = list(stage.world.entries)
        at = next(i for i, raw in enumerate(entries) if b'"kind":"request"' in raw)
        entries[at], entries[at + 1] = entries[at + 1], entries[at]
        stage.publish([*entries, b"{}"])
        assert stage.look() == ["branch"]
        files = stage.evidence("branch")
        verify_branch(files, stage.world.election.operator_vkey)
        (kept,) = (stage.state.folder / "alarms").glob("*.record")
        assert (kept / "tile/entries/000").exists()
        stage.reads.clear()
        stage.restart()
        assert "branch" in stage.look()


def test_two_honest_checkpoints_convict_nobody(stage: Stage) -> None:
    """The evidence of a branch cannot be made from a board that only grew, nor from one checkpoint twice."""
    first = stage.sign(stage.world.entries)
    stage.ask(5)
    second = stage.sign(stage.world.entries)
    size = len(stage.world.entries)
    hashes = hash_reader([leaf_hash(raw) for raw in stage.world.entries])
    operator = stage.world.election.operator_vkey
    for files in (
        branch_files(first, second, (size - 1, size), hashes),
        branch_files(second, second, (size, size), hashes),
    ):
        with pytest.raises(ProofError, match="there is no branch"):
            verify_branch(files, operator)


@pytest.mark.attack
@pytest.mark.parametrize(("attack", "expected"), ATTACKS, ids=lambda each: getattr(each, "__name__", ""))
def test_each_attack_is_cried_out(stage: Stage, attack: Callable[[Stage], None], expected: list[str]) -> None:
    """By its own kind and by no other; what lasts is still known after a restart."""
    stage.options["stale"] = 86_400 if attack is stale else 10**9
    stage.restart()
    attack(stage)
    assert stage.look() == expected
    assert stage.look() == expected
    stage.restart()
    assert stage.kinds() == [kind for kind in expected if MEANINGS[Kind(kind)].lasts]


def test_every_kind_has_its_attack() -> None:
    """No kind of alarm is there that no test raises."""
    raised = {kind for _, kinds in ATTACKS for kind in kinds}
    assert (
        raised | {"branch", "manifest"} == {kind.value for kind in Kind} == {kind.value for kind in MEANINGS}
    )
