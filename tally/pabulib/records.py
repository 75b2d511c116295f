"""What a .pb file says, as records, and the errors of reading and writing one.

Money is whole cents, points are whole. Nothing is left out but what voters told about themselves, unless it
was asked for.
"""

from typing import Literal

import msgspec

VoteType = Literal["approval", "choose-1", "cumulative", "scoring", "ordinal"]
POINTS_TYPES = ("cumulative", "scoring")


class PabulibError(ValueError):
    """Text that is not a .pb file; whoever made the file must act.

    `line` and `column` count from 1 and point at the first character that is wrong.
    """

    def __init__(self, line: int, column: int, expected: str, got: str) -> None:
        super().__init__(f"line {line}, column {column}: expected {expected}, got {got}")
        self.line = line
        self.column = column
        self.expected = expected


class UnwritableError(ValueError):
    """An election that no .pb file can say, or that contradicts itself; whoever made it must act."""


class PabulibProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of PROJECTS; `cost` in cents, `name` "" where the file has none, `others` the other columns.

    `selected` is what came of it: 0 not chosen, 1 chosen, 2 and 3 as the file's comment says; None where the
    file does not tell.
    """

    id: str
    name: str
    cost: int
    selected: int | None = None
    others: dict[str, str]


class PabulibVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of VOTES: project ids as written, the best first if ordinal, and points for each if it has them.

    In an approval vote a repeated id is left out. An empty vote has no projects. `told` is what the voter
    told about itself, for those of the election's `vote_columns` that are not named here; () if not kept.
    """

    voter_id: str
    projects: tuple[str, ...]
    points: tuple[int, ...] = ()
    told: tuple[str, ...] = ()


class PabulibElection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One .pb file; `budget` in cents, `meta` as written, columns in the order of the file.

    Vote lengths are told, not enforced.
    """

    meta: dict[str, str]
    project_columns: tuple[str, ...]
    projects: tuple[PabulibProject, ...]
    vote_columns: tuple[str, ...]
    votes: tuple[PabulibVote, ...]
    budget: int
    vote_type: VoteType
    min_length: int | None
    max_length: int | None
