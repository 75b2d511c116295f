"""The demo, with all of its processes: it ends well, it can be audited, it leaves nothing running."""

import asyncio
import csv
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from admin.demo import cli
from admin.ledger.store import open_ledger, read_ledger
from ballots.entries import Certify, parse_entry
from ballots.merkle import leaf_hash
from ballots.tiles import parse_bundle
from service.db.embedded import EmbeddedPostgres
from tally.pabulib import parse_pabulib
from tests.admin.test_area import REAL_FILES
from tests.admin.test_export_again import verify_same
from tests.conftest import make_folder

LIMIT = 420
"""Seconds that a whole demo may take on a machine that does much else."""
ASSEN = REAL_FILES / "Netherlands_Assen_2024.pb"
SMALL_PB = (
    "META\nkey;value\ndescription;Proef\nbudget;1000\nvote_type;cumulative\n"
    "PROJECTS\nproject_id;cost;name\n1;400;Bank\n2;700;Boom\n3;300;Muur\n4;600;Pad\n"
    "VOTES\nvoter_id;vote;points\n"
    + "".join(f"v{n};{1 + n % 4},{1 + (n + 1) % 4};{1 + n % 3},2\n" for n in range(12))
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(LIMIT + 60)]


class Demo:
    """A demo in a process of its own, and what it says."""

    def __init__(self, said: Path, *arguments: str, temporary: Path | None = None) -> None:
        self._said = said
        environment = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tally.cli", "demo", "--port", "0", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """All that it has said."""
        return self._said.read_text()

    def wait_for(self, words: str) -> str:
        """Wait until it has said something that matches, and return what it has said."""
        deadline = time.monotonic() + LIMIT
        while not re.search(words, self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)
        return self.said

    def end(self) -> int:
        """Wait until it has ended by itself."""
        return self.process.wait(LIMIT)

    def stop(self, number: signal.Signals) -> int:
        """Send it a signal, as Ctrl-C does, and wait."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def close(self) -> None:
        """End it, whatever has happened."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


@dataclass
class Kept:
    """A demo that has been held, and its folder."""

    folder: Path
    said: str


@pytest.fixture(scope="module")
def area() -> Iterator[Kept]:
    """The made-up area, held once for all tests that only look at what is left."""
    folder = make_folder()
    demo = Demo(folder / "said", "--once", "--residents", "20", "--dir", str(folder / "kept"))
    try:
        assert demo.end() == 0, demo.said
        yield Kept(folder / "kept", demo.said)
    finally:
        demo.close()
        shutil.rmtree(folder, ignore_errors=True)


def find_processes(folder: Path) -> list[str]:
    """Return the command lines of all processes that were started for a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def read_entries(record: Path) -> list[bytes]:
    """Return the entries of a record of fewer than 256."""
    (bundle,) = sorted(record.glob("tile/entries/000.p/*"), key=lambda path: int(path.name))[-1:]
    return parse_bundle(bundle.read_bytes(), int(bundle.name))


def audit(folder: Path) -> dict[str, object]:
    """Audit a folder as the summary says, with the command line."""
    command = [
        *(sys.executable, "-m", "tally.cli", "audit", str(folder / "record"), "--json"),
        *("--manifest", (folder / "manifest.hash").read_text().strip()),
        *("--operator-key", (folder / "operator.vkey").read_text().strip()),
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=LIMIT)
    result: dict[str, object] = json.loads(done.stdout)
    assert done.returncode == (0 if result["valid"] else 1)
    return result


# --- the made-up area ---


def test_a_stranger_can_audit_what_is_kept(area) -> None:
    """Record, manifest hash and operator's key of the folder make the audit say valid and anchored."""
    result = audit(area.folder)
    assert (result["valid"], result["anchored"], result["slack"]) == (True, True, 0)
    assert all(check["ok"] for check in result["checks"])


def test_the_record_is_what_a_web_server_serves_and_no_more(area) -> None:
    """In the record stand checkpoint, tiles, and files under their own hash."""
    record = area.folder / "record"
    assert {path.name for path in record.iterdir()} == {"checkpoint", "tile", "files"}
    assert re.fullmatch(r"[0-9a-f]{64}\n?", (area.folder / "manifest.hash").read_text())


def test_the_board_tells_the_whole_story(area) -> None:
    """Set-up, roll, two voters' revisions, four trustees' keys, tally and certify stand on the board."""
    kinds = [parse_entry(raw).__struct_config__.tag for raw in read_entries(area.folder / "record")]
    assert kinds[:5] == ["style", "style", "contest", "contest", "manifest"]
    assert (kinds.count("request"), kinds.count("ballot"), kinds.count("trustee-key")) == (12, 13, 4)
    assert kinds[-2:] == ["tally", "certify"]


def test_the_outcome_is_booked_with_the_hash_of_certify(area) -> None:
    """The ledger has the grants, and one commitment that carries the certify entry's hash."""
    certify = next(
        leaf_hash(raw)
        for raw in read_entries(area.folder / "record")
        if isinstance(parse_entry(raw), Certify)
    )

    async def read(dsn: str) -> list[tuple[str, bytes | None]]:
        async with open_ledger(dsn) as connection:
            return [(each.kind, each.certify) for each in (await read_ledger(connection)).transactions]

    with EmbeddedPostgres(area.folder / "postgres") as server:
        assert asyncio.run(read(server.dsn())) == [("grant", None), ("grant", None), ("commitment", certify)]


