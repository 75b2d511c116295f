"""Read from a certified board which project is paid by which pot.

Pure. The tally names the winners; only the outcome file says which pot pays each, where styles are counted
apart. So the file has to be the one that the tally names, and has to say the same.
Format: PROTOCOL.md sections 5 and 14.
"""

from admin.ledger.booking import Award
from admin.ledger.errors import BookingError
from ballots.board import Board, Phase
from ballots.election import Election
from ballots.entries import Tally
from ballots.errors import ProtocolError
from ballots.wire import content_hash
from tally.outcome import Outcome, parse_outcome, tally_entry


def read_awards(board: Board, outcome: bytes) -> list[Award]:
    """Return the winners of a certified board in the order in which they were chosen, each with its pot.

    Errors: BookingError (not certified, or an outcome file that is not the one of this board).
    """
    if board.phase is not Phase.CERTIFIED or board.election is None or board.tally is None:
        raise BookingError(f"expected a certified board, this one is {board.phase}")
    if content_hash(outcome) != board.tally.outcome:
        raise BookingError(
            f"expected the outcome file with SHA-256 {board.tally.outcome.hex()},"
            f" got one with {content_hash(outcome).hex()}"
        )
    try:
        parsed = parse_outcome(outcome)
    except ProtocolError as error:
        raise BookingError(f"the outcome file cannot be read: {error}") from None
    _verify_outcome(board.election, board.tally, parsed)
    return list_awards(parsed)


def list_awards(outcome: Outcome) -> list[Award]:
    """Return the winners of an outcome, each with the pot of the count in which it was chosen."""
    return [
        Award(contest=contest.contest, pot=count.pot, project=winner)
        for contest in outcome.contests
        for count in contest.counts
        for winner in count.winners
    ]


def _verify_outcome(election: Election, tally: Tally, outcome: Outcome) -> None:
    """Raise BookingError unless the outcome is of this election, agrees with the tally, and has its pots."""
    if outcome.manifest != election.manifest_hash or tally_entry(outcome) != tally:
        raise BookingError("the outcome file says something else than the tally on the board")
    for contest in outcome.contests:
        pots = [pot.id for pot in election.contests[contest.contest].pots]
        if [count.pot for count in contest.counts] != pots:
            raise BookingError(f"expected one count for each pot of contest {contest.contest}, in order")
