"""The benchmarks run; what they measure is not asserted, as a test's machine is never quiet."""

import asyncio
import json
import re
from pathlib import Path

import msgspec
import pytest

from ballots.merkle import leaf_hash
from ballots.tiles import new_bundles, new_tiles
from deploy.bench import belenios, counting, race
from deploy.bench.__main__ import BENCHES, main
from deploy.bench.client import ClosedError, connect, format_post
from deploy.bench.count_one import Taken, Task, make_city
from deploy.bench.election import count_whole, join, keep, split
from deploy.bench.figures import Figure, format_number, format_table
from deploy.bench.ground import BenchError
from deploy.bench.judges import Run, run_typescript
from deploy.bench.machine import read_cpu, read_proportional, read_resident
from deploy.bench.race import Times
from deploy.bench.records import TileWriter
from tests.simulator import hash_reader

DIFFERENCE = re.compile("one more|a further|in relation|share of")
"""Figures that a quick run takes from two moments that lie too near each other."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for results, in which the benchmarks keep the same ballots."""
    return tmp_path_factory.mktemp("bench")


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_runs_and_writes_its_figures(name: str, out: Path) -> None:
    """A quick run of each benchmark ends well and writes a table and the same figures as JSON."""
    before = set(out.glob("bench-*"))
    assert main(["--quick", "--out", str(out), name]) == 0
    data, text = sorted(set(out.glob("bench-*")) - before)
    found = json.loads(data.read_bytes())
    measured = [each for each in found["figures"] if not DIFFERENCE.search(each["what"])]
    assert all(each["value"] is None or each["value"] > 0 for each in measured)
    assert all(figure["value"] or figure["remark"] for figure in found["figures"])
    assert all(figure["what"] in text.read_text() for figure in found["figures"])
    assert {"processor", "cores", "memory", "python", "postgresql"} <= found["machine"].keys()


