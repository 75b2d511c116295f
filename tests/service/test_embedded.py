"""The embedded PostgreSQL: one owner, closed to others, and never left running by surprise."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from service.db.embedded import EmbeddedPostgres, find_binaries, format_setting
from service.db.errors import ServerError, ServerInUseError
from service.db.external import ExternalPostgres, choose_postgres

ROOT = Path(__file__).parents[2]
OWNER = """
import sys, time
from pathlib import Path
from service.db.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.dsn(), flush=True)
    {then}
"""


def query(dsn: str, sql: str) -> object:
    """Open a connection, ask one value and close."""

    async def ask() -> object:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie that nobody collects does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid: int) -> bool:
    """Wait a few seconds for a process to end."""
    for _ in range(200):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def owner(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns a running server in `folder`."""
    command = [sys.executable, "-c", OWNER.format(then="time.sleep(600)"), str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            process.dsn = process.stdout.readline().strip()  # type: ignore[attr-defined]
            yield process
        finally:
            process.terminate()  # and with it the server, unless the test killed the owner already
            process.wait(30)


def test_starts_answers_and_stops(folder: Path) -> None:
    """A server starts, answers through asyncpg, and is gone after its block."""
    with EmbeddedPostgres(folder) as server:
        assert query(server.dsn(), "SELECT current_database()") == "wijkaandeel"
        assert query(server.dsn(), "SHOW server_encoding") == "UTF8"
        pid, sockets = server.pid, server.socket_dir
    assert pid is not None
    assert not is_alive(pid)
    assert not sockets.exists()


def test_keeps_rows_between_starts(folder: Path) -> None:
    """What was written before a stop is there after the next start."""
    with EmbeddedPostgres(folder) as server:
        query(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with EmbeddedPostgres(folder) as server:
        assert query(server.dsn(), "SELECT answer FROM kept") == 42


def test_keeps_rows_through_a_power_cut(folder: Path) -> None:
    """What was confirmed before an immediate stop is there after the recovery."""
    server = EmbeddedPostgres(folder)
    server.start()
    query(server.dsn(), "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop("immediate")
    with server:
        assert query(server.dsn(), "SELECT answer FROM kept") == 42


def test_start_and_stop_twice(folder: Path) -> None:
    """A second start and a second stop do nothing."""
    server = EmbeddedPostgres(folder)
    server.start()
    pid = server.pid
    server.start()
    assert server.pid == pid
    server.stop()
    server.stop()
    assert server.pid is None


def test_killed_owner_is_succeeded(folder: Path, owner: subprocess.Popen[str]) -> None:
    """After a SIGKILL of the owner the next start stops the server left behind, and keeps its rows."""
    query(owner.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")  # type: ignore[attr-defined]
    orphan = EmbeddedPostgres(folder).pid
    assert orphan is not None
    owner.kill()
    owner.wait()
    assert is_alive(orphan)
    with EmbeddedPostgres(folder) as server:
        assert server.pid != orphan
        assert not is_alive(orphan)
        assert query(server.dsn(), "SELECT answer FROM kept") == 42


def test_open_session_does_not_delay_the_next_start(folder: Path, owner: subprocess.Popen[str]) -> None:
    """A session held open on the server left behind is ended, and does not keep the next start waiting."""
    server = EmbeddedPostgres(folder)

    async def hold() -> None:
        connection = await asyncpg.connect(owner.dsn)  # type: ignore[attr-defined]
        owner.kill()
        owner.wait()
        await asyncio.to_thread(server.start)
        connection.terminate()

    asyncio.run(hold())
    assert query(server.dsn(), "SELECT 1") == 1
    server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signalled_owner_stops_its_server(folder: Path, owner: subprocess.Popen[str], number: int) -> None:
    """An owner that is asked to end takes its server with it."""
    pid = EmbeddedPostgres(folder).pid
    assert pid is not None
    owner.send_signal(number)
    assert owner.wait(30) != 0
    assert wait_until_gone(pid)


def test_exit_without_stop(folder: Path) -> None:
    """An owner that forgets to stop still takes its server with it at its exit."""
    code = (
        "import sys; from pathlib import Path; from service.db.embedded import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); server.start(); print(server.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not is_alive(int(done.stdout))


def test_forked_child_does_not_stop_it(folder: Path) -> None:
    """A child that was forked off and exits leaves its parent's server running."""
    with EmbeddedPostgres(folder) as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert query(server.dsn(), "SELECT 1") == 1


def test_two_owners_are_refused(folder: Path, owner: subprocess.Popen[str]) -> None:
    """A second owner of one folder is told who the first one is, and the first keeps running."""
    with pytest.raises(ServerInUseError, match=f"process {owner.pid} "):
        EmbeddedPostgres(folder).start()
    assert query(owner.dsn, "SELECT 1") == 1  # type: ignore[attr-defined]


def test_interrupted_creation_is_begun_again(folder: Path) -> None:
    """Half a cluster from an interrupted first start is thrown away."""
    half = folder / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder) as server:
        assert query(server.dsn(), "SELECT 1") == 1
    assert not half.exists()


def test_pid_of_another_program(folder: Path) -> None:
    """A pid file whose number has become another program's harms neither that program nor the start."""
    with EmbeddedPostgres(folder):
        pid_file = folder / "cluster" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "600"]) as bystander:
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        assert EmbeddedPostgres(folder).pid is None
        assert bystander.poll() is None
        bystander.kill()


def test_no_network_and_no_strangers(folder: Path) -> None:
    """The server listens on no address; its socket and its files are closed to other users."""
    with EmbeddedPostgres(folder) as server:
        assert query(server.dsn(), "SHOW listen_addresses") == ""
        for path in (server.socket_dir, folder / "cluster"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert (folder / "cluster" / "pg_hba.conf").read_text() == "local all all peer map=owner\n"


def test_opens_parents_only_for_passing(folder: Path) -> None:
    """As root the folders above the cluster let others pass, and neither list nor write."""
    if os.geteuid() != 0:
        pytest.skip("only root opens folders")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "data"):
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_log_holds_no_values(folder: Path) -> None:
    """A row that breaks a constraint is not repeated in the log."""
    with EmbeddedPostgres(folder) as server:
        query(server.dsn(), "CREATE TABLE people (mail text UNIQUE)")
        for _ in range(2):
            try:
                query(server.dsn(), "INSERT INTO people VALUES ('aicha@example.org')")
            except asyncpg.UniqueViolationError:
                break
    log = (folder / "cluster" / "server.log").read_text()
    assert "people_mail_key" in log
    assert "aicha" not in log


def test_settings_reach_the_server(folder: Path) -> None:
    """Settings given at the start hold, an odd value too."""
    with EmbeddedPostgres(folder, settings={"fsync": "off", "application_name": "it's \\ odd"}) as server:
        assert query(server.dsn(), "SHOW fsync") == "off"
        assert query(server.dsn(), "SHOW application_name") == "it's \\ odd"
        assert query(server.dsn(), "SHOW max_connections") == "100"


@pytest.mark.parametrize(("name", "value"), [("fsync = off\nx", "1"), ("", "1"), ("fsync", "on\nport=1")])
def test_setting_is_one_line(name: str, value: str) -> None:
    """A name or value that would smuggle in a second setting is refused."""
    with pytest.raises(ServerError):
        format_setting(name, value)


def test_failed_start_tells_the_log(folder: Path) -> None:
    """A start that fails shows the server's own words, and frees the folder for the next try."""
    with pytest.raises(ServerError, match="no_such_setting"):
        EmbeddedPostgres(folder, settings={"no_such_setting": "1"}).start()
    with EmbeddedPostgres(folder) as server:
        assert query(server.dsn(), "SELECT 1") == 1


def test_unknown_version_is_refused() -> None:
    """A cluster of a version that the package lacks is refused with advice."""
    with pytest.raises(ServerError, match="made by PostgreSQL 13"):
        find_binaries("13")


def test_address_before_start(folder: Path) -> None:
    """A server that does not run has no address."""
    with pytest.raises(ServerError, match="not been started"):
        EmbeddedPostgres(folder).dsn()


def test_database_url_chooses_the_server(folder: Path) -> None:
    """DATABASE_URL names the server; without it, or with it empty, the embedded one is used."""
    chosen = choose_postgres({"DATABASE_URL": "postgresql://user@host/votes"}, folder)
    assert isinstance(chosen, ExternalPostgres)
    assert isinstance(choose_postgres({}, folder), EmbeddedPostgres)
    assert isinstance(choose_postgres({"DATABASE_URL": ""}, folder), EmbeddedPostgres)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p@h:5433/votes?sslmode=require", "postgresql://u:p@h:5433/other?sslmode=require"),
        ("postgresql:///votes?host=/run/pg", "postgresql:///other?host=/run/pg"),
        ("postgresql://u@/votes?host=/run/pg", "postgresql://u@/other?host=/run/pg"),
    ],
)
def test_other_database_of_one_server(url: str, expected: str) -> None:
    """An external address keeps everything but the database's name."""
    assert ExternalPostgres(url).dsn() == url
    assert ExternalPostgres(url).dsn("other") == expected


@pytest.mark.parametrize("url", ["mysql://u:geheim@h/votes", "u:geheim@h", "postgresql://u:geheim@h"])
def test_wrong_url_is_refused_without_its_password(url: str) -> None:
    """A wrong DATABASE_URL is refused, and the message does not repeat the password."""
    with pytest.raises(ServerError) as refused:
        ExternalPostgres(url)
    assert "geheim" not in str(refused.value)
