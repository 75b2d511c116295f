"""`wijkaandeel demo`: hold a whole election on real code, then leave the site running until Ctrl-C.

Only reads arguments, waits and prints; what happens when is in flow.py.
"""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import asyncpg
import httpx
from rich.console import Console

from admin.demo import area, by_hand, pabulib, summary
from admin.demo.flow import Flow, Held, Wishes
from admin.demo.screen import Screen
from admin.demo.site import Site, check_empty, running
from admin.elections.errors import ConductError
from admin.elections.rules import make_rule, rule_names
from admin.keyfile import KeyFileError
from admin.ledger.errors import LedgerError
from admin.ledger.store import open_ledger
from ballots.errors import ProtocolError
from ballots.manifest import Rule
from ballots.wire import Record
from service.db.errors import DatabaseError, describe_fault
from service.partner.errors import PartnerError
from service.portal.ledger_store import PotBalance, read_pots
from tally.pabulib import PabulibElection, PabulibError, parse_pabulib

INTERRUPTED = 130
PORT = 8080
FAILURES = (
    ConductError,
    DatabaseError,
    KeyFileError,
    LedgerError,
    PartnerError,
    PabulibError,
    ProtocolError,
    httpx.HTTPError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
"""What can go wrong and is told in a line."""
EXAMPLES = """examples:
  wijkaandeel demo
  wijkaandeel demo --residents 1000 --turnout 0.7 --rule greedy
  wijkaandeel demo --pb Netherlands_Assen_2024.pb --rule equal-shares --set completion=add1-greedy --once
  wijkaandeel demo --by-hand --residents 40 --voting-seconds 600
  wijkaandeel demo --once --dir kept && wijkaandeel audit kept/record --manifest "$(cat kept/manifest.hash)"
exit codes: 0 done, 1 something went wrong (it says what), 2 wrong arguments, 130 stopped before the end"""

T = TypeVar("T")


class Chosen(Record):
    """What the arguments ask for: the wishes, and the file that they are from, if any."""

    election: PabulibElection | None
    rule: Rule
    wishes: Wishes


def main(argv: Sequence[str]) -> int:
    """Hold the election and return the exit code."""
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.pb is not None and (arguments.residents is not None or arguments.turnout is not None):
        parser.error("every ballot of the file is one resident: leave --residents and --turnout out")
    if arguments.pb is not None and arguments.by_hand:
        parser.error("the outcome is compared with the file's: leave --by-hand out")
    try:
        chosen = choose(arguments)
        return _in_folder(arguments, chosen)
    except* FAILURES as group:
        print(f"wijkaandeel demo: {describe_fault(_first(group))}", file=sys.stderr)
        if arguments.dir is not None:
            print(f"What the processes said is in {arguments.dir / 'logs'}.", file=sys.stderr)
    return 1


def make_parser() -> argparse.ArgumentParser:
    """Return the options of `demo`."""
    parser = argparse.ArgumentParser(
        prog="wijkaandeel demo",
        description="Hold a whole election on real code: database, six partner nodes, service, sequencer, "
        "registrar, officials, residents, count, audit, ledger. Then the site stays up until Ctrl-C.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--pb", type=Path, metavar="FILE", help="projects, budget and every ballot of a Pabulib file"
    )
    parser.add_argument(
        "--residents", type=_residents, metavar="N", help="residents of the made-up area (300)"
    )
    parser.add_argument("--turnout", type=_part, metavar="F", help="which part of them votes (0.6)")
    parser.add_argument("--once", action="store_true", help="stop when the summary is there")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="keep everything in this new folder")
    parser.add_argument(
        "--rule",
        choices=rule_names(),
        default="equal-shares",
        metavar="NAME",
        help=f"how the ballots are counted (%(default)s): {', '.join(rule_names())}",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a parameter of the rule, as for `wijkaandeel tally`; may be given again",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="for made-up choices, never for keys (1)"
    )
    parser.add_argument(
        "--port", type=_port, default=PORT, metavar="N", help="of the site; 0 for any (%(default)s)"
    )
    _add_voting(parser)
    return parser


