"""The public record: whole, true and never changed, whatever crashes or lies."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots.checkpoint import verify_witnessed
from ballots.merkle import leaf_hash
from ballots.tiles import (
    format_path,
    new_bundles,
    new_tiles,
    parse_path,
    tiles_of_size,
    verify_tiles,
)
from service import faults
from service.board import witnesses
from service.board.errors import FolderInUseError, RecordError, WitnessError
from service.board.publish import RecordFolder
from service.board.tree import Tree
from tests.service.board_stage import Stage, open_stage

PAST = [1000, 2000, 3000]
FIRST_POINTS = (
    "batch-written",
    "batch-committed",
    "guard-written",
    "files-staged",
    "files-renamed",
    "bundles-published",
    "files-published",
    "cosigned",
    "witnessed-kept",
    "checkpoint-staged",
    "checkpoint-published",
)
"""Every fault point of the sequencer."""
LATER_POINTS = (
    "batch-written",
    "batch-committed",
    "guard-written",
    "files-staged:4",
    "files-renamed:4",
    "bundles-published:2",
    "files-published",
    "cosigned",
    "witnessed-kept",
    "checkpoint-staged",
    "checkpoint-published:2",
)
"""The same in a later life, after those that the repair at start passes."""


@pytest.fixture
async def stage(database: str, folder: Path) -> AsyncIterator[Stage]:
    """An election of which everything up to the voting waits in the inbox."""
    async with open_stage(database, folder) as stage:
        yield stage


@pytest.fixture
def record(folder: Path) -> RecordFolder:
    """An empty record."""
    record = RecordFolder(folder / "record")
    record.prepare()
    return record


async def verify_record(stage: Stage) -> None:
    """Raise unless the published record is whole, witnessed, and of the board in the database."""
    board = await stage.replay()
    note = (stage.record_dir / "checkpoint").read_bytes()
    election = stage.world.election
    head = verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w).checkpoint
    assert (head.size, head.root) == (board.size, board.root())
    verify_tiles(head.size, head.root, lambda tile: (stage.record_dir / format_path(tile)).read_bytes())
    needed = {format_path(tile) for tile in tiles_of_size(head.size)}
    files = stage.files()
    assert needed | {f"files/{name.hex()}" for name in stage.world.files} <= files.keys()
    for path in files:
        assert path == "checkpoint" or path.startswith("files/") or parse_path(path)


# --- the folder -----------------------------------------------------------------------------------


def test_a_file_never_gets_other_bytes(record: RecordFolder) -> None:
    """The same bytes again are fine; other bytes stop everything and change nothing."""
    record.put([("tile/0/000.p/1", b"a")])
    record.put([("tile/0/000.p/1", b"a")])
    with pytest.raises(RecordError, match="never overwritten"):
        record.put([("tile/0/000.p/2", b"new"), ("tile/0/000.p/1", b"b")])
    assert (record.folder / "tile/0/000.p/1").read_bytes() == b"a"
    assert not (record.folder / "tile/0/000.p/2").exists()


def test_unfinished_files_stand_beside_the_record_and_are_thrown_away(record: RecordFolder) -> None:
    """What a crash leaves behind is not in the record, and is gone after the next start."""
    left = record.folder.parent / ".record.unfinished" / "left"
    left.write_bytes(b"half")
    record.prepare()
    assert not left.exists()
    assert list(record.folder.iterdir()) == []


def test_only_one_process_publishes_in_a_folder(record: RecordFolder) -> None:
    """The second is told so; it may when the first lets go."""
    other = RecordFolder(record.folder)
    with pytest.raises(FolderInUseError, match="stop it first"):
        other.prepare()
    record.close()
    other.prepare()
    other.close()


def test_partial_tiles_go_when_the_full_one_is_published(record: RecordFolder) -> None:
    """Those that a published checkpoint still needs stay."""
    tree = Tree(leaf_hash(b"%d" % index) for index in range(600))
    for old, new in ((0, 200), (200, 255), (255, 300), (300, 600)):
        record.put(new_tiles(old, new, tree.read))
        record.put(new_bundles(old, new, lambda index: b"%d" % index))
        record.prune(old, new)
        kept = {str(path.relative_to(record.folder)) for path in record.folder.rglob("*") if path.is_file()}
        assert {format_path(tile) for tile in tiles_of_size(new)} <= kept
    assert not (record.folder / "tile/0/000.p").exists()
    assert not (record.folder / "tile/entries/001.p").exists()
    assert (record.folder / "tile/1/000.p/1").exists()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_a_tree_gives_every_earlier_root_and_tile(sizes: list[int]) -> None:
    """However it grew, the hashes of each size lead to that size's root."""
    tree, grown = Tree(), 0
    for size in sorted(sizes):
        tree.extend(leaf_hash(b"%d" % index) for index in range(grown, size))
        grown = size
        tiles = dict(new_tiles(0, size, tree.read)) | dict(new_bundles(0, size, lambda i: b"%d" % i))
        verify_tiles(size, tree.root_at(size), lambda tile, tiles=tiles: tiles[format_path(tile)])  # type: ignore[misc]
    assert tree.root_at(grown) == tree.root()


