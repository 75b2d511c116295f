"""Ballots in PostgreSQL. One described query a function; constraints decide races.

The primary key (voting key, revision) lets one ballot of a revision in; a later revision comes in only if the
row of the one before is there, of the same style, under the hash that it names. Rows are never removed.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ballots.entries import Ballot
from ballots.wire import Hash, Record
from service.ballot_box.epoch import Epoch
from service.faults import reach

if TYPE_CHECKING:
    import asyncpg

HOLD = """
-- Whether the voting is open, which start of the service prepared this database, and whether a ballot is
-- there; holds the first two so until the transaction ends.
SELECT open, epoch, $1::bytea IS NULL OR EXISTS (SELECT FROM box.ballots WHERE entry_hash = $1) AS has_last
FROM box.phase FOR SHARE
"""
SET_EPOCH = """
-- A start of the service: whoever works for an earlier one stores nothing from here on.
UPDATE box.phase SET epoch = $1
"""
STORE = """
-- Ballots of one revision, in the order of their voting keys so that two batches never wait for each other.
-- What has a row already, or does not follow the revision before, is left out. Returns what came in.
INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous, raw)
SELECT new.voting_key, $1::smallint, new.entry_hash, new.style, new.previous,
       CASE WHEN $7 AND EXISTS (SELECT FROM board.entries e WHERE e.entry_hash = new.entry_hash) THEN NULL
            ELSE new.raw END
FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::bytea[], $6::bytea[])
     AS new (voting_key, entry_hash, style, previous, raw)
WHERE $1 = 1 OR EXISTS (
    SELECT FROM box.ballots AS before
    WHERE before.voting_key = new.voting_key AND before.revision = $1 - 1
      AND before.entry_hash = new.previous AND before.style = new.style
)
ORDER BY new.voting_key, new.entry_hash
ON CONFLICT DO NOTHING
RETURNING entry_hash
"""
FIND_CHAINS = """
-- All revisions of these voting keys, first ones first, and whether a witnessed checkpoint covers them.
SELECT voting_key, revision, entry_hash, style,
       coalesce(e.position < (SELECT witnessed_size FROM board.head), false) AS published
FROM box.ballots LEFT JOIN board.entries e USING (entry_hash)
WHERE voting_key = ANY($1::bytea[]) ORDER BY voting_key, revision
"""
READ_RAW = """
-- Ballots by hash, from the urn or from the board.
SELECT coalesce(b.raw, e.raw) AS raw FROM unnest($1::bytea[]) AS given (hash)
LEFT JOIN box.ballots b ON b.entry_hash = hash LEFT JOIN board.entries e ON e.entry_hash = hash
WHERE coalesce(b.raw, e.raw) IS NOT NULL
"""
FIND_BALLOT = """
-- One ballot by its hash, from the urn or from the board; no entry of another kind.
SELECT raw FROM box.ballots WHERE entry_hash = $1 AND raw IS NOT NULL
UNION ALL SELECT raw FROM board.entries WHERE entry_hash = $1 AND kind = 'ballot' LIMIT 1
"""
LIST_UNPUBLISHED = """
-- The hashes of a range of the ballots that wait, or stand on the board beyond what witnesses have signed.
SELECT entry_hash FROM (
    SELECT entry_hash FROM box.ballots WHERE raw IS NOT NULL
    UNION SELECT entry_hash FROM board.entries
          WHERE kind = 'ballot' AND position >= (SELECT witnessed_size FROM board.head)
) AS unpublished WHERE entry_hash > $1 ORDER BY entry_hash LIMIT $2
"""
FIND_MISSING = """
-- Which of these hashes have no row.
SELECT hash FROM unnest($1::bytea[]) AS given (hash)
WHERE NOT EXISTS (SELECT FROM box.ballots WHERE entry_hash = hash)
"""


class Cast(Record):
    """A ballot that has passed every check that does not need its place."""

    ballot: Ballot
    entry_hash: Hash
    raw: bytes


class Stored(Record):
    """A row of a voting key's chain."""

    entry_hash: bytes
    published: bool
    revision: int
    style: str


async def store_casts(
    connection: "asyncpg.Connection", casts: Sequence[Cast], epoch: Epoch | None
) -> set[bytes] | None:
    """Return the hashes of the ballots that came in, or None if the voting is not open; in one transaction.

    Lower revisions go first, so that two of one voting key may come in together. Without an epoch, as in
    recovery, any database is good, and of ballots that stand on the board already the bytes are left out.
    Errors: UnavailableError `restored`.
    """
    async with connection.transaction():
        row = await connection.fetchrow(HOLD, epoch.last if epoch else None)
        if epoch is not None:
            epoch.verify(row["epoch"], has_last=row["has_last"])
        if not row["open"]:
            return None
        ordered = sorted(casts, key=lambda cast: cast.ballot.revision)
        stored: set[bytes] = set()
        for revision, group in groupby(ordered, key=lambda cast: cast.ballot.revision):
            columns = _columns(group)
            rows = await connection.fetch(STORE, revision, *columns, epoch is None)
            stored.update(row["entry_hash"] for row in rows)
        reach("cast-inserted")
    return stored


async def set_epoch(connection: "asyncpg.Connection", value: bytes) -> None:
    """Set the epoch, once those who store ballots at this moment are done."""
    await connection.execute(SET_EPOCH, value)


def _columns(casts: Iterable[Cast]) -> tuple[Sequence[object], ...]:
    rows = list(casts)
    return (
        [cast.ballot.voting_key for cast in rows],
        [cast.entry_hash for cast in rows],
        [cast.ballot.style for cast in rows],
        [cast.ballot.previous for cast in rows],
        [cast.raw for cast in rows],
    )


async def find_chains(
    connection: "asyncpg.Connection", voting_keys: Iterable[bytes]
) -> dict[bytes, list[Stored]]:
    """Return the rows of each of these voting keys, in the order of their revisions."""
    chains: dict[bytes, list[Stored]] = {}
    for row in await connection.fetch(FIND_CHAINS, [bytes(key) for key in voting_keys]):
        stored = Stored(
            entry_hash=row["entry_hash"],
            published=row["published"],
            revision=row["revision"],
            style=row["style"],
        )
        chains.setdefault(row["voting_key"], []).append(stored)
    return chains


async def read_raw(connection: "asyncpg.Connection", hashes: Iterable[bytes]) -> list[bytes]:
    """Return those of these ballots that are in the urn or on the board."""
    return [row["raw"] for row in await connection.fetch(READ_RAW, list(hashes))]


async def find_ballot(pool: "asyncpg.Pool", entry_hash: Hash) -> bytes | None:
    """Return the ballot with this hash, whether it waits or stands on the board; None if there is none."""
    raw: bytes | None = await pool.fetchval(FIND_BALLOT, entry_hash)
    return raw


async def list_unpublished(connection: "asyncpg.Connection", after: bytes, limit: int) -> list[bytes]:
    """Return the next hashes, after one, of ballots that no witnessed checkpoint covers."""
    return [row["entry_hash"] for row in await connection.fetch(LIST_UNPUBLISHED, after, limit)]


async def find_missing(connection: "asyncpg.Connection", hashes: Iterable[bytes]) -> set[bytes]:
    """Return those of these hashes that no row has."""
    return {row["hash"] for row in await connection.fetch(FIND_MISSING, list(hashes))}
