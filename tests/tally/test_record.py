"""Reading a record from folders and web servers that may be broken, slow or hostile."""

import gzip
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tally.audit.run import audit
from tally.audit.source import MissingFileError, RecordError
from tally.record import FolderRecord, WebRecord, open_record
from tests.tally.drafts import Memory, certified, draft

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], Answer]], str]]:
    """Start a server that answers each path as a function says; gives its address."""
    servers = []

    def start(answer: Callable[[str], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, body = answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/board"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def files_of(files: dict[str, bytes]) -> Callable[[str], Answer]:
    """Answer as a web server over a folder does."""

    def answer(path: str) -> Answer:
        raw = files.get(path.removeprefix("/board/"))
        return (200, {}, raw) if raw is not None else (404, {}, b"no")

    return answer


def test_a_folder_lists_everything_in_order(tmp_path: Path) -> None:
    """Every file is listed, hidden ones and links too; folders are not."""
    for path in ("b/two", "b/.hidden", "a", "b/c/deep"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "b")
    (tmp_path / "empty").mkdir()
    with open_record(str(tmp_path)) as source:
        assert sorted(source.paths()) == ["a", "b/.hidden", "b/c/deep", "b/two", "link"]


def test_a_folder_gives_plain_files_only(tmp_path: Path) -> None:
    """Links, pipes and folders are refused, not followed or waited for."""
    (tmp_path / "real").write_bytes(b"x" * 10)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    source = FolderRecord(tmp_path)
    assert source.read("real", 10) == b"x" * 10
    for path in ("link", "folder", "pipe"):
        with pytest.raises(RecordError, match="plain file"):
            source.read(path, 10)
    with pytest.raises(RecordError, match="at most 9 bytes"):
        source.read("real", 9)
    for path in ("none", "real/none"):
        with pytest.raises(MissingFileError):
            source.read(path, 10)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_record_error(tmp_path: Path) -> None:
    """A file without read permission is told, without a traceback."""
    (tmp_path / "closed").write_bytes(b"x")
    (tmp_path / "closed").chmod(0)
    with pytest.raises(RecordError, match="cannot be read"):
        FolderRecord(tmp_path).read("closed", 10)


@pytest.mark.parametrize(
    "where",
    [
        "/no/such/folder",
        "ftp://stad.example/board",
        "file:///etc",
        "http://",
        "http://stad.example/board?x=1",
        "http://stad.example/board#x",
        "http://name:secret@stad.example/board",
        "http://[broken/board",
        "http://stad.example:no/board",
    ],
)
def test_what_is_no_record_is_refused(where: str) -> None:
    """Only folders and plain http(s) addresses are records, and no secret is repeated."""
    with pytest.raises(RecordError) as refused:
        open_record(where)
    assert "secret" not in str(refused.value)


def test_an_audit_over_http_is_that_of_the_folder(serve: Callable[..., str], tmp_path: Path) -> None:
    """A record served over HTTP gets the same verdict, but for the two checks that need a list."""
    record = certified()
    with open_record(serve(files_of(Memory(record).files))) as source:
        over_http = audit(source)
    with open_record(str(record.write(tmp_path))) as source:
        in_folder = audit(source)
    assert over_http.valid, over_http.faults
    assert [c for c in over_http.checks if c.id != "F01"] == [c for c in in_folder.checks if c.id != "F01"]


def test_bundles_are_fetched_once(serve: Callable[..., str]) -> None:
    """The second reading of an entry bundle comes from disk, and is gone afterwards."""
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return 200, {}, b"bundle"

    with open_record(serve(answer)) as source:
        for _ in range(2):
            assert source.read("tile/entries/000", 10) == b"bundle"
            assert source.read("checkpoint", 10) == b"bundle"
        kept = Path(source._kept.name)
        assert len(list(kept.iterdir())) == 1
    assert not kept.exists()
    assert asked.count("/board/tile/entries/000") == 1
    assert asked.count("/board/checkpoint") == 2


def test_a_gzipped_answer_is_unpacked(serve: Callable[..., str]) -> None:
    """Bundles may be gzipped in transport."""
    headers = {"Content-Encoding": "gzip"}
    with open_record(serve(lambda path: (200, headers, gzip.compress(b"entries")))) as source:
        assert source.read("tile/entries/000", 10) == b"entries"


ELSEWHERE = "http://localhost:1/x"
NEXT_DOOR = "http://127.0.0.1:1/x"
HOSTILE = {
    "a gzip bomb": (lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(10**7))), "at most"),
    "half a gzip": (lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x")[:-9]), "encoding"),
    "no gzip": (lambda path: (200, {"Content-Encoding": "gzip"}, b"plain"), "cannot be read"),
    "an unknown encoding": (lambda path: (200, {"Content-Encoding": "br"}, b"x"), "content encoding"),
    "too many bytes": (lambda path: (200, {}, bytes(2000)), "at most 1000 bytes"),
    "fewer bytes than told": (lambda path: (200, {"Content-Length": "900"}, b"x"), "cannot be read"),
    "a server fault": (lambda path: (500, {}, b"x"), "status 500, after 1 attempts"),
    "forbidden": (lambda path: (403, {}, b"x"), "status 403"),
    "a redirect to another host": (lambda path: (302, {"Location": ELSEWHERE}, b""), "another host"),
    "a redirect to another port": (lambda path: (302, {"Location": NEXT_DOOR}, b""), "another port"),
    "a redirect to a file": (lambda path: (302, {"Location": "file:///etc/passwd"}, b""), "status 302"),
    "a redirect to nowhere": (lambda path: (302, {"Location": "http://[x"}, b""), "."),
    "a redirect in a circle": (lambda path: (302, {"Location": path}, b""), "status 302"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_gets_a_record_error(name: str, serve: Callable[..., str]) -> None:
    """No answer of a server leads to anything but a refusal that says why."""
    answer, message = HOSTILE[name]
    with WebRecord(serve(answer), attempts=1) as source, pytest.raises(RecordError, match=message):
        source.read("checkpoint", 1000)


def test_a_redirect_on_the_same_host_is_followed(serve: Callable[..., str]) -> None:
    """A server may move a file to another of its own paths."""

    def answer(path: str) -> Answer:
        return (200, {}, b"here") if path == "/new" else (302, {"Location": "/new"}, b"")

    with open_record(serve(answer)) as source:
        assert source.read("checkpoint", 10) == b"here"


def test_a_server_that_stumbles_is_asked_again(serve: Callable[..., str]) -> None:
    """A fault that passes does not fail the audit."""
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return (503, {}, b"") if len(asked) == 1 else (200, {}, b"here")

    with open_record(serve(answer)) as source:
        assert source.read("checkpoint", 10) == b"here"


def test_nobody_at_the_address_fails_the_audit() -> None:
    """An address at which nothing listens leads to a failed check."""
    with WebRecord("http://127.0.0.1:1/board", attempts=1) as source:
        result = audit(source)
    assert [fault.id for fault in result.faults] == ["L01"]


def test_a_missing_file_over_http_fails_its_check(serve: Callable[..., str]) -> None:
    """What the server does not have is missing."""
    record = draft()
    files = Memory(record).files
    tally = record.world.board.tally
    assert tally is not None
    del files[f"files/{tally.outcome.hex()}"]
    with open_record(serve(files_of(files))) as source:
        assert [fault.id for fault in audit(source).faults] == ["F02"]


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20 + 5])
def test_a_file_is_read_whole_up_to_its_limit(size: int, tmp_path: Path) -> None:
    """Whatever its size, a file comes whole where the limit allows it, and is refused one byte above."""
    content = bytes(range(251)) * (size // 251 + 1)
    (tmp_path / "file").write_bytes(content[:size])
    record = FolderRecord(tmp_path)
    assert record.read("file", size) == content[:size]
    (tmp_path / "file").write_bytes(content[:size] + b"x")
    with pytest.raises(RecordError, match=f"at most {size} bytes"):
        record.read("file", size)
