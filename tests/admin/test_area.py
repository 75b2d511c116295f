"""What the demo makes up: the area and its money, its people, pictures, and elections from Pabulib files."""

import math
import random
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.demo import area, neighbourhood, pabulib
from admin.demo.pictures import DRAWINGS, draw_tile
from admin.demo.voting import estimate_seconds
from admin.elections.errors import ConductError
from admin.elections.setup import Plan
from ballots.choices import check_choices, longest_choices
from ballots.election import check_contest
from ballots.manifest import Approval, Points, Ranking
from ballots.wire import MAX_ENTRY, content_hash, encode
from tally.pabulib import parse_pabulib, profile_of
from tests.count_rules import EQUAL_SHARES, GREEDY, PHRAGMEN

ROOT = Path(__file__).parents[2]
REAL_FILES = ROOT.parent / "shared" / "pabulib"


def pabulib_text(
    vote_type: str = "approval", votes: str = "a;3,1\nb;2\nc;\n", columns: str = "voter_id;vote"
) -> str:
    """Return a small .pb file."""
    return (
        f"META\nkey;value\ndescription;Een kleine\u0007 proef\nbudget;1000\nvote_type;{vote_type}\n"
        "PROJECTS\nproject_id;cost;name;votes\n1;400;Bank;1\n2;700;Boom & struik;1\n3;300;;1\n"
        f"VOTES\n{columns}\n{votes}"
    )


def check_all(plan: Plan, voters: list[area.Voter]) -> None:
    """Check every choice of every voter by the rules of its style."""
    styles = {style.id: style for style in plan.styles}
    contests = {contest.id: contest for contest in plan.contests}
    money = {contest.id: contest.pots[0].cents for contest in plan.contests}
    for voter in voters:
        for choices in voter.votes:
            check_choices(choices, styles[voter.style], contests, money)


# --- the made-up area ---


@pytest.mark.parametrize(("area_class", "cents"), [("A", 2_165_000), ("B", 2_285_000), ("C", 2_405_000)])
def test_the_pot_follows_the_published_rule(area_class, cents) -> None:
    """An area of 300 has EUR 20,000 and 5.50, 9.50 or 13.50 a resident."""
    assert area.pot_cents(300, area_class) == cents


def test_every_cent_is_in_one_pot_and_has_funders_70_to_30() -> None:
    """The pots of both contests together are the area's money; municipality and corporations fund each."""
    plan = area.make_plan(333, EQUAL_SHARES)
    pots = [pot for contest in plan.contests for pot in contest.pots]
    assert sum(pot.cents for pot in pots) == area.pot_cents(333, "B")
    assert all([funder.weight for funder in pot.funders] == [70, 30] for pot in pots)


@pytest.mark.parametrize("rule", [GREEDY, EQUAL_SHARES, PHRAGMEN])
def test_the_area_is_an_election_that_may_stand(rule) -> None:
    """Contests pass the kernel's checks, fit into an entry, and every text and picture is there."""
    plan = area.make_plan(300, rule)
    for contest in plan.contests:
        check_contest(contest, ())
        assert len(encode(contest)) < MAX_ENTRY
        assert contest.rule == rule
    named = {name for contest in plan.contests for p in contest.projects for name in (p.text, p.picture)}
    assert named == plan.files.keys()
    assert all(content_hash(raw) == name for name, raw in plan.files.items())
    assert len(plan.contests[0].projects) == 12


def test_every_text_answers_the_three_questions_of_trits_in_order() -> None:
    """A project says what residents do themselves, what with help, and what others must do."""
    plan = area.make_plan(300, GREEDY)
    for contest in plan.contests:
        for project in contest.projects:
            text = plan.files[project.text].decode()
            places = [text.index(words) for words in ("Wat:", "Waar:", "zelf?", "met hulp?", "anderen doen?")]
            assert places == sorted(places)


@given(st.integers(area.FEWEST, 400), st.floats(0, 1), st.integers())
def test_made_up_residents_keep_the_rules_of_the_ballot(residents, turnout, seed) -> None:
    """Whatever size, turnout and draw: all choices are valid, and as many vote as were asked for."""
    plan = area.make_plan(residents, EQUAL_SHARES)
    voters = area.make_voters(plan, residents, turnout, random.Random(seed))
    check_all(plan, voters)
    split = area.split_residents(residents)
    assert sum(split.values()) == len(voters) == residents
    assert sum(bool(voter.votes) for voter in voters) == sum(
        round(count * turnout) for count in split.values()
    )


