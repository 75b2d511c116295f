"""`wijkaandeel audit --watch` as its user types it: base install, exit codes, lines, figures, signals."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tally import cli
from tally.watch.cli_watch import main
from tests.simulator import RELEASES
from tests.tally.test_cli import GUARD, run_with_base_only
from tests.tally.watch_attacks import doubled_request, rollback
from tests.tally.watch_stage import Stage, served_over_http, stage_in


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A board in whose voting three have asked; nobody watches yet."""
    with stage_in(tmp_path) as stage:
        stage.ask(0, 1, 2)
        yield stage


def arguments(stage: Stage, *more: str, where: str = "") -> list[str]:
    """Return the arguments for this board."""
    manifest = stage.world.election.manifest_hash.hex()
    state = str(stage.state.folder)
    return ["--watch", where or str(stage.record), "--manifest", manifest, "--state", state, *more]


def watch(stage: Stage, *more: str) -> int:
    """Watch with the stage's clock, and without sleep: three rounds, then Ctrl-C."""
    rounds = 0

    def sleep(seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        stage.time += int(seconds)
        if rounds == 3:
            raise KeyboardInterrupt

    return main(arguments(stage, *more), now=lambda: stage.time, sleep=sleep)


def test_watching_needs_the_base_install_only(stage: Stage) -> None:
    """Over HTTP on loopback, without database driver, web framework or Prometheus."""
    stage.publish(time=RELEASES[-1])
    with served_over_http(stage.record) as address:
        done = run_with_base_only("audit", *arguments(stage, "--once", "--stale", "300000000", where=address))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"board: {len(stage.world.entries)} entries, phase voting")
    audited = run_with_base_only("audit", str(stage.state.record), "--json")
    assert json.loads(audited.stdout)["valid"]


def test_figures_need_an_extra_that_is_named(stage: Stage) -> None:
    """Without prometheus-client `--metrics` says what to install, and nothing is watched."""
    done = run_with_base_only("audit", *arguments(stage, "--once", "--metrics", "0"))
    assert done.returncode == 2
    assert "pip install 'wijkaandeel[watch]'" in done.stderr
    assert "prometheus_client" in done.stderr
    assert not done.stdout


