"""The command `wijkaandeel audit`: options in, a verdict on the screen or as JSON out, exit 0 or 1."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tally.audit.cli_record import add_jobs, add_record
from tally.audit.cluster import EXTRA, Cluster
from tally.audit.findings import AuditResult, plain
from tally.audit.report import ReportError, make_report
from tally.audit.run import audit
from tally.audit.source import RecordError
from tally.audit.workers import WorkersError
from tally.record import open_record

INVALID = 1
UNUSABLE = 2

NOT_IN_THE_SLACK = (
    "Not in the slack: codes that others used, which their owners see by their roll number, and ballots "
    "that all issuers of a style made together for people who asked and did not vote"
)

EXAMPLES = """examples:
  wijkaandeel audit demo/record --manifest "$(cat demo/manifest.hash)"
  wijkaandeel audit https://stad.example/board --manifest 5f0c... --json
  wijkaandeel audit demo/record --manifest 5f0c... --report anna report.json
  wijkaandeel audit demo/record --manifest 5f0c... --dask tcp://10.0.0.5:8786    # on many machines
  wijkaandeel audit --watch https://stad.example/board --help      # follow a board while it grows

The manifest hash stands on every letter and on each partner's site: take it from there, not from the record.
Exit code: 0 valid, 1 not valid, 2 the audit could not be done."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `audit`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel audit",
        description="Check everything that an election's public record claims, and count it again.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_record(parser)
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    where = parser.add_mutually_exclusive_group()
    add_jobs(where)
    where.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="spread the work over the Dask cluster whose scheduler is at ADDRESS, e.g. tcp://10.0.0.5:8786; "
        "the record, a folder or an http(s) address, is read here alone, and workers get entries to check; "
        "they are trusted as this machine is: one that lies can make a bad record look good "
        f"(needs: {EXTRA})",
    )
    parser.add_argument(
        "--report",
        nargs=2,
        metavar=("OFFICIAL", "FILE"),
        help="also write an official's audit report to FILE",
    )
    return parser


def main(argv: Sequence[str]) -> int:
    """Run `wijkaandeel audit`; return its exit code."""
    if "--watch" in argv:
        from tally.watch.cli_watch import main as watch

        return watch(argv)
    options = make_parser().parse_args(argv)
    try:
        with (
            Cluster(options.dask) if options.dask else nullcontext() as team,
            open_record(options.record) as source,
            show_progress(hidden=options.json) as bar,
        ):
            result = audit(
                source,
                manifest=options.manifest,
                operator=options.operator_key,
                processes=options.jobs,
                team=team,
                progress=bar.show,
            )
        if options.report:
            official, path = options.report
            Path(path).write_bytes(make_report(official, result))
    except (RecordError, WorkersError, ReportError, OSError) as error:
        print(f"wijkaandeel audit: {error}", file=sys.stderr)
        return UNUSABLE
    print(msgspec.json.encode(result).decode() if options.json else format_result(result))
    return 0 if result.valid else INVALID


class _Bar(Progress):
    """A bar a stage, on the error stream."""

    def __init__(self, hidden: bool) -> None:
        console = Console(stderr=True)
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=hidden or not console.is_terminal,
            transient=True,
        )
        self._stages: dict[str, TaskID] = {}

    def show(self, stage: str, done: int, size: int) -> None:
        """Show how far a stage is."""
        if stage not in self._stages:
            self._stages[stage] = self.add_task(stage, total=size)
        self.update(self._stages[stage], completed=done)


def show_progress(hidden: bool) -> _Bar:
    """Return what shows how far an audit is, for a `with`; nothing is shown but on a terminal."""
    return _Bar(hidden)


def format_result(result: AuditResult) -> str:
    """Return the result for people: a line a check, then the verdict and what it means."""
    messages = {fault.id: fault for fault in result.faults}
    lines = []
    for check in result.checks:
        mark = "ok  " if check.ok else "FAIL" if check.id in messages else "--  "
        lines.append(f"{mark} {check.id} {check.count:>9}  {check.name}")
        if check.id in messages:
            fault = messages[check.id]
            at = f"entry {fault.at}" if isinstance(fault.at, int) else plain(fault.at)
            reason = f" ({fault.reason})" if fault.reason else ""
            lines.append(f"{'':20}at {at}: {fault.message}{reason}")
    return "\n".join([*lines, "", *_turnout(result), *_verdict(result)])


def _turnout(result: AuditResult) -> list[str]:
    return [
        f"Style {each.style}: {each.credentials} on the roll of {each.population} people, "
        f"{each.requests} asked for a share, {each.voters} voted, {each.ballots} ballots"
        for each in result.turnout
    ]


def _verdict(result: AuditResult) -> list[str]:
    phase = f", phase {result.phase}" if result.phase else ""
    lines = [f"Board: {result.size} entries{phase}, root {result.root or 'unknown'}"]
    if result.manifest:
        lines.append(f"Manifest: {result.manifest}")
    lines.append(
        f"Slack: {result.slack} ballots could at most be missing, or the registrar's and officials'; "
        f"invalid ballots: {result.invalid_ballots}"
    )
    lines += _risk(result)
    if not result.valid:
        lines.append("Verdict: NOT VALID")
    elif result.anchored:
        lines.append("Verdict: valid, and anchored in the manifest hash that you gave")
    else:
        lines.append(
            "Verdict: consistent, not anchored (give --manifest HASH, from a letter or a partner's site)"
        )
    return lines


def _risk(result: AuditResult) -> list[str]:
    if result.phase not in ("counted", "certified"):
        return ["Outcome: not counted yet"]
    if not result.valid:
        return ["Outcome: nothing can be said of it"]
    texts = {
        False: "slack and invalid ballots could not change who wins",
        True: "slack and invalid ballots could change who wins",
        None: "whether slack and invalid ballots could change who wins cannot be said for this count rule",
    }
    return [
        f"Outcome: counted again, the same; {texts[result.outcome_at_risk]}",
        NOT_IN_THE_SLACK,
    ]
