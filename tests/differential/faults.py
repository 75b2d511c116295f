"""What is wrong with an entry that has several faults, of which a verifier may report any one.

Section 5: "Checks that need nothing but the set-up (signatures, points, lengths, shares) may be done before
those that need the place; so a verifier that finds several faults in one entry reports any one of them."
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ballots.board import Board
from ballots.election import Election
from ballots.entries import Ballot, Entry, Replace, Request, Roll, Seal, Start, TrusteeKey, parse_entry
from ballots.errors import ProtocolError
from ballots.points import check_ed25519_key, check_x25519_key
from ballots.shares import verify
from ballots.verification import share_message, verify_entry
from tests.simulator import ORIGIN


def faults_of(entries: Sequence[bytes], raw: bytes) -> set[str]:
    """Return every reason for which an entry may be refused after these entries."""
    board = Board(ORIGIN)
    for each in entries:
        board.append(each)
    try:
        entry = parse_entry(raw)
        board.check_phase(entry)
    except ProtocolError as error:
        return {error.reason}
    checks = list(checks_of(board.election, entry)) if board.election else []
    return {reason for check in [*checks, lambda: board.place(raw, entry)] for reason in _refusal(check)}


def _refusal(check: Callable[[], Any]) -> list[str]:
    try:
        check()
    except ProtocolError as error:
        return [error.reason]
    except (KeyError, ValueError):  # what one check needs, another one makes sure of
        return []
    return []


def checks_of(election: Election, entry: Entry) -> Iterator[Callable[[], Any]]:
    """Yield the checks that need no place: all in their order, and each by itself."""
    yield lambda: verify_entry(election, entry)
    yield lambda: hasattr(entry, "signatures") and election.verify_officials(entry)
    registrar = election.manifest.registrar
    match entry:
        case Roll():
            yield lambda: election.verify(registrar, entry.signature, entry)
            yield from (lambda key=line.key: check_ed25519_key(key) for line in entry.credentials)
        case Seal() | Replace():
            yield lambda: election.verify(registrar, entry.registrar, entry)
            yield lambda: isinstance(entry, Replace) and _check_replace(election, entry)
        case Start():
            partners = [each.partner for each in entry.rehearsals]
            yield lambda: _known("start-rehearsals", partners == list(election.partner_numbers))
        case Request():
            yield lambda: election.verify(entry.credential, entry.signature, entry)
        case Ballot():
            yield from _checks_of_ballot(election, entry)
        case TrusteeKey():
            yield lambda: election.verify(election.witness_keys[entry.partner], entry.signature, entry)


def _check_replace(election: Election, entry: Replace) -> None:
    _known("replace-style", entry.style in election.styles)
    check_ed25519_key(entry.adds)


def _checks_of_ballot(election: Election, entry: Ballot) -> Iterator[Callable[[], Any]]:
    yield lambda: election.verify(entry.voting_key, entry.signature, entry)
    yield from (lambda key=box[:32]: check_x25519_key(key) for box in entry.boxes)
    message = share_message(election.manifest_hash, entry.style, entry.voting_key)
    issuers = election.issuers(entry.style) if entry.style in election.styles else ()
    for issuer, signature in zip(issuers, entry.share, strict=False):
        yield lambda issuer=issuer, signature=signature: verify(issuer, message, signature)


def _known(reason: str, good: bool) -> None:
    if not good:
        raise ProtocolError(reason, "one of several faults")
