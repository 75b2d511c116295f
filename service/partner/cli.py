"""The commands `wijkaandeel partner ...`: make the keys, pin the election, run the node.

Passphrases come from a file, from standard input (`-`) or from a named environment variable, never from the
command line, where other users of the machine could read them.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from service.partner.errors import KeyFileError, PartnerError, PassphraseError, StateError
from service.partner.keys import Keys
from service.partner.state import KEYS, PUBLIC, Pins, StateDir

EXAMPLE = """example:
  wijkaandeel partner init --id library --state /srv/node --issuer-styles adult,youth \\
      --passphrase-file secret
  wijkaandeel partner pin --state /srv/node --origin stad.example/board \\
      --operator-key 'stad.example/board+...' \\
      --board-url https://stad.example/board --service-url https://stad.example --manifest-hash 64-hex-digits
  wijkaandeel partner run --state /srv/node --host 0.0.0.0 --port 8700 --check-port 8701 \\
      --passphrase-file secret
"""


def main(argv: Sequence[str]) -> int:
    """Run a command and return the exit code: 0, or 1 with a line that says what to do."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
    except PartnerError as error:
        print(f"wijkaandeel partner: {error}", file=sys.stderr)
        return 1
    return code


def read_passphrase(file: str | None, variable: str | None) -> str:
    """Return the passphrase: the first line of a file (`-`: standard input), or an environment variable."""
    if file is None:
        text = os.environ.get(variable or "")
        if text is None:
            raise PassphraseError("passphrase-missing", f"expected the passphrase in the variable {variable}")
        return text
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeError):
        raise PassphraseError("passphrase-missing", f"expected the passphrase in the file {file}") from None
    return text.removesuffix("\n").removesuffix("\r")


def _init(arguments: argparse.Namespace) -> int:
    import secrets

    from service.partner.keys import format_public, make_keys, public_of

    passphrase = _passphrase(arguments)
    state = StateDir(arguments.state)
    state.make()
    with state.lock():
        keys = make_keys(arguments.id, arguments.issuer_styles, secrets.token_bytes)
        _store(state, keys, passphrase, arguments.profile)
        public = format_public(public_of(keys))
        state.write(PUBLIC, public)
    print(public.decode(), end="")
    return 0


def _spare(arguments: argparse.Namespace) -> int:
    from service.partner.keyfile import open_keys
    from service.partner.keys import spare_of

    try:
        raw = arguments.keys.read_bytes()
    except OSError:
        raise KeyFileError(
            "keyfile-missing", f"expected a copy of a node's key file at {arguments.keys}"
        ) from None
    passphrase = _passphrase(arguments)
    state = StateDir(arguments.state)
    state.make()
    with state.lock():
        _store(state, spare_of(open_keys(raw, passphrase)), passphrase, arguments.profile)
    return 0


def _public(arguments: argparse.Namespace) -> int:
    from service.partner.keys import format_public, public_of

    state = StateDir(arguments.state)
    state.check()
    print(format_public(public_of(_load(state, _passphrase(arguments)))).decode(), end="")
    return 0


def _pin(arguments: argparse.Namespace) -> int:
    state = StateDir(arguments.state)
    state.check()
    state.pin(
        Pins(
            board_url=arguments.board_url.rstrip("/"),
            manifest_hash=arguments.manifest_hash,
            operator_key=arguments.operator_key,
            origin=arguments.origin,
            service_url=arguments.service_url.rstrip("/"),
        )
    )
    return 0


def _run(arguments: argparse.Namespace) -> int:
    state = StateDir(arguments.state)
    state.check()
    passphrase = _passphrase(arguments)
    with state.lock():
        state.read_pins()
        keys = _load(state, passphrase)
        from service.partner.app import Listening, run_node

        at = Listening(arguments.host, arguments.port, arguments.check_port, read_colours(arguments.theme))
        return run_node(state, keys, at, arguments.poll)


def read_colours(path: Path | None) -> str:
    """Return the sheet with the colours of the page for residents. Errors: StateError."""
    from service.theme import ThemeError, read_theme

    try:
        return read_theme(path)
    except ThemeError as error:
        raise StateError("theme", str(error)) from None


