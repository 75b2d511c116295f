"""Start the real commands quickly: one warm process that has everything imported, and forks for each start.

Each child is `wijkaandeel ARGUMENTS` in a session of its own, with its output in a file, as any supervisor
would start it; only the second of importing is saved. Children see a clock that the rig may set forward, and
the sabotages that they are told of (sabotage.py). Run as `python -m tests.attacks.crashes.launcher CLOCK`:
orders come as JSON lines on standard input, `started` and `ended` go out as JSON lines.
"""

import contextlib
import gc
import json
import mmap
import multiprocessing
import os
import select
import signal
import struct
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

WARM = (
    "tally.cli",
    "service.serve",
    "service.app",
    "service.sequencer_main",
    "service.partner.cli",
    "service.partner.app",
    "tally.audit.cli_audit",
    "granian",
    "tests.attacks.crashes.sabotage",
)


def set_clock(path: Path) -> None:
    """Let `time.time` be ahead by the seconds that stand in a file of eight bytes, which may change."""
    with path.open("rb") as file:
        ahead = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
    real = time.time

    def now() -> float:
        return real() + struct.unpack("<d", ahead[:8])[0]

    time.time = now


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def fork(order: dict[str, Any]) -> int:
    """Start a command and return the number of its process."""
    pid = os.fork()
    if pid == 0:
        run(order)
    return pid


def run(order: dict[str, Any]) -> NoReturn:
    """Be the command. What happens here must never come back into the launcher's loop."""
    code = 70
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        output = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        os.environ.update(order["environment"])
        from tally.cli import main
        from tests.attacks.crashes.sabotage import SABOTAGES

        for name in order["sabotages"]:
            SABOTAGES[name]()
        code = main(order["arguments"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def reap() -> None:
    """Tell of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        say(ended=pid, code=os.waitstatus_to_exitcode(status))


def main(argv: list[str]) -> int:
    set_clock(Path(argv[0]))
    for module in WARM:
        __import__(module)
    gc.collect()
    gc.freeze()
    woken, wakes = os.pipe()
    for end in (woken, wakes):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(wakes)
    say(ready=os.getpid())
    unread = b""
    # The service forks its workers, and so keeps what is warm, whatever Python's default is by now.
    multiprocessing.set_start_method("fork")
    while True:
        readable, _, _ = select.select([0, woken], [], [])
        if woken in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
        reap()
        if 0 in readable:
            chunk = os.read(0, 65536)
            if not chunk:
                return 0
            *lines, unread = (unread + chunk).split(b"\n")
            for line in lines:
                order = json.loads(line)
                say(started=fork(order), number=order["number"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
