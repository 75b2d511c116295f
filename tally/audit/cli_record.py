"""The options of every command that audits a record: where it is, and what it must have."""

import argparse
import re

from ballots.errors import ProtocolError
from ballots.note import VerifierKey, parse_vkey
from ballots.wire import Hash


def parse_hash(text: str) -> bytes:
    """Return the 32 bytes of 64 hex digits or 43 characters of base64url."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    try:
        return Hash.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected 64 hex digits, or 43 characters of base64url") from None


def parse_key(text: str) -> VerifierKey:
    """Return the key behind `name+id+base64`."""
    try:
        return parse_vkey(text)
    except ProtocolError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_record(parser: argparse.ArgumentParser) -> None:
    """Add the record, and the manifest hash and operator's key that it must have."""
    parser.add_argument("record", help="the folder of a record, or its http(s) address")
    parser.add_argument(
        "--manifest", metavar="HASH", type=parse_hash, help="the manifest hash that the record must have"
    )
    parser.add_argument(
        "--operator-key",
        metavar="VKEY",
        type=parse_key,
        help="the operator's key that the manifest must have",
    )


def add_jobs(options: argparse._ActionsContainer) -> None:
    """Add the number of processes, to a parser or to a group of options."""
    options.add_argument("--jobs", metavar="N", type=int, help="processes to use (default: one a core)")
