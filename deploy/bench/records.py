"""Whole records of made-up elections, for the audit to check; kept from one benchmark to the next."""

from collections.abc import Sequence
from pathlib import Path

from ballots.entries import Release, parse_entry
from ballots.merkle import leaf_hash
from ballots.wire import encode
from deploy.bench.election import STYLE, hash_sources, keep, make_options, make_requests, open_all
from tally.outcome import BallotCount, format_outcome, tally_entry
from tests.simulator import World

LAST_RELEASE = 2


def keep_record(folder: Path, ballots: Sequence[bytes]) -> Path:
    """Return a folder with `record` and `manifest.hash`: an election in which these ballots were cast."""
    path = folder / f"record-{len(ballots)}-{hash_sources()}"
    return keep(path, lambda fresh: _make_record(fresh, ballots))


def _make_record(folder: Path, ballots: Sequence[bytes]) -> None:
    world = World(make_options(len(ballots)))
    world.set_up()
    world.enrol()
    world.start()
    for raw, _ in make_requests(world):
        _place(world, raw)
    ordered = sorted(ballots, key=leaf_hash)
    _place(world, encode(Release(count=len(ordered), number=LAST_RELEASE, style=STYLE)))
    for raw in ordered:
        _place(world, raw)
    world.close()
    world.open()
    counting = BallotCount(world.election)
    for opened in open_all(ordered, world.board.trustee_keys):
        counting.add(opened)
    outcome = counting.finish(0)
    world.add_file(format_outcome(outcome))
    world.append(tally_entry(outcome))
    world.add_file(b"script")
    world.write_record(folder / "record")
    (folder / "manifest.hash").write_text(world.election.manifest_hash.hex())


def _place(world: World, raw: bytes) -> None:
    """Put an entry of our own making on the board; to verify it is the audit's part."""
    world.board.place(raw, parse_entry(raw))
    world.entries.append(raw)
