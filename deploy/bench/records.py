"""Whole records of made-up elections, for audits to check; kept from one benchmark to the next.

A record is written while it is made: what stays in memory is what the board remembers of people.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

from ballots.checkpoint import Checkpoint
from ballots.entries import Release, parse_entry
from ballots.merkle import Frontier, leaf_hash
from ballots.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, format_bundle, format_path
from ballots.wire import encode
from deploy.bench.election import (
    STYLE,
    hash_sample,
    keep,
    keep_ballot_file,
    make_options,
    make_requests,
    open_all,
)
from tally.outcome import BallotCount, format_outcome, tally_entry
from tests.simulator import World

LAST_RELEASE = 2


def keep_record(folder: Path, count: int, most: int) -> Path:
    """Return a folder with `record` and `manifest.hash`: an election in which `count` people voted.

    `most` is how many ballots the largest record of this run has: all records use the same ballots.
    """
    path = folder / f"record-{count}-{hash_sample()}"
    return keep(path, lambda fresh: _make_record(fresh, keep_ballot_file(folder, most), count))


class TileWriter:
    """Writes bundles and tiles as entries come, each file once and in its last form."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tree = Frontier()
        self._bundle: list[bytes] = []
        self._rows: list[list[bytes]] = []

    def append(self, raw: bytes) -> None:
        """Take the next entry."""
        leaf = leaf_hash(raw)
        self._bundle.append(raw)
        if len(self._bundle) == TILE_WIDTH:
            self._write_bundle()
        for level, value in enumerate([leaf, *self._tree.append(leaf)][::TILE_HEIGHT]):
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(value)
            if len(self._rows[level]) == TILE_WIDTH:
                self._write_row(level)

    def finish(self) -> None:
        """Write what is partial."""
        if self._bundle:
            self._write_bundle()
        for level, row in enumerate(self._rows):
            if row:
                self._write_row(level)

    def _write_bundle(self) -> None:
        index = (self._tree.size) // TILE_WIDTH
        self._write(Tile(index=index, level=ENTRIES, width=len(self._bundle)), format_bundle(self._bundle))
        self._bundle = []

    def _write_row(self, level: int) -> None:
        row = self._rows[level]
        index = (self._tree.size >> TILE_HEIGHT * level) - len(row) >> TILE_HEIGHT
        self._write(Tile(index=index, level=level, width=len(row)), b"".join(row))
        self._rows[level] = []

    def _write(self, tile: Tile, content: bytes) -> None:
        path = self._folder / format_path(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class StreamedWorld(World):
    """An election whose entries after the roll go to disk and are not kept."""

    def __init__(self, voters: int, folder: Path) -> None:
        super().__init__(make_options(voters))
        self._writer = TileWriter(folder)
        self._written = 0

    def put(self, raw: bytes) -> None:
        """Put an entry of our own making on the board; to verify it is the audit's part."""
        self._write_appended()
        self.board.place(raw, parse_entry(raw))
        self._writer.append(raw)

    def _write_appended(self) -> None:
        for raw in self.entries[self._written :]:
            self._writer.append(raw)
        self._written = len(self.entries)

    def finish(self, folder: Path) -> None:
        """Write the rest of the record: last tiles, files and checkpoint."""
        self._write_appended()
        self._writer.finish()
        (folder / "files").mkdir()
        for name, raw in self.files.items():
            (folder / "files" / name.hex()).write_bytes(raw)
        head = Checkpoint(origin=self.options.origin, root=self.board.root(), size=self.board.size)
        (folder / "checkpoint").write_bytes(self.sign_head(head))


class Ballots:
    """The first ballots of a file, in the order of a release; they are read from the disk each time."""

    def __init__(self, raw: mmap.mmap, count: int) -> None:
        self._raw = raw
        self._spans: list[tuple[bytes, int, int]] = []
        at = 0
        for _ in range(count):
            end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
            self._spans.append((leaf_hash(raw[at + 4 : end]), at + 4, end))
            at = end
        self._spans.sort()

    def __iter__(self) -> Iterator[bytes]:
        for _, start, end in self._spans:
            yield self._raw[start:end]


def _make_record(folder: Path, ballot_file: Path, count: int) -> None:
    with ballot_file.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        _play(folder, Ballots(raw, count), count)


def _play(folder: Path, ballots: Ballots, count: int) -> None:
    record = folder / "record"
    world = StreamedWorld(count, record)
    world.set_up()
    world.enrol()
    world.start()
    for request, _ in make_requests(world):
        world.put(request)
    world.put(encode(Release(count=count, number=LAST_RELEASE, style=STYLE)))
    for raw in ballots:
        world.put(raw)
    world.close()
    world.open()
    counting = BallotCount(world.election)
    for opened in open_all(ballots, world.board.trustee_keys):
        counting.add(opened)
    outcome = counting.finish(0)
    world.add_file(format_outcome(outcome))
    world.append(tally_entry(outcome))
    world.add_file(b"script")
    world.finish(record)
    (folder / "manifest.hash").write_text(world.election.manifest_hash.hex())