def _passphrase(arguments: argparse.Namespace) -> str:
    return read_passphrase(arguments.passphrase_file, arguments.passphrase_env)


def _store(state: StateDir, keys: Keys, passphrase: str, profile: str) -> None:
    import secrets

    from service.partner.keyfile import PROFILES, seal_keys

    if state.find(KEYS) is not None:
        raise StateError("keys-exist", f"{state.folder} has keys already, and a node keeps its keys")
    state.write(KEYS, seal_keys(keys, passphrase, PROFILES[profile], secrets.token_bytes))


def _load(state: StateDir, passphrase: str) -> Keys:
    from service.partner.keyfile import open_keys

    raw = state.find(KEYS)
    if raw is None:
        raise StateError("keys-missing", f"{state.folder} has no keys; run `wijkaandeel partner init`")
    return open_keys(raw, passphrase)


# --- what may stand on the command line ---


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", text):
        raise argparse.ArgumentTypeError(f"expected lower-case letters, digits and hyphens, got {text!r}")
    return text


def _styles(text: str) -> list[str]:
    styles = [_id(each) for each in text.split(",")] if text else []
    if len(set(styles)) < len(styles):
        raise argparse.ArgumentTypeError("expected no style twice")
    return styles


def _hash(text: str) -> str:
    if not re.fullmatch(r"([0-9a-f]{64})?", text):
        raise argparse.ArgumentTypeError("expected 64 hex digits")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError("expected a port from 0 (any free one) to 65535")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or not 0.05 <= float(text) <= 3600:
        raise argparse.ArgumentTypeError("expected seconds from 0.05 to 3600")
    return float(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wijkaandeel partner",
        description="A partner's node: witness, issuer and trustee.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    init = _command(commands, "init", _init, "make the keys and print the public ones as JSON")
    init.add_argument("--id", type=_id, required=True, help="the partner's id in the manifest")
    init.add_argument("--issuer-styles", type=_styles, default=[], help="styles to issue shares for: a,b")
    _add_profile(init)
    spare = _command(
        commands, "spare", _spare, "make a second node that helps to sign shares, and nothing else"
    )
    spare.add_argument(
        "--keys", type=Path, required=True, help="a copy of the file `keys` of the partner's node"
    )
    _add_profile(spare)
    public = _command(commands, "public", _public, "print the public keys as JSON")
    run = _command(commands, "run", _run, "run the node; prints `ready PORT` when it answers")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument("--port", type=_port, default=8700, help="0 takes a free port (default: %(default)s)")
    run.add_argument(
        "--check-port",
        type=_port,
        metavar="PORT",
        help="serve the page on which residents check their ballot there, at /check (default: not)",
    )
    run.add_argument(
        "--theme", type=Path, metavar="FILE", help="colours of that page, as WIJK_THEME of the service"
    )
    run.add_argument("--poll", type=_seconds, default=0.25, help="seconds between looks at the board")
    for command in (init, spare, public, run):
        where = command.add_mutually_exclusive_group(required=True)
        where.add_argument("--passphrase-file", metavar="FILE", help="its first line; - is standard input")
        where.add_argument("--passphrase-env", metavar="NAME", help="an environment variable")
    _add_pins(_command(commands, "pin", _pin, "pin the election; the manifest hash may follow later"))
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, allow_abbrev=False
    )
    command.set_defaults(command=run)
    command.add_argument("--state", type=Path, required=True, metavar="DIR", help="the node's own directory")
    return command


def _add_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--profile",
        choices=["strong", "demo"],
        default="strong",
        help="cost of a guess at the passphrase; demo is for demonstrations only",
    )


def _add_pins(command: argparse.ArgumentParser) -> None:
    command.add_argument("--origin", required=True, help="the board's address without scheme")
    command.add_argument("--operator-key", required=True, metavar="VKEY", help="name+hex+base64")
    command.add_argument("--manifest-hash", type=_hash, default="", metavar="HASH", help="64 hex digits")
    command.add_argument("--board-url", required=True, help="where the board's files are")
    command.add_argument("--service-url", required=True, help="where /api/... is")