def test_an_unknown_name_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A benchmark that does not exist is named in the message, and nothing runs."""
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "flights"])
    assert "flights" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure(what="a", value=1500, unit="/s", at_least=1500), True),
        (Figure(what="a", value=1499, unit="/s", at_least=1500), False),
        (Figure(what="a", value=100, unit="ms", at_most=100), True),
        (Figure(what="a", value=101, unit="ms", at_most=100), False),
        (Figure(what="a", value=1, unit=""), None),
        (Figure(what="a", value=None, unit="", at_least=1), None),
    ],
)
def test_an_aim_is_met_at_its_very_value(figure: Figure, met: bool | None) -> None:
    """A figure meets its aim from exactly that value on; without an aim there is nothing to meet."""
    assert figure.met is met


def test_the_table_aligns_and_never_rounds_a_small_value_away() -> None:
    """All columns begin at the same place in every line, and a value below one keeps three digits."""
    lines = format_table([("short", "1", "", "", "x"), ("much longer", "22", "", "", "y")]).splitlines()
    assert lines[2].index("x") == lines[3].index("y")
    assert [format_number(each) for each in (0.1234, 1.234, 12.34, 1234.5)] == [
        "0.123",
        "1.23",
        "12.3",
        "1,234",
    ]


def test_what_was_not_measured_is_said() -> None:
    """A figure without a value shows a dash and its reason, and meets no aim."""
    figure = Figure(what="a", value=None, unit="ms", at_most=1, remark="not built")
    assert figure.cells() == ("a", "-", "1.00 or less", "", "not built")


def test_byte_strings_come_back_as_they_were_joined() -> None:
    """`split` is the inverse of `join`, for empty byte strings too."""
    parts = [b"", b"a", bytes(70_000)]
    assert split(join(parts)) == parts


def test_what_is_half_made_is_never_taken(tmp_path: Path) -> None:
    """A kept file whose making failed is made again, and one that is there is not."""
    path = tmp_path / "thing-1-abc"

    def fail(fresh: Path) -> None:
        fresh.write_bytes(b"half")
        raise OSError("full")

    def finish(fresh: Path) -> None:
        fresh.write_bytes(b"whole")

    with pytest.raises(OSError, match="full"):
        keep(path, fail)
    assert keep(path, finish).read_bytes() == b"whole"
    assert keep(path, fail).read_bytes() == b"whole"


@pytest.mark.parametrize("cut", range(14))
def test_what_was_interrupted_goes_on_after_the_last_whole_part(cut: int) -> None:
    """Of joined byte strings that end anywhere, those that are whole are found, and where they end."""
    count, end = count_whole(join([b"abc", b"de"])[:cut])
    assert (count, end) == ((0, 0), (1, 7), (2, 13))[(cut >= 7) + (cut >= 13)]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_793])
def test_a_record_that_is_written_as_it_grows_is_the_usual_one(size: int, tmp_path: Path) -> None:
    """The streaming writer leaves exactly the files of `new_tiles` and `new_bundles`, with their bytes."""
    entries = [number.to_bytes(4, "big") for number in range(size)]
    writer = TileWriter(tmp_path)
    for raw in entries:
        writer.append(raw)
    writer.finish()
    read_hash = hash_reader([leaf_hash(raw) for raw in entries])
    expected = dict(new_tiles(0, size, read_hash)) | dict(new_bundles(0, size, entries.__getitem__))
    written = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*") if path.is_file()}
    assert written.keys() == expected.keys()
    assert all(written[path].read_bytes() == content for path, content in expected.items())


def test_the_best_round_of_each_size_counts() -> None:
    """A round that something disturbed changes nothing as long as another one was quiet, size by size."""
    times = Times()
    for small, large in ((1.0, 9.0), (0.5, 5.5), (2.0, 5.0)):
        times.note(10, small)
        times.note(100, large)
    assert times.one_more() == (5.0 - 0.5) / 90
    assert times.by_round() == [8.0 / 90, 5.0 / 90, 3.0 / 90]


def test_audits_and_belenios_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round has all sizes of both before the next one begins, and the ratio is that of the best."""
    turns = iter([1.0, 11.0, 3.0, 13.0])
    said: list[str] = []

    class Played(belenios.Election):
        def play(self) -> None:
            """Play nothing."""

        def verify(self) -> belenios.Verified:
            said.append("theirs")
            return belenios.Verified(ballots=self._ballots, cpu=10.0 * self._ballots, memory=2**20)

    def run(folder: Path, processes: int) -> Run:
        said.append("ours")
        assert processes == 1
        return Run(cpu=next(turns), memory=0, others=0.0, resident=0, seconds=1.0)

    monkeypatch.setattr(race, "run_python", run)
    monkeypatch.setattr(belenios, "Election", Played)
    monkeypatch.setattr(belenios, "is_installed", lambda: True)
    ours, figures = race.race({0: tmp_path, 100: tmp_path}, [0, 8], 2)
    assert said == ["ours", "ours", "theirs", "theirs"] * 2
    assert ours == 0.1
    assert figures[-1].value == 100.0
    assert "round by round 100 100, median 100" in figures[-1].remark


