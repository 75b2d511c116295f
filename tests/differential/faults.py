"""What is wrong with an entry that has several faults, of which a verifier may report any one."""

from typing import Any

from ballots.entries import parse_entry
from ballots.errors import ProtocolError
from ballots.verification import verify_entry
from tests.vector_calls import replay


def faults_of(given: dict[str, Any]) -> set[str]:
    """Return the reasons that an entry may have: the first that needs no place, and the first that does.

    Section 5: "Checks that need nothing but the set-up (signatures, points, lengths, shares) may be done
    before those that need the place; so a verifier that finds several faults in one entry reports any one of
    them."
    """
    board, raw, reasons = replay(given["entries"]), given["entry"].encode(), set()
    try:
        entry = parse_entry(raw)
        board.check_phase(entry)
    except ProtocolError as error:
        return {error.reason}
    if board.election is not None:
        try:
            verify_entry(board.election, entry)
        except ProtocolError as error:
            reasons.add(error.reason)
    try:
        board.place(raw, entry)
    except ProtocolError as error:
        reasons.add(error.reason)
    except (KeyError, AssertionError):
        pass
    return reasons
