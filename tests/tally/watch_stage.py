"""A stage for the watcher: a record that grows and is served, a watcher with its folder, and a clock."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ballots.board import Phase
from ballots.merkle import leaf_hash
from ballots.note import Note, format_note, parse_note
from ballots.receipt import Promise, make_promise
from ballots.wire import encode
from tally.audit.source import Source
from tally.record import FolderRecord
from tally.watch.alarms import Alarm
from tally.watch.cli_watch import open_source
from tally.watch.state import State, read_handed
from tally.watch.watcher import Policy, Report, Watcher
from tests.simulator import RELEASES, World, make_world, write_record
from tests.tally.drafts import cosign_text, head_of

START = RELEASES[0] - 10_000
HOUR = 3600


class Counting:
    """A source whose reads are counted."""

    def __init__(self, source: Source, reads: list[str]) -> None:
        self._source = source
        self._reads = reads
        self.paths = source.paths

    def read(self, path: str, limit: int) -> bytes:
        self._reads.append(path)
        return self._source.read(path, limit)


class Stage:
    """`publish` what the world has, let time pass with `time`, and `look`."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self.record = folder / "record"
        self.state = State(folder / "state")
        self.handed = folder / "handed"
        self.handed.mkdir()
        self.time = START
        self.reads: list[str] = []
        self.where = str(self.record)
        self.options: dict[str, int] = {}
        self._held = contextlib.ExitStack()
        self.watcher: Watcher | None = None
        self.last: Report | None = None

    def close(self) -> None:
        """Let go of the watcher's folder."""
        self._held.close()
        self.watcher = None

    def restart(self) -> None:
        """Begin anew from the folder."""
        self.close()
        self._held.enter_context(self.state.hold(self.world.election.manifest_hash))
        policy = Policy(manifest=self.world.election.manifest_hash, **self.options)
        self.watcher = Watcher(
            policy,
            self.state,
            open_source=self._open,
            handed=lambda: read_handed(self.handed),
            now=lambda: self.time,
        )

    @contextlib.contextmanager
    def _open(self) -> Iterator[Source]:
        with open_source(self.where) as source:
            yield Counting(source, self.reads)

    def look(self) -> list[str]:
        """Look once; return the kinds of all alarms that were ever raised or stand."""
        if self.watcher is None:
            self.restart()
        assert self.watcher is not None
        self.reads.clear()
        self.last = self.watcher.round()
        return self.kinds()

    def alarms(self) -> list[Alarm]:
        """Return all alarms."""
        assert self.watcher is not None
        book = self.watcher.book
        return [*book.kept.values(), *book.standing.values()]

    def kinds(self) -> list[str]:
        """Return the kinds of all alarms, sorted."""
        return sorted(alarm.kind.value for alarm in self.alarms())

    def evidence(self, kind: str) -> dict[str, bytes]:
        """Return the evidence of the one alarm of a kind, as it is on the disk."""
        (folder,) = (path for path in (self.state.folder / "alarms").glob(f"{kind}-*") if path.suffix == "")
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    # --- what the operator does ---

    def publish(
        self, entries: Sequence[bytes] | None = None, time: int | None = None, checkpoint: bytes | None = None
    ) -> bytes:
        """Publish entries (those of the world), cosigned at a time (now); return the checkpoint."""
        entries = self.world.entries if entries is None else entries
        note = checkpoint or self.sign(entries, time)
        write_record(self.record, entries, self.world.files, note)
        return note

    def sign(
        self, entries: Sequence[bytes], time: int | None = None, witnesses: Sequence[str] | None = None
    ) -> bytes:
        """Return the checkpoint of entries, cosigned at a time (now) by partners (all)."""
        keys = self.world.keys.witnesses
        alone = head_of(self.world, entries, witnesses={})
        text = parse_note(alone).text
        lines = [
            cosign_text(
                text, f"{self.world.options.origin}/{who}", keys[who], self.time if time is None else time
            )
            for who in (keys if witnesses is None else witnesses)
        ]
        return format_note(Note(signatures=(*parse_note(alone).signatures, *lines), text=text))

    def ask(self, *residents: int) -> None:
        """Put requests of residents on the board, and publish."""
        for resident in residents:
            self.world.append(self.world.ask(resident).request.request)
        self.publish()

    def request(self, resident: int) -> bytes:
        """Return the entry of a request that is not on the board."""
        return encode(self.world.ask(resident).request.request)

    def cast(self, *residents: int) -> list[bytes]:
        """Let residents ask and vote; return their ballots, which wait."""
        ballots = []
        for resident in residents:
            share = self.world.get_share(resident)
            choices = self.world.some_choices(share.style, resident)
            ballots.append(encode(self.world.cast(share, choices)))
        return ballots

    def promise(self, ballot: bytes, name: str = "promise") -> Promise:
        """Hand in the promise for a ballot."""
        promise = make_promise(self.world.election, self.world.keys.operator, leaf_hash(ballot))
        (self.handed / name).write_bytes(encode(promise))
        return promise


@contextlib.contextmanager
def stage_in(folder: Path, make: Callable[[], World] | None = None, time: int = START) -> Iterator[Stage]:
    """Give a stage whose world is published at a time; the voting has begun in it, if no other is made."""
    stage = Stage(folder, make() if make else make_world(until=Phase.VOTING))
    stage.time = time
    stage.publish()
    try:
        yield stage
    finally:
        stage.close()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing."""


@contextlib.contextmanager
def served_over_http(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def audit_source(stage: Stage) -> FolderRecord:
    """Return the record that the watcher keeps, as an auditor reads it."""
    return FolderRecord(stage.state.record)
