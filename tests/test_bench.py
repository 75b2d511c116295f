"""The benchmarks run; what they measure is not asserted, as a test's machine is never quiet."""

import asyncio
import json
from pathlib import Path

import pytest

from deploy.bench.__main__ import BENCHES, main
from deploy.bench.client import ClosedError, connect, format_post
from deploy.bench.election import join, keep, split
from deploy.bench.figures import Figure, format_number, format_table
from deploy.bench.machine import read_cpu, read_resident


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for results, in which the benchmarks keep the same ballots."""
    return tmp_path_factory.mktemp("bench")


@pytest.mark.slow
@pytest.mark.store
@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_runs_and_writes_its_figures(name: str, out: Path) -> None:
    """A quick run of each benchmark ends well and writes a table and the same figures as JSON."""
    before = set(out.glob("bench-*"))
    assert main(["--quick", "--out", str(out), name]) == 0
    data, text = sorted(set(out.glob("bench-*")) - before)
    found = json.loads(data.read_bytes())
    assert all(figure["value"] > 0 for figure in found["figures"] if "memory a further" not in figure["what"])
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