# --- publishing -----------------------------------------------------------------------------------


async def test_nothing_is_published_before_the_manifest(database: str, folder: Path) -> None:
    """Without witnesses there is no checkpoint, and so no record."""
    async with open_stage(database, folder, offer=False) as stage:
        await stage.offer(stage.world.entries[:3])
        async with stage.open() as steps:
            await steps.step()
        assert stage.files() == {}


async def test_the_record_is_whole_after_every_batch(stage: Stage) -> None:
    """Each checkpoint that is published has all its tiles, bundles and files."""
    async with stage.open() as steps:
        await steps.step()
        await verify_record(stage)
        for resident in range(3):
            await stage.ask(resident)
            await steps.step()
            await verify_record(stage)


async def test_files_are_published_only_when_an_entry_names_them(stage: Stage) -> None:
    """What nobody names is not in the record, or an audit could not account for it."""
    stray = stage.world.add_file(b"nobody names this")
    await stage.offer([])
    async with stage.open() as steps:
        await steps.step()
    assert f"files/{stray.hex()}" not in stage.files()
    del stage.world.files[stray]
    await verify_record(stage)


async def test_a_start_writes_again_what_is_missing(stage: Stage) -> None:
    """Files that were lost come back with the same bytes."""
    async with stage.open() as steps:
        await steps.step()
    before = stage.files()
    for path in before:
        (stage.record_dir / path).unlink()
    async with stage.open():
        pass
    assert stage.files() == before


async def test_a_start_stops_at_a_file_that_was_changed(stage: Stage) -> None:
    """A tile with other bytes is not repaired in silence."""
    async with stage.open() as steps:
        await steps.step()
    next((stage.record_dir / "tile/0").rglob("*.p/*")).write_bytes(b"x" * 32)
    with pytest.raises(RecordError, match="other bytes"):
        async with stage.open():
            pass


# --- witnesses ------------------------------------------------------------------------------------


def refuse(status: int, body: bytes) -> tuple[int, bytes] | None:
    """Answer that the proof is wrong."""
    return 422, b"no\n"


def hang(status: int, body: bytes) -> tuple[int, bytes] | None:
    """Never answer."""
    return None


def claim_more(status: int, body: bytes) -> tuple[int, bytes] | None:
    """Claim a size that we never signed."""
    return 409, b"999999\n"


def garble(status: int, body: bytes) -> tuple[int, bytes] | None:
    """Answer a line with a wrong signature."""
    return 200, body[:-6] + b"AAAA\n"


def chatter(status: int, body: bytes) -> tuple[int, bytes] | None:
    """Answer far too much."""
    return 200, b"x" * 10_000_000


FAULTS = [refuse, hang, claim_more, garble, chatter]


@pytest.mark.parametrize("spoil", FAULTS)
async def test_two_bad_witnesses_cost_only_their_own_cosignatures(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, spoil: object
) -> None:
    """Four of six are enough, whatever the other two do."""
    monkeypatch.setattr(witnesses, "ANSWER_SECONDS", 2)
    for name in ("partner-2", "partner-5"):
        stage.witnesses[name].spoil = spoil  # type: ignore[assignment]
    async with stage.open() as steps:
        await steps.step()
    await verify_record(stage)
    note = (stage.record_dir / "checkpoint").read_bytes().decode()
    assert ("/partner-2 " in note, "/partner-3 " in note) == (False, True)


async def test_with_too_few_witnesses_the_old_checkpoint_stays(stage: Stage) -> None:
    """The log goes on; what is not witnessed is not published, and comes when the witnesses are back."""
    async with stage.open() as steps:
        await steps.step()
        size = stage.published_size()
        for name in ("partner-2", "partner-4", "partner-5"):
            stage.witnesses[name].spoil = refuse
        await stage.ask(0)
        with pytest.raises(WitnessError, match="3 of the 4"):
            await steps.step()
        assert stage.published_size() == size
        stage.witnesses["partner-4"].spoil = lambda status, body: (status, body)
        await steps.step()
        assert stage.published_size() == size + 1
    await verify_record(stage)


