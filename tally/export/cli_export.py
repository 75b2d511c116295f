"""The command `wijkaandeel export`: a record in, a .pb file for each count of a contest out."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tally.audit.cli_audit import show_progress
from tally.audit.cli_record import add_jobs, add_record
from tally.audit.findings import AuditResult
from tally.audit.source import RecordError
from tally.audit.workers import WorkersError
from tally.export.meta import COUNTRY, CURRENCY, LANGUAGE, put_place
from tally.export.run import ExportError, export_contest
from tally.export.unit import Exported
from tally.pabulib import UnwritableError, format_pabulib
from tally.record import open_record

UNUSABLE = 2
PLACE = {"country": COUNTRY, "language": LANGUAGE, "currency": CURRENCY}
"""What a file says of the country unless it is asked for otherwise."""

EXAMPLES = """examples:
  wijkaandeel export demo/record --contest wijkbudget --manifest "$(cat demo/manifest.hash)"
  wijkaandeel export https://stad.example/board --contest wijkbudget --manifest 5f0c... --out budget.pb
  wijkaandeel tally wijkbudget.pb        # counts it again, by the file's own rule and lots

The record is audited first, and its ballots are opened with the trustees' published keys. A contest with
several counts gives a file each: NAME-POT.pb, or NAME-STYLE.pb where styles are counted apart.

The file's keys "wijkaandeel_..." say what Pabulib has no word for: the exact rule, projects that exclude or
need each other; the column "lot" decides ties that are left after cost and votes. Voters are numbers.

Exit code: 0 written, 2 not (the record is not valid, or not opened yet, or cannot be read)."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `export`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel export",
        description="Write the ballots of an opened election in the Pabulib format (.pb).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_record(parser)
    parser.add_argument("--contest", metavar="ID", required=True, help="the contest to write")
    parser.add_argument("--style", metavar="ID", help="only the count of this style, where they are apart")
    parser.add_argument("--out", metavar="FILE.pb", type=Path, help="default: the contest's id and .pb")
    for name, default in PLACE.items():
        parser.add_argument(f"--{name}", metavar="TEXT", default=default, help=f"in the file ({default})")
    add_jobs(parser)
    return parser


def main(argv: Sequence[str]) -> int:
    """Run `wijkaandeel export`; return its exit code."""
    options = make_parser().parse_args(argv)
    try:
        with open_record(options.record) as source, show_progress(hidden=False) as bar:
            result, exported = export_contest(
                source,
                options.contest,
                options.style,
                manifest=options.manifest,
                operator=options.operator_key,
                processes=options.jobs,
                progress=bar.show,
            )
        out = options.out or Path(f"{options.contest}.pb")
        place = (options.country, options.language, options.currency)
        lines = [_write(path, each, place) for path, each in _paths(out, exported)]
    except (ExportError, RecordError, UnwritableError, WorkersError, OSError) as error:
        print(f"wijkaandeel export: {error}", file=sys.stderr)
        return UNUSABLE
    print("\n".join(lines))
    if not result.anchored:
        print(_not_anchored(result), file=sys.stderr)
    return 0


def _paths(out: Path, exported: Sequence[Exported]) -> list[tuple[Path, Exported]]:
    """Return where each count is written."""
    if len(exported) == 1:
        return [(out, exported[0])]
    apart = len({each.counted.styles[0] for each in exported}) == len(exported)
    names = [each.counted.styles[0] if apart else each.counted.pot for each in exported]
    return [(out.with_stem(f"{out.stem}-{name}"), each) for name, each in zip(names, exported, strict=True)]


def _write(path: Path, exported: Exported, place: tuple[str, str, str]) -> str:
    path.write_bytes(format_pabulib(put_place(exported.election, *place)).encode())
    counted = exported.counted
    won = f"{len(counted.winners)} of {len(counted.projects)} projects won"
    return f"{path}: {won}, {counted.ballots} ballots"


def _not_anchored(result: AuditResult) -> str:
    return (
        f"The record is consistent, not anchored: its manifest hash is {result.manifest}. Compare that with "
        "a letter or a partner's site, or give it as --manifest."
    )
