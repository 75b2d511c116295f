"""Look after what voters and others hand in: promises, receipts, checkpoints that they were shown.

Promise: what was handed in stays known when its file goes; names of files are told to nobody. Limit: who
holds a promise is not known here, and is not asked. Format: PROTOCOL.md sections 3 and 9.
"""

from collections.abc import Iterable, Iterator

from ballots.checkpoint import open_checkpoint
from ballots.election import Election
from ballots.errors import ProtocolError
from ballots.receipt import Promise, verify_promise
from ballots.tlog_proof import HEADER, parse_proof
from ballots.wire import content_hash, decode, encode
from tally.watch.alarms import Kind
from tally.watch.book import Book
from tally.watch.chain import Chain, Known
from tally.watch.evidence import FIRST, PROMISE
from tally.watch.growing import find_leaves
from tally.watch.state import State
from tally.watch.times import DEADLINE, Mark, Moment, judge_promise

PROMISES = "promises"


class Handed:
    """The promises of one watcher, and where their ballots stand. `unreadable` files were of no use."""

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._promises: dict[bytes, Promise] = {}
        self._positions: dict[bytes, int] = {}
        self._seen: dict[bytes, bool] = {}
        self._looked = 0
        for raw in state.read_notes(PROMISES).values():
            promise: Promise = decode(Promise, raw)
            self._promises[bytes(promise.ballot)] = promise
        self.unreadable = 0

    def __len__(self) -> int:
        """Return how many promises are known."""
        return len(self._promises)

    def take(self, raws: Iterable[bytes], election: Election) -> Iterator[Known]:
        """Take in files, each once; yield the checkpoints among them."""
        self.unreadable = 0
        for raw in raws:
            digest = content_hash(raw)
            if digest not in self._seen:
                try:
                    yield from self._take_one(raw, election)
                    self._seen[digest] = True
                except ProtocolError:
                    self._seen[digest] = False
            self.unreadable += not self._seen[digest]

    def _take_one(self, raw: bytes, election: Election) -> Iterator[Known]:
        if raw.startswith(b"{"):
            promise: Promise = decode(Promise, raw.strip())
            verify_promise(election, promise, promise.ballot)
            if bytes(promise.ballot) not in self._promises:
                self._state.keep_note(PROMISES, f"{promise.ballot.hex()}.json", encode(promise))
                self._promises[bytes(promise.ballot)] = promise
                self._looked = 0
            return
        note = parse_proof(raw).checkpoint if raw.startswith(HEADER.encode()) else raw
        yield Known(note, open_checkpoint(note, election.operator_vkey))

    def locate(self, size: int) -> None:
        """Find the ballots that are still missing among the confirmed entries."""
        wanted = self._promises.keys() - self._positions.keys()
        if size > self._looked:
            self._positions |= find_leaves(wanted, self._looked, size, self._state.read)
            self._looked = size

    def judge(self, election: Election, marks: Iterable[Mark], moment: Moment | None, now: int) -> None:
        """Raise the alarm for every promise that is broken by now."""
        of_deadline = [mark for mark in marks if mark.number == DEADLINE]
        for ballot, promise in self._promises.items():
            verdict = judge_promise(
                promise, self._positions.get(ballot), election.w, of_deadline, moment, now
            )
            if verdict is not None:
                files = {PROMISE: encode(promise)} | ({FIRST: verdict.note} if verdict.note else {})
                text = f"promised ballot {ballot.hex()}: {verdict.text}"
                self._book.raise_alarm(Kind.PROMISE, ballot.hex(), text, files)


def judge_heads(heads: Iterable[Known], chain: Chain) -> None:
    """Compare the checkpoints that others were shown with what was seen here."""
    for head in heads:
        chain.note_head(head)