async def test_a_witness_tells_which_size_it_has(stage: Stage) -> None:
    """After a restart the first request is answered 409, and the second one with the right proof."""
    async with stage.open() as steps:
        await steps.step()
    asked = {name: witness.asked for name, witness in stage.witnesses.items()}
    async with stage.open() as steps:
        await stage.ask(0)
        await steps.step()
    assert {name: witness.asked - asked[name] for name, witness in stage.witnesses.items()} == dict.fromkeys(
        asked, 2
    )


async def test_a_witness_that_lost_its_memory_is_asked_from_zero(stage: Stage) -> None:
    """Its 409 names size 0, and it signs again."""
    async with stage.open() as steps:
        await steps.step()
        for witness in stage.witnesses.values():
            witness.remembered = None
        await stage.ask(0)
        await steps.step()
    await verify_record(stage)


async def test_partners_without_an_address_are_named(stage: Stage) -> None:
    """With addresses of fewer than w witnesses the sequencer says which setting lacks them."""
    for name in ("partner-1", "partner-2", "partner-3"):
        del stage.witnesses[name]
    async with stage.open() as steps:
        with pytest.raises(WitnessError, match="WIJK_WITNESSES"):
            await steps.step()


# --- crashes --------------------------------------------------------------------------------------


async def run_child(stage: Stage, point: str) -> tuple[int, str]:
    """Run a sequencer in a process of its own until it dies; return its exit code and last words."""
    command = "import sys; from service.sequencer_main import main; sys.exit(main([]))"
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        command,
        env=stage.environment() | {"WIJK_FAULT": point, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            _, words = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    return child.returncode or 0, words.decode()


@pytest.mark.parametrize("point", FIRST_POINTS)
async def test_a_crash_at_the_first_publication_changes_nothing(
    database: str, folder: Path, point: str
) -> None:
    """Dead at any point and started again: one board, the same bytes, all files."""
    async with open_stage(database, folder, releases=PAST) as stage:
        stage.time = PAST[0] - 1
        before = await crash(stage, point)
        async with stage.open() as steps:
            await steps.step()
        await verify_kept(stage, before)
        sizes = {witness.remembered.size for witness in stage.witnesses.values() if witness.remembered}
        assert sizes == {len(stage.world.entries)}


@pytest.mark.parametrize("point", LATER_POINTS)
async def test_a_crash_around_the_last_release_brings_every_ballot_once(
    database: str, folder: Path, point: str
) -> None:
    """What was asked and cast stands on the board exactly once, and what was published stays."""
    async with open_stage(database, folder, releases=PAST) as stage:
        stage.time = PAST[0] - 1
        async with stage.open() as steps:
            await steps.step()
        cast = await stage.vote_all()
        await stage.offer([stage.make_bundle()])
        before = await crash(stage, point)
        stage.time = PAST[-1]
        async with stage.open() as steps:
            await steps.step()
        board = await stage.replay()
        assert board.voters.ballots.total() == len(cast)
        assert board.credentials.requests.total() == len(stage.world.residents)
        assert (await stage.kinds()).count("bundle") == 1
        await verify_kept(stage, before)


async def crash(stage: Stage, point: str) -> dict[str, bytes]:
    """Let a sequencer die at a point, and return what is published then."""
    stage.use_real_clock()
    code, words = await run_child(stage, point)
    stage.use_own_clock()
    assert code == faults.EXIT_CODE, words
    verify_covered(stage)
    return stage.files()


def verify_covered(stage: Stage) -> None:
    """Raise unless the published checkpoint, if there is one, is witnessed and has all that it covers."""
    try:
        note = (stage.record_dir / "checkpoint").read_bytes()
    except FileNotFoundError:
        return
    election = stage.world.election
    head = verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w).checkpoint
    verify_tiles(head.size, head.root, lambda tile: (stage.record_dir / format_path(tile)).read_bytes())


async def verify_kept(stage: Stage, before: dict[str, bytes]) -> None:
    """Raise unless the record is whole and all that was published before is there unchanged."""
    after = stage.files()
    assert all(after[path] == content for path, content in before.items() if path != "checkpoint")
    await verify_record(stage)


def test_fault_points_do_nothing_by_default() -> None:
    """Without the environment variable nobody is hurt."""
    for point in FIRST_POINTS:
        faults.reach(point)
