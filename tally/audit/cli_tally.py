"""The command `wijkaandeel tally`: count any Pabulib file by a rule, outcome on the screen or as JSON."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from tally import rules
from tally.pabulib import PabulibElection, PabulibError, parse_pabulib, profile_of
from tally.profile import ProfileError, ties_by_id
from tally.rules.result import Result

UNUSABLE = 2
MAX_FILE = 2**28
"""The most bytes of a file to count."""

EXAMPLES = """examples:
  wijkaandeel tally Netherlands_Assen_2024.pb
  wijkaandeel tally Poland_Warszawa_2022_Ochota.pb --rule greedy-votes --json

Money is exact to the cent. Ties are broken by project id in code-point order ("10" before "2").
Exit code: 0 counted, 2 the file cannot be read."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `tally`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel tally",
        description="Count a participatory budgeting election in the Pabulib format (.pb).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE.pb", help="the election's file, see https://pabulib.org")
    parser.add_argument(
        "--rule", choices=sorted(rules.RULES), default="equal-shares-cost", help="default: %(default)s"
    )
    parser.add_argument("--json", action="store_true", help="write every round and reason as JSON")
    return parser


def main(argv: Sequence[str]) -> int:
    """Run `wijkaandeel tally`; return its exit code."""
    options = make_parser().parse_args(argv)
    try:
        election = parse_pabulib(_read(Path(options.file)))
        profile = profile_of(election)
    except (PabulibError, ProfileError, OSError, UnicodeDecodeError) as error:
        print(f"wijkaandeel tally: {options.file}: {error}", file=sys.stderr)
        return UNUSABLE
    result = rules.count(options.rule, profile, {}, ties_by_id(profile))
    if options.json:
        print(msgspec.json.encode(result).decode())
    else:
        _show(election, result)
    return 0


def _read(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise OSError(f"expected at most {MAX_FILE} bytes")
    return raw.decode("utf-8")


def _show(election: PabulibElection, result: Result) -> None:
    projects = {project.id: project for project in election.projects}
    supporters = {status.project: status for status in result.statuses}
    table = Table("project", "name", "cost", "votes", "supporters", title=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for winner in result.winners:
        project, status = projects[winner], supporters[winner]
        table.add_row(winner, project.name, _money(project.cost), str(status.votes), str(status.supporters))
    Console(markup=False, emoji=False, highlight=False).print(table)
    print(
        f"{result.rule}: {len(result.winners)} of {len(projects)} projects, {_money(result.cost)} of "
        f"{_money(result.budget)} spent, {result.ballots} ballots"
    )


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
