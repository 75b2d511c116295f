"""From a public record to the .pb files of a contest: audit it, open its ballots, write each count.

A record that is not valid, or not opened yet, is refused.
"""

from collections.abc import Iterable

from ballots.board import Phase
from ballots.election import Election
from ballots.manifest import Contest
from ballots.note import VerifierKey
from tally.audit.findings import AuditResult
from tally.audit.run import Audited, Progress, audit_opened
from tally.audit.source import Source
from tally.export.meta import DATE_AND_TIME, format_time
from tally.export.rows import export_unit
from tally.export.unit import Box, Exported, units_of

OPENED = frozenset({Phase.OPENED, Phase.COUNTED, Phase.CERTIFIED})


class ExportError(Exception):
    """Something that cannot be exported, or not yet; the message says who must do what."""


def export_contest(
    source: Source,
    contest_id: str,
    style: str | None = None,
    *,
    manifest: bytes | None = None,
    operator: VerifierKey | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> tuple[AuditResult, list[Exported]]:
    """Return the audit's result, and a file for every count of the contest, or for the one of this style.

    The other arguments are those of `audit`. Raises ExportError.
    """
    box = Box(contest_id)
    audited = audit_opened(
        source, box.take, manifest=manifest, operator=operator, processes=processes, progress=progress
    )
    _verify_valid(audited.result)
    _verify_contest(audited.election, contest_id, style)
    _verify_opened(audited)
    assert audited.election is not None
    assert audited.outcome is not None
    return audited.result, [
        Exported(unit.counted, export_unit(unit, box.cast))
        for unit in units_of(audited.election, audited.outcome, contest_id)
        if style is None or style in unit.counted.styles
    ]


def _verify_valid(result: AuditResult) -> None:
    if result.valid:
        return
    fault = result.faults[0]
    name = next(check.name for check in result.checks if check.id == fault.id)
    at = f"entry {fault.at}" if isinstance(fault.at, int) else fault.at
    raise ExportError(
        f"the record is not valid, so nothing is exported: check {fault.id} ({name}) failed at {at}: "
        f"{fault.message}; `wijkaandeel audit` with the same options says more"
    )


def _verify_contest(election: Election | None, contest_id: str, style: str | None) -> None:
    if election is None:
        raise ExportError(f"expected an opened board, got one in phase {Phase.SETUP}; it has no manifest yet")
    if contest_id not in election.contests:
        raise ExportError(f"expected a contest, one of {_list(election.contests)}, got {contest_id!a}")
    contest = election.contests[contest_id]
    if style is not None:
        _verify_style(contest, style)


def _verify_style(contest: Contest, style: str) -> None:
    if style not in contest.styles:
        raise ExportError(f"expected a style of {contest.id}, one of {_list(contest.styles)}, got {style!a}")
    if contest.counted == "together":
        raise ExportError(f"the styles of {contest.id} are counted together: expected no style, got {style}")


def _verify_opened(audited: Audited) -> None:
    election, phase = audited.election, audited.result.phase
    if election is None or phase in OPENED:
        return
    last = format_time(election.deadline, DATE_AND_TIME)
    raise ExportError(
        f"the ballots are still sealed (phase {phase}): they can be exported once the voting is "
        f"closed, after the last release ({last}), and {election.k} of {election.n} trustees have published "
        "their keys"
    )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
