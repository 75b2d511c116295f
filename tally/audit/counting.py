"""Open every counted ballot again, count again, and compare with the outcome file and the tally.

The ballots are read a second time, when the keys are known; that they are the same bytes is made sure by
building the root once more. Format: PROTOCOL.md sections 11, 12 and 14.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from ballots.board import Board
from ballots.election import Election
from ballots.entries import skim_ballot
from ballots.errors import ProofError, WireError
from ballots.merkle import Frontier, leaf_hash
from ballots.wire import Hash, content_hash
from tally.audit.files import path_of
from tally.audit.findings import Findings
from tally.audit.log import bundles_of, read_bundle
from tally.audit.replay import Replay
from tally.audit.source import RecordError, Source
from tally.audit.workers import Pending, Team, WorkersError
from tally.opening import Opened, open_ballot
from tally.outcome import MAX_OUTCOME, BallotCount, InvalidBallot, Outcome, parse_outcome, tally_entry

OUTCOME_CHECKS = ("T02", "T03", "T04", "T05", "T06", "T07")
_COUNT_CHECKS = ("T03", "T04", "T05", "T06")

Take = Callable[[Opened], None]
"""Is handed what is in each ballot that is its voting key's last, in board order."""


class Recount:
    """What counting again gave: the outcome, a style's invalid ballots, and where a list of them errs.

    The list is read along with the ballots, in board order: the next of its lines is for the next ballot that
    it names.
    """

    def __init__(self, listed: Sequence[InvalidBallot] = ()) -> None:
        self.outcome: Outcome | None = None
        self.opened = 0
        self.invalid: Counter[str] = Counter()
        self.wrong_at = -1
        self._listed = deque(listed)

    def note(self, index: int, opened: Opened) -> None:
        """Note what is in the next ballot, which stands at `index`."""
        self.opened += 1
        self.invalid[opened.style] += not opened.choices
        is_named = bool(self._listed) and self._listed[0].ballot == opened.entry_hash
        said = [self._listed.popleft().reason] if is_named else []
        right = [] if opened.choices else [opened.reason]
        if said != right and self.wrong_at < 0:
            self.wrong_at = index

    def is_listed(self) -> bool:
        """Say whether the list names every invalid ballot with its reason, and nothing else."""
        return self.wrong_at < 0 and not self._listed


class ChangedError(RecordError):
    """A record that was not the same when it was read again."""


def open_ballots(
    election: Election, ballots: Sequence[tuple[bytes, bytes]], keys: Mapping[int, bytes]
) -> list[Opened]:
    """Return what is in each ballot, given as entry hash and bytes of an entry that stands on the board."""
    return [open_ballot(election, skim_ballot(raw), Hash(leaf), keys) for leaf, raw in ballots]


def take_nothing(opened: Opened) -> None:
    """Let a ballot go."""


def recount(
    source: Source,
    size: int,
    replay: Replay,
    workers: Team,
    findings: Findings,
    take: Take = take_nothing,
) -> Recount:
    """Open and count again, and compare (T02 to T07); the record of `size` entries has a tally."""
    published = _read_outcome(source, replay, findings)
    if published is None:
        return Recount()
    again = Recount(published.invalid)
    if replay.board.tally is not None and _same_tally(published, replay.board, replay.tally_at, findings):
        findings.passed("T07")
    mine = _try_count(source, size, replay, workers, findings, again, take)
    if mine is not None:
        _compare(published, mine, again, replay.tally_at, findings)
    return again


def count_opened(
    source: Source, size: int, replay: Replay, workers: Team, findings: Findings, take: Take
) -> Recount:
    """Open and count the ballots of a record that has the trustees' keys, and no tally yet."""
    again = Recount()
    _try_count(source, size, replay, workers, findings, again, take)
    return again


def _try_count(
    source: Source,
    size: int,
    replay: Replay,
    workers: Team,
    findings: Findings,
    again: Recount,
    take: Take,
) -> Outcome | None:
    """Return the outcome, which `again` has too; None where a fault was found."""
    at = replay.tally_at if replay.tally_at >= 0 else replay.board.size
    try:
        mine = _count(source, size, replay, workers, again, take)
    except (RecordError, ProofError) as error:
        findings.failed("L04", at, str(error))
        findings.cut(_COUNT_CHECKS)
        return None
    except WorkersError:
        raise
    except Exception as error:  # noqa: BLE001 - any bytes must lead to a verdict
        findings.failed("T03", at, f"{type(error).__name__} while ballots were opened and counted")
        findings.cut(_COUNT_CHECKS)
        return None
    again.outcome = mine
    return mine


