"""Read a participatory budgeting election in the Pabulib format (.pb), strictly and exactly.

Text in, records out; who has a file opens it. Money becomes whole cents or is refused. Format:
Faliszewski et al., Participatory Budgeting: Data, Tools, and Analysis, IJCAI 2023,
https://arxiv.org/abs/2305.11035, and https://pabulib.org/format. What voters told about themselves
(age, sex) is not kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, NoReturn, cast, get_args

import msgspec

from tally.profile import (
    Profile,
    Project,
    Weights,
    approval_weights,
    borda_weights,
    group_votes,
    points_weights,
)

VoteType = Literal["approval", "choose-1", "cumulative", "scoring", "ordinal"]
SECTIONS = ("META", "PROJECTS", "VOTES")
POINTS_TYPES = ("cumulative", "scoring")

_MONEY = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,30}))?")
_POINTS = re.compile(r"-?[0-9]{1,15}")
_COUNT = re.compile(r"[0-9]{1,15}")
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_UNQUOTED = re.compile(r"([^;\n]*)")


class PabulibError(ValueError):
    """Text that is not a .pb file; whoever made the file must act.

    `line` and `column` count from 1 and point at the first character that is wrong.
    """

    def __init__(self, line: int, column: int, expected: str, got: str) -> None:
        super().__init__(f"line {line}, column {column}: expected {expected}, got {got}")
        self.line = line
        self.column = column
        self.expected = expected


class PabulibProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of PROJECTS; `cost` in cents, `name` "" where the file has none, `others` the other columns."""

    id: str
    name: str
    cost: int
    others: dict[str, str]


class PabulibVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of VOTES: project ids as written, the best first if ordinal, and points for each if it has them.

    In an approval vote a repeated id is left out. An empty vote has no projects.
    """

    voter_id: str
    projects: tuple[str, ...]
    points: tuple[int, ...] = ()


class PabulibElection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One .pb file; `budget` in cents, `meta` as written. Vote lengths are told, not enforced."""

    meta: dict[str, str]
    projects: tuple[PabulibProject, ...]
    votes: tuple[PabulibVote, ...]
    budget: int
    vote_type: VoteType
    min_length: int | None
    max_length: int | None


class _Field(NamedTuple):
    """One field of a row and where it stands."""

    text: str
    line: int
    column: int

    def refuse(self, expected: str, offset: int = 0) -> NoReturn:
        raise PabulibError(self.line, self.column + offset, expected, repr(self.text[offset : offset + 60]))


Row = Mapping[str, _Field]


def parse_pabulib(text: str) -> PabulibElection:
    """Return the election in `text` (UTF-8 decoded; a byte order mark and CRLF are allowed).

    Raises PabulibError for anything malformed: sections out of order, a row of another length than
    its header, money that is not whole cents, a vote for an unknown project, counts that do not hold.
    """
    sections = _parse_sections(text)
    meta = _parse_meta(sections["META"])
    vote_type = _parse_vote_type(meta["vote_type"])
    projects = _parse_projects(sections["PROJECTS"])
    votes = _parse_votes(sections["VOTES"], vote_type, frozenset(project.id for project in projects))
    _verify_count(meta, "num_projects", len(projects))
    _verify_count(meta, "num_votes", len(votes))
    return PabulibElection(
        meta={key: field.text for key, field in meta.items()},
        projects=projects,
        votes=votes,
        budget=_parse_cents(meta["budget"]),
        vote_type=vote_type,
        min_length=_find_count(meta, "min_length"),
        max_length=_find_count(meta, "max_length"),
    )


def profile_of(election: PabulibElection) -> Profile:
    """Return the election as a profile, projects in file order, equal votes grouped.

    Approvals weigh 1, points weigh themselves, rankings get Borda weights. Raises ProfileError for
    points below zero.
    """
    index = {project.id: place for place, project in enumerate(election.projects)}
    return Profile(
        budget=election.budget,
        projects=tuple(Project(id=project.id, cost=project.cost) for project in election.projects),
        votes=group_votes(_weights_of(election.vote_type, vote, index) for vote in election.votes),
    )


def _weights_of(vote_type: VoteType, vote: PabulibVote, index: Mapping[str, int]) -> Weights:
    chosen = [index[name] for name in vote.projects]
    if vote_type in POINTS_TYPES:
        return points_weights(dict(zip(chosen, vote.points, strict=True)))
    return borda_weights(chosen) if vote_type == "ordinal" else approval_weights(chosen)


# Rows -----------------------------------------------------------------------------------------------


