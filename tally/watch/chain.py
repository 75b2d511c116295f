"""The board that a watcher has confirmed, entry by entry, and everything that it was ever shown beside it.

Promise: the confirmed board only grows, contradicts no checkpoint that the operator signed and this watcher
saw, and is on the disk before anything is said of it. A checkpoint is noted before its entries are fetched.
Format: PROTOCOL.md sections 3 and 5.
"""

from collections.abc import Iterator

from ballots.checkpoint import Checkpoint, Witnessed, parse_checkpoint
from ballots.election import Election
from ballots.errors import ProofError, ProtocolError
from ballots.merkle import EMPTY_ROOT, leaf_hash
from ballots.note import parse_note
from ballots.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    find_tile,
    format_bundle,
    format_path,
    parse_bundle,
    parse_path,
)
from tally.audit.log import bundles_of, read_bundle, read_tile
from tally.audit.source import MissingFileError, Source
from tally.watch.alarms import Kind
from tally.watch.book import Book
from tally.watch.disk import StateError
from tally.watch.evidence import Files, branch_files, entry_files
from tally.watch.follow import Follower
from tally.watch.growing import Growing, hashes_of, root_at
from tally.watch.state import State

HEADS = "heads"


class Known:
    """A checkpoint that the operator signed: the note, and what it says."""

    def __init__(self, note: bytes, checkpoint: Checkpoint) -> None:
        self.note = note
        self.size = checkpoint.size
        self.root = checkpoint.root
        self.origin = checkpoint.origin

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.size:016d}-{self.root.hex()[:32]}"


