"""Whether the voting is open, held still for as long as a transaction writes.

Requests and casts take the one row of box.phase FOR SHARE; whoever closes the voting takes it FOR UPDATE. So
nothing comes in after the moment of closing, and nothing that came in before is overlooked.
"""

from typing import TYPE_CHECKING

from ballots.errors import BoardError

if TYPE_CHECKING:
    import asyncpg

HOLD = """
-- Whether the voting is open; holds it so until the transaction ends.
SELECT open FROM box.phase FOR SHARE
"""


async def hold_open(connection: "asyncpg.Connection") -> bool:
    """Say whether the voting is open, and keep it so until the running transaction ends."""
    return bool(await connection.fetchval(HOLD))


def not_open() -> BoardError:
    """Return the error for who comes before or after the voting."""
    return BoardError("phase", "expected the voting to be open; it has not begun, or it has ended")
