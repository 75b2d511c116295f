"""Audit a record from beginning to end.

    with open_record("https://stad.example/board") as source:
        result = audit(source, manifest=manifest_hash)

Promise: any bytes lead to a verdict, and memory does not grow with the size of ballots. Without the manifest
hash the verdict says that the record is consistent, not whose it is. Format: PROTOCOL.md section 13.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import NamedTuple

from ballots.board import Phase
from ballots.election import Election
from ballots.note import VerifierKey, format_vkey
from ballots.tiles import TILE_WIDTH
from tally.audit.checks import CHECKS
from tally.audit.counting import Recount, Take, count_opened, recount, take_nothing
from tally.audit.files import check_listing, check_named
from tally.audit.findings import AuditResult, Findings, StyleTurnout
from tally.audit.log import Head, TreeReader, check_signatures, read_head
from tally.audit.replay import Replay
from tally.audit.report import check_reports
from tally.audit.risk import outcome_at_risk
from tally.audit.source import Source
from tally.audit.workers import Team, Workers
from tally.outcome import Outcome

Progress = Callable[[str, int, int], None]
"""(what is done now, how many entries are done, of how many)."""


class Audited(NamedTuple):
    """A verdict, and what it is about; `outcome` as it was counted here, None before the opening."""

    result: AuditResult
    election: Election | None
    outcome: Outcome | None


def audit(
    source: Source,
    *,
    manifest: bytes | None = None,
    operator: VerifierKey | None = None,
    processes: int | None = None,
    team: Team | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Return the verdict on a record.

    `manifest` is the 32-byte manifest hash from a letter or a partner's site, `operator` a key that the
    manifest must have. `processes` is how many to use (None: one a core), `team` who works instead of them,
    and is the caller's to close. WorkersError if one of them dies.
    """
    return _audit(source, None, manifest, operator, processes, team, progress).result


