"""Read a .pb file, strictly and exactly: everything malformed is refused with its line and column.

Money becomes whole cents or is refused, points are whole. What voters told about themselves (age, sex) is
kept only if asked for.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, cast, get_args

from tally.pabulib.records import (
    POINTS_TYPES,
    PabulibElection,
    PabulibError,
    PabulibProject,
    PabulibVote,
    VoteType,
)
from tally.pabulib.rows import Field, parse_rows

SECTIONS = ("META", "PROJECTS", "VOTES")
OWN = ("project_id", "name", "cost", "selected")
NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}

_MONEY = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,30}))?")
_POINTS = re.compile(r"(-?[0-9]{1,15})(?:\.0+)?")
_COUNT = re.compile(r"[0-9]{1,15}")
_SELECTED = re.compile(r"[0-3]")

Row = Mapping[str, Field]


def parse_pabulib(text: str, *, keep_told: bool = False) -> PabulibElection:
    """Return the election in `text` (UTF-8 decoded; a byte order mark and CRLF are allowed).

    `keep_told` keeps what voters told about themselves. Raises PabulibError for anything malformed: sections
    out of order, a row of another length than its header, money that is not whole cents, a vote for an
    unknown project, counts that do not hold.
    """
    sections = _parse_sections(text)
    meta = _parse_meta(sections["META"])
    vote_type = _parse_vote_type(meta["vote_type"])
    projects = _parse_projects(sections["PROJECTS"])
    columns = _vote_columns(sections["VOTES"], vote_type, keep_told=keep_told)
    votes = _parse_votes(sections["VOTES"], vote_type, columns, frozenset(project.id for project in projects))
    _verify_count(meta, "num_projects", len(projects))
    _verify_count(meta, "num_votes", len(votes))
    return PabulibElection(
        meta={key: field.text for key, field in meta.items()},
        project_columns=tuple(sections["PROJECTS"].header),
        projects=projects,
        vote_columns=columns,
        votes=votes,
        budget=_parse_cents(meta["budget"]),
        vote_type=vote_type,
        min_length=_find_count(meta, "min_length"),
        max_length=_find_count(meta, "max_length"),
    )


# Sections -------------------------------------------------------------------------------------------


class _Section(NamedTuple):
    """A header and the rows below it, by column name."""

    header: list[str]
    rows: list[Row]


def _parse_sections(text: str) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    section: _Section | None = None
    last = 1
    for fields in parse_rows(text):
        last = fields[0].line
        opens = fields[0].text.strip() if len(fields) == 1 else ""
        if opens in SECTIONS or not found:
            _verify_order(fields[0], opens, len(found))
            section = found[opens] = _Section([], [])
        elif section is None or not section.header:
            section = found[list(found)[-1]] = _Section(_parse_header(fields, list(found)[-1]), [])
        else:
            if len(fields) != len(section.header):
                at = fields[min(len(fields), len(section.header) + 1) - 1]
                raise PabulibError(at.line, at.column, f"{len(section.header)} fields", str(len(fields)))
            section.rows.append(dict(zip(section.header, fields, strict=True)))
    for name in SECTIONS:
        if name not in found or not found[name].header:
            raise PabulibError(last, 1, f"a section {name} with a header", "the end of the text")
    return found


def _verify_order(field: Field, opens: str, have: int) -> None:
    expected = f"a line {SECTIONS[have]}" if have < len(SECTIONS) else "no fourth section"
    if have == len(SECTIONS) or opens != SECTIONS[have]:
        field.refuse(expected)


def _parse_header(fields: list[Field], section: str) -> list[str]:
    names = [field.text.strip().lower() for field in fields]
    for place, name in enumerate(names):
        if name in names[:place]:
            fields[place].refuse("each column once")
    for name in NEEDED[section]:
        if name not in names:
            fields[0].refuse(f"a column {name!r} in {section}")
    if section == "META" and tuple(names) != NEEDED[section]:
        fields[0].refuse("the header key;value")
    return names


def _parse_meta(section: _Section) -> dict[str, Field]:
    meta: dict[str, Field] = {}
    for row in section.rows:
        key = row["key"].text.strip()
        if not key or key in meta:
            row["key"].refuse("a key that no row above has")
        meta[key] = row["value"]
    for key in ("budget", "vote_type"):
        if key not in meta:
            last = section.rows[-1]["key"] if section.rows else Field("", 1, 1)
            raise PabulibError(last.line, 1, f"a key {key!r} in META", "none")
    return meta


def _parse_vote_type(field: Field) -> VoteType:
    if field.text.strip() not in get_args(VoteType):
        field.refuse("one of " + ", ".join(get_args(VoteType)))
    return cast(VoteType, field.text.strip())


def _find_count(meta: Mapping[str, Field], key: str) -> int | None:
    if key not in meta:
        return None
    if not _COUNT.fullmatch(meta[key].text.strip()):
        meta[key].refuse("a whole number")
    return int(meta[key].text)


def _verify_count(meta: Mapping[str, Field], key: str, counted: int) -> None:
    told = _find_count(meta, key)
    if told is not None and told != counted:
        meta[key].refuse(f"{counted}, which is what the file has")


def _parse_cents(field: Field) -> int:
    """Return whole cents; a point or comma before the decimals, no sign, no spaces, no thousands marks.

    Zeros after the second decimal are dropped, but "100.000" is refused: it may mean a hundred thousand.
    """
    match = _MONEY.fullmatch(field.text.strip())
    if match is None:
        field.refuse("an amount such as 1250 or 1250.50")
    decimals = match[2] or ""
    if decimals == "000":
        field.refuse("an amount that is not ambiguous (three zeros after the mark)")
    kept = decimals.rstrip("0")
    if len(kept) > 2:
        field.refuse("whole cents")
    return int(match[1]) * 100 + int(kept.ljust(2, "0"))


# Projects and votes ---------------------------------------------------------------------------------


def _parse_projects(section: _Section) -> tuple[PabulibProject, ...]:
    projects: dict[str, PabulibProject] = {}
    for row in section.rows:
        name = row["project_id"].text.strip()
        if not name or "," in name or name in projects:
            row["project_id"].refuse("a project id without a comma that no row above has")
        projects[name] = PabulibProject(
            id=name,
            name=row["name"].text if "name" in row else "",
            cost=_parse_cents(row["cost"]),
            selected=_parse_selected(row["selected"]) if "selected" in row else None,
            others={key: row[key].text for key in row if key not in OWN},
        )
    return tuple(projects.values())


def _parse_selected(field: Field) -> int:
    if not _SELECTED.fullmatch(field.text.strip()):
        field.refuse("0, 1, 2 or 3")
    return int(field.text)


def _own(vote_type: VoteType) -> tuple[str, ...]:
    return ("voter_id", "vote", "points") if vote_type in POINTS_TYPES else ("voter_id", "vote")


def _vote_columns(section: _Section, vote_type: VoteType, *, keep_told: bool) -> tuple[str, ...]:
    """Return the columns of votes that are kept, in the order of the file."""
    if vote_type in POINTS_TYPES and "points" not in section.header:
        at = next(iter(section.rows[0].values())) if section.rows else Field("", 1, 1)
        raise PabulibError(at.line, 1, f"a column 'points' in VOTES for {vote_type} votes", "none")
    return tuple(name for name in section.header if keep_told or name in _own(vote_type))


def _parse_votes(
    section: _Section, vote_type: VoteType, columns: tuple[str, ...], known: frozenset[str]
) -> tuple[PabulibVote, ...]:
    with_points = vote_type in POINTS_TYPES
    telling = [name for name in columns if name not in _own(vote_type)]
    votes, voters = [], set()
    for row in section.rows:
        voter = row["voter_id"].text.strip()
        if not voter or voter in voters:
            row["voter_id"].refuse("a voter id that no row above has")
        voters.add(voter)
        chosen = _parse_choice(row["vote"], vote_type, known)
        points = _parse_points(row["points"], len(chosen)) if with_points else ()
        told = tuple(row[name].text for name in telling)
        votes.append(PabulibVote(voter_id=voter, projects=chosen, points=points, told=told))
    return tuple(votes)


def _parse_choice(field: Field, vote_type: VoteType, known: frozenset[str]) -> tuple[str, ...]:
    chosen: dict[str, None] = {}
    offset = 0
    for part in field.text.split(",") if field.text.strip() else ():
        name = part.strip()
        if name not in known:
            field.refuse("a project id of this file", offset)
        if name in chosen and vote_type != "approval":
            field.refuse("each project once", offset)
        chosen[name] = None
        offset += len(part) + 1
    if vote_type == "choose-1" and len(chosen) > 1:
        field.refuse("at most one project")
    return tuple(chosen)


def _parse_points(field: Field, needed: int) -> tuple[int, ...]:
    given = []
    offset = 0
    for part in field.text.split(",") if field.text.strip() else ():
        match = _POINTS.fullmatch(part.strip())
        if match is None:
            field.refuse("a whole number of points", offset)
        given.append(int(match[1]))
        offset += len(part) + 1
    if len(given) != needed:
        field.refuse(f"{needed} numbers of points, one a project")
    return tuple(given)
