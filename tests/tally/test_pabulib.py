"""The .pb reader: what it takes, what it refuses and where, and every real election at hand."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.pabulib import PabulibError, PabulibVote, parse_pabulib, profile_of
from tally.profile import ProfileError, Vote

SMALL = """META
key;value
description;A small one
budget;1000,50
vote_type;approval
num_projects;3
num_votes;4
min_length;1
max_length;2
PROJECTS
project_id;cost;name;category
p1;300;"Bench; with a ""view"" ";green
p2;250.5;Slide;
x/3;0;Name with a " in it;play
VOTES
voter_id;vote;age
1;p1,p2;34
2;p2;
3;;19
4;p2, p1;20
"""


def with_votes(vote_type: str, *rows: str, header: str = "voter_id;vote;points") -> str:
    """Return an election of projects a, b and c with the given vote rows."""
    meta = ["META", "key;value", "budget;10", f"vote_type;{vote_type}"]
    projects = ["PROJECTS", "project_id;cost", "a;1", "b;2", "c;3"]
    return "\n".join([*meta, *projects, "VOTES", header, *rows])


def test_small_election_is_read_exactly() -> None:
    """Names keep their quotes, money is cents, an empty vote stays, what voters are is not kept."""
    election = parse_pabulib(SMALL)
    assert (election.budget, election.vote_type, election.min_length, election.max_length) == (
        100050,
        "approval",
        1,
        2,
    )
    assert election.meta["description"] == "A small one"
    assert [(p.id, p.name, p.cost) for p in election.projects] == [
        ("p1", 'Bench; with a "view" ', 30000),
        ("p2", "Slide", 25050),
        ("x/3", 'Name with a " in it', 0),
    ]
    assert election.projects[0].others == {"category": "green"}
    assert election.votes[2] == PabulibVote(voter_id="3", projects=())
    assert "34" not in repr(election)


def test_small_election_becomes_a_profile() -> None:
    """Equal approvals are grouped whatever their order, and the empty one counts."""
    profile = profile_of(parse_pabulib(SMALL))
    assert profile.votes == (
        Vote(projects=(), ballots=1),
        Vote(projects=((0, 1), (1, 1)), ballots=2),
        Vote(projects=((1, 1),), ballots=1),
    )
    assert (profile.count_ballots(), profile.total_votes()) == (4, (2, 3, 0))


@pytest.mark.parametrize(
    "change", [("\n", "\r\n"), ("META", "\ufeffMETA"), ("VOTES\n", "\nVOTES\n"), ("20\n", "20")]
)
def test_spelling_of_line_ends_does_not_matter(change: tuple[str, str]) -> None:
    """CRLF, a byte order mark, blank lines and a missing last line end change nothing."""
    assert parse_pabulib(SMALL.replace(*change)) == parse_pabulib(SMALL)


def test_quoted_field_runs_over_lines_and_line_numbers_go_on() -> None:
    """A line end inside quotes is text; an error below it still names the right line."""
    text = SMALL.replace('"Bench; with', '"Bench;\n\nwith')
    assert parse_pabulib(text).projects[0].name.startswith("Bench;\n\nwith")
    with pytest.raises(PabulibError) as caught:
        parse_pabulib(text.replace("2;p2;", "2;p9;"))
    assert (caught.value.line, caught.value.column) == (20, 3)


@pytest.mark.parametrize(
    ("vote_type", "rows", "weights"),
    [
        ("approval", ["1;c,a,c;"], ((0, 1), (2, 1))),
        ("choose-1", ["1;b;"], ((1, 1),)),
        ("cumulative", ["1;b,a,c;5,1,0"], ((0, 1), (1, 5))),
        ("scoring", ["1;a;3"], ((0, 3),)),
        ("ordinal", ["1;c,a,b;"], ((0, 1), (2, 2))),
    ],
)
def test_every_kind_of_vote_becomes_weights(vote_type: str, rows: list[str], weights: object) -> None:
    """Approvals weigh 1, points weigh themselves, a ranking of three weighs 2, 1 and nothing."""
    profile = profile_of(parse_pabulib(with_votes(vote_type, *rows)))
    assert profile.votes == (Vote(projects=weights),)  # type: ignore[arg-type]


def test_points_below_zero_are_read_and_not_counted() -> None:
    """Scoring files may have them; no rule here can count them."""
    election = parse_pabulib(with_votes("scoring", "1;a;-2"))
    assert election.votes[0].points == (-2,)
    with pytest.raises(ProfileError):
        profile_of(election)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("0", 0),
        ("1", 100),
        ("1.5", 150),
        ("1,05", 105),
        ("200000.0", 20000000),
        ("7.1000", 710),
        (" 8 ", 800),
    ],
)
def test_money_becomes_whole_cents(text: str, cents: int) -> None:
    """A point or a comma, and zeros that say nothing."""
    assert parse_pabulib(SMALL.replace("250.5", text)).projects[1].cost == cents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1e3",
        "1 000",
        "1.000",
        "1,000",
        "1.000,50",
        "0.001",
        "33.333",
        ".5",
        "5.",
        "1_0",
        "\u0661",
        "nan",
        "inf",
        "9" * 5000,
    ],
)
def test_money_that_is_not_whole_cents_is_refused(text: str) -> None:
    """Signs, exponents, thousands marks, third decimals: an error at the field."""
    with pytest.raises(PabulibError) as caught:
        parse_pabulib(SMALL.replace("250.5", text))
    assert (caught.value.line, caught.value.column) == (13, 4)


REFUSED: dict[str, tuple[str, str, int, int]] = {
    "text before META": ("META\n", "x\nMETA\n", 1, 1),
    "no META": ("META\n", "", 1, 1),
    "META with more on the line": ("META\n", "META;1\n", 1, 1),
    "PROJECTS twice": ("VOTES\n", "PROJECTS\n", 15, 1),
    "a fourth section": ("1;p1,p2;34\n", "VOTES\n", 17, 1),
    "no VOTES": ("VOTES\nvoter_id;vote;age\n", "", 15, 9),
    "another header of META": ("key;value\n", "value;key\n", 2, 1),
    "no budget": ("budget;1000,50\n", "", 8, 1),
    "a key twice": ("description;", "budget;", 4, 1),
    "no key": ("description;", " ;", 3, 1),
    "an unknown vote type": ("approval", "Approval", 5, 11),
    "another number of projects": ("num_projects;3", "num_projects;4", 6, 14),
    "another number of votes": ("num_votes;4", "num_votes;many", 7, 11),
    "a length that is no number": ("min_length;1", "min_length;-1", 8, 12),
    "a META row of three fields": ("A small one", "A small; one", 3, 21),
    "no cost column": ("project_id;cost;name", "project_id;price;name", 11, 1),
    "a column twice": ("name;category", "name;name", 11, 22),
    "a selected that is no number": ("name;category\n", "name;selected\n", 12, 34),
    "a project twice": ("p2;250.5", "p1;250.5", 13, 1),
    "a project without id": ("p2;250.5", ";250.5", 13, 1),
    "a comma in an id": ("p2;250.5", '"p,2";250.5', 13, 1),
    "a short row": ("2;p2;\n", "2;p2\n", 18, 3),
    "a long row": ("2;p2;\n", "2;p2;;x\n", 18, 7),
    "an unknown project": ("1;p1,p2;34", "1;p1,p3;34", 17, 6),
    "an empty project": ("1;p1,p2;34", "1;p1,;34", 17, 6),
    "a voter twice": ("4;p2, p1", "1;p2, p1", 20, 1),
    "a voter without id": ("4;p2, p1", ";p2, p1", 20, 1),
    "text after a quote": ('"view"" "', '"view"" "x', 12, 33),
    "a quote that does not end": ("2;p2;\n", '2;p2;"\n', 18, 6),
}


@pytest.mark.parametrize("name", REFUSED)
def test_malformed_text_is_refused_where_it_is_wrong(name: str) -> None:
    """The error names the line and column of the first wrong character, and what was expected."""
    old, new, line, column = REFUSED[name]
    assert SMALL.count(old) >= 1
    with pytest.raises(PabulibError, match=r"^line \d+, column \d+: expected .+, got .+") as caught:
        parse_pabulib(SMALL.replace(old, new, 1))
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (with_votes("choose-1", "1;a,b;"), 12, 3),
        (with_votes("ordinal", "1;a,b,a;"), 12, 7),
        (with_votes("cumulative", "1;a,a;1,1"), 12, 5),
        (with_votes("cumulative", "1;a,b;1"), 12, 7),
        (with_votes("cumulative", "1;a,b;1,2,3"), 12, 7),
        (with_votes("scoring", "1;a,b;1,x"), 12, 9),
        (with_votes("scoring", "1;a,b;1,1.5"), 12, 9),
        (with_votes("cumulative", "1;a", header="voter_id;vote"), 12, 1),
        ("", 1, 1),
        ("\n\n", 1, 1),
        ("META", 1, 1),
    ],
)
def test_votes_of_the_wrong_shape_are_refused(text: str, line: int, column: int) -> None:
    """Repeats, missing points and fractions of points."""
    with pytest.raises(PabulibError) as caught:
        parse_pabulib(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@given(st.integers(0, len(SMALL)), st.integers(0, 3), st.text('";\n,.0aM', max_size=3))
def test_damaged_text_is_read_or_refused(at: int, removed: int, put: str) -> None:
    """Whatever a slip of the pen does, no other error than PabulibError comes out."""
    try:
        election = parse_pabulib(SMALL[:at] + put + SMALL[at + removed :])
    except PabulibError as error:
        place = (error.line, error.column)
    else:
        place = (1, profile_of(election).count_ballots() + 1)
    assert min(place) >= 1


def test_quote_that_never_ends_is_refused_at_once() -> None:
    """A megabyte after an open quote is looked at once, not once a line."""
    with pytest.raises(PabulibError, match="closing quote"):
        parse_pabulib(SMALL + '5;"p1;20\n' + "6;p1;30\n" * 200_000)


# Real elections -------------------------------------------------------------------------------------

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "pabulib"


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.pb")), ids=lambda path: path.stem)
def test_real_election_is_read(path: Path) -> None:
    """Every file parses, and its own votes for each project are its supporters and the repeats left out."""
    text = read(path).replace("\r\n", "\n")
    election = parse_pabulib(text)
    supporters = profile_of(election).total_supporters()
    if election.vote_type in ("approval", "choose-1"):
        rows = [
            row.split(";")[1].split(",") for row in text.split("VOTES")[-1].split("\n")[2:] if row.strip()
        ]
        repeats = Counter(
            name for row in rows for name, times in Counter(row).items() for _ in range(times - 1)
        )
        for project, have in zip(election.projects, supporters, strict=True):
            assert int(project.others["votes"]) == have + repeats[project.id]
