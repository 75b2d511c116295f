"""The treasurer's commands: `wijkaandeel ledger grant | follow | export | show`.

Only reads arguments and prints; what is booked is decided in booking.py.
"""

import argparse
import asyncio
import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from admin.ledger.booking import grants
from admin.ledger.errors import BoardSourceError, LedgerError, NotYetError
from admin.ledger.export import format_beancount, format_cents
from admin.ledger.follower import Follower, follow
from admin.ledger.sources import open_source
from admin.ledger.store import Booked, book, open_ledger, read_ledger
from ballots.wire import Hash
from service.portal.ledger_store import PotBalance, read_pots

VARIABLE = "WIJK_DATABASE_URL"
NOT_YET = 3
"""The exit code of `follow` when the election was not certified in the time given."""
INTERRUPTED = 130
"""The exit code after Ctrl-C."""
EXAMPLES = """examples:
  wijkaandeel ledger grant --manifest 4f0c... --board https://stad.example/board --date 2026-01-02
  wijkaandeel ledger follow --manifest 4f0c... --board https://stad.example/board
  wijkaandeel ledger export --out ledger.beancount && bean-check ledger.beancount
  wijkaandeel ledger show --json
exit codes: 0 done (or done before), 1 refused, 2 wrong arguments, 3 not certified in the time given"""


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = asyncio.run(arguments.run(arguments))
    except LedgerError as error:
        print(f"wijkaandeel ledger: {error}", file=sys.stderr)
        return NOT_YET if isinstance(error, NotYetError) else 1
    except OSError as error:
        print(f"wijkaandeel ledger: the file cannot be written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED  # a booking stands whole or not at all
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wijkaandeel ledger",
        description="Grant pots, book certified outcomes, and show or export the books.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    granting = commands.add_parser(
        "grant", help="fill every pot on which residents decide, by its funder mix"
    )
    granting.set_defaults(run=_grant)
    following = commands.add_parser(
        "follow", help="wait until the election is certified, and book its outcome"
    )
    following.add_argument(
        "--wait", type=float, metavar="SECONDS", help="give up after this long; 0 looks once (default: never)"
    )
    following.set_defaults(run=_follow)
    for command in (granting, following):
        _add_board(command)
    exporting = commands.add_parser("export", help="write everything as beancount text")
    exporting.add_argument("--out", type=Path, metavar="FILE", help="where to (default: standard output)")
    exporting.set_defaults(run=_export)
    showing = commands.add_parser("show", help="show what is granted, committed and left")
    showing.set_defaults(run=_show)
    for command in (granting, following, exporting, showing):
        command.add_argument(
            "--database",
            metavar="URL",
            default=os.environ.get(VARIABLE) or os.environ.get("DATABASE_URL"),
            help=f"the database (default: {VARIABLE} of the environment, where a password is safer)",
        )
    for command in (granting, following, showing):
        command.add_argument("--json", action="store_true", help="answer in JSON")
    return parser


def _add_board(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--manifest",
        type=_hash,
        required=True,
        metavar="HASH",
        help="the election's manifest hash, 64 hex digits",
    )
    command.add_argument(
        "--board",
        default="database",
        metavar="PLACE",
        help="URL or folder of the public record, or the word database (the default)",
    )
    command.add_argument(
        "--date",
        type=datetime.date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="the date of the booking (default: today)",
    )


def _hash(text: str) -> Hash:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != Hash.LENGTH:
        raise argparse.ArgumentTypeError("expected 64 hex digits")
    return Hash(raw)


def _database(arguments: argparse.Namespace) -> str:
    if not arguments.database:
        raise LedgerError(f"expected the database's address in {VARIABLE} or after --database")
    return str(arguments.database)


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()


async def _grant(arguments: argparse.Namespace) -> int:
    async with (
        open_ledger(_database(arguments)) as connection,
        open_source(arguments.board, connection) as source,
    ):
        election = await Follower(source, arguments.manifest).read_election()
        if election is None:
            raise BoardSourceError(
                "the board has no manifest yet; grant when the officials have published it"
            )
        granted = grants(election.manifest_hash, election.contests.values(), arguments.date or _today())
        for transaction in granted:
            _print_booked(
                await book(connection, transaction), transaction.description, as_json=arguments.json
            )
    return 0


async def _follow(arguments: argparse.Namespace) -> int:
    async with (
        open_ledger(_database(arguments)) as connection,
        open_source(arguments.board, connection) as source,
    ):
        today = (lambda: arguments.date) if arguments.date else _today
        booked = await follow(source, connection, arguments.manifest, today, wait=arguments.wait)
    _print_booked(booked, "Uitslag", as_json=arguments.json)
    return 0


async def _export(arguments: argparse.Namespace) -> int:
    async with open_ledger(_database(arguments)) as connection:
        text = format_beancount(await read_ledger(connection))
    if arguments.out is None:
        print(text, end="")
    else:
        await asyncio.to_thread(arguments.out.write_text, text, encoding="utf-8")
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    async with open_ledger(_database(arguments)) as connection:
        pots = await read_pots(connection)
    if arguments.json:
        print(msgspec.json.encode(pots).decode())
    else:
        print("\n\n".join(map(_format_pot, pots)) or "Nothing is booked yet.")
    return 0


def _print_booked(booked: Booked | None, what: str, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(booked).decode())
    elif booked is None:
        print(f"{what}: no money moves, nothing is booked")
    else:
        state = "booked" if booked.fresh else "was booked before"
        print(f"{what}: {state} as transaction {booked.id}")


def _format_pot(pot: PotBalance) -> str:
    """Return a pot as lines of text: its funders, then its projects."""
    row = "{:<40.40} {:>15} {:>15} {:>15}".format
    lines = [
        row(f"{pot.title} ({pot.contest}/{pot.pot})", "granted", "committed", "left"),
        *(
            row(f"  {each.title}", *map(format_cents, (each.granted, each.committed, each.left)))
            for each in pot.funds
        ),
        row("  together", *map(format_cents, (pot.granted, pot.committed, pot.left))),
        *(row(f"    {each.title}", "", format_cents(each.cents), "") for each in pot.commitments),
    ]
    return "\n".join(line.rstrip() for line in lines)
