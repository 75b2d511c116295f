"""Watch a board round by round: ask, compare with all that was seen, confirm what is new, judge the times.

Each round reads only what is new. An alarm is on the disk before the round goes on. The clock, the source
and what others hand in are arguments. Format: PROTOCOL.md sections 3, 5 and 9.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

import msgspec

from ballots.board import Board, Phase
from ballots.checkpoint import Witnessed, open_checkpoint, parse_checkpoint, verify_witnessed
from ballots.election import Election
from ballots.errors import NoteError, ProofError, ProtocolError
from ballots.note import parse_note
from ballots.receipt import HOUR
from ballots.wire import content_hash
from tally.audit.files import path_of
from tally.audit.log import CHECKPOINT, bundles_of, read_bundle
from tally.audit.source import MAX_CHECKPOINT, MAX_FILE, MissingFileError, RecordError, Source
from tally.watch.alarms import Alarm, Kind
from tally.watch.book import Book
from tally.watch.chain import Chain, Known, is_later
from tally.watch.disk import StateError
from tally.watch.evidence import FIRST, SECOND
from tally.watch.follow import Released, required_names
from tally.watch.handed import Handed, judge_heads
from tally.watch.state import State
from tally.watch.times import DEADLINE, Mark, Moment, find_late, find_marks, is_early, reached

MARKS = "marks"
DAY = 86_400


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What to watch, and how long to wait (seconds) before crying out.

    `allowance`: how late a release may be witnessed. `patience`: how long the board may not answer. `stale`:
    how long partners may cosign nothing new.
    """

    manifest: bytes
    allowance: int = HOUR
    patience: int = 300
    stale: int = DAY


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a round found. Times are seconds since 1970, 0 if there is none."""

    answered: bool
    ended: tuple[Alarm, ...]
    fresh: tuple[tuple[Alarm, str], ...]
    phase: str
    promises: int
    size: int
    time: int
    unreadable: int
    witnessed: int


class Watcher:
    """One watcher of one election. `book` has all alarms."""

    def __init__(
        self,
        policy: Policy,
        state: State,
        *,
        open_source: Callable[[], AbstractContextManager[Source]],
        handed: Callable[[], Iterable[bytes]],
        now: Callable[[], float],
    ) -> None:
        self._policy = policy
        self._state = state
        self._open_source = open_source
        self._read_handed = handed
        self._now = now
        self.book = Book(state)
        self._witnessed: Witnessed | None = None
        self._marks: dict[tuple[int, str], Mark] = {}
        self._answered = int(now())
        self._lacking: set[bytes] = set()
        try:
            self._chain = Chain(state, self.book)
            self._handed = Handed(state, self.book)
            if self._chain.confirmed is not None and self._chain.election is not None:
                self._witnessed = _witnessed(self._chain.confirmed.note, self._chain.election)
                self._marks = _read_marks(state, self._chain.election)
        except ProtocolError as error:
            text = f"{state.folder} is damaged ({error.reason}): restore it as a whole from a backup"
            raise StateError(text) from None

    def round(self) -> Report:
        """Look once. Errors: StateError."""
        now = int(self._now())
        self.book.begin(now)
        answered = False
        try:
            with self._open_source() as source:
                raw = source.read(CHECKPOINT, MAX_CHECKPOINT)
                answered = True
                self._look(source, raw, now)
        except MissingFileError as error:
            if answered:
                self.book.raise_alarm(Kind.RECORD, "missing", str(error))
        except RecordError:
            answered = False
        if answered:
            self._answered = now
        elif now - self._answered >= self._policy.patience:
            self.book.raise_alarm(Kind.UNANSWERED, "", f"no answer since {self._answered}")
        self._judge_now(now)
        self.book.end(answered=answered)
        return self._report(now, answered)

    def _report(self, now: int, answered: bool) -> Report:
        election = self._chain.election
        return Report(
            answered=answered,
            ended=tuple(self.book.ended),
            fresh=tuple(self.book.fresh),
            phase=str(self._chain.follower.phase) if self._chain.follower else "",
            promises=len(self._handed),
            size=self._chain.size,
            time=now,
            unreadable=self._handed.unreadable,
            witnessed=_time_of(self._witnessed, election) if self._witnessed and election else 0,
        )

    # --- the board ---

    def _look(self, source: Source, raw: bytes, now: int) -> None:
        election = self._chain.election or self._find_election(source, raw)
        if election is None:
            return
        judge_heads(self._handed.take(self._read_handed(), election), self._chain)
        try:
            head = Known(raw, open_checkpoint(raw, election.operator_vkey))
        except NoteError as error:
            self.book.raise_alarm(Kind.CHECKPOINT, "", f"{error} ({error.reason})")
            return
        fits = self._chain.note_head(head)
        self._chain.check_rollback(head)
        if not fits or head.size < self._chain.size:
            return
        try:
            witnessed = verify_witnessed(raw, election.operator_vkey, election.witness_vkeys, election.w)
        except NoteError as error:
            self.book.raise_alarm(Kind.WITNESSES, "", f"{error} ({error.reason})")
            return
        if self._take(source, head, witnessed, election):
            self._mark(Moment(note=raw, now=now, size=head.size, times=tuple(witnessed.times.values())))
            self._fetch_files(source)

    def _find_election(self, source: Source, raw: bytes) -> Election | None:
        """Return the election of a board that is seen for the first time, if it has the given manifest."""
        try:
            claimed = parse_checkpoint(parse_note(raw).text)
            board = Board(claimed.origin)
            for tile in bundles_of(claimed.size):
                for entry in read_bundle(source, tile):
                    board.append(entry)
                    if board.election is not None:
                        return self._check_manifest(board.election)
        except NoteError as error:
            self.book.raise_alarm(Kind.CHECKPOINT, "", f"{error} ({error.reason})")
        except ProofError as error:
            self.book.raise_alarm(Kind.RECORD, "entries", str(error))
        except ProtocolError as error:
            self.book.raise_alarm(
                Kind.MANIFEST, "", f"before any manifest an entry is refused: {error.reason}"
            )
        return None

    def _check_manifest(self, election: Election) -> Election | None:
        if election.manifest_hash == self._policy.manifest:
            return election
        text = f"expected {self._policy.manifest.hex()}, got {election.manifest_hash.hex()}"
        self.book.raise_alarm(Kind.MANIFEST, "", text)
        return None

    def _take(self, source: Source, head: Known, witnessed: Witnessed, election: Election) -> bool:
        """Confirm a witnessed head; False if its entries are not what was signed."""
        if head.size > self._chain.size:
            growing = self._chain.extend(source, head)
            if growing is None:
                return False
            self._chain.follow(head)
            self._judge_releases(head, witnessed, election)
            self._chain.confirm(head, growing)
            self._witnessed = witnessed
        else:
            self._chain.recheck(source)
            if self._witnessed is None or is_later(witnessed, self._witnessed):
                self._chain.renew(head)
                self._witnessed = witnessed
        return True

    def _fetch_files(self, source: Source) -> None:
        """Fetch the files that entries name and that are not kept yet."""
        follower = self._chain.follower
        if follower is None:
            return
        required = required_names(follower.named)
        for name in follower.named.all():
            path = path_of(name)
            if self._state.has(path) or bytes(name) in self._lacking:
                continue
            try:
                raw = source.read(path, MAX_FILE)
            except MissingFileError as error:
                if name in required:
                    self.book.raise_alarm(Kind.RECORD, path, str(error))
                else:
                    self._lacking.add(bytes(name))  # a booth's script may stand elsewhere
                continue
            if content_hash(raw) != name:
                self.book.raise_alarm(Kind.RECORD, path, f"{path} has not the SHA-256 of its name")
            else:
                self._state.keep_file(path, raw)

    # --- times ---

    def _judge_releases(self, head: Known, witnessed: Witnessed, election: Election) -> None:
        """Judge the releases that have come with a head."""
        follower = self._chain.follower
        times = list(witnessed.times.values())
        for released in follower.take_releases() if follower else ():
            about = f"{released.number} {released.style}"
            which = f"release {released.number} of style {released.style}"
            if is_early(released, election.manifest.releases, election.w, times):
                due = election.manifest.releases[released.number - 1]
                text = f"{which} was due at {due} and stood on a board that partners cosigned before"
                files = self._chain.prove(released.raw, released.index, head)
                self.book.raise_alarm(Kind.EARLY, about, text, files, released.index)
            mark = find_late(released, self._marks.values())
            if mark is not None:
                text = f"{which} came after a board from {_after(mark, self._policy)}"
                files = self._chain.prove(released.raw, released.index, head) | {FIRST: mark.note}
                self.book.raise_alarm(Kind.LATE, about, text, files, released.index)

    def _mark(self, moment: Moment) -> None:
        """Note which times this board is from after, and judge a release that has not ended by then."""
        election, follower = self._chain.election, self._chain.follower
        if election is None or follower is None:
            return
        known = list(self._marks.values())
        releases = dict(enumerate(election.manifest.releases, 1))
        made = find_marks(releases, self._policy.allowance, election.w, moment, known)
        made += find_marks({DEADLINE: election.deadline}, HOUR, election.w, moment, known)
        for mark in made:
            self._state.keep_note(MARKS, f"{mark.number:04d}-{mark.by}", mark.note)
            self._marks[mark.number, mark.by] = mark
        last = follower.last_release
        if last is not None and follower.is_releasing():
            self._judge_unfinished(last, moment)

    def _judge_unfinished(self, last: Released, moment: Moment) -> None:
        marks = [mark for mark in self._marks.values() if mark.number == last.number]
        if marks:
            text = (
                f"release {last.number} of style {last.style} has begun and not ended in a board from "
                f"{_after(marks[0], self._policy)}"
            )
            about = f"{last.number} {last.style} unfinished"
            files = {FIRST: marks[0].note, SECOND: moment.note}
            self.book.raise_alarm(Kind.LATE, about, text, files, last.index)

    def _judge_now(self, now: int) -> None:
        """Judge what time alone may break: promises, and a board that stands still."""
        election, follower = self._chain.election, self._chain.follower
        if election is None or follower is None or self._witnessed is None or self._chain.confirmed is None:
            return
        self._handed.locate(self._chain.size)
        times = tuple(self._witnessed.times.values())
        moment = Moment(note=self._chain.confirmed.note, now=now, size=self._chain.size, times=times)
        self._handed.judge(election, self._marks.values(), moment, now)
        last = _time_of(self._witnessed, election)
        if follower.phase is not Phase.CERTIFIED and now - last >= self._policy.stale:
            self.book.raise_alarm(Kind.STALE, "", f"the newest board is from {last}, as partners say")


def _after(mark: Mark, policy: Policy) -> str:
    if mark.by == "witnesses":
        return f"more than {policy.allowance} seconds after that time, as partners cosigned"
    return f"more than {2 * policy.allowance} seconds after that time, by this watcher's clock"


def _time_of(witnessed: Witnessed, election: Election) -> int:
    return reached(list(witnessed.times.values()), election.w)


def _witnessed(note: bytes, election: Election) -> Witnessed:
    return verify_witnessed(note, election.operator_vkey, election.witness_vkeys, election.w)


def _read_marks(state: State, election: Election) -> dict[tuple[int, str], Mark]:
    marks = {}
    for name, note in state.read_notes(MARKS).items():
        number, _, by = name.partition("-")
        witnessed = _witnessed(note, election)
        marks[int(number), by] = Mark(
            by=by,
            note=note,
            number=int(number),
            size=witnessed.checkpoint.size,
            times=tuple(witnessed.times.values()),
        )
    return marks
