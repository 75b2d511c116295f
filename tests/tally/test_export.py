"""Elections of ours as Pabulib files: only once they are opened, and nothing that was counted gets lost."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given

from ballots import manifest as m
from ballots.board import Phase
from tally import cli
from tally.export import ExportError, export_contest
from tally.outcome import _outcome_of  # what the count says, for a comparison with what the file gives
from tally.pabulib import PabulibElection, find_rule, format_pabulib, parse_pabulib, profile_of, ties_of
from tally.profile import ties_by_id
from tally.rules import rule_named
from tests.count_rules import GREEDY
from tests.simulator import Options, changed
from tests.tally.drafts import Memory, draft, draft_of
from tests.tally.exports import TEMPLATE, approve, elections, export, opened, resolve
from tests.tally.test_outcome import Apart, play_to_opening

RECORD = ["--contest", "wijkbudget", "--jobs", "1"]


def export_folder(folder: Path, *arguments: str) -> int:
    """Type `wijkaandeel export`."""
    return cli.main(["export", str(folder), *RECORD, *arguments])


# --- there and back ---


@given(elections())
def test_what_is_read_back_is_counted_to_the_same_outcome(election_and_ballots) -> None:
    """By the file's own rule and lots: the same winners in the same order, rounds, reasons and votes."""
    election, ballots = election_and_ballots
    outcome, exported = export(election, ballots)
    pots = {pot.id: pot for pot in election.contests["wijkbudget"].pots}
    assert [each.counted for each in exported] == outcome.contests[0].counts
    for each in exported:
        text = format_pabulib(each.election)
        read = parse_pabulib(text)
        profile = profile_of(read)
        choice = find_rule(read)
        assert choice is not None
        result = rule_named(choice.rule).count(profile, choice.parameters, ties_of(read, profile))
        assert _outcome_of(result, pots[each.counted.pot], each.counted.styles) == each.counted
        selected = [project.id for project in read.projects if project.selected]
        assert set(selected) == set(each.counted.winners)
        assert format_pabulib(read) == text


@given(elections())
def test_every_counted_ballot_is_one_vote_in_board_order(election_and_ballots) -> None:
    """With the candidates that it names, in the order in which it names them, and its points."""
    election, ballots = election_and_ballots
    _, exported = export(election, ballots)
    for each in exported:
        candidates = {project.id for project in each.election.projects}
        counted = [ballot for ballot in ballots if ballot.choices and ballot.style in each.counted.styles]
        chosen = [ballot.choices[0].contests[0] for ballot in counted]
        assert [list(vote.projects) for vote in each.election.votes] == [
            [name for name in every.projects if name in candidates] for every in chosen
        ]
        assert [vote.voter_id for vote in each.election.votes] == [str(n + 1) for n in range(len(counted))]
        if each.election.vote_type == "cumulative":
            kept = [
                [
                    points
                    for points, name in zip(every.points, every.projects, strict=True)
                    if name in candidates
                ]
                for every in chosen
            ]
            assert [list(vote.points) for vote in each.election.votes] == kept


@given(elections())
def test_lengths_and_points_of_votes_are_within_what_the_file_says(election_and_ballots) -> None:
    """min_length, max_length, max_points, max_sum_points and max_sum_cost hold for every vote."""
    for each in export(*election_and_ballots)[1]:
        file, meta = each.election, each.election.meta
        costs = {project.id: project.cost for project in file.projects}
        for vote in file.votes:
            assert file.min_length is not None
            assert file.max_length is not None
            assert file.min_length <= len(vote.projects) <= file.max_length
            assert max(vote.points, default=0) <= int(meta.get("max_points", "100"))
            assert sum(vote.points) <= int(meta.get("max_sum_points", "100"))
            assert sum(costs[name] for name in vote.projects) <= 100 * float(meta.get("max_sum_cost", "9999"))


METHODS: dict[str, tuple[list[m.Method], str]] = {
    "approval": ([m.Approval(minimum=1, maximum=2), m.Approval(minimum=0, maximum=3)], "approval"),
    "knapsack": ([m.Knapsack(), m.Knapsack()], "approval"),
    "points": ([m.Points(maximum=2, total=4), m.Points(maximum=3, total=3)], "cumulative"),
    "ranking": ([m.Ranking(minimum=0, maximum=2), m.Ranking(minimum=0, maximum=5)], "ordinal"),
}
SAID = {
    "approval": {"min_length": "0", "max_length": "3"},
    "knapsack": {"max_sum_cost": "20000.01", "wijkaandeel_methods": "adult:knapsack,youth:knapsack"},
    "points": {"max_points": "3", "max_sum_points": "4", "min_points": "1"},
    "ranking": {"scoring_fn": "Borda/5", "max_length": "5"},
}


@pytest.mark.parametrize("name", METHODS)
def test_each_method_has_its_kind_of_vote(name) -> None:
    """As Pabulib defines them, with the keys that bound a ballot."""
    methods, vote_type = METHODS[name]
    election = resolve(TEMPLATE, dict(zip(TEMPLATE.styles, methods, strict=True)))
    (exported,) = export(election, [])[1]
    assert exported.election.vote_type == vote_type
    assert exported.election.meta.items() >= SAID[name].items()