def test_exit_codes_of_one_look(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """0 without an alarm, 1 with one, and 1 again for what was raised before."""
    assert watch(stage, "--once") == 0
    rollback(stage)
    assert watch(stage, "--once") == 1
    said = capsys.readouterr().out
    assert "ALARM rollback: the board is smaller than one that the operator had signed before" in said
    assert "who acts: the operator" in said
    assert f"evidence: {stage.state.folder}/alarms/rollback-" in said
    stage.publish()
    assert watch(stage, "--once") == 1
    assert "ALARM (before) rollback" in capsys.readouterr().out


def test_one_look_at_nothing_is_an_alarm(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """`--once` has no patience."""
    stage.record.rename(stage.record.with_name("gone"))
    assert watch(stage, "--once") == 1
    assert "ALARM unanswered" in capsys.readouterr().out


def test_it_goes_on_until_it_is_stopped(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Rounds that bring nothing new say nothing; the exit code is told when it stops."""
    assert watch(stage, "--every", "60") == 0
    assert capsys.readouterr().out.count("board: ") == 1
    doubled_request(stage)
    assert watch(stage) == 1
    assert capsys.readouterr().out.count("ALARM entry") == 1


def test_json_lines(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A line an event: rounds, alarms, what was raised before, what is over."""
    rollback_after = stage.state.folder.parent
    assert watch(stage, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["round"] * 3
    assert lines[0]["size"] == len(stage.world.entries)
    rollback(stage)
    assert watch(stage, "--json", "--once") == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["alarm", "round"]
    assert (lines[0]["kind"], lines[0]["lasts"]) == ("rollback", True)
    assert Path(lines[0]["evidence"]).is_relative_to(rollback_after)
    assert watch(stage, "--json", "--once") == 1
    assert json.loads(capsys.readouterr().out.splitlines()[0])["event"] == "remembered"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ([], "--manifest"),
        (["--manifest", "00" * 32], "--state"),
        (["--manifest", "00" * 32, "--state", "s", "--every", "0"], "seconds"),
        (["--manifest", "00" * 32, "--state", "s", "--every", "soon"], "seconds"),
    ],
)
def test_a_wrong_call_exits_with_2(more: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A usage error says what was expected."""
    with pytest.raises(SystemExit) as left:
        cli.main(["audit", "--watch", "record", *more])
    assert left.value.code == 2
    assert text in capsys.readouterr().err


def test_what_cannot_be_watched_exits_with_2(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder of another election, a folder of promises that is not there, an address that is none."""
    assert watch(stage, "--once") == 0
    assert watch(stage, "--once", "--promises", "/no/such/folder") == 2
    assert main(["--watch", "x", "--manifest", "00" * 32, "--state", str(stage.state.folder), "--once"]) == 2
    said = capsys.readouterr().err
    assert "folder of promises" in said
    assert "another election" in said


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Both helps lead to watching."""
    with pytest.raises(SystemExit) as left:
        cli.main(["audit", "--watch", "--help"])
    assert left.value.code == 0
    assert "  wijkaandeel audit --watch https://stad.example/board" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.main(["audit", "--help"])
    assert "audit --watch" in capsys.readouterr().out


def start(stage: Stage, *more: str) -> "subprocess.Popen[str]":
    """Start watching in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "tally.cli", "audit", *arguments(stage, *more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_figures_on_loopback(stage: Stage) -> None:
    """Size, times, rounds and alarms by kind; no hash, name or address is in them."""
    rollback_size = len(stage.world.entries)
    with start(stage, "--metrics", "0", "--every", "3600", "--stale", "300000000") as process:
        assert process.stderr is not None
        assert process.stdout is not None
        address = process.stderr.readline().split()[-1]
        process.stdout.readline()
        with urllib.request.urlopen(address, timeout=20) as answer:
            figures = answer.read().decode()
        with pytest.raises(ConnectionRefusedError):  # another address of this machine
            socket.create_connection(("127.0.0.2", int(address.split(":")[2].partition("/")[0])), 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert address.startswith("http://127.0.0.1:")
    values = dict(line.rsplit(" ", 1) for line in figures.splitlines() if not line.startswith("#"))
    assert float(values["wijkaandeel_watch_size"]) == rollback_size
    assert float(values["wijkaandeel_watch_witnessed_seconds"]) == stage.time
    assert float(values["wijkaandeel_watch_success_seconds"]) > 0
    assert float(values['wijkaandeel_watch_rounds_total{answer="yes"}']) == 1
    assert float(values['wijkaandeel_watch_alarms{kind="branch"}']) == 0
    assert {name.partition("{")[0] for name in values} == {
        "wijkaandeel_watch_alarms",
        "wijkaandeel_watch_promises",
        "wijkaandeel_watch_rounds_created",
        "wijkaandeel_watch_rounds_total",
        "wijkaandeel_watch_size",
        "wijkaandeel_watch_success_seconds",
        "wijkaandeel_watch_witnessed_seconds",
    }


def test_an_alarm_is_counted(stage: Stage) -> None:
    """The figure of its kind goes up."""
    from tally.watch.metrics import Figures

    stage.look()
    doubled_request(stage)
    stage.look()
    assert stage.watcher is not None
    assert stage.last is not None
    figures = Figures()
    figures.note(stage.last, stage.watcher.book)
    assert figures.registry.get_sample_value("wijkaandeel_watch_alarms", {"kind": "entry"}) == 1
    assert figures.registry.get_sample_value("wijkaandeel_watch_alarms", {"kind": "branch"}) == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_its_exit_code(stage: Stage, sent: signal.Signals) -> None:
    """It stops at once, and says by its exit code whether there was an alarm."""
    doubled_request(stage)
    with start(stage, "--every", "3600", "--stale", "300000000") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ALARM entry")
        while not process.stdout.readline().startswith("board: "):
            pass
        process.send_signal(sent)
        assert process.wait(20) == 1


def test_no_name_of_a_file_is_told(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Voters name their files as they like, and nothing that is printed or kept has those names."""
    ballot = stage.cast(3)[0]
    stage.promise(ballot, "van-anna-de-vries.json")
    (stage.handed / "anna-again").write_bytes(b"?")
    stage.publish()
    stage.time = RELEASES[-1] + 3 * 3600
    assert watch(stage, "--once", "--json", "--promises", str(stage.handed)) == 1
    captured = capsys.readouterr()
    assert '"kind":"promise"' in captured.out
    assert "anna" not in captured.out + captured.err
    for path in stage.state.folder.rglob("*"):
        assert "anna" not in path.name
        assert path.is_dir() or b"anna-de-vries" not in path.read_bytes()


def test_the_guard_keeps_out_what_it_should() -> None:
    """The base install of these tests has no Prometheus."""
    assert "prometheus_client" in GUARD
