"""The command `wijkaandeel audit --watch`: follow a live board, say what is new, cry out, leave a code."""

import argparse
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import msgspec

from ballots.receipt import HOUR
from tally.audit.cli_record import parse_hash
from tally.audit.source import RecordError
from tally.record import FolderRecord, WebRecord
from tally.watch.alarms import Alarm
from tally.watch.disk import StateError
from tally.watch.metrics_port import Metrics, open_metrics
from tally.watch.state import State, read_handed
from tally.watch.watcher import DAY, Policy, Report, Watcher

ALARMED = 1
UNUSABLE = 2

EXAMPLES = """examples:
  wijkaandeel audit --watch https://stad.example/board --manifest 5f0c... --state watched
  wijkaandeel audit --watch demo/record --manifest "$(cat demo/manifest.hash)" --state watched --once
  wijkaandeel audit watched/record --manifest 5f0c...      # audit what the watcher has kept

The state folder keeps the record, every signed checkpoint that nobody else may have seen, and the evidence of
each alarm. It is never begun anew in silence: keep it. Promises, receipts and checkpoints that voters hand in
are read from the folder --promises; no name is kept.
Exit code: 0 no alarm, 1 an alarm stands or was ever raised in this folder, 2 watching could not be done."""


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `audit --watch`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel audit",
        description="Follow a live board, keep what it has shown, and cry out when it breaks its word.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--watch", action="store_true", required=True, help="go on watching")
    parser.add_argument("record", help="the http(s) address of a board, or the folder of its record")
    parser.add_argument(
        "--manifest", metavar="HASH", type=parse_hash, required=True, help="the manifest hash, from a letter"
    )
    parser.add_argument(
        "--state", metavar="FOLDER", type=Path, required=True, help="where to keep what was seen"
    )
    parser.add_argument("--promises", metavar="FOLDER", type=Path, help="what voters hand in")
    parser.add_argument("--once", action="store_true", help="look once, then stop")
    parser.add_argument("--every", metavar="S", type=_seconds, default=60, help="seconds between looks (60)")
    parser.add_argument(
        "--allowance", metavar="S", type=_seconds, default=HOUR, help=f"how late a release may be ({HOUR})"
    )
    parser.add_argument(
        "--patience", metavar="S", type=_seconds, default=300, help="how long no answer is no alarm (300)"
    )
    parser.add_argument(
        "--stale",
        metavar="S",
        type=_seconds,
        default=DAY,
        help=f"how old the newest cosignature may be ({DAY})",
    )
    parser.add_argument("--metrics", metavar="PORT", type=int, help="serve Prometheus figures on 127.0.0.1")
    parser.add_argument("--json", action="store_true", help="write a line of JSON for each event")
    return parser


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10 * 365 * DAY:
        raise argparse.ArgumentTypeError("expected a number of seconds, 1 or more")
    return int(text)


def main(
    argv: Sequence[str],
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Run `wijkaandeel audit --watch`; return its exit code."""
    options = make_parser().parse_args(argv)
    policy = Policy(
        manifest=options.manifest,
        allowance=options.allowance,
        patience=0 if options.once else options.patience,
        stale=options.stale,
    )
    try:
        with contextlib.ExitStack() as stack:
            state = State(options.state)
            stack.enter_context(state.hold(policy.manifest))
            metrics = open_metrics(options.metrics)
            stack.callback(metrics.close)
            watcher = Watcher(
                policy,
                state,
                open_source=lambda: open_source(options.record),
                handed=lambda: read_handed(options.promises) if options.promises else (),
                now=now,
            )
            stack.enter_context(_stops_on_term())
            if metrics.port:
                print(f"figures at http://127.0.0.1:{metrics.port}/metrics", file=sys.stderr)
            with contextlib.suppress(KeyboardInterrupt):
                _watch(watcher, options, metrics, sleep)
            return ALARMED if watcher.book.kept or watcher.book.standing else 0
    except (StateError, RecordError, OSError) as error:
        print(f"wijkaandeel audit --watch: {error}", file=sys.stderr)
        return UNUSABLE


def _watch(
    watcher: Watcher, options: argparse.Namespace, metrics: Metrics, sleep: Callable[[float], None]
) -> None:
    say = _Lines(as_json=options.json)
    say.remembered(list(watcher.book.kept.values()))
    while True:
        report = watcher.round()
        metrics.note(report, watcher.book)
        say.round(report)
        if options.once:
            return
        sleep(options.every)


@contextlib.contextmanager
def _stops_on_term() -> Iterator[None]:
    """Let SIGTERM stop the watcher as Ctrl-C does, where this may be set."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: whoever runs this stops it otherwise
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def open_source(where: str) -> Iterator[FolderRecord | WebRecord]:
    """Open a record for one round; the next round is the second attempt."""
    record = WebRecord(where, attempts=1) if "://" in where else FolderRecord(Path(where))
    with record as source:
        yield source


class _Lines:
    """Says what is new, for people or as JSON."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._last = (-1, "", -1)

    def remembered(self, alarms: Sequence[Alarm]) -> None:
        """Say what was raised before this start."""
        for alarm in alarms:
            self._say_alarm("remembered", "ALARM (before)", alarm, "")

    def round(self, report: Report) -> None:
        """Say what a round found."""
        for alarm, where in report.fresh:
            self._say_alarm("alarm", "ALARM", alarm, where)
        for alarm in report.ended:
            self._say_alarm("over", "over", alarm, "")
        at = (report.size, report.phase, report.unreadable)
        if self._as_json:
            fields = {
                name: getattr(report, name)
                for name in ("answered", "phase", "promises", "size", "time", "unreadable", "witnessed")
            }
            self._print({"event": "round"} | fields)
        elif at != self._last and report.answered:
            words = (
                f"{report.size} entries, phase {report.phase or 'not known'}, witnessed {report.witnessed}"
            )
            useless = f", {report.unreadable} files of no use were handed in" if report.unreadable else ""
            print(f"board: {words}{useless}", flush=True)
        self._last = at

    def _say_alarm(self, event: str, word: str, alarm: Alarm, where: str) -> None:
        meaning = alarm.meaning
        if self._as_json:
            line: dict[str, object] = {"event": event, "kind": alarm.kind.value, "message": alarm.message}
            line |= {"acts": meaning.acts, "lasts": meaning.lasts, "place": alarm.place, "time": alarm.time}
            self._print(line | {"evidence": where})
            return
        print(f"{word} {alarm.kind.value}: {meaning.says}: {alarm.message}", flush=True)
        if event == "alarm":
            print(f"    who acts: {meaning.acts}", flush=True)
        if where:
            print(f"    evidence: {where}", flush=True)

    def _print(self, line: dict[str, object]) -> None:
        print(msgspec.json.encode(line).decode(), flush=True)