def test_a_ranking_of_which_a_project_won_before_is_told_by_its_points() -> None:
    """No ranking without it could tell the places that are left; the last place of all has 0 points."""
    pots = [changed(TEMPLATE.pots[0], cents=100, id=name) for name in ("first", "second")]
    projects = [
        changed(TEMPLATE.projects[0], cost=100, id=name, pots=["first", "second"]) for name in ("a", "b", "c")
    ]
    contest = changed(TEMPLATE, pots=pots, projects=projects)
    election = resolve(contest, dict.fromkeys(contest.styles, m.Ranking(minimum=0, maximum=3)))
    ballots = [opened(1, "adult", approve("b", "c", "a")), opened(2, "youth", approve("c", "b"))]
    ballots.append(opened(3, "youth", approve("b", "a")))
    first, second = (each.election for each in export(election, ballots)[1])
    assert (first.vote_type, second.vote_type) == ("ordinal", "scoring")
    assert [project.selected for project in first.projects] == [0, 1, 0]
    assert [(vote.projects, vote.points) for vote in second.votes] == [
        (("c", "a"), (1, 0)),
        (("c",), (2,)),
        (("a",), (1,)),
    ]
    assert [(project.others["votes"], project.others["score"]) for project in second.projects] == [
        ("2", "1"),
        ("2", "3"),
    ]


def count(read: PabulibElection, by_id: bool = False) -> list[str]:
    """Return the winners of a file by its own rule, and its own order for ties unless told otherwise."""
    profile, choice = profile_of(read), find_rule(read)
    assert choice is not None
    ties = ties_by_id(profile) if by_id else ties_of(read, profile)
    return list(rule_named(choice.rule).count(profile, choice.parameters, ties).winners)


