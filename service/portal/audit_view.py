"""What the page for auditors shows: the anchor, the command, what it checks. Pure."""

from itertools import groupby

import msgspec

from ballots.note import format_vkey
from service.portal.follow import Snapshot
from service.portal.words import Words
from tally.audit.checks import CHECKS

LOCAL = ("127.0.0.1", "localhost", "[::1]")
PARTS = {
    "log": "page.part.log",
    "files": "page.part.files",
    "entries": "page.part.entries",
    "set-up": "page.part.set-up",
    "roll and start": "page.part.roll",
    "requests": "page.part.requests",
    "ballots": "page.part.ballots",
    "closing": "page.part.closing",
    "count": "page.part.count",
    "certification": "page.part.certification",
}


class AuditPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the audit with its checks as (id, sentence); sentences are in English, as in the report."""

    title: str
    checks: list[tuple[str, str]]


class AuditShown(msgspec.Struct, frozen=True, kw_only=True):
    """The page for auditors; `anchor` and `operator` are empty before the manifest stands."""

    anchor: str
    operator: str
    command: str
    board: str
    size: int
    witnessed: int
    trustees: int
    enough: int
    parts: list[AuditPart]
    checks: int


def show_audit(words: Words, snapshot: Snapshot) -> AuditShown:
    """Return the page for auditors."""
    election = snapshot.election
    parts = [
        AuditPart(title=words.say_word(PARTS, part), checks=[(check.id, check.name) for check in checks])
        for part, checks in groupby(CHECKS, key=lambda check: check.part)
    ]
    anchor = operator = command = board = ""
    if election is not None:
        anchor = election.manifest_hash.hex()
        operator = format_vkey(election.operator_vkey)
        board = board_address(election.manifest.origin)
        command = f"wijkaandeel audit {board} --manifest {anchor} --operator-key '{operator}'"
    return AuditShown(
        anchor=anchor,
        operator=operator,
        command=command,
        board=board,
        size=snapshot.size,
        witnessed=snapshot.witnessed_size,
        trustees=election.n if election else 0,
        enough=election.k if election else 0,
        parts=parts,
        checks=len(CHECKS),
    )


def board_address(origin: str) -> str:
    """Return the address behind an origin, which has no scheme; a machine's own address has no TLS."""
    return f"{'http' if origin.startswith(LOCAL) else 'https'}://{origin}"
