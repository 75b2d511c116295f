"""Check the log itself: checkpoint, bundles, root, hash tiles, and the partial tiles left from earlier sizes.

Nothing that the operator computed is trusted: every hash is made anew from the entries, and tiles are only
compared with it. Format: PROTOCOL.md section 3.
"""

from collections.abc import Iterator

from ballots.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, verify_witnessed
from ballots.election import Election
from ballots.errors import NoteError, ProofError, ProtocolError
from ballots.merkle import HASH_LENGTH, Frontier, leaf_hash
from ballots.note import VerifierKey, parse_note
from ballots.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, format_path, parse_bundle
from tally.audit.findings import Findings
from tally.audit.source import (
    MAX_CHECKPOINT,
    MAX_TILE,
    MissingFileError,
    RecordError,
    Source,
    TooLargeError,
)

CHECKPOINT = "checkpoint"
MAX_BUNDLES = 2**45
"""No log has more bundles than this (2^53 entries)."""


class Head:
    """The file `checkpoint`: its bytes, and what they say before any signature has been verified."""

    def __init__(self, raw: bytes, claimed: Checkpoint) -> None:
        self.raw = raw
        self.claimed = claimed


def read_head(source: Source, findings: Findings) -> Head | None:
    """Return the checkpoint as it stands there (L01), None if it cannot be read."""
    try:
        raw = source.read(CHECKPOINT, MAX_CHECKPOINT)
        head = Head(raw, parse_checkpoint(parse_note(raw).text))
    except RecordError as error:
        findings.failed("L01", CHECKPOINT, str(error), _reason_of(error, "note-length"))
        return None
    except ProtocolError as error:
        findings.failed("L01", CHECKPOINT, str(error), error.reason)
        return None
    findings.passed("L01")
    return head


def check_signatures(
    head: Head, election: Election | None, operator: VerifierKey | None, findings: Findings
) -> None:
    """Check who signed the checkpoint (L02, L03); before the manifest only a given operator key can tell."""
    key = election.operator_vkey if election else operator
    if key is None:
        return
    try:
        open_checkpoint(head.raw, key)
    except NoteError as error:
        findings.failed("L02", CHECKPOINT, str(error), error.reason)
        findings.cut(["L03"])
        return
    findings.passed("L02")
    if election is None:
        return
    try:
        witnessed = verify_witnessed(head.raw, key, election.witness_vkeys, election.w)
    except NoteError as error:
        findings.failed("L03", CHECKPOINT, str(error), error.reason)
        return
    findings.passed("L03", len(witnessed.times))


class TreeReader:
    """Reads the entries of a record bundle by bundle, and builds and compares the tree as they pass.

    What was found of hash tiles is told when all bundles have been read; without one of them it is nothing.
    """

    def __init__(self, source: Source, claimed: Checkpoint, findings: Findings) -> None:
        self._source = source
        self._claimed = claimed
        self._findings = findings
        self._tree = Frontier()
        self._rows: list[list[bytes]] = []
        self._tiles = 0
        self._wrong_tiles: list[tuple[str, str, str]] = []

    def bundles(self) -> Iterator[list[bytes]]:
        """Yield the entries of each bundle (L04), then settle root and tiles (L05, L06)."""
        for tile in bundles_of(self._claimed.size):
            try:
                entries = read_bundle(self._source, tile)
            except (RecordError, ProofError) as error:
                reason = _reason_of(error, "bundle-length")
                self._findings.failed("L04", format_path(tile), str(error), reason)
                self._findings.cut(["L05", "L06", "L07"])
                return
            for entry in entries:
                self._grow(leaf_hash(entry))
            self._findings.passed("L04")
            yield entries
        self._finish()

    def _grow(self, leaf: bytes) -> None:
        completed = [leaf, *self._tree.append(leaf)]
        for level, value in enumerate(completed[::TILE_HEIGHT]):
            if level == len(self._rows):
                self._rows.append([])
            self._rows[level].append(value)
            if len(self._rows[level]) == TILE_WIDTH:
                self._compare_tile(level, self._tree.size >> TILE_HEIGHT * (level + 1), -1)
                self._rows[level] = []

    def _finish(self) -> None:
        for level, row in enumerate(self._rows):
            if row:
                self._compare_tile(level, self._tree.size >> TILE_HEIGHT * (level + 1), 0)
        if self._tree.root() != self._claimed.root:
            text = f"expected root {self._claimed.root.hex()}, the entries lead to {self._tree.root().hex()}"
            self._findings.failed("L05", CHECKPOINT, text, "tile-root")
        else:
            self._findings.passed("L05")
        self._findings.passed("L06", self._tiles)
        for path, text, reason in self._wrong_tiles:
            self._findings.failed("L06", path, text, reason)
        if not self._findings.is_clean("L06"):
            self._findings.cut(["L07"])

    def _compare_tile(self, level: int, after: int, step: int) -> None:
        row = self._rows[level]
        tile = Tile(index=after + step, level=level, width=len(row))
        try:
            same = read_tile(self._source, tile)[: len(row) * HASH_LENGTH + 1] == b"".join(row)
        except RecordError as error:
            reason = _reason_of(error, "tile-content")
            self._wrong_tiles.append((format_path(tile), str(error), reason))
            return
        self._tiles += same
        if not same:
            text = "expected the hashes that the entries lead to"
            self._wrong_tiles.append((format_path(tile), text, "tile-content"))


