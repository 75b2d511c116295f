"""The treasurer's commands on a made-up record, also when the machine stops between two of them."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from beancount import loader

from admin.ledger.cli import main
from ballots.board import Phase
from ballots.merkle import leaf_hash
from service.faults import EXIT_CODE
from tests.simulator import World, make_world

RUN = "import sys; from admin.ledger.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def world() -> World:
    """A certified election; read-only."""
    world = make_world(until=Phase.COUNTED)
    world.certify(lambda official: f"report of {official}".encode())
    return world


@pytest.fixture
def board(world: World, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options that name the election; the database's address stands in the environment."""
    world.write_record(tmp_path)
    monkeypatch.setenv("WIJK_DATABASE_URL", database)
    return [
        "--manifest",
        world.election.manifest_hash.hex(),
        "--board",
        str(tmp_path),
        "--date",
        "2026-03-02",
    ]


async def run(*arguments: str) -> int:
    """Run a command in a thread, as it has an event loop of its own."""
    return await asyncio.to_thread(main, arguments)


async def test_from_grant_to_export(
    board: list[str], world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grant, follow, show and export, each twice with the same result, in words and in JSON."""
    assert await run("grant", *board) == 0
    assert await run("grant", *board, "--json") == 0
    text, line = capsys.readouterr().out.splitlines()
    assert text == "Toekenning: Buurtpot: booked as transaction 1"
    assert json.loads(line) == {"fresh": False, "id": 1}
    assert await run("follow", *board) == 0
    assert await run("follow", *board, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1])["fresh"] is False
    assert await run("show", "--json") == 0
    (pot,) = json.loads(capsys.readouterr().out)
    assert pot["granted"] == pot["committed"] + pot["left"] == 2_000_001
    assert {each["certify"] for each in pot["commitments"]} == {leaf_hash(world.entries[-1]).hex()}
    assert await run("show") == 0
    assert "20000.01" in capsys.readouterr().out
    out = tmp_path / "ledger.beancount"
    assert await run("export", "--out", str(out)) == 0
    assert await run("export") == 0
    assert capsys.readouterr().out == out.read_text(encoding="utf-8")
    entries, errors, _ = loader.load_file(str(out))
    assert entries
    assert errors == []


async def test_following_before_the_grant_says_what_to_do(
    board: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a grant nothing is booked, and the error names the command."""
    assert await run("follow", *board) == 1
    assert "wijkaandeel ledger grant" in capsys.readouterr().err


async def test_an_election_under_way_is_not_booked(
    board: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--wait 0` looks once and ends with 3; an unknown election or place ends with 1."""
    open_world = make_world(until=Phase.VOTING, seed="world")
    folder = tmp_path / "voting"
    open_world.write_record(folder)
    options = [board[0], board[1], "--board", str(folder), "--wait", "0"]
    assert await run("follow", *options) == 3
    assert await run("follow", "--manifest", "00" * 32, *options[2:]) == 1
    assert await run("follow", *options[:2], "--board", str(tmp_path / "nowhere")) == 1
    (folder / "checkpoint").unlink()
    assert await run("grant", *options[:4]) == 1
    assert "no manifest yet" in capsys.readouterr().err


async def test_a_database_that_is_not_there_is_said_so(
    board: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an address, or with one where nothing answers: an error that repeats no password."""
    assert await run("show", "--database", "postgresql://me:verysecret@127.0.0.1:1/x") == 1
    monkeypatch.delenv("WIJK_DATABASE_URL")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert await run("show") == 1
    said = capsys.readouterr().err
    assert "WIJK_DATABASE_URL" in said
    assert "verysecret" not in said


@pytest.mark.parametrize(
    "arguments", [[], ["follow"], ["follow", "--manifest", "xyz"], ["grant", "--date", "2026-02-30"]]
)
def test_wrong_arguments_end_with_2(arguments: list[str]) -> None:
    """Missing and misspelt arguments are told apart from refusals."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


@pytest.mark.parametrize(("fault", "standing"), [("ledger-written", 1), ("ledger-booked", 2)])
async def test_a_crash_leaves_all_or_nothing(
    fault: str,
    standing: int,
    board: list[str],
    connection: asyncpg.Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Killed just before or just after the commit, the next run leaves exactly one booking."""
    assert await run("grant", *board) == 0
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", RUN, "follow", *board],
        env=os.environ | {"WIJK_FAULT": fault},
        timeout=60,
        check=False,
    )
    assert process.returncode == EXIT_CODE
    assert await connection.fetchval("SELECT count(*) FROM ledger.transactions") == standing
    assert await run("follow", *board) == 0
    assert ("booked before" in capsys.readouterr().out) == (standing == 2)
    assert await connection.fetchval("SELECT count(*) FROM ledger.transactions") == 2