def audit_opened(
    source: Source,
    take: Take,
    *,
    manifest: bytes | None = None,
    operator: VerifierKey | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Audited:
    """Return the verdict as `audit` does, and hand what is in every counted or invalid ballot to `take`.

    A board that is opened, and not yet counted, is counted too. What `take` got is good for nothing unless
    the verdict is good.
    """
    return _audit(source, take, manifest, operator, processes, None, progress)


def _audit(
    source: Source,
    take: Take | None,
    manifest: bytes | None,
    operator: VerifierKey | None,
    processes: int | None,
    team: Team | None,
    progress: Progress | None,
) -> Audited:
    findings = Findings()
    head = read_head(source, findings)
    if head is None:
        findings.cut(check.id for check in CHECKS)
        return Audited(_result(findings, None, None, Recount(), anchored=False), None, None)
    watched = _Watched(source, head.claimed.size, progress or _silent)
    replay = Replay(head.claimed.origin, findings)
    with nullcontext(team) if team else Workers(head.claimed.size, processes) as workers:
        watched.begin("replay")
        replay.run(TreeReader(watched, head.claimed, findings).bundles(), workers)
        _check_end(head, replay, findings)
        _check_anchors(replay, manifest, operator, findings)
        check_signatures(head, replay.board.election, operator, findings)
        watched.begin("open and count")
        again = Recount()
        if replay.tally_at >= 0:
            again = recount(watched, head.claimed.size, replay, workers, findings, take or take_nothing)
        elif take is not None and replay.board.phase is Phase.OPENED and not replay.stopped:
            again = count_opened(watched, head.claimed.size, replay, workers, findings, take)
    watched.begin("files")
    check_named(watched, replay.named, findings)
    _check_certification(source, replay, findings)
    complete = not replay.stopped and findings.is_clean("L04")
    check_listing(source, head, replay.named if complete else None, findings)
    anchored = manifest is not None and findings.is_clean("S10") and replay.board.election is not None
    result = _result(findings, head, replay, again, anchored)
    return Audited(result, replay.board.election, again.outcome)


def _check_end(head: Head, replay: Replay, findings: Findings) -> None:
    if not findings.is_clean("L04") and not replay.stopped:
        findings.cut_after(replay.board.phase)
    if replay.stopped or not findings.is_clean("L04"):
        findings.cut(("F01", "F02", "F03", "F04", "F05"))


def _check_anchors(
    replay: Replay, manifest: bytes | None, operator: VerifierKey | None, findings: Findings
) -> None:
    election = replay.board.election
    if manifest is not None:
        if election is not None and election.manifest_hash == manifest:
            findings.passed("S10")
        elif election is not None:
            text = f"expected manifest hash {manifest.hex()}, got {election.manifest_hash.hex()}"
            findings.failed("S10", replay.manifest_at, text)
        elif findings.is_clean("S10"):
            findings.failed("S10", replay.board.size, "expected a manifest")
    if operator is not None and election is not None:
        if election.operator_vkey == operator:
            findings.passed("S11")
        else:
            text = f"expected {format_vkey(operator)}, got {format_vkey(election.operator_vkey)}"
            findings.failed("S11", replay.manifest_at, text)


def _check_certification(source: Source, replay: Replay, findings: Findings) -> None:
    certify, election = replay.board.certify, replay.board.election
    if certify is not None and election is not None:
        check_reports(source, certify, election.manifest_hash, sum(slack_of(replay).values()), findings)


def slack_of(replay: Replay) -> dict[str, int]:
    """Return the slack of each style: requests without a ballot, replacements and walk-ins."""
    board = replay.board
    styles = board.election.styles if board.election else ()
    return {
        style: max(board.credentials.requests[style] - board.voters.keys[style], 0) + replay.replaced[style]
        for style in styles
    }


def _result(
    findings: Findings, head: Head | None, replay: Replay | None, again: Recount, anchored: bool
) -> AuditResult:
    checks = findings.results()
    election = replay.board.election if replay else None
    slack = slack_of(replay) if replay else {}
    doubtful = {style: slack[style] + again.invalid[style] for style in slack}
    return AuditResult(
        valid=all(check.ok for check in checks),
        anchored=anchored,
        slack=sum(slack.values()),
        checks=checks,
        faults=findings.faults(),
        phase=str(replay.board.phase) if replay else "",
        size=head.claimed.size if head else 0,
        root=head.claimed.root.hex() if head else "",
        manifest=election.manifest_hash.hex() if election else "",
        turnout=_turnout(replay) if replay else (),
        invalid_ballots=sum(again.invalid.values()),
        outcome_at_risk=outcome_at_risk(election, again.outcome, doubtful)
        if election and again.outcome
        else None,
    )


def _turnout(replay: Replay) -> tuple[StyleTurnout, ...]:
    board = replay.board
    people = {each.style: each.population for each in replay.seal.styles} if replay.seal else {}
    return tuple(
        StyleTurnout(
            style=style,
            population=people.get(style, 0),
            credentials=board.credentials.sizes[style] + board.credentials.walk_ins[style],
            requests=board.credentials.requests[style],
            voters=board.voters.keys[style],
            ballots=board.voters.ballots[style],
        )
        for style in (board.election.styles if board.election else ())
    )


class _Watched:
    """A record whose reader's progress is told."""

    def __init__(self, source: Source, size: int, progress: Progress) -> None:
        self.paths = source.paths
        self._source = source
        self._size = size
        self._progress = progress
        self._stage = ""
        self._done = 0

    def begin(self, stage: str) -> None:
        """Begin another reading of the record."""
        self._stage, self._done = stage, 0
        self._progress(stage, 0, self._size)

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes."""
        raw = self._source.read(path, limit)
        if path.startswith("tile/entries/"):
            self._done = min(self._done + TILE_WIDTH, self._size)
            self._progress(self._stage, self._done, self._size)
        return raw


def _silent(stage: str, done: int, size: int) -> None:
    """Tell nobody how far it is."""