def test_the_same_seed_gives_the_same_choices() -> None:
    """Choices follow from the seed, and from nothing else."""
    plan = area.make_plan(50, EQUAL_SHARES)
    first, second, third = (area.make_voters(plan, 50, 0.8, random.Random(seed)) for seed in (4, 4, 5))
    assert first == second != third


def test_some_residents_vote_again() -> None:
    """The demo shows that a vote can be changed."""
    plan = area.make_plan(50, EQUAL_SHARES)
    times = [len(voter.votes) for voter in area.make_voters(plan, 50, 1.0, random.Random(1))]
    assert set(times) == {1, 2}


# --- the map ---

POINT = r"(-?\d{1,3}\.\d{3,7}), (-?\d{1,3}\.\d{3,7})"


def read_degrees(text: str) -> list[float]:
    """Return the degrees in a line of a project's text."""
    return [float(degrees) for point in re.findall(POINT, text) for degrees in point]


def test_the_map_has_the_form_of_its_area() -> None:
    """A degree of longitude is shorter than one of latitude, and the drawing knows it."""
    south, west, north, east = read_degrees(neighbourhood.AREA)
    form = (east - west) * math.cos(math.radians((south + north) / 2)) / (north - south)
    assert abs(neighbourhood.WIDTH / neighbourhood.HEIGHT / form - 1) < 0.001
    root = ElementTree.fromstring(neighbourhood.draw_map("Bank & <b>boom</b>"))
    assert (root.get("width"), root.get("height")) == (str(neighbourhood.WIDTH), str(neighbourhood.HEIGHT))
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Bank & <b>boom</b>"


def test_most_projects_are_on_the_map_and_one_brings_it() -> None:
    """Every place is within the area, in degrees that the booth reads; some projects have none."""
    plan = area.make_plan(300, GREEDY)
    south, west, north, east = read_degrees(neighbourhood.AREA)
    texts = [plan.files[project.text].decode() for each in plan.contests for project in each.projects]
    lines = [line for text in texts for line in text.split("\n") if line.startswith("Op de kaart:")]
    assert len(lines) == 15
    for line in lines:
        assert re.fullmatch(f"Op de kaart: {POINT}", line)
        latitude, longitude = read_degrees(line)
        assert south < latitude < north
        assert west < longitude < east
    assert sum(f"\nPlaatje is een kaart: {neighbourhood.AREA}\n" in text for text in texts) == 1


# --- pictures ---


@pytest.mark.parametrize("drawing", [*DRAWINGS, "anything else"])
def test_a_picture_is_well_formed_svg_with_its_title(drawing) -> None:
    """A title with markup in it stays text, and nothing in the picture can run."""
    root = ElementTree.fromstring(draw_tile("Bank & <b>boom</b>", drawing))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Bank & <b>boom</b>"
    assert tags == {"svg", "title", "rect", "g", "path", "circle"}


def test_pictures_differ_from_project_to_project() -> None:
    """Projects of a file without pictures can be told apart."""
    assert len({draw_tile("", f"pattern {number}") for number in range(100)}) == 100


# --- Pabulib ---


def test_every_ballot_of_a_file_becomes_a_resident() -> None:
    """Projects keep order, cost and name; ballots take the contest's order; an empty one stays empty."""
    election = parse_pabulib(pabulib_text())
    plan, voters = pabulib.make_plan(election, GREEDY, "proef"), pabulib.make_voters(election)
    (contest,) = plan.contests
    assert [(p.id, p.title, p.cost) for p in contest.projects] == [
        ("p-1", "Bank", 40_000),
        ("p-2", "Boom & struik", 70_000),
        ("p-3", "Project 3", 30_000),
    ]
    assert plan.title == "Een kleine proef"
    assert contest.pots[0].cents == 100_000
    assert [voter.votes[-1].contests[0].projects for voter in voters] == [["p-1", "p-3"], ["p-2"], []]
    check_all(plan, voters)


METHODS = {
    "approval": ("a;3,1\nb;2\nc;\n", "voter_id;vote", Approval(maximum=2, minimum=0)),
    "choose-1": ("a;3\nb;2\n", "voter_id;vote", Approval(maximum=1, minimum=0)),
    "cumulative": ("a;3,1;5,0\nb;2;7\nc;;\n", "voter_id;vote;points", Points(maximum=7, total=7)),
    "scoring": ("a;3,1;5,4\nb;2;7\n", "voter_id;vote;points", Points(maximum=7, total=9)),
    "ordinal": ("a;3,1,2\nb;2\n", "voter_id;vote", Ranking(maximum=3, minimum=0)),
}