def _read_outcome(source: Source, replay: Replay, findings: Findings) -> Outcome | None:
    assert replay.board.tally is not None
    name = replay.board.tally.outcome
    try:
        raw = source.read(path_of(name), MAX_OUTCOME)
    except RecordError:
        findings.cut(OUTCOME_CHECKS)
        return None
    if content_hash(raw) != name:
        findings.cut(OUTCOME_CHECKS)
        return None
    try:
        outcome = parse_outcome(raw)
    except WireError as error:
        findings.failed("T02", path_of(name), str(error), error.reason)
        findings.cut(OUTCOME_CHECKS)
        return None
    findings.passed("T02")
    return outcome


def _same_tally(published: Outcome, board: Board, at: int, findings: Findings) -> bool:
    if tally_entry(published) == board.tally:
        return True
    findings.failed("T07", at, "expected the winners and numbers of the outcome file")
    return False


def _count(source: Source, size: int, replay: Replay, workers: Team, again: Recount, take: Take) -> Outcome:
    election, voters = replay.board.resolved, replay.board.voters
    counting = BallotCount(election)
    for index, opened in _opened(source, size, replay, workers):
        counting.add(opened)
        again.note(index, opened)
        take(opened)
    superseded = sum(voters.ballots.values()) - again.opened
    return counting.finish(superseded)


def _opened(source: Source, size: int, replay: Replay, workers: Team) -> Iterator[tuple[int, Opened]]:
    """Yield place and content of every ballot that is its voting key's last, in board order."""
    board = replay.board
    last = board.voters.last_hashes()
    keys = {number: board.trustee_keys[number] for number in sorted(board.trustee_keys)[: board.resolved.k]}
    waiting: deque[tuple[list[int], Pending[list[Opened]]]] = deque()
    for places, ballots in _last_ballots(source, board, size, last):
        waiting.append((places, workers.submit(open_ballots, ballots, keys)))
        if len(waiting) > workers.window:
            first, pending = waiting.popleft()
            yield from zip(first, pending.result(), strict=True)
    for first, pending in waiting:
        yield from zip(first, pending.result(), strict=True)


def _last_ballots(
    source: Source, board: Board, size: int, last: set[bytes]
) -> Iterator[tuple[list[int], list[tuple[bytes, bytes]]]]:
    """Yield places, and hashes with bytes, of the ballots in `last`, a bundle at a time.

    ChangedError if the root differs. The board may have stopped before the log's `size`, but not before the
    ballots' end.
    """
    tree = Frontier()
    for tile in bundles_of(size):
        places: list[int] = []
        ballots: list[tuple[bytes, bytes]] = []
        for raw in read_bundle(source, tile)[: board.size - tree.size]:
            leaf = leaf_hash(raw)
            if leaf in last:
                places.append(tree.size)
                ballots.append((leaf, raw))
            tree.append(leaf)
        if ballots:
            yield places, ballots
        if tree.size == board.size:
            break
    if tree.root() != board.root():
        raise ChangedError("expected the same entries when the record was read again")


def _compare(published: Outcome, mine: Outcome, again: Recount, at: int, findings: Findings) -> None:
    if again.is_listed():
        findings.passed("T03", again.opened)
    else:
        text = f"expected {len(mine.invalid)} invalid ballots with their reasons, in board order"
        findings.failed("T03", again.wrong_at if again.wrong_at >= 0 else at, text)
    same = (published.counted, published.superseded) == (mine.counted, mine.superseded)
    text = f"expected {mine.counted} ballots counted and {mine.superseded} superseded"
    _settle("T04", same, at, text, mine.counted + mine.superseded, findings)
    same = (published.manifest, published.lot) == (mine.manifest, mine.lot)
    _settle("T05", same, at, f"expected lot {mine.lot.hex()}", 1, findings)
    counts = sum(len(contest.counts) for contest in mine.contests)
    wrong = [m.contest for p, m in zip(published.contests, mine.contests, strict=False) if p != m]
    same = published.contests == mine.contests
    _settle("T06", same, at, f"another outcome in {', '.join(wrong) or 'the contests'}", counts, findings)


def _settle(check: str, same: bool, at: int, text: str, count: int, findings: Findings) -> None:
    if same:
        findings.passed(check, count)
    else:
        findings.failed(check, at, text)
