"""Read the board for the public pages, in the role wijk_public. Nothing here writes.

Promise: no query reads all entries of a big board twice; what grows with the votes is found by index
(migration 0005_portal.sql).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from ballots.wire import Bytes

if TYPE_CHECKING:
    import asyncpg

READ_HEAD = """
-- The tree head: how many entries stand, how many of them witnesses have confirmed.
SELECT size, witnessed_size, phase FROM board.head
"""
READ_KINDS = """
-- How many entries of each kind stand from position $1 up to $2.
SELECT kind, count(*) AS entries FROM board.entries WHERE position >= $1 AND position < $2 GROUP BY kind
"""
READ_RARE = """
-- The entries from position $1 up to $2 that do not grow with the number of residents.
SELECT position, entry_hash, kind, raw FROM board.entries
WHERE position >= $1 AND position < $2 AND kind NOT IN ('roll', 'request', 'ballot') ORDER BY position
"""
READ_WALL = """
-- A stretch of the board: ballots with whether a later one of the same voting key stands.
SELECT e.position, e.entry_hash, e.kind, CASE WHEN e.kind = 'ballot' THEN e.raw END AS raw,
       e.kind = 'ballot' AND EXISTS (
           SELECT FROM board.entries later
           WHERE later.kind = 'ballot' AND later.position > e.position
             AND substring(later.raw FROM octet_length(later.raw) - 44 FOR 43)
               = substring(e.raw FROM octet_length(e.raw) - 44 FOR 43)
       ) AS superseded
FROM board.entries e WHERE e.position >= $1 AND e.position < $2 ORDER BY e.position
"""
READ_ENTRY = """
-- One entry by its position.
SELECT position, entry_hash, kind, raw FROM board.entries WHERE position = $1
"""
READ_LATER = """
-- The positions of all ballots of a voting key (base64url), in order.
SELECT position FROM board.entries
WHERE kind = 'ballot' AND substring(raw FROM octet_length(raw) - 44 FOR 43) = $1 ORDER BY position
"""
FIND_BALLOTS = """
-- The ballots whose entry hash lies between two values.
SELECT position, entry_hash FROM board.entries
WHERE entry_hash >= $1 AND entry_hash <= $2 AND kind = 'ballot' ORDER BY position
"""
FIND_BY_HASH = """
-- Where entries stand, by their hashes.
SELECT position, entry_hash FROM board.entries WHERE entry_hash = ANY($1::bytea[])
"""
FIND_ROLL_LINE = """
-- A line of the roll by its number.
SELECT key, style, revoked FROM box.credentials WHERE roll_number = $1
"""
COUNT_ROLL = """
-- How many numbers the roll has, and how many of them were revoked.
SELECT count(*) AS numbers, count(*) FILTER (WHERE revoked) AS revoked FROM box.credentials
"""
FIND_REQUEST = """
-- Where a credential (base64url) asked for its share.
SELECT position FROM board.entries
WHERE kind = 'request' AND substring(raw FROM position('"credential":"'::bytea IN raw) + 14 FOR 43) = $1
"""
READ_FILES = """
-- Files by their hashes.
SELECT hash, raw FROM board.files WHERE hash = ANY($1::bytea[])
"""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The board's size, how much of it witnesses have confirmed, and its phase."""

    size: int
    witnessed_size: int
    phase: str


class StoredEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands; `raw` is empty where a page has no use for it."""

    position: int
    entry_hash: bytes
    kind: str
    raw: bytes = b""
    superseded: bool = False


class RollLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the roll: the public key, its style, and whether it was replaced."""

    key: bytes
    style: str
    revoked: bool


class PortalStore:
    """The queries, on a pool of connections in the role wijk_public."""

    def __init__(self, pool: "asyncpg.Pool") -> None:
        self.pool = pool

    async def read_head(self) -> Head:
        """Return the tree head."""
        row = await self.pool.fetchrow(READ_HEAD)
        return Head(**row)

    async def count_kinds(self, start: int, end: int) -> dict[str, int]:
        """Return the number of entries of each kind in a stretch."""
        return {row["kind"]: row["entries"] for row in await self.pool.fetch(READ_KINDS, start, end)}

    async def read_rare(self, start: int, end: int) -> list[StoredEntry]:
        """Return all entries of a stretch but roll pages, requests and ballots."""
        return [StoredEntry(**row) for row in await self.pool.fetch(READ_RARE, start, end)]

    async def read_wall(self, start: int, end: int) -> list[StoredEntry]:
        """Return a stretch of the board; only ballots come with their bytes."""
        return [
            StoredEntry(**(dict(row) | {"raw": row["raw"] or b""}))
            for row in await self.pool.fetch(READ_WALL, start, end)
        ]

    async def find_entry(self, position: int) -> StoredEntry | None:
        """Return the entry at a position."""
        row = await self.pool.fetchrow(READ_ENTRY, position)
        return None if row is None else StoredEntry(**row)

    async def read_revisions(self, voting_key: Bytes) -> list[int]:
        """Return the positions of a voting key's ballots, the last one last."""
        rows = await self.pool.fetch(READ_LATER, voting_key.format().encode("ascii"))
        return [row["position"] for row in rows]

    async def find_ballots(self, least: bytes, most: bytes) -> list[StoredEntry]:
        """Return the ballots with an entry hash from `least` to `most`."""
        return [StoredEntry(kind="ballot", **row) for row in await self.pool.fetch(FIND_BALLOTS, least, most)]

    async def find_positions(self, entry_hashes: Sequence[bytes]) -> dict[bytes, int]:
        """Return where entries stand, by entry hash."""
        rows = await self.pool.fetch(FIND_BY_HASH, [bytes(each) for each in entry_hashes])
        return {row["entry_hash"]: row["position"] for row in rows}

    async def find_roll_line(self, number: int) -> RollLine | None:
        """Return a line of the roll."""
        row = await self.pool.fetchrow(FIND_ROLL_LINE, number)
        return None if row is None else RollLine(**row)

    async def count_roll(self) -> tuple[int, int]:
        """Return how many numbers the roll has, and how many are revoked."""
        row = await self.pool.fetchrow(COUNT_ROLL)
        return row["numbers"], row["revoked"]

    async def find_request(self, credential: bytes) -> int | None:
        """Return the position at which a credential asked for its share."""
        position: int | None = await self.pool.fetchval(
            FIND_REQUEST, Bytes(credential).format().encode("ascii")
        )
        return position

    async def read_files(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return those of the named files that are there."""
        rows = await self.pool.fetch(READ_FILES, [bytes(each) for each in hashes])
        return {row["hash"]: row["raw"] for row in rows}
