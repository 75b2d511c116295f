"""Requests and blind signatures in PostgreSQL. One described query a function; constraints decide races."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ballots.entries import Request
from ballots.wire import Hash, Key, Record

if TYPE_CHECKING:
    import asyncpg

READ_CREDENTIAL = """
-- What the roll says of a credential.
SELECT style, revoked FROM box.credentials WHERE key = $1
"""
HAS_ASKED = """
-- Whether a credential (bytes, and in base64url) has a request that waits or stands on the board. After a
-- rebuild only the board knows of some; there it is found by index (migration 0005_portal.sql).
SELECT EXISTS (SELECT FROM box.requests WHERE credential = $1) OR EXISTS (
    SELECT FROM board.entries
    WHERE kind = 'request' AND substring(raw FROM position('"credential":"'::bytea IN raw) + 14 FOR 43) = $2
)
"""
STORE_REQUEST = """
-- The first request of a credential; a second one, or the same one again, changes nothing.
INSERT INTO box.requests (credential, style, entry_hash, raw, blinded) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
FIND_REQUEST = """
-- The request of a credential, why the board refused it if it did, and what issuers have signed of it.
SELECT r.entry_hash, f.reason AS refused,
       coalesce(s.partners, '{}') AS partners, coalesce(s.signatures, '{}') AS signatures
FROM box.requests r
LEFT JOIN board.refused f USING (entry_hash)
LEFT JOIN LATERAL (
    SELECT array_agg(partner) AS partners, array_agg(signature) AS signatures
    FROM box.blind_signatures b WHERE b.credential = r.credential
) s ON true
WHERE r.credential = $1
"""
LIST_LOGGED = """
-- Requests inside the witnessed checkpoint, after a position, in the board's order.
SELECT position, style, blinded FROM box.requests
WHERE position > $1 AND position < (SELECT witnessed_size FROM board.head)
ORDER BY position LIMIT $2
"""
LIST_UNSIGNED = """
-- Requests of some styles inside the witnessed checkpoint, after a position, that a partner has not signed.
SELECT position, style, blinded FROM box.requests r
WHERE position > $1 AND position < (SELECT witnessed_size FROM board.head) AND style = ANY($3::text[])
  AND NOT EXISTS (
      SELECT FROM box.blind_signatures b WHERE b.credential = r.credential AND b.partner = $4
  )
ORDER BY position LIMIT $2
"""
READ_BLINDED = """
-- What was to be signed at these positions of the board.
SELECT position, credential, style, blinded FROM box.requests WHERE position = ANY($1::bigint[])
"""
STORE_SIGNATURES = """
-- Verified blind signatures; those that are there already stay as they are.
INSERT INTO box.blind_signatures (credential, partner, signature)
SELECT credential, $2, signature FROM unnest($1::bytea[], $3::bytea[]) AS new (credential, signature)
ORDER BY credential
ON CONFLICT DO NOTHING
"""


class StoredRequest(Record):
    """A request as it stands in the box; `signatures` are the issuers' answers by partner."""

    entry_hash: bytes
    refused: str | None
    signatures: dict[str, bytes]


class Blinded(Record):
    """What issuers are to sign for the request at a position of the board."""

    blinded: list[bytes]
    credential: bytes
    position: int
    style: str


async def find_credential(connection: "asyncpg.Connection", key: bytes) -> tuple[str, bool] | None:
    """Return (style, revoked) of a credential, None if it is not on the roll."""
    row = await connection.fetchrow(READ_CREDENTIAL, key)
    return (row["style"], row["revoked"]) if row else None


async def has_asked(connection: "asyncpg.Connection", key: Key) -> bool:
    """Say whether a credential's request is stored or stands on the board."""
    asked: bool = await connection.fetchval(HAS_ASKED, key, key.format().encode("ascii"))
    return asked


async def store_request(
    connection: "asyncpg.Connection", request: Request, entry_hash: Hash, raw: bytes, blinded: Sequence[bytes]
) -> None:
    """Store a request unless its credential has one."""
    await connection.execute(
        STORE_REQUEST, request.credential, request.style, entry_hash, raw, list(map(bytes, blinded))
    )


async def find_request(connection: "asyncpg.Connection", credential: bytes) -> StoredRequest | None:
    """Return the stored request of a credential."""
    row = await connection.fetchrow(FIND_REQUEST, credential)
    if row is None:
        return None
    signatures = dict(zip(row["partners"], row["signatures"], strict=True))
    return StoredRequest(entry_hash=row["entry_hash"], refused=row["refused"], signatures=signatures)


async def list_logged(pool: "asyncpg.Pool", after: int, limit: int) -> list[tuple[int, str, list[bytes]]]:
    """Return (position, style, blinded messages) of witnessed requests after a position."""
    rows = await pool.fetch(LIST_LOGGED, after, limit)
    return [(row["position"], row["style"], row["blinded"]) for row in rows]


async def list_unsigned(
    pool: "asyncpg.Pool", after: int, limit: int, styles: Sequence[str], partner: str
) -> list[tuple[int, str, list[bytes]]]:
    """Return the same of those requests of these styles that lack this partner's signature."""
    rows = await pool.fetch(LIST_UNSIGNED, after, limit, list(styles), partner)
    return [(row["position"], row["style"], row["blinded"]) for row in rows]


async def read_blinded(pool: "asyncpg.Pool", positions: Sequence[int]) -> dict[int, Blinded]:
    """Return the requests at these positions; others are left out."""
    rows = await pool.fetch(READ_BLINDED, list(positions))
    return {row["position"]: Blinded(**dict(row)) for row in rows}


async def store_signatures(
    pool: "asyncpg.Pool", partner: str, signatures: Sequence[tuple[bytes, bytes]]
) -> None:
    """Store (credential, signature) pairs of a partner that have been verified."""
    credentials = [credential for credential, _ in signatures]
    await pool.execute(STORE_SIGNATURES, credentials, partner, [signature for _, signature in signatures])