def test_without_belenios_it_is_said_how_to_install_it(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no `belenios-tool`, audits are measured all the same and the report says what to do."""
    monkeypatch.setattr(belenios, "TOOL", "belenios-tool-that-is-not-there")
    assert main(["--quick", "--out", str(out), "--sizes", "20", "--", "audit"]) == 0
    report = capsys.readouterr().out
    assert "apt-get install belenios-tool" in report
    assert "audit of 20 ballots, Python" in report


def test_what_belenios_does_not_verify_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An election that `belenios-tool` does not accept ends the benchmark with what it said."""
    tool = tmp_path / "belenios-tool"
    tool.write_text("#!/bin/sh\necho 'W: no result to check' >&2\necho 'I: all checks passed' >&2\n")
    tool.chmod(0o755)
    monkeypatch.setattr(belenios, "TOOL", str(tool))
    with pytest.raises(BenchError, match="no result"):
        belenios.Election(tmp_path, 1).verify()


def test_a_judge_that_does_not_accept_is_no_figure(tmp_path: Path) -> None:
    """A second implementation that finds a record invalid, or says nothing, ends the benchmark."""
    (tmp_path / "manifest.hash").write_text("00")
    for said in ('{"gives": {"valid": false, "anchored": true}}', '{"refused": "x"}', ""):
        judge = tmp_path / "judge.mjs"
        judge.write_text(f"console.log({said!r})")
        with pytest.raises(BenchError, match="valid and anchored"):
            run_typescript(tmp_path, 1, judge)
    judge.write_text("console.log(JSON.stringify({gives: {valid: true, anchored: true}}))")
    assert run_typescript(tmp_path, 1, judge).seconds > 0


async def test_the_client_reads_answers_in_pieces_and_notices_a_closed_line() -> None:
    """An answer that comes byte by byte is whole, and a server that hangs up gives an error."""
    answers = iter([b"HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nabc", b""])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readexactly(len(format_post("/x", b"body")))
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        connection = await connect(server.sockets[0].getsockname()[1])
        async with asyncio.timeout(10):
            assert await connection.ask(format_post("/x", b"body")) == (202, b"abc")
            with pytest.raises(ClosedError):
                await connection.ask(format_post("/x", b"body"))


def test_what_a_process_takes_can_be_read() -> None:
    """This very process has used processor time and holds memory."""
    import os

    assert read_cpu(os.getpid()) > 0
    assert read_resident(os.getpid()) > 2**20
    assert 2**20 < read_proportional(os.getpid()) <= read_resident(os.getpid())


# Counts ---------------------------------------------------------------------------------------------

OURS = Task(who="ours", rule="mes-cost", voters=50, projects=4)


def taken(winners: list[str], ballots: int = 50) -> Taken:
    """Return what some count took: a second."""
    return Taken(seconds=1.0, reading=0.0, before=1, peak=2, ballots=ballots, distinct=9, winners=winners)


def test_a_city_is_the_same_every_time_and_its_copies_have_the_same_ballots() -> None:
    """Ballots have 1 to 10 projects; copies make each count more and none different."""
    one, many = make_city(200, 30, 1), make_city(200, 30, 10)
    assert one == make_city(200, 30, 1)
    assert {len(vote.projects) for vote in one.votes} >= set(range(1, 8))
    assert max(len(vote.projects) for vote in one.votes) <= 10
    assert (one.count_ballots(), many.count_ballots()) == (200, 2000)
    assert [vote.projects for vote in one.votes] == [vote.projects for vote in many.votes]


def test_a_count_that_takes_too_long_is_ended() -> None:
    """After its processor seconds there is no figure, however long the process was left waiting."""
    assert counting.take(msgspec.structs.replace(OURS, repeats=10**9, limit=1)) is None


def test_a_count_that_fails_is_no_figure() -> None:
    """What the process said comes with the error."""
    with pytest.raises(BenchError, match="mes-cost"):
        counting.take(Task(who="ours", rule="mes-cost", file="no-such-file.pb"))


@pytest.mark.parametrize("theirs", [None, taken(["a"]), taken(["b"])])
def test_others_are_compared_only_with_the_same_winners(
    theirs: Taken | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is ended at the limit is slower by more than is said; other winners end the benchmark."""
    monkeypatch.setattr(counting, "take", lambda task: taken(["a"]) if task.who == "ours" else theirs)
    monkeypatch.setattr(counting, "find_spec", lambda name: name)
    other = Task(who="pabutools", rule="mes-cost", file="x.pb")
    if theirs is not None and theirs.winners == ["b"]:
        with pytest.raises(BenchError, match="same winners"):
            counting._row("a count", OURS, other, counting.Aims())
        return
    figure = counting._row("a count", OURS, other, counting.Aims())[-1]
    assert figure.value == (1.0 if theirs else counting.LIMIT_SECONDS)
    assert ("more than" in figure.remark) is (theirs is None)


def test_large_files_are_not_asked_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one ballot over the limit on there is no comparison."""
    monkeypatch.setattr(counting, "find_spec", lambda name: name)
    for ballots, rows in ((counting.THEIRS_TO, 3), (counting.THEIRS_TO + 1, 2)):
        monkeypatch.setattr(counting, "take", lambda task, ballots=ballots: taken(["a"], ballots))
        other = Task(who="pabutools", rule="mes-cost", file="x.pb")
        assert len(counting._row("a count", OURS, other, counting.Aims())) == rows