def _add_voting(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how and how long it is voted."""
    kept = " and ".join(f"{count} residents of style {style}" for style, count in by_hand.KEPT_BACK.items())
    parser.add_argument(
        "--by-hand",
        action="store_true",
        help=f"keep back {kept} to vote by hand, in a browser: print the code of each with its address, "
        "then wait for Enter or the last release. The codes are made-up people's; in an election a code "
        "stands on a paper letter alone",
    )
    parser.add_argument(
        "--voting-seconds",
        type=_seconds,
        default=0,
        metavar="N",
        help="when the last release is due, from the signing of the manifest (default: estimated; "
        f"with --by-hand at least {by_hand.SECONDS})",
    )


def choose(arguments: argparse.Namespace) -> Chosen:
    """Return what is to be held. Errors: ConductError, PabulibError, OSError."""
    rule = make_rule(arguments.rule, arguments.set)
    if arguments.pb is not None:
        try:
            election = parse_pabulib(arguments.pb.read_text("utf-8"))
        except UnicodeDecodeError:
            raise ConductError(f"{arguments.pb} is no text in UTF-8") from None
        plan, voters = (
            pabulib.make_plan(election, rule, arguments.pb.stem),
            pabulib.make_voters(election),
        )
    else:
        residents = arguments.residents or 300
        turnout = 0.6 if arguments.turnout is None else arguments.turnout
        election = None
        plan = area.make_plan(residents, rule)
        voters = area.make_voters(plan, residents, turnout, random.Random(arguments.seed))  # noqa: S311 - no keys
    if arguments.by_hand:
        voters = by_hand.keep_back(voters)
    wishes = Wishes(
        least_seconds=by_hand.SECONDS if arguments.by_hand else 0,
        plan=plan,
        voters=voters,
        voting_seconds=arguments.voting_seconds,
    )
    return Chosen(election=election, rule=rule, wishes=wishes)


def _in_folder(arguments: argparse.Namespace, chosen: Chosen) -> int:
    """Hold the election in the folder that is kept, or in one that is removed."""
    if arguments.dir is not None:
        check_empty(arguments.dir)
        return asyncio.run(_hold(arguments, chosen, arguments.dir.absolute()))
    folder = Path(tempfile.mkdtemp(prefix="wijk-demo-"))
    try:
        return asyncio.run(_hold(arguments, chosen, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _hold(arguments: argparse.Namespace, chosen: Chosen, folder: Path) -> int:
    """Hold the election, tell about it and stay up, until the end or a signal; return the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    console = Console()
    # No bar may be shown any more when the processes end, so that what they say is not lost between bars.
    with running(folder, arguments.port) as site:
        with Screen(console).shown() as screen:
            held = await _until(stop, Flow(site, screen, chosen.wishes).run(), site.children.watch())
        if held is None:
            console.print("Stopped before the end.")
            return INTERRUPTED
        code = await _tell(console, site, held, chosen)
        ends = [] if arguments.once else [summary.format_links(site, held)]
        ends += [] if arguments.dir is None else [summary.format_audit(arguments.dir)]
        for part in [*ends, *([] if arguments.once else ["The site stays up until Ctrl-C."])]:
            console.print(f"\n{part}", highlight=False, markup=False, soft_wrap=True)
        if not arguments.once:
            await _until(stop, stop.wait(), site.children.watch())
        return code


async def _tell(console: Console, site: Site, held: Held, chosen: Chosen) -> int:
    """Print the summary; return 1 if the outcome is not what the file gives."""
    comparison = None
    if chosen.election is not None:
        comparison = pabulib.compare(chosen.election, chosen.rule, held.election.manifest_hash, held.outcome)
    text = summary.format_summary(held, await _read_pots(site), comparison)
    console.print(f"\n{text}", highlight=False, markup=False, soft_wrap=True)
    return 0 if comparison is None or comparison.equal else 1


async def _read_pots(site: Site) -> Sequence[PotBalance]:
    async with open_ledger(site.dsn) as connection:
        return await read_pots(connection)


async def _until(stop: asyncio.Event, work: Awaitable[T], watch: Awaitable[None]) -> T | None:
    """Return what the work gives; None when told to stop; raise what the watch raises."""
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(watch)
    stopping = asyncio.ensure_future(stop.wait())
    tasks = (working, watching, stopping)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        if watching.done():
            watching.result()
        return None
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task


def _first(error: BaseException) -> BaseException:
    """Return the first error inside a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _number(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}")
    return int(text)


def _residents(text: str) -> int:
    return _number(text, area.FEWEST, 1_000_000)


def _port(text: str) -> int:
    return _number(text, 0, 65_535)


def _seconds(text: str) -> int:
    return _number(text, 1, 1_000_000)


def _part(text: str) -> float:
    try:
        part = float(text)
    except ValueError:
        part = -1.0
    if not 0.0 <= part <= 1.0:
        raise argparse.ArgumentTypeError("expected a number from 0 to 1, as in 0.6")
    return part
