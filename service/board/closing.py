"""End the voting: make the `close` entry that the officials sign.

The sequencer closes the box at the time of the last release and lets the urn drain; only then is there
anything to sign, because `close` names the board just before it. Format: PROTOCOL.md section 5.
"""

import asyncpg

from ballots.board import Board
from ballots.entries import Close, parse_entry
from ballots.wire import Hash
from service.board import store
from service.board.errors import NotDrainedError


async def prepare_close(connection: asyncpg.Connection, origin: str) -> Close:
    """Return the `close` entry without signatures; NotDrainedError while something is still to come.

    The officials sign it (ballots.signing.signed_message), and it is offered with both signatures. Nothing
    else can come onto the board meanwhile but `bundle` and `replace` of the officials themselves.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        head = await store.read_head(connection)
        if not head.drained:
            raise NotDrainedError(
                "the voting ends by itself at the time of the last release. The board does not hold all "
                "ballots yet: wait until then, and see that the sequencer runs"
            )
        board = Board(origin)
        async for raw in store.walk_entries(connection, head.size):
            board.place(raw, parse_entry(raw))
    return Close(counts=board.counts(), root=Hash(board.root()), signatures=[], size=board.size)