def test_the_summary_says_who_won_and_why(area) -> None:
    """Turnout, winners, reasons, balance and the audit's command are in the summary."""
    assert "12 of 20 residents voted (60 %), 1 of them again" in area.said
    assert re.search(r"\+ .* votes  chosen\n", area.said)
    assert re.search(r"- .* its supporters had € [0-9.,]+ left\n|- .* no votes\n", area.said)
    assert "granted" in area.said
    assert f"wijkaandeel audit {area.folder / 'record'}" in area.said


def test_no_code_leaves_the_letters(area) -> None:
    """No code of a letter stands in a log, in the record, or in any other file but the letters."""
    with (area.folder / "registrar" / "letters" / "letters.csv").open(newline="") as file:
        codes = [row["code"].encode() for row in csv.DictReader(file)]
    for path in area.folder.rglob("*"):
        if path.is_file() and "letters" not in path.parts and "postgres" not in path.parts:
            content = path.read_bytes()
            assert not any(code in content or code.replace(b"-", b"") in content for code in codes), path


def test_secrets_are_closed_to_others(area) -> None:
    """Keys, passphrases and letters can be read by their owner only."""
    for name in ("state", "officials", "partners", "registrar", "journal", "logs"):
        assert stat.S_IMODE((area.folder / name).stat().st_mode) == 0o700, name
    assert stat.S_IMODE((area.folder / "state" / "operator.key").stat().st_mode) == 0o600


def test_once_leaves_no_process(area) -> None:
    """After `--once` nothing runs any more."""
    assert find_processes(area.folder) == []


# --- Pabulib, and how it is stopped ---


def test_a_file_is_voted_on_and_the_site_stays_up_until_ctrl_c(folder) -> None:
    """The outcome equals the file's, pages are served, and Ctrl-C ends everything with exit code 0."""
    (folder / "small.pb").write_text(SMALL_PB)
    demo = Demo(
        folder / "said",
        *("--pb", str(folder / "small.pb"), "--rule", "greedy", "--dir", str(folder / "kept")),
    )
    try:
        said = demo.wait_for("stays up until Ctrl-C")
        assert "The outcome equals what the rule gives on the file itself" in said
        assert "12 of 12 residents voted" in said
        for url in re.findall(r"^  (http://\S+)", said, re.MULTILINE):
            assert httpx.get(url, trust_env=False).status_code == 200, url
        assert find_processes(folder / "kept")
        assert demo.stop(signal.SIGINT) == 0
    finally:
        demo.close()
    assert find_processes(folder / "kept") == []
    assert audit(folder / "kept")["valid"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_a_signal_in_the_middle_leaves_nothing_behind(folder, number) -> None:
    """Stopped before the end: exit code 130, no process, and no folder where none was to be kept."""
    temporary = folder / "temporary"
    temporary.mkdir()
    demo = Demo(folder / "said", "--residents", "10", temporary=temporary)
    try:
        demo.wait_for("Officials set up the election")
        assert find_processes(temporary)
        assert demo.stop(number) == cli.INTERRUPTED
    finally:
        demo.close()
    assert find_processes(temporary) == []
    assert list(temporary.iterdir()) == []


def test_a_real_election_gives_the_outcome_of_its_rule(folder) -> None:
    """Assen 2024, cast over HTTP, leads to what Equal Shares gives; exported, it is the file again."""
    if not ASSEN.exists():
        assert os.environ.get("CI") != "true", f"expected {ASSEN}"
        pytest.skip("the real election does not lie beside the project")
    demo = Demo(folder / "said", "--once", "--pb", str(ASSEN), "--dir", str(folder / "kept"))
    try:
        assert demo.end() == 0, demo.said
    finally:
        demo.close()
    assert "84 of 84 residents voted" in demo.said
    assert "The outcome equals what the rule gives on the file itself" in demo.said
    assert audit(folder / "kept")["valid"]
    exported = folder / "again.pb"
    command = [
        *(
            sys.executable,
            "-m",
            "tally.cli",
            "export",
            str(folder / "kept" / "record"),
            "--contest",
            "pabulib",
        ),
        *("--manifest", (folder / "kept" / "manifest.hash").read_text().strip(), "--out", str(exported)),
    ]
    subprocess.run(command, check=True, timeout=LIMIT)
    verify_same(parse_pabulib(ASSEN.read_text("utf-8")), parse_pabulib(exported.read_text("utf-8")))


# --- what it does not begin with ---

WRONG = {
    "a folder with something in it": (["--dir", "{full}"], 1, "is not empty"),
    "a file that is not there": (["--pb", "{full}/nothing.pb"], 1, "No such file"),
    "a file that is no election": (["--pb", "{full}/note"], 1, "line 1"),
    "both a file and residents": (["--pb", "x", "--residents", "30"], 2, "leave --residents"),
    "too few residents": (["--residents", "3"], 2, "from 10"),
    "a turnout above 1": (["--turnout", "1.5"], 2, "from 0 to 1"),
    "a rule that does not exist": (["--rule", "dice"], 2, "invalid choice"),
}


@pytest.mark.parametrize(("arguments", "code", "expected"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_refused_before_anything_starts(
    tmp_path, capsys, arguments, code, expected
) -> None:
    """A clear line on standard error, and an exit code that tells a mistake from a failure."""
    (tmp_path / "note").write_text("hello\n")
    filled = [argument.format(full=tmp_path) for argument in arguments]
    try:
        got = cli.main(filled)
    except SystemExit as error:
        got = error.code
    assert got == code
    assert expected in capsys.readouterr().err
    assert find_processes(tmp_path) == []


def test_a_port_that_is_taken_is_refused(capsys) -> None:
    """The demo does not start beside another program on its port, and says what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert cli.main(["--once", "--port", port]) == 1
    assert f"port {port} is taken; choose another one with --port" in capsys.readouterr().err