def test_a_tie_that_the_lot_decided_is_decided_by_the_lot_in_the_file(tmp_path, capsys) -> None:
    """Whoever breaks it by id gets another winner now and then; `wijkaandeel tally` never does."""
    projects = [changed(TEMPLATE.projects[0], cost=1_500_000, id=name) for name in ("a", "b")]
    contest = changed(TEMPLATE, projects=projects, rule=GREEDY)
    election = resolve(contest, dict.fromkeys(contest.styles, m.Approval(minimum=0, maximum=1)))
    won = set()
    for number in range(0, 20, 2):
        ballots = [opened(number, "adult", approve("a")), opened(number + 1, "youth", approve("b"))]
        (exported,) = export(election, ballots)[1]
        read = parse_pabulib(format_pabulib(exported.election))
        assert count(read) == exported.counted.winners
        assert count(read, by_id=True) == ["a"]
        (tmp_path / "e.pb").write_text(format_pabulib(exported.election))
        assert cli.main(["tally", str(tmp_path / "e.pb"), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["winners"], said["method"], said["ties"]) == (
            exported.counted.winners,
            "greedy",
            "cost-votes-lot",
        )
        won.update(exported.counted.winners)
    assert won == {"a", "b"}


def test_a_title_is_one_line_in_the_file() -> None:
    """A contest may have any signs in a title; the format has one line end."""
    projects = [changed(TEMPLATE.projects[0], title="A;\r\n\x1b B "), *TEMPLATE.projects[1:]]
    contest = changed(TEMPLATE, projects=projects, title="One\r\ntwo")
    election = resolve(contest, dict.fromkeys(contest.styles, m.Knapsack()))
    (exported,) = export(election, [])[1]
    read = parse_pabulib(format_pabulib(exported.election))
    assert read.projects[0].name == "A; B"
    assert read.meta["description"].endswith("One two")


# --- records ---


def test_an_opened_record_gives_the_same_file_before_and_after_the_tally(tmp_path, capsys) -> None:
    """And again the same bytes, with a line that says what was written."""
    out = tmp_path / "e.pb"
    texts = []
    for phase in (Phase.OPENED, Phase.COUNTED, Phase.COUNTED):
        folder = draft(phase).write(tmp_path / f"{len(texts)}")
        assert export_folder(folder, "--out", str(out)) == 0
        texts.append(out.read_bytes())
        said = capsys.readouterr()
        assert said.out == f"{out}: 3 of 5 projects won, 10 ballots\n"
        assert "not anchored" in said.err
    assert texts[0] == texts[1] == texts[2]
    outcome = draft().world.outcome
    read = parse_pabulib(texts[0].decode())
    assert count(read) == outcome.contests[0].counts[0].winners
    assert (len(read.votes), read.budget) == (outcome.counted, 2_000_001)
    assert read.meta["date_begin"] == read.meta["date_end"] == "17.03.2030"


def test_nothing_of_a_voter_or_a_key_is_in_the_file(tmp_path) -> None:
    """No voting key, no entry hash, no seed, no mark, no style of a vote: a running number and choices."""
    record = draft()
    folder = record.write(tmp_path / "record")
    assert export_folder(folder, "--out", str(tmp_path / "e.pb")) == 0
    text = (tmp_path / "e.pb").read_text()
    votes = text.partition("VOTES\n")[2].splitlines()
    assert votes[0] == "voter_id;vote"
    assert all(re.fullmatch(r"[0-9]+;[a-z,]*", vote) for vote in votes[1:])
    known = {record.world.election.manifest_hash.hex()} | {
        project.others["lot"] for project in parse_pabulib(text).projects
    }
    assert set(re.findall(r"[0-9a-f]{32,}", text)) == known


BEFORE = [Phase.ROLL, Phase.SEALED, Phase.VOTING, Phase.CLOSED]


@pytest.mark.parametrize("phase", BEFORE)
def test_before_the_opening_it_is_said_when_it_will_be_possible(phase, tmp_path, capsys) -> None:
    """Nothing is written, and the error names the last release and how many trustees it takes."""
    out = tmp_path / "e.pb"
    assert export_folder(draft(phase).write(tmp_path / "record"), "--out", str(out)) == 2
    said = capsys.readouterr().err
    assert f"still sealed (phase {phase})" in said
    assert "2030-03-17 23:20 UTC" in said
    assert "4 of 6 trustees" in said
    assert not out.exists()


def test_a_record_that_is_not_valid_is_refused(tmp_path, capsys) -> None:
    """The error names the check that failed, and what to run; nothing is written."""
    record, out = draft(), tmp_path / "e.pb"
    record.entries.append(record.entries[-1])
    assert export_folder(record.write(tmp_path / "record"), "--out", str(out)) == 2
    said = capsys.readouterr().err
    assert "check E02 (" in said
    assert f"failed at entry {len(record.entries) - 1}" in said
    assert "`wijkaandeel audit`" in said
    assert not out.exists()


def test_another_manifest_hash_is_refused_and_the_right_one_says_nothing_more(tmp_path, capsys) -> None:
    """With --manifest the file is of that election, or there is none."""
    record = draft()
    folder = record.write(tmp_path / "record")
    out = ["--out", str(tmp_path / "e.pb")]
    assert export_folder(folder, *out, "--manifest", "00" * 32) == 2
    assert "check S10" in capsys.readouterr().err
    assert export_folder(folder, *out, "--manifest", record.world.election.manifest_hash.hex()) == 0
    assert not capsys.readouterr().err


def test_a_file_says_the_country_that_is_asked_for(tmp_path) -> None:
    """The Netherlands, Dutch and euros by themselves; others where they are asked for, and none for ""."""
    folder, out = draft().write(tmp_path / "record"), tmp_path / "e.pb"
    keys = ("country", "language", "currency")
    asked = ["--country", "Polska;\nPL", "--language", "pl", "--currency", ""]
    for options, said in (([], ["Netherlands", "nl", "EUR"]), (asked, ["Polska; PL", "pl", None])):
        assert export_folder(folder, "--out", str(out), *options) == 0
        meta = parse_pabulib(out.read_text("utf-8")).meta
        assert [meta.get(key) for key in keys] == said
        assert list(meta).index("country") == 1


def test_a_set_up_without_a_manifest_has_nothing_to_export() -> None:
    """The error says so."""
    with pytest.raises(ExportError, match="no manifest yet"):
        export_contest(Memory(draft(Phase.SETUP)), "wijkbudget", processes=1)


def test_what_is_asked_for_must_be_there() -> None:
    """Contests and styles that do not exist are told with those that do."""
    record = Memory(draft())
    for contest, style, said in (
        ("else", None, "one of wijkbudget, got 'else'"),
        ("wijkbudget", "old", "one of adult, youth, got 'old'"),
        ("wijkbudget", "adult", "counted together"),
    ):
        with pytest.raises(ExportError, match=said):
            export_contest(record, contest, style, processes=1)


def test_styles_counted_apart_have_a_file_each(tmp_path) -> None:
    """The second file leaves out what the first count chose; --style asks for one of them."""
    world = play_to_opening(Apart(Options()))
    folder, out = draft_of(world).write(tmp_path / "record"), str(tmp_path / "e.pb")
    counts = world.count_ballots().contests[0].counts
    assert export_folder(folder, "--out", out) == 0
    for counted in counts:
        (style,) = counted.styles
        text = (tmp_path / f"e-{style}.pb").read_text()
        read = parse_pabulib(text)
        assert [project.id for project in read.projects] == [each.project for each in counted.projects]
        assert (count(read), len(read.votes)) == (counted.winners, counted.ballots)
        assert (read.budget, read.meta["subunit"]) == (900_000, f"Kerkwijk, {style}")
        assert export_folder(folder, "--out", out, "--style", style) == 0
        assert Path(out).read_text() == text


def test_a_file_name_of_its_own_is_the_contest(tmp_path, monkeypatch) -> None:
    """Without --out it is written where one is."""
    folder = draft().write(tmp_path / "record")
    monkeypatch.chdir(tmp_path)
    assert export_folder(folder) == 0
    assert (tmp_path / "wijkbudget.pb").exists()
