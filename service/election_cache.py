"""The election that this database holds, read from the board once its manifest stands there.

Set-up does not change after the manifest, so it is read once. Who is on the roll is asked of the database
each time (schema box, table credentials, which the board itself keeps).
"""

from typing import TYPE_CHECKING

from ballots.board import Board
from ballots.election import Election
from ballots.errors import BoardError

if TYPE_CHECKING:
    import asyncpg

READ_SETUP = """
-- The entries that decide an election, in the board's order; none before the manifest stands.
SELECT raw FROM board.entries
WHERE kind IN ('style', 'contest', 'manifest')
  AND EXISTS (SELECT FROM board.entries WHERE kind = 'manifest')
ORDER BY position
"""


class ElectionCache:
    """The resolved election of a board of this origin."""

    def __init__(self, pool: "asyncpg.Pool", origin: str) -> None:
        self._pool = pool
        self._origin = origin
        self._election: Election | None = None

    async def find(self) -> Election | None:
        """Return the election, None before its manifest stands."""
        if self._election is None:
            rows = await self._pool.fetch(READ_SETUP)
            if rows:
                board = Board(self._origin)
                for row in rows:
                    board.append(row["raw"])
                self._election = board.election
        return self._election

    async def get(self) -> Election:
        """Return the election; BoardError `phase` before its manifest stands."""
        election = self._election or await self.find()
        if election is None:
            raise BoardError("phase", "expected an election; its manifest does not stand on the board yet")
        return election
