"""The .pb writer: what was written reads back the same, byte by byte in its own layout, or is refused."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.pabulib import (
    POINTS_TYPES,
    PabulibElection,
    PabulibError,
    PabulibProject,
    PabulibVote,
    UnwritableError,
    VoteType,
    format_money,
    format_pabulib,
    parse_pabulib,
    profile_of,
)
from tally.profile import ProfileError
from tests.tally.test_pabulib import FOLDER, SMALL, with_votes

OURS = '''META
key;value
description;"One; with a ""view"""
budget;1000.50
vote_type;cumulative
max_sum_points;3
PROJECTS
project_id;name;votes;cost;selected;category
10;Bench;2;300;1;green
x/3;"Two
lines";1;250.50;3;
9;Tree;0;0.05;0;"a;b"
VOTES
points;voter_id;vote;age
2,1;v1;10,x/3;34
3;v2;10;"a ""b"""
;v3;;
'''


def test_own_layout_comes_back_byte_by_byte() -> None:
    """Columns stay in their order, and what must be quoted is quoted."""
    assert format_pabulib(parse_pabulib(OURS, keep_told=True)) == OURS


def test_what_voters_told_is_written_only_if_kept() -> None:
    """The columns of voters leave with what they hold, and the rest is as it was."""
    text = format_pabulib(parse_pabulib(OURS))
    assert text.endswith("VOTES\npoints;voter_id;vote\n2,1;v1;10,x/3\n3;v2;10\n;v3;\n")
    assert parse_pabulib(text) == parse_pabulib(OURS)


def test_other_layouts_are_written_in_ours() -> None:
    """Commas become points, spaces and repeats go, lines end in one way."""
    text = SMALL.replace("1;p1,p2;34", "1; p1 , p2,p1;34").replace("\n", "\r\n")
    written = format_pabulib(parse_pabulib("\ufeff" + text, keep_told=True))
    assert "\r" not in written
    assert "\n1;p1,p2;34\n" in written
    assert "\np2;250.50;Slide;\n" in written
    assert "budget;1000,50" in written  # what META says stays as it was written
    assert format_pabulib(parse_pabulib(written, keep_told=True)) == written


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0"), (5, "0.05"), (100, "1"), (150, "1.50"), (10**17 - 1, "999999999999999.99")]
)
def test_money_is_written_whole_or_with_two_decimals(cents: int, text: str) -> None:
    """No thousands marks, no rounding."""
    assert format_money(cents) == text


@pytest.mark.parametrize("selected", [0, 1, 2, 3])
def test_what_was_selected_is_read(selected: int) -> None:
    """Chosen or not, and the two special cases that a file's comment explains."""
    election = parse_pabulib(OURS.replace("300;1;green", f"300;{selected};green"))
    assert [project.selected for project in election.projects] == [selected, 3, 0]
    assert parse_pabulib(SMALL).projects[0].selected is None


@pytest.mark.parametrize("selected", ["4", "-1", "yes", "", "01", "1.0", "\u0661"])
def test_what_is_no_selection_is_refused(selected: str) -> None:
    """The error points at the field."""
    with pytest.raises(PabulibError, match="expected 0, 1, 2 or 3") as caught:
        parse_pabulib(OURS.replace("300;1;green", f"300;{selected};green"))
    assert (caught.value.line, caught.value.column) == (9, 16)


def test_points_may_be_written_with_a_zero_after_the_mark() -> None:
    """Whole points are whole however they are spelled."""
    assert parse_pabulib(with_votes("scoring", "1;a,b;2.0,-1")).votes[0].points == (2, -1)


def test_default_score_is_given_to_projects_that_a_vote_leaves_out() -> None:
    """In scoring files alone; below zero it cannot be counted."""
    text = with_votes("scoring", "1;a;3", "2;;")
    weighed = profile_of(parse_pabulib(text.replace("budget", "default_score;2\nbudget")))
    assert [vote.projects for vote in weighed.votes] == [((0, 2), (1, 2), (2, 2)), ((0, 3), (1, 2), (2, 2))]
    other = text.replace("scoring", "cumulative").replace("budget", "default_score;2\nbudget")
    assert profile_of(parse_pabulib(other)).total_votes() == (3, 0, 0)
    for default in ("-1", "x", "1.5"):
        with pytest.raises(ProfileError):
            profile_of(parse_pabulib(text.replace("budget", f"default_score;{default}\nbudget")))


def test_rankings_are_scored_by_borda_alone() -> None:
    """Another scoring function is told, not passed over."""
    text = with_votes("ordinal", "1;a,b;")
    named = text.replace("budget", "scoring_fn;borda\nbudget")
    assert profile_of(parse_pabulib(named)) == profile_of(parse_pabulib(text))
    with pytest.raises(ProfileError, match="Borda"):
        profile_of(parse_pabulib(text.replace("budget", "scoring_fn;Plurality\nbudget")))


OTHERS = {"votes": "", "category": ""}
VOTER = PabulibVote(voter_id="v", projects=(), told=("",))
STRANGE = PabulibVote(voter_id="w", projects=("?",), points=(1,), told=("",))
POINTED = PabulibVote(voter_id="w", projects=(), points=(1,), told=("",))
ODD = PabulibProject(id="1,0", name="", cost=0, selected=0, others=OTHERS)
BLANK = PabulibProject(id="10", name="", cost=0, others=OTHERS)
UNWRITABLE: dict[str, dict[str, Any]] = {
    "another budget than META": {"budget": 5},
    "another vote type than META": {"vote_type": "scoring"},
    "no budget in META": {"meta": {"vote_type": "cumulative"}},
    "a line end in two signs": {"meta": {"budget": "1000.50", "vote_type": "cumulative", "a": "x\r\ny"}},
    "a key with a space": {"meta": {"budget": "1000.50", "vote_type": "cumulative", " a": "x"}},
    "a column that no row has": {"project_columns": ("project_id", "name", "cost", "colour")},
    "a column twice": {"vote_columns": ("voter_id", "vote", "points", "age", "age")},
    "a column less": {"vote_columns": ("voter_id", "vote", "points")},
    "a selected that is not known": {"projects": (BLANK,), "votes": ()},
    "a comma in an id": {"projects": (ODD,), "votes": ()},
    "a vote for an unknown project": {"votes": (VOTER, STRANGE)},
    "more points than projects": {"votes": (POINTED,)},
    "a voter twice": {"votes": (VOTER, VOTER)},
}


@pytest.mark.parametrize("name", UNWRITABLE)
def test_what_no_file_can_say_is_refused(name: str) -> None:
    """Nothing is written that would read back as something else."""
    election = msgspec.structs.replace(parse_pabulib(OURS, keep_told=True), **UNWRITABLE[name])
    with pytest.raises(UnwritableError, match=r"expected|does not fit"):
        format_pabulib(election)


SIGNS = st.sampled_from('ab;",.\n\r \u0141\ufeff0')
TEXT = st.text(SIGNS, max_size=6).filter(lambda text: "\r\n" not in text)
NAMES = st.text(st.sampled_from('ab1;"/\u0141'), min_size=1, max_size=3)
TYPES: tuple[VoteType, ...] = ("approval", "choose-1", "cumulative", "scoring", "ordinal")


@st.composite
def elections(draw: st.DrawFn) -> PabulibElection:
    """Elections of every kind, full of signs that must be quoted, with columns in any order."""
    kind = draw(st.sampled_from(TYPES))
    ids = draw(st.lists(NAMES, unique=True, max_size=4))
    telling = draw(st.lists(st.sampled_from(["age", "sex", "points", "x;y"]), unique=True, max_size=3))
    telling = [name for name in telling if name != "points" or kind not in POINTS_TYPES]
    columns = draw(st.permutations(["cost", "name", "project_id", "selected", "votes", 'a"b']))
    own = ["voter_id", "vote", *(["points"] if kind in POINTS_TYPES else [])]
    projects = tuple(
        PabulibProject(
            id=name,
            name=draw(TEXT),
            cost=draw(st.integers(0, 10**6)),
            selected=draw(st.integers(0, 3)),
            others={"votes": draw(TEXT), 'a"b': draw(TEXT)},
        )
        for name in ids
    )
    budget = draw(st.integers(0, 10**8))
    votes = []
    for voter in draw(st.lists(NAMES, unique=True, max_size=4)):
        most = 1 if kind == "choose-1" else len(ids)
        chosen = draw(st.permutations(ids))[: draw(st.integers(0, most))]
        points = tuple(draw(st.integers(-9, 99)) for _ in chosen) if kind in POINTS_TYPES else ()
        told = tuple(draw(TEXT) for _ in telling)
        votes.append(PabulibVote(voter_id=voter, projects=tuple(chosen), points=points, told=told))
    return PabulibElection(
        meta={"x": draw(TEXT), "budget": format_money(budget), "vote_type": kind, "min_length": "1"},
        project_columns=tuple(columns),
        projects=projects,
        vote_columns=tuple(draw(st.permutations([*own, *telling]))),
        votes=tuple(votes),
        budget=budget,
        vote_type=kind,
        min_length=1,
        max_length=None,
    )


@given(elections())
def test_any_election_comes_back(election: PabulibElection) -> None:
    """The records come back from the text, and the text from the records."""
    text = format_pabulib(election)
    assert parse_pabulib(text, keep_told=True) == election
    assert format_pabulib(parse_pabulib(text, keep_told=True)) == text


@given(st.integers(0, len(OURS)), st.integers(0, 3), st.text('";\r\n,.0a', max_size=3))
def test_damaged_text_that_is_read_comes_back(at: int, removed: int, put: str) -> None:
    """Whatever the reader takes, the writer can say."""
    try:
        election = parse_pabulib(OURS[:at] + put + OURS[at + removed :], keep_told=True)
    except PabulibError:
        return
    assert parse_pabulib(format_pabulib(election), keep_told=True) == election


def test_line_ends_that_were_doubled_are_line_ends() -> None:
    """A tool that writes CR CR LF damages nothing."""
    assert parse_pabulib(OURS.replace("\n", "\r\r\n"), keep_told=True) == parse_pabulib(OURS, keep_told=True)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.pb")), ids=lambda path: path.stem)
def test_real_election_comes_back(path: Path) -> None:
    """With what voters told; where the file is in our layout but for its line ends, every byte of it."""
    text = path.read_bytes().decode("utf-8")
    election = parse_pabulib(text, keep_told=True)
    written = format_pabulib(election)  # reads it back and compares
    plain = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    if not any(mark in path.stem for mark in ("Toulouse", "Amsterdam_604")):  # "4000.0", and a repeated vote
        assert written == plain
