"""The command `wijkaandeel`: finds the command that was asked for, and loads no other.

Auditing and counting need the base install alone. The other commands are handed, as they are, to the packages
above; where those lack what the extra `service` installs, the message says so.
"""

import importlib
import os
import sys
from collections.abc import Sequence

UNUSABLE = 2
INTERRUPTED = 130
OWN = ("ballots", "tally", "service", "admin")

COMMANDS = {
    "audit": ("tally.audit.cli_audit:main", "check a record in a folder or at an address, count again"),
    "export": ("tally.export.cli_export:main", "write an opened election as Pabulib files"),
    "tally": ("tally.audit.cli_tally:main", "count any Pabulib file"),
    "demo": ("admin.demo.cli:main", "hold a whole election on real code, then leave the site running"),
    "serve": ("service.serve:main", "serve the public site and the interface for residents"),
    "sequencer": ("service.sequencer_main:main", "put waiting entries on the board, and publish it"),
    "partner": ("service.partner.cli:main", "be a partner's node: witness, issuer and trustee"),
    "registrar": ("admin.registrar.cli:main", "offline: make codes, roll and letters"),
    "ledger": ("admin.ledger.cli:main", "book grants and outcomes, and export the books"),
    "rebuild": ("service.sequencer_main:main_rebuild", "rebuild the board from its files after a restore"),
}
"""Command -> (module:function that takes the arguments and returns an exit code, what it does)."""

HELP = """usage: wijkaandeel COMMAND [options]

Participatory budgeting with ballots that anyone can verify.

commands:
{commands}

examples:
  wijkaandeel demo --residents 300 --once --dir demo
  wijkaandeel audit demo/record --manifest "$(cat demo/manifest.hash)"
  wijkaandeel tally Netherlands_Assen_2024.pb --rule greedy

`wijkaandeel COMMAND --help` says more."""


def format_help() -> str:
    """Return what the program can do."""
    return HELP.format(commands="\n".join(f"  {name:<10} {text}" for name, (_, text) in COMMANDS.items()))


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code (2: it was not called rightly)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(format_help(), file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else UNUSABLE
    if arguments[0] not in COMMANDS:
        print(f"wijkaandeel: expected one of {', '.join(COMMANDS)}, got {arguments[0]!a}", file=sys.stderr)
        return UNUSABLE
    try:
        return _run(arguments[0], arguments[1:])
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE


def _run(command: str, arguments: list[str]) -> int:
    module, _, function = COMMANDS[command][0].partition(":")
    try:
        code: int | None = getattr(importlib.import_module(module), function)(arguments)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OWN:
            raise
        print(
            f"wijkaandeel {command} needs more than auditing does ({error.name} is missing). "
            "Install it with:\n  pip install 'wijkaandeel[service]'",
            file=sys.stderr,
        )
        return UNUSABLE
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
