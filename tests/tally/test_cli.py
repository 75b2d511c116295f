"""The command `wijkaandeel`, as a user types it, with the base install alone."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import pytest

from ballots.board import Phase
from ballots.note import format_vkey
from tally import cli
from tally.audit import cli_audit
from tally.audit.report import parse_report
from tally.export import cli_export
from tests.tally.drafts import certified, draft

BASE = {"ballots", "tally", "msgspec", "cryptography", "nacl", "gmpy2", "argon2", "numpy", "rich"}
"""What an auditor installs; `_cffi_backend` and the like come with them."""
EXTRA = (
    "litestar",
    "asyncpg",
    "granian",
    "httpx",
    "jinja2",
    "structlog",
    "prometheus_client",
    "service",
    "admin",
)
GUARD = f"""
import sys

class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {EXTRA!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Guard())
from tally.cli import main
sys.exit(main(sys.argv[1:]))
"""
PB = """META
key;value
budget;1000
vote_type;approval
num_projects;2
num_votes;3
PROJECTS
project_id;cost;name
1;600;[red]Bench[/red]
2;600;Swing
VOTES
voter_id;vote
a;1
b;1,2
c;1
"""


def run_with_base_only(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process in which nothing of the extra can be imported."""
    return subprocess.run(
        [sys.executable, "-c", GUARD, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_auditing_needs_the_base_install_only(tmp_path: Path) -> None:
    """`audit` runs where neither web framework nor database driver is installed."""
    record = draft()
    folder = record.write(tmp_path)
    done = run_with_base_only("audit", str(folder), "--manifest", record.world.election.manifest_hash.hex())
    assert done.returncode == 0, done.stderr
    assert "valid, and anchored" in done.stdout
    assert not done.stderr


def test_tallying_needs_the_base_install_only(tmp_path: Path) -> None:
    """`tally` runs where neither web framework nor database driver is installed."""
    (tmp_path / "e.pb").write_text(PB)
    done = run_with_base_only("tally", str(tmp_path / "e.pb"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["winners"] == ["1"]


@pytest.mark.parametrize("command", ["serve", "sequencer", "rebuild"])
def test_a_missing_extra_is_named(command: str) -> None:
    """Other commands say what to install, and exit with 2."""
    guarded = GUARD.replace(", 'service', 'admin'", "")
    done = subprocess.run(
        [sys.executable, "-c", guarded, command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'wijkaandeel[service]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names all commands and shows examples."""
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {command} " in said for command in cli.COMMANDS)
    assert "wijkaandeel audit demo/record" in said


@pytest.mark.parametrize("arguments", [[], ["vote"], ["--version-of-everything"], ["\x1b[31m"]])
def test_an_unknown_command_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is no command is answered with what is."""
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert "audit" in captured.err
    assert "\x1b" not in captured.err
    assert not captured.out


@pytest.mark.parametrize("command", ["audit", "export", "tally"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command's help shows how it is typed."""
    with pytest.raises(SystemExit) as left:
        cli.main([command, "--help"])
    assert left.value.code == 0
    assert f"  wijkaandeel {command} " in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["audit", "/no/such/folder"],
        ["audit", "ftp://stad.example/board"],
        ["audit", ".", "--manifest", "abc"],
        ["audit", ".", "--manifest", "g" * 64],
        ["audit", ".", "--operator-key", "nobody"],
        ["audit", ".", "--jobs", "many"],
        ["export", "."],
        ["export", "/no/such/folder", "--contest", "wijkbudget"],
        ["export", ".", "--contest", "wijkbudget", "--manifest", "abc"],
        ["tally", "/no/such/file.pb"],
        ["tally", "x.pb", "--rule", "first-past-the-post"],
    ],
)
def test_a_wrong_call_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A usage error says what was expected, and is no verdict."""
    try:
        code: object = cli.main(arguments)
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("make", [cli_audit.make_parser, cli_export.make_parser], ids=["audit", "export"])
def test_every_command_that_audits_takes_the_same_options(make: Callable[[], ArgumentParser]) -> None:
    """The record, what it must have, and the number of processes, with the same values read from them."""
    key = format_vkey(draft().world.election.operator_vkey)
    given = ["record", "--manifest", "ab" * 32, "--operator-key", key, "--jobs", "2"]
    options = make().parse_args([*given, *(["--contest", "c"] if make is cli_export.make_parser else [])])
    assert (options.record, options.manifest, options.jobs) == ("record", b"\xab" * 32, 2)
    assert options.operator_key == draft().world.election.operator_vkey


def test_an_empty_folder_is_not_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without a record fails the audit with exit code 1."""
    assert cli.main(["audit", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "FAIL L01" in said
    assert "NOT VALID" in said


def test_json_says_all_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` writes the result and nothing else."""
    record = certified()
    election = record.world.election
    arguments = [
        "audit",
        str(record.write(tmp_path)),
        "--json",
        f"--manifest={election.manifest_hash.format()}",
    ]
    arguments += [
        f"--manifest={election.manifest_hash.format()}",
        "--operator-key",
        format_vkey(election.operator_vkey),
    ]
    assert cli.main(arguments) == 0
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert (said["valid"], said["anchored"], said["slack"], said["phase"]) == (True, True, 0, "certified")
    assert set(said["checks"][0]) == {"id", "name", "ok", "count", "at"}
    assert not captured.err


def test_a_fault_is_shown_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People read which check failed, where, and what was expected."""
    record = draft(Phase.VOTING)
    record.entries.append(record.entries[-1])
    assert cli.main(["audit", str(record.write(tmp_path))]) == 1
    said = capsys.readouterr().out
    assert "FAIL E02" in said
    assert f"at entry {len(record.entries) - 1}: expected no start in phase voting (phase)" in said
    assert "not reached" in said


def test_a_report_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--report` writes an official's audit report."""
    folder = draft().write(tmp_path / "record")
    target = tmp_path / "report.json"
    assert cli.main(["audit", str(folder), "--report", "anna", str(target)]) == 0
    assert parse_report(target.read_bytes()).official == "anna"
    assert cli.main(["audit", str(folder), "--report", "No Id", str(target)]) == 2
    assert "official's id" in capsys.readouterr().err


@pytest.mark.parametrize(("rule", "spent"), [("greedy", "600.00"), ("equal-shares", "600.00")])
def test_a_pabulib_file_is_counted(
    rule: str, spent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`tally` shows the winners, names as they are, and what was spent."""
    (tmp_path / "e.pb").write_text(PB)
    assert cli.main(["tally", str(tmp_path / "e.pb"), "--rule", rule]) == 0
    said = capsys.readouterr().out
    assert "[red]Bench[/red]" in said
    assert f"{rule}: 1 of 2 projects, {spent} of 1000.00 spent, 3 ballots" in said


@pytest.mark.parametrize("raw", [b"", b"\xff", b"META\n", PB.replace("600", "-1").encode()])
def test_a_broken_pabulib_file_exits_with_2(
    raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read is told with its name."""
    (tmp_path / "e.pb").write_bytes(raw)
    assert cli.main(["tally", str(tmp_path / "e.pb")]) == 2
    assert "e.pb" in capsys.readouterr().err
