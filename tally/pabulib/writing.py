"""Write an election as a .pb file, in one layout; what was written reads back as the same election.

The layout: META, PROJECTS, VOTES; lines end in a line feed, the last one too; fields are quoted only where
they must be; amounts are whole, or have two decimals after a point; no spaces or blank lines are put in.
"""

from collections.abc import Sequence

from tally.pabulib.reading import parse_pabulib
from tally.pabulib.records import (
    POINTS_TYPES,
    PabulibElection,
    PabulibError,
    PabulibProject,
    PabulibVote,
    UnwritableError,
)
from tally.pabulib.rows import format_row


def format_pabulib(election: PabulibElection) -> str:
    """Return the election as text; parse_pabulib(text, keep_told=True) is the inverse, and is asked.

    Raises UnwritableError when the text would not read back as the same election: an id with a comma in it,
    a budget that is not the one in `meta`, columns that some row lacks.
    """
    try:
        text = "".join(_format_rows(election))
        same = parse_pabulib(text, keep_told=True) == election
    except (KeyError, ValueError) as error:
        what = str(error) if isinstance(error, PabulibError) else f"a row does not fit its columns: {error}"
        raise UnwritableError(f"the election cannot be written: {what}") from error
    if not same:
        raise UnwritableError("expected an election that reads back as the same, got one that does not")
    return text


def format_money(cents: int) -> str:
    """Return an amount in units of currency, such as "1250" or "1250.50"."""
    return f"{cents // 100}.{cents % 100:02}" if cents % 100 else str(cents // 100)


def _format_rows(election: PabulibElection) -> list[str]:
    with_points = election.vote_type in POINTS_TYPES
    return [
        format_row(["META"]),
        format_row(["key", "value"]),
        *(format_row(pair) for pair in election.meta.items()),
        format_row(["PROJECTS"]),
        format_row(election.project_columns),
        *(format_row(_project_fields(each, election.project_columns)) for each in election.projects),
        format_row(["VOTES"]),
        format_row(election.vote_columns),
        *(format_row(_vote_fields(each, election.vote_columns, with_points)) for each in election.votes),
    ]


def _project_fields(project: PabulibProject, columns: Sequence[str]) -> list[str]:
    own = {
        "project_id": project.id,
        "cost": format_money(project.cost),
        "name": project.name,
        "selected": "" if project.selected is None else str(project.selected),
    }
    return [own[column] if column in own else project.others[column] for column in columns]


def _vote_fields(vote: PabulibVote, columns: Sequence[str], with_points: bool) -> list[str]:
    own = {"voter_id": vote.voter_id, "vote": ",".join(vote.projects)}
    if with_points:
        own["points"] = ",".join(map(str, vote.points))
    told = zip((column for column in columns if column not in own), vote.told, strict=True)
    own.update(told)
    return [own[column] for column in columns]
