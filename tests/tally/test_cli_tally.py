"""`wijkaandeel tally`: rules by name, two outcomes side by side, JSON to the cent, errors that help."""

import json
import sys
import types
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tally import cli
from tally.audit import cli_tally
from tally.rules import RULES
from tally.rules.choosing import ChoiceError, choose_rule, rule_names
from tally.rules.presets import PRESETS

PB = """META
key;value
budget;1000
vote_type;approval
currency;EUR
PROJECTS
project_id;cost;name
1;600,50;[red]Bench[/red]
2;600;Swing
3;300;Tree
VOTES
voter_id;vote
a;1
b;1,2
c;1
d;3
e;
"""
"""Greedy takes 1 and 3. Purses are 200: Equal Shares cannot pay 1 with three, nor 3 with one."""


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An election of three projects and five ballots, one of them empty."""
    path = tmp_path / "e.pb"
    path.write_text(PB)
    return str(path)


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Return what `--json` says, and assert that nothing else is said."""
    assert cli.main(["tally", *arguments, "--json"]) == 0
    said = capsys.readouterr()
    assert (said.err, said.out.count("\n")) == ("", 1)
    return json.loads(said.out, parse_float=str)


def test_json_has_the_winners_in_order_and_the_cost_in_the_units_of_the_file(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Amounts are numbers with all decimals; the rule as asked for, its own name, and every parameter."""
    said = run_json(capsys, file, "--rule", "greedy-cost")
    assert (said["winners"], said["cost"], said["budget"], said["ballots"]) == (["1", "3"], "900.50", 1000, 5)
    assert (said["rule"], said["method"], said["ties"]) == ("greedy-cost", "greedy", "id")
    assert said["parameters"] == msgspec.to_builtins(choose_rule("greedy-cost").parameters)
    assert said["parameters"]["zero_votes"] == "take"
    assert said["result"]["cost"] == 90050
    assert "against" not in said


def test_settings_change_single_parameters(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a rule or of a preset; purses grow by 0.50 until 1 and then 3 can be paid."""
    plain = run_json(capsys, file, "--rule", "equal-shares")
    assert (plain["winners"], plain["cost"]) == ([], 0)
    for rule in ("equal-shares", "add1-cost"):
        settings = ["--set", "completion=add1", "--set", "increment=50"]
        said = run_json(capsys, file, "--rule", rule, *settings)
        assert (said["parameters"]["completion"], said["parameters"]["increment"]) == ("add1", 50)
        assert (said["winners"], said["result"]["purse"]) == (["1", "3"], "30000/1")


def test_every_name_counts(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The rules' own names and those that tools use."""
    assert set(rule_names()) == set(RULES) | set(PRESETS)
    for name in rule_names():
        said = run_json(capsys, file, "--rule", name)
        assert said["rule"] == name
        assert said["method"] in RULES


def test_two_rules_are_shown_side_by_side(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Who wins by which, the money, ballots with a winner, and for how many ballots each is better."""
    said = run_json(capsys, file, "--rule", "mes-cost", "--set", "completion=add1", "--against", "mes-cost")
    assert said["against"]["rule"] == "mes-cost"
    assert (said["winners"], said["against"]["winners"]) == (["1", "3"], [])
    assert said["side_by_side"] == {
        "both": [],
        "only_first": ["1", "3"],
        "only_second": [],
        "costs": [90050, 0],
        "ballots": 5,
        "with_winner": [4, 0],
        "better": [
            {"by": "satisfaction", "first": 4, "second": 0},
            {"by": "cost-satisfaction", "first": 4, "second": 0},
            {"by": "exclusion", "first": 4, "second": 0},
        ],
    }
    assert cli.main(["tally", file, "--rule", "mes-cost", "--against", "greedy-cost"]) == 0
    shown = capsys.readouterr().out
    assert "[red]Bench[/red]" in shown
    rows = [line.split("│")[1:-1] for line in shown.splitlines() if "│" in line]
    cells = [[cell.strip() for cell in row] for row in rows]
    assert ["3", "Tree", "300.00", "-", "wins"] in cells
    assert ["money spent", "0.00", "900.50"] in cells
    assert ["ballots with a winner (of 5)", "0", "4"] in cells


REFUSED: dict[str, tuple[list[str], str]] = {
    "a rule that is not there": (["--rule", "mes-costs"], "expected a rule, one of "),
    "a rule against that is not there": (["--against", "x"], "expected a rule, one of "),
    "a setting without a value": (["--set", "stop"], "expected key=value, got 'stop'"),
    "a parameter that is not there": (["--set", "stops=x"], "one of utility, completion, stop, "),
    "a parameter twice": (["--set", "stop=overspend", "--set", "stop=overspend"], "'stop' twice"),
    "a word that is not there": (["--set", "stop=now"], "stop: expected one of exhaustive, overspend, got"),
    "a word of a union": (["--set", "comparison=x"], "expected one of none, satisfaction, cost-satisfaction"),
    "a number that is none": (["--set", "increment=many"], "increment: expected a whole number in its range"),
    "an increment that grows nothing": (["--set", "increment=0"], "expected a whole number in its range"),
    "a project without an explanation": (["--project", "1"], "--explain"),
    "points for Phragmen": (["--rule", "phragmen"], "expected approval ballots"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_exits_with_2(name: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what was expected, and nothing is counted."""
    arguments, expected = REFUSED[name]
    if "Phragmen" in name:
        scored = PB.replace("approval", "scoring").replace("voter_id;vote", "voter_id;vote;points")
        Path(file).write_text(scored.replace("a;1\nb;1,2\nc;1\nd;3\ne;", "a;1,2;2,1"))
    assert cli.main(["tally", file, *arguments]) == 2
    said = capsys.readouterr()
    assert expected in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_choice_errors_are_of_one_kind() -> None:
    """Who calls the chooser has one error to catch."""
    with pytest.raises(ChoiceError):
        choose_rule("phragmen", ["zero_votes=leave"])


def test_explanations_come_from_the_module_that_makes_them(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets the rule's own name, all parameters, the project, titles, language and sign of the currency."""
    asked: list[Any] = []

    def explain_outcome(*given: Any, **named: Any) -> dict[str, str]:
        named["told"](1)
        asked.append((given[1:3], named["project"], named["result"].winners))
        return {"why": "votes"}

    module = types.ModuleType("tally.explain")
    module.explain_outcome = explain_outcome  # type: ignore[attr-defined]
    module.format_explanation = lambda *given: f"{given[1]['3']} {given[2]} {given[3]}"  # type: ignore[attr-defined]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    monkeypatch.setitem(sys.modules, "tally.explain", module)
    asking = [file, "--rule", "greedy-cost", "--explain", "--project", "3", "--language", "nl"]
    assert cli.main(["tally", *asking]) == 0
    assert capsys.readouterr().out == "Tree nl €\n"
    assert asked == [(("greedy", choose_rule("greedy-cost").plain()), "3", ("1", "3"))]
    assert run_json(capsys, *asking)["explanation"] == {"why": "votes"}
    assert cli.main(["tally", file, "--explain", "--project", "9"]) == 2
    assert "expected --project to be one of the file's, got '9'" in capsys.readouterr().err


def test_a_version_without_explanations_says_so(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option is there, and tells that it cannot."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert cli.main(["tally", file, "--explain"]) == 2
    assert "cannot explain" in capsys.readouterr().err


def test_who_waits_is_told_on_a_terminal_alone(
    file: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the error stream, with the number of increments; the output stays one line of JSON."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    told: list[str] = []
    monkeypatch.setattr("rich.status.Status.update", lambda _, text: told.append(text))
    assert cli.main(["tally", file, "--rule", "add1-cost", "--json"]) == 0
    json.loads(capsys.readouterr().out)
    assert told[:2] == ["reading", "counting by add1-cost"]
    tried = [int(text.split()[-3]) for text in told[2:]]
    assert tried == sorted(set(tried))
    assert tried[-1] > 10
    monkeypatch.delenv("FORCE_COLOR")
    told.clear()
    assert cli.main(["tally", file, "--rule", "add1-cost", "--json"]) == 0
    assert (told, capsys.readouterr().err) == ([], "")


def test_help_names_every_rule_and_gives_examples() -> None:
    """Nobody has to look for the names elsewhere."""
    text = cli_tally.make_parser().format_help()
    assert all(f" {name}" in text for name in rule_names())
    assert "examples:" in text