class Chain:
    """What was confirmed (`confirmed`, None at first), the state that it leads to, and heads to come."""

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._growing = Growing()
        self._bad: set[str] = set()
        self.follower: Follower | None = None
        self.confirmed: Known | None = None
        self._heads = {
            name: Known(raw, parse_checkpoint(parse_note(raw).text))
            for name, raw in state.read_notes(HEADS).items()
        }
        self._restore()

    @property
    def election(self) -> Election | None:
        """The election, once its board has been confirmed."""
        return self.follower.election if self.follower else None

    @property
    def size(self) -> int:
        """How many entries are confirmed."""
        return self._growing.size

    @property
    def largest(self) -> int:
        """The size of the largest board that was shown, confirmed or not."""
        return max([self.size, *(head.size for head in self._heads.values())])

    def _restore(self) -> None:
        """Build the state again from the kept record; StateError if that is not what was confirmed."""
        found = self._state.find_confirmed()
        if found is None:
            return
        note, checkpoint = found
        follower = Follower(checkpoint.origin)
        refused = min((a.place for a in self._book.kept.values() if a.kind is Kind.ENTRY), default=-1)
        try:
            for tile in bundles_of(checkpoint.size):
                entries = parse_bundle(self._state.read(format_path(tile)), tile.width)
                follower.restore(entries, refused)
                for entry in entries:
                    for _ in self._growing.append(entry):
                        pass
            same = self._growing.tree.root() == checkpoint.root
        except (MissingFileError, ProtocolError):
            same = False
        if not same:
            raise StateError(
                f"{self._state.record} is not what this watcher had confirmed: restore {self._state.folder} "
                "as a whole from a backup, or keep it as it is and begin anew in another folder"
            )
        self.follower, self.confirmed = follower, Known(note, checkpoint)

    # --- heads ---

    def note_head(self, head: Known) -> bool:
        """Compare a signed checkpoint with all that was seen, and keep it; False if it is a branch."""
        for other in [self.confirmed, *self._heads.values()]:
            if other is not None and other.size == head.size and other.root != head.root:
                self._raise_branch(head, other.note, head.note, (head.size, head.size))
                return False
        if self.confirmed is not None and head.size <= self.size:
            if self._root_at(head.size) != head.root:
                self._raise_branch(head, head.note, self.confirmed.note, (head.size, self.size))
                return False
        elif head.name not in self._heads:
            self._state.keep_note(HEADS, head.name, head.note)
            self._heads[head.name] = head
        return True

    def check_rollback(self, head: Known) -> None:
        """Raise the alarm if a served checkpoint is smaller than one that was seen before."""
        if head.size >= self.largest:
            return
        seen = [known for known in [self.confirmed, *self._heads.values()] if known is not None]
        before = max(seen, key=lambda known: known.size)
        text = f"the board has {head.size} entries, and the operator had signed {before.size} before"
        files = {"checkpoint-1": before.note, "checkpoint-2": head.note}
        self._book.raise_alarm(Kind.ROLLBACK, head.name, text, files)

    def _root_at(self, size: int) -> bytes:
        if size == self.size:
            return self._growing.tree.root()
        try:
            return root_at(size, hashes_of(self.size, self._state.read)) if size else EMPTY_ROOT
        except MissingFileError as error:
            raise StateError(f"in {self._state.record}: {error}") from None

    def _raise_branch(self, head: Known, first: bytes, second: bytes, sizes: tuple[int, int]) -> None:
        try:
            files = branch_files(first, second, sizes, hashes_of(sizes[1], self._state.read_staged))
        except MissingFileError as error:
            raise StateError(f"in {self._state.record}: {error}") from None
        text = f"of {sizes[0]} and {sizes[1]} entries: neither is the beginning of the other"
        self._book.raise_alarm(Kind.BRANCH, head.name, text, files)

    # --- growth ---

    def extend(self, source: Source, head: Known) -> Growing | None:
        """Stage the entries up to a head that is larger; None if they are not those that were signed.

        Errors: RecordError of the source, after which nothing has changed.
        """
        self._state.drop_staged()
        growing, roots = self._growing.copy(), dict[str, bytes]()
        try:
            self._stage(source, head, growing, roots)
        except ProofError as error:
            self._investigate(source, head, str(error))
            return None
        if growing.tree.root() != head.root:
            self._investigate(source, head, "the entries do not lead to the signed root")
            return None
        for name, root in roots.items():
            if root != self._heads[name].root:
                other = self._heads[name]
                self._raise_branch(head, other.note, head.note, (other.size, head.size))
                self._state.drop_staged()
                return None
        self.compare_tiles(source, head.size)
        return growing

    def _stage(self, source: Source, head: Known, growing: Growing, roots: dict[str, bytes]) -> None:
        """Stage bundles and tiles; note the roots at the sizes of other heads. ProofError if they differ."""
        names = {known.size: name for name, known in self._heads.items()}
        leaves = growing.leaves()
        for tile in _bundles_from(growing.size, head.size):
            entries = read_bundle(source, tile)
            if [leaf_hash(entry) for entry in entries[: len(leaves)]] != leaves:
                raise ProofError("tile-content", "entries that were confirmed have changed")
            self._state.stage(format_path(tile), format_bundle(entries))
            for entry in entries[len(leaves) :]:
                for path, content in growing.append(entry):
                    self._state.stage(path, content)
                if growing.size in names:
                    roots[names[growing.size]] = growing.tree.root()
            leaves = []
        for path, content in growing.partial_tiles():
            if not (self._state.has(path) and self._state.read(path) == content):
                self._state.stage(path, content)

    def _investigate(self, source: Source, head: Known, why: str) -> None:
        """Read a board that does not continue the confirmed one from its first entry, and see what it is."""
        self._state.drop_staged()
        if any(alarm.kind is Kind.BRANCH for alarm in self._book.kept.values()):
            return  # One is enough, and the record of a branch may be large.
        text = f"what is served for {head.size} entries is not what was signed: {why}"
        growing, before = Growing(), self.confirmed
        try:
            self._stage(source, head, growing, {})
        except ProofError as error:
            text = str(error)
        else:
            if before is not None and growing.tree.root() == head.root:
                hashes = hashes_of(head.size, self._state.read_staged)
                if root_at(before.size, hashes) != before.root:
                    self._raise_branch(head, before.note, head.note, (before.size, head.size))
                    self._keep_branch(head)
                    return
        self._state.drop_staged()
        self._book.raise_alarm(Kind.RECORD, "entries", text)

    def _keep_branch(self, head: Known) -> None:
        for name, alarm in self._book.kept.items():
            if alarm.kind is Kind.BRANCH and alarm.about == head.name:
                self._state.write_branch(name)

    def compare_tiles(self, source: Source, size: int) -> None:
        """Compare served hash tiles with what the entries lead to: the staged ones, and bad ones again."""
        paths, self._bad = {*self._state.staged(), *self._bad}, set()
        for path in sorted(paths):
            tile = parse_path(path)
            if tile.level == ENTRIES or tile != find_tile(tile.level, tile.index, size):
                continue
            ours = self._state.read_staged(path)
            try:
                same = read_tile(source, tile)[: len(ours)] == ours
            except MissingFileError:
                same = False
            if not same:
                self._bad.add(path)
                text = f"{path} of the board of {size} entries is missing, or has other hashes"
                self._book.raise_alarm(Kind.RECORD, "tiles", text)

    def follow(self, head: Known) -> None:
        """Take the staged entries through the state machine."""
        start = self.size
        follower = self.follower or Follower(head.origin)
        for tile in _bundles_from(start, head.size):
            entries = parse_bundle(self._state.read_staged(format_path(tile)), tile.width)
            first = tile.index * TILE_WIDTH
            had = follower.refused
            follower.extend(entries[max(0, start - first) :])
            if follower.refused is not None and had is None:
                self._raise_refused(follower, head, entries[follower.refused.index - first])
        self.follower = follower

    def _raise_refused(self, follower: Follower, head: Known, raw: bytes) -> None:
        assert follower.refused is not None
        refused = follower.refused
        text = f"entry {refused.index} is refused: {refused.message} ({refused.reason})"
        files = self.prove(raw, refused.index, head)
        self._book.raise_alarm(
            Kind.ENTRY, f"{refused.index} {leaf_hash(raw).hex()}", text, files, refused.index
        )

    def prove(self, raw: bytes, index: int, head: Known) -> Files:
        """Return an entry of a staged or confirmed board, with the proof that it stands there."""
        return entry_files(head.note, raw, index, head.size, hashes_of(head.size, self._state.read_staged))

    def confirm(self, head: Known, growing: Growing) -> None:
        """Make a head the confirmed one; its entries are staged, or confirmed already."""
        self._state.commit(head.note, self.size, head.size)
        self._growing, self.confirmed = growing, head
        settled = [name for name, known in self._heads.items() if known.size <= head.size]
        self._state.drop_notes(HEADS, settled)
        for name in settled:
            del self._heads[name]

    def renew(self, head: Known) -> None:
        """Keep the same board with other cosignatures."""
        self.confirm(head, self._growing)

    def recheck(self, source: Source) -> None:
        """Compare tiles that were bad again; nothing is staged."""
        self._state.drop_staged()
        self.compare_tiles(source, self.size)


def _bundles_from(start: int, size: int) -> Iterator[Tile]:
    for index in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
        tile = find_tile(ENTRIES, index, size)
        if tile is not None:
            yield tile


def is_later(new: Witnessed, old: Witnessed) -> bool:
    """Say whether any partner has cosigned later."""
    return max(new.times.values()) > max(old.times.values())