@pytest.mark.parametrize("vote_type", METHODS)
def test_the_ballot_rules_take_every_ballot_of_the_file(vote_type) -> None:
    """Each kind of vote becomes a method that is just wide enough."""
    votes, columns, method = METHODS[vote_type]
    election = parse_pabulib(pabulib_text(vote_type, votes, columns))
    plan = pabulib.make_plan(election, EQUAL_SHARES, "proef")
    assert plan.styles[0].contests[0].method == method
    check_all(plan, pabulib.make_voters(election))


def test_what_a_scoring_vote_leaves_out_has_the_files_default() -> None:
    """On the ballots and in the rule's own count of the file; other kinds of files have no default."""
    votes, columns, _ = METHODS["scoring"]
    text = pabulib_text("scoring", votes + "c;;\n", columns).replace("budget", "default_score;2\nbudget")
    election = parse_pabulib(text)
    plan, voters = pabulib.make_plan(election, EQUAL_SHARES, "proef"), pabulib.make_voters(election)
    assert plan.styles[0].contests[0].method == Points(maximum=7, total=11)
    chosen = [voter.votes[-1].contests[0] for voter in voters]
    assert [each.points for each in chosen] == [[4, 2, 5], [2, 7, 2], [2, 2, 2]]
    check_all(plan, voters)
    assert pabulib._profile(election, pabulib.project_ids(election)).votes == profile_of(election).votes
    other = parse_pabulib(text.replace("scoring", "cumulative"))
    assert [voter.votes[-1].contests[0].points for voter in pabulib.make_voters(other)] == [[4, 5], [7], []]


def test_some_voters_of_a_file_vote_twice_and_end_as_the_file_says() -> None:
    """The last vote of a resident is the one of the file."""
    votes = "".join(f"v{number};{1 + number % 3}\n" for number in range(20))
    election = parse_pabulib(pabulib_text(votes=votes))
    voters = pabulib.make_voters(election)
    assert any(len(voter.votes) == 2 for voter in voters)
    assert [voter.votes[-1].contests[0].projects for voter in voters] == [
        [f"p-{1 + number % 3}"] for number in range(20)
    ]


def test_project_ids_that_may_stand_on_a_ballot_are_kept() -> None:
    """Only where a file's ids are no ids of the protocol do they get new ones, all of them."""
    text = (
        pabulib_text().replace("\n1;4", "\nbank;4").replace("\n2;7", "\nboom;7").replace("\n3;3", "\nmuur;3")
    )
    kept = parse_pabulib(text.replace("a;3,1\nb;2", "a;muur,bank\nb;boom"))
    assert pabulib.project_ids(kept) == {name: name for name in ("bank", "boom", "muur")}


REFUSED = {
    "points below zero": pabulib_text("scoring", "a;1;-1\n", "voter_id;vote;points"),
    "a default below zero": pabulib_text("scoring", "a;1;1\n", "voter_id;vote;points").replace(
        "budget", "default_score;-1\nbudget"
    ),
    "a default that is no number": pabulib_text("scoring", "a;1;1\n", "voter_id;vote;points").replace(
        "budget", "default_score;x\nbudget"
    ),
    "no ballots": pabulib_text(votes=""),
    "more money than fits": pabulib_text().replace("budget;1000", "budget;999999999999999"),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_voted_on_is_refused(text) -> None:
    """It says so before anything is started."""
    with pytest.raises(ConductError):
        pabulib.make_plan(parse_pabulib(text), GREEDY, "proef")


def real_files() -> list[Path]:
    """Return the real elections that lie beside the project, if any do."""
    return sorted(REAL_FILES.glob("*.pb"))


@pytest.mark.parametrize("path", real_files() or [None], ids=lambda path: path.stem if path else "none")
def test_real_files_become_elections(path) -> None:
    """Every real file gives a plan that fits on the board, and ballots that keep its rules."""
    if path is None:
        pytest.skip("no real elections lie beside the project")
    election = parse_pabulib(path.read_text("utf-8"))
    plan = pabulib.make_plan(election, EQUAL_SHARES, path.stem)
    (contest,), (style,) = plan.contests, plan.styles
    check_contest(contest, ())
    assert len(encode(contest)) < MAX_ENTRY
    assert longest_choices([(style.contests[0], contest)]) < 16_384
    check_all(plan, pabulib.make_voters(election)[:200])


# --- time ---


def test_more_residents_and_a_slower_machine_get_more_time() -> None:
    """The last release is not before residents can have voted."""
    quiet = estimate_seconds(300, 180, 2, 1.0)
    assert estimate_seconds(300, 300, 2, 1.0) > quiet
    assert estimate_seconds(600, 180, 2, 1.0) > quiet
    assert estimate_seconds(300, 180, 2, 2.0) > quiet
    assert estimate_seconds(300, 180, 1, 1.0) > quiet
