"""What `wijkaandeel tally` shows and writes: tables for people, one JSON object for programs."""

from decimal import Decimal
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tally.pabulib import PabulibElection, format_money
from tally.rules.choosing import Choice
from tally.rules.result import Result
from tally.rules.side_by_side import SideBySide

MEASURES = {
    "satisfaction": "ballots with more of their votes among the winners",
    "cost-satisfaction": "ballots with more money for what they voted for",
    "exclusion": "ballots with a winner, and without one on the other side",
}
_JSON = msgspec.json.Encoder(decimal_format="number")


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One outcome as `--json` says it: `cost` and `budget` in the file's own unit, `result` in cents."""

    rule: str
    method: str
    parameters: dict[str, Any]
    ties: str
    winners: tuple[str, ...]
    cost: Decimal
    budget: Decimal
    ballots: int
    result: Result
    against: "Said | None" = None
    side_by_side: SideBySide | None = None
    explanation: Any = None


def say(choice: Choice, result: Result) -> Said:
    """Return an outcome as `--json` says it."""
    return Said(
        rule=choice.name,
        method=choice.rule,
        parameters=choice.plain(),
        ties=result.ties,
        winners=result.winners,
        cost=Decimal(format_money(result.cost)),
        budget=Decimal(format_money(result.budget)),
        ballots=result.ballots,
        result=result,
    )


def format_json(said: Said) -> str:
    """Return one line of JSON; amounts are numbers with all their decimals."""
    return _JSON.encode(said).decode()


def show(console: Console, election: PabulibElection, choice: Choice, result: Result) -> None:
    """Show the winners in order of choice, and what they cost."""
    projects = {project.id: project for project in election.projects}
    statuses = {status.project: status for status in result.statuses}
    table = Table("project", "name", "cost", "votes", "supporters")
    for column in table.columns[2:]:
        column.justify = "right"
    for winner in result.winners:
        project, status = projects[winner], statuses[winner]
        table.add_row(winner, project.name, _money(project.cost), str(status.votes), str(status.supporters))
    console.print(table)
    console.print(
        f"{choice.name}: {len(result.winners)} of {len(projects)} projects, {_money(result.cost)} of "
        f"{_money(result.budget)} spent, {result.ballots} ballots",
        soft_wrap=True,
    )


def show_side_by_side(
    console: Console, election: PabulibElection, names: tuple[str, str], found: SideBySide
) -> None:
    """Show which projects win by which rule, then what each outcome means for the ballots."""
    projects = {project.id: project for project in election.projects}
    table = Table("project", "name", "cost", *names)
    for column in table.columns[2:]:
        column.justify = "right"
    for chosen, marks in (
        (found.both, ("wins", "wins")),
        (found.only_first, ("wins", "-")),
        (found.only_second, ("-", "wins")),
    ):
        for name in chosen:
            table.add_row(name, projects[name].name, _money(projects[name].cost), *marks)
    console.print(table)
    figures = Table("", *names)
    for column in figures.columns[1:]:
        column.justify = "right"
    both = len(found.both)
    figures.add_row("projects", str(both + len(found.only_first)), str(both + len(found.only_second)))
    figures.add_row(
        "projects that the other has not", str(len(found.only_first)), str(len(found.only_second))
    )
    figures.add_row("money spent", *map(_money, found.costs))
    figures.add_row(f"ballots with a winner (of {found.ballots})", *map(str, found.with_winner))
    for better in found.better:
        figures.add_row(MEASURES[better.by], str(better.first), str(better.second))
    console.print(figures)


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