def _rows(text: str) -> Iterator[list[_Field]]:
    """Yield the rows that are not blank, fields in order; a quoted field may run over several lines."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    at, line = 0, 1
    while at < len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        if text.find('"', at, stop) >= 0:
            fields, stop = _quoted_fields(text, at, line)
            yield fields
        elif text[at:stop].strip():
            yield _plain_fields(text[at:stop], line)
        line += text.count("\n", at, stop) + 1
        at = stop + 1


def _plain_fields(row: str, line: int) -> list[_Field]:
    fields, column = [], 1
    for part in row.split(";"):
        fields.append(_Field(part, line, column))
        column += len(part) + 1
    return fields


def _quoted_fields(text: str, at: int, line: int) -> tuple[list[_Field], int]:
    """Return the fields of the row that starts at `at`, and where it ends.

    A quote inside a field that does not start with one is text.
    """
    fields, start = [], at
    while True:
        here = (line + text.count("\n", start, at), at - text.rfind("\n", 0, at))
        quoted = text.startswith('"', at)
        match = (_QUOTED if quoted else _UNQUOTED).match(text, at)
        if match is None:
            raise PabulibError(*here, "a closing quote for the field that starts here", "the end of the text")
        fields.append(_Field(match[1].replace('""', '"') if quoted else match[1], *here))
        at = match.end()
        if at == len(text) or text[at] == "\n":
            return fields, at
        if text[at] != ";":
            there = (line + text.count("\n", start, at), at - text.rfind("\n", 0, at))
            raise PabulibError(*there, "';' or the end of the line after a closing quote", repr(text[at]))
        at += 1


# Sections -------------------------------------------------------------------------------------------


class _Section(NamedTuple):
    """A header and the rows below it, by column name."""

    header: list[str]
    rows: list[Row]


def _parse_sections(text: str) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    section: _Section | None = None
    last = 1
    for fields in _rows(text):
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


def _verify_order(field: _Field, opens: str, have: int) -> None:
    expected = f"a line {SECTIONS[have]}" if have < len(SECTIONS) else "no fourth section"
    if have == len(SECTIONS) or opens != SECTIONS[have]:
        field.refuse(expected)


def _parse_header(fields: list[_Field], section: str) -> list[str]:
    names = [field.text.strip().lower() for field in fields]
    for place, name in enumerate(names):
        if name in names[:place]:
            fields[place].refuse("each column once")
    needed = {"META": ["key", "value"], "PROJECTS": ["project_id", "cost"], "VOTES": ["voter_id", "vote"]}[
        section
    ]
    for name in needed:
        if name not in names:
            fields[0].refuse(f"a column {name!r} in {section}")
    if section == "META" and names != needed:
        fields[0].refuse("the header key;value")
    return names


def _parse_meta(section: _Section) -> dict[str, _Field]:
    meta: dict[str, _Field] = {}
    for row in section.rows:
        key = row["key"].text.strip()
        if key in meta:
            row["key"].refuse("each key once")
        meta[key] = row["value"]
    for key in ("budget", "vote_type"):
        if key not in meta:
            last = section.rows[-1]["key"] if section.rows else _Field("", 1, 1)
            raise PabulibError(last.line, 1, f"a key {key!r} in META", "none")
    return meta


def _parse_vote_type(field: _Field) -> VoteType:
    if field.text.strip() not in get_args(VoteType):
        field.refuse("one of " + ", ".join(get_args(VoteType)))
    return cast(VoteType, field.text.strip())


def _find_count(meta: Mapping[str, _Field], key: str) -> int | None:
    if key not in meta:
        return None
    if not _COUNT.fullmatch(meta[key].text.strip()):
        meta[key].refuse("a whole number")
    return int(meta[key].text)


def _verify_count(meta: Mapping[str, _Field], key: str, counted: int) -> None:
    told = _find_count(meta, key)
    if told is not None and told != counted:
        meta[key].refuse(f"{counted}, which is what the file has")


def _parse_cents(field: _Field) -> int:
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
            others={key: row[key].text for key in row if key not in ("project_id", "name", "cost")},
        )
    return tuple(projects.values())


def _parse_votes(section: _Section, vote_type: VoteType, known: frozenset[str]) -> tuple[PabulibVote, ...]:
    with_points = vote_type in POINTS_TYPES
    if with_points and "points" not in section.header:
        at = next(iter(section.rows[0].values())) if section.rows else _Field("", 1, 1)
        raise PabulibError(at.line, 1, f"a column 'points' in VOTES for {vote_type} votes", "none")
    votes, voters = [], set()
    for row in section.rows:
        voter = row["voter_id"].text.strip()
        if not voter or voter in voters:
            row["voter_id"].refuse("a voter id that no row above has")
        voters.add(voter)
        chosen = _parse_choice(row["vote"], vote_type, known)
        points = _parse_points(row["points"], len(chosen)) if with_points else ()
        votes.append(PabulibVote(voter_id=voter, projects=chosen, points=points))
    return tuple(votes)


def _parse_choice(field: _Field, vote_type: VoteType, known: frozenset[str]) -> tuple[str, ...]:
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


def _parse_points(field: _Field, needed: int) -> tuple[int, ...]:
    given = []
    offset = 0
    for part in field.text.split(",") if field.text.strip() else ():
        if not _POINTS.fullmatch(part.strip()):
            field.refuse("a whole number of points", offset)
        given.append(int(part))
        offset += len(part) + 1
    if len(given) != needed:
        field.refuse(f"{needed} numbers of points, one a project")
    return tuple(given)