def _reason_of(error: Exception, too_large: str) -> str:
    """Return the word for what is wrong with a file: `too_large`, that of the kernel, or none."""
    return too_large if isinstance(error, TooLargeError) else getattr(error, "reason", "")


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield the entry bundles of a log of this size, the last one perhaps partial."""
    for index in range(size // TILE_WIDTH):
        yield Tile(index=index, level=ENTRIES, width=TILE_WIDTH)
    if size % TILE_WIDTH:
        yield Tile(index=size // TILE_WIDTH, level=ENTRIES, width=size % TILE_WIDTH)


def read_tile(source: Source, tile: Tile) -> bytes:
    """Return a tile's or bundle's bytes, RecordError otherwise.

    A log that grows need no longer have a partial tile when it has the full one: its beginning is returned.
    """
    try:
        return source.read(format_path(tile), MAX_TILE)
    except MissingFileError:
        if tile.width == TILE_WIDTH:
            raise
    full = source.read(format_path(Tile(index=tile.index, level=tile.level, width=TILE_WIDTH)), MAX_TILE)
    return full[: beginning(full, tile)]


def beginning(fuller: bytes, tile: Tile) -> int:
    """Return how many bytes of the fuller tile (or bundle) a tile has."""
    if tile.level != ENTRIES:
        return tile.width * HASH_LENGTH
    at = 0
    for _ in range(tile.width):
        at += 2 + int.from_bytes(fuller[at : at + 2], "big")
    return at


def read_bundle(source: Source, tile: Tile) -> list[bytes]:
    """Return the entries of a bundle; RecordError or ProofError otherwise."""
    return parse_bundle(read_tile(source, tile), tile.width)


class Leftovers:
    """Compares partial tiles of earlier sizes with the fuller tile that took their place (L07)."""

    def __init__(self, source: Source, head: Head, findings: Findings) -> None:
        self._source = source
        self._head = head
        self._findings = findings
        self._fuller: tuple[Tile | None, bytes] = (None, b"")

    def have_changed(self) -> bool:
        """Say whether the checkpoint is another by now: somebody is publishing into the folder."""
        try:
            return self._source.read(CHECKPOINT, MAX_CHECKPOINT) != self._head.raw
        except RecordError:
            return False

    def accounts_for(self, tile: Tile) -> bool:
        """Say whether a log that grew to the checkpoint's size can have left the tile."""
        return tile.index * TILE_WIDTH + tile.width <= self._hashes(tile.level)

    def _hashes(self, level: int) -> int:
        return self._head.claimed.size >> TILE_HEIGHT * max(level, 0)

    def compare(self, tile: Tile) -> None:
        """Compare a tile if it is partial and there is a fuller one."""
        width = min(self._hashes(tile.level) - tile.index * TILE_WIDTH, TILE_WIDTH)
        fuller = Tile(index=tile.index, level=tile.level, width=width)
        if tile == fuller:
            return
        path = format_path(tile)
        try:
            if self._fuller[0] != fuller:
                self._fuller = (fuller, read_tile(self._source, fuller))
            raw = self._source.read(path, MAX_TILE)
        except RecordError as error:
            if not (isinstance(error, MissingFileError) and self.have_changed()):
                self._findings.failed("L07", path, str(error))
            return
        if raw == self._fuller[1][: beginning(self._fuller[1], tile)]:
            self._findings.passed("L07")
        else:
            self._findings.failed("L07", path, f"expected the beginning of {format_path(fuller)}")
