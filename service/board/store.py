"""What the board's side of the service asks of PostgreSQL: one described query a function.

Transactions are the caller's. Tables: service/db/migrations/0002_board.sql and the urn's.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

import asyncpg

from ballots.board import Placed
from ballots.entries import Ballot, Entry
from ballots.merkle import leaf_hash
from ballots.signing import kind_of
from ballots.wire import Hash, Record, content_hash
from service.board.errors import InboxFullError, RecordError
from service.board.releases import Waiting

INBOX = "board_inbox"
"""The channel on which the database wakes the sequencer."""
MAX_INBOX = 10_000
"""How many entries of officials may wait."""
PAGE = 2048


class Head(Record):
    """The row of board.head."""

    drained: bool
    phase: str
    released: int
    root: bytes
    signed: bytes | None
    size: int
    witnessed: bytes | None
    witnessed_size: int


# --- the writer's lock and the head ---------------------------------------------------------------


async def try_writer_lock(connection: asyncpg.Connection, *, whole_session: bool = True) -> bool:
    """Take the lock that only one writer of this board holds, for the session or the transaction.

    False if another has it.
    """
    take = "pg_try_advisory_lock" if whole_session else "pg_try_advisory_xact_lock"
    return bool(await connection.fetchval(f"SELECT {take}(hashtextextended('wijkaandeel board', 0))"))


async def limit_silence(connection: asyncpg.Connection, seconds: int) -> None:
    """Let the server end this session, and with it the lock, when it asks nothing for so long."""
    await connection.execute("SELECT set_config('idle_session_timeout', $1, false)", f"{seconds}s")


async def read_head(connection: asyncpg.Connection) -> Head:
    """Return the head of the board."""
    return Head(
        **await connection.fetchrow(
            "SELECT drained, phase, released, root, signed, size, witnessed, witnessed_size FROM board.head"
        )
    )


async def lock_head(connection: asyncpg.Connection) -> Head:
    """Return the head of the board and let nobody else change it until the transaction ends."""
    await connection.execute("SELECT FROM board.head FOR UPDATE")
    return await read_head(connection)


async def update_head(
    connection: asyncpg.Connection, *, root: bytes, signed: bytes, phase: str, released: int, drained: bool
) -> None:
    """Set what belongs to the new size, which inserting the entries has set already."""
    await connection.execute(
        "UPDATE board.head SET root = $1, signed = $2, phase = $3, released = $4, drained = $5",
        root,
        signed,
        phase,
        released,
        drained,
    )


async def set_witnessed(connection: asyncpg.Connection, note: bytes, size: int) -> None:
    """Keep a checkpoint that has enough cosignatures, unless a later one is there."""
    await connection.execute(
        "UPDATE board.head SET witnessed = $1, witnessed_size = $2 WHERE witnessed_size < $2", note, size
    )


# --- entries --------------------------------------------------------------------------------------


async def insert_entries(connection: asyncpg.Connection, entries: Sequence[tuple[Placed, bytes]]) -> None:
    """Append entries; the database refuses a gap."""
    await connection.copy_records_to_table(
        "entries",
        schema_name="board",
        columns=("position", "entry_hash", "kind", "raw"),
        records=[
            (placed.index, bytes(placed.entry_hash), kind_of(placed.entry), raw) for placed, raw in entries
        ],
    )


async def read_entries(connection: asyncpg.Connection, start: int, end: int) -> list[bytes]:
    """Return the entries from position `start` up to `end`."""
    rows = await connection.fetch(
        "SELECT raw FROM board.entries WHERE position >= $1 AND position < $2 ORDER BY position", start, end
    )
    return [row["raw"] for row in rows]


async def walk_entries(connection: asyncpg.Connection, end: int) -> AsyncIterator[bytes]:
    """Yield all entries before position `end`, a page at a time."""
    for start in range(0, end, PAGE):
        for raw in await read_entries(connection, start, min(start + PAGE, end)):
            yield raw


async def find_position(connection: asyncpg.Connection, entry_hash: bytes) -> int | None:
    """Return where an entry stands on the board."""
    position: int | None = await connection.fetchval(
        "SELECT position FROM board.entries WHERE entry_hash = $1", entry_hash
    )
    return position


# --- the officials' inbox -------------------------------------------------------------------------


async def offer_entry(connection: asyncpg.Connection, raw: bytes, entry: Entry) -> Hash:
    """Let an entry of the officials, registrar, trustees or operator wait for the sequencer; return its hash.

    Offering it again is harmless; one that was refused before is tried anew. Errors: InboxFullError.
    """
    entry_hash = Hash(leaf_hash(raw))
    if await connection.fetchval("SELECT count(*) FROM board.inbox") >= MAX_INBOX:
        raise InboxFullError(f"{MAX_INBOX} entries wait for the board already; try again in a minute")
    await connection.execute("DELETE FROM board.refused WHERE entry_hash = $1", entry_hash)
    await connection.execute(
        "INSERT INTO board.inbox (entry_hash, kind, raw) SELECT $1, $2, $3 "
        "WHERE NOT EXISTS (SELECT FROM board.entries WHERE entry_hash = $1) ON CONFLICT DO NOTHING",
        entry_hash,
        kind_of(entry),
        raw,
    )
    return entry_hash


async def read_inbox(connection: asyncpg.Connection, limit: int) -> list[bytes]:
    """Return waiting entries of the officials in the order in which they were offered."""
    rows = await connection.fetch("SELECT raw FROM board.inbox ORDER BY place LIMIT $1", limit)
    return [row["raw"] for row in rows]


async def empty_inbox(connection: asyncpg.Connection, hashes: Iterable[bytes]) -> None:
    """Remove entries that have been placed or refused."""
    await connection.execute("DELETE FROM board.inbox WHERE entry_hash = ANY($1)", list(hashes))


async def insert_refused(connection: asyncpg.Connection, refused: Mapping[bytes, str]) -> None:
    """Keep why entries were refused."""
    await connection.executemany(
        "INSERT INTO board.refused (entry_hash, reason) VALUES ($1, $2) "
        "ON CONFLICT (entry_hash) DO UPDATE SET reason = excluded.reason",
        sorted(refused.items()),
    )


async def find_state(connection: asyncpg.Connection, entry_hash: bytes) -> tuple[str, str] | None:
    """Return ("waiting" or "refused", reason) of an entry that is not on the board, None if it is unknown."""
    row = await connection.fetchrow(
        """
        SELECT 'refused' AS state, reason FROM board.refused WHERE entry_hash = $1
        UNION ALL SELECT 'waiting', '' FROM board.inbox WHERE entry_hash = $1
        UNION ALL SELECT 'waiting', '' FROM box.requests WHERE entry_hash = $1
        UNION ALL SELECT 'waiting', '' FROM box.ballots WHERE entry_hash = $1
        LIMIT 1
        """,
        entry_hash,
    )
    return None if row is None else (row["state"], row["reason"])


# --- files beside the board -----------------------------------------------------------------------


async def insert_file(connection: asyncpg.Connection, raw: bytes) -> Hash:
    """Keep a text, picture, outcome or report, and return the hash by which entries name it."""
    name = content_hash(raw)
    await connection.execute(
        "INSERT INTO board.files (hash, raw) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, raw
    )
    return name


async def read_files(connection: asyncpg.Connection, names: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return those of the named files that are there, by hash."""
    rows = await connection.fetch("SELECT hash, raw FROM board.files WHERE hash = ANY($1)", list(names))
    return {row["hash"]: row["raw"] for row in rows}


async def find_missing_files(connection: asyncpg.Connection, names: Iterable[bytes]) -> list[bytes]:
    """Return those of the named files that are not there."""
    rows = await connection.fetch(
        "SELECT name FROM unnest($1::bytea[]) AS name WHERE NOT EXISTS "
        "(SELECT FROM board.files WHERE hash = name)",
        list(names),
    )
    return [row["name"] for row in rows]


# --- requests and the urn -------------------------------------------------------------------------


async def read_waiting_requests(
    connection: asyncpg.Connection, limit: int
) -> tuple[list[bytes], dict[bytes, int]]:
    """Return requests that are not on the board, by entry hash: the order of arrival is not kept.

    After a restore a request may come again that stands on the board; those are returned with their place.
    """
    rows = await connection.fetch(
        "SELECT r.entry_hash, r.raw, e.position "
        "FROM box.requests r LEFT JOIN board.entries e USING (entry_hash) "
        "WHERE r.position IS NULL "
        "AND NOT EXISTS (SELECT FROM board.refused f WHERE f.entry_hash = r.entry_hash) "
        "ORDER BY r.entry_hash LIMIT $1",
        limit,
    )
    known = {row["entry_hash"]: row["position"] for row in rows if row["position"] is not None}
    return [row["raw"] for row in rows if row["position"] is None], known


async def set_request_positions(connection: asyncpg.Connection, positions: Mapping[bytes, int]) -> None:
    """Note where requests stand, so that issuers sign them."""
    await connection.execute(
        "UPDATE box.requests r SET position = n.position "
        "FROM unnest($1::bytea[], $2::bigint[]) AS n (entry_hash, position) "
        "WHERE r.entry_hash = n.entry_hash",
        list(positions),
        list(positions.values()),
    )


async def read_urn(connection: asyncpg.Connection) -> list[Waiting]:
    """Return the ballots that wait for a release, without their sealed part."""
    rows = await connection.fetch(
        "SELECT entry_hash, previous, revision, style, voting_key FROM box.ballots b WHERE raw IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM board.refused WHERE entry_hash = b.entry_hash)"
    )
    return [Waiting(**row) for row in rows]


async def read_ballots(connection: asyncpg.Connection, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return waiting ballots by entry hash."""
    rows = await connection.fetch(
        "SELECT entry_hash, raw FROM box.ballots WHERE entry_hash = ANY($1) AND raw IS NOT NULL", list(hashes)
    )
    return {row["entry_hash"]: row["raw"] for row in rows}


async def empty_ballots(connection: asyncpg.Connection, hashes: Sequence[bytes]) -> None:
    """Take released ballots out of the urn, in the board's order; that they were cast stays known."""
    await connection.execute("SELECT board.empty_ballots($1)", list(hashes))


async def shuffle_urn(connection: asyncpg.Connection) -> int:
    """Make all waiting ballots anew, so that nothing tells their order of arrival; return how many."""
    return int(await connection.fetchval("SELECT box.shuffle()"))


async def plan_release(
    connection: asyncpg.Connection, style: str, ballots: Sequence[tuple[int, bytes]]
) -> None:
    """Keep which ballots (revision, entry hash) a release brings, so that a crash does not change it."""
    await connection.copy_records_to_table(
        "releasing",
        schema_name="board",
        columns=("style", "revision", "entry_hash"),
        records=[(style, revision, entry_hash) for revision, entry_hash in ballots],
    )


async def count_releasing(connection: asyncpg.Connection) -> dict[str, int]:
    """Return how many ballots of the running release are still to come, by style."""
    rows = await connection.fetch("SELECT style, count(*) FROM board.releasing GROUP BY style")
    return {row["style"]: row["count"] for row in rows}


async def read_releasing(connection: asyncpg.Connection, style: str, limit: int) -> list[bytes]:
    """Return the hashes of the next ballots of a running release, in its order."""
    rows = await connection.fetch(
        "SELECT entry_hash FROM board.releasing WHERE style = $1 ORDER BY revision, entry_hash LIMIT $2",
        style,
        limit,
    )
    return [row["entry_hash"] for row in rows]


async def set_box_open(connection: asyncpg.Connection, is_open: bool) -> bool:
    """Start or stop taking requests and ballots, and say whether that was a change.

    Waits for those that are being stored at this moment.
    """
    was_open = bool(await connection.fetchval("SELECT open FROM box.phase FOR UPDATE"))
    await connection.execute("UPDATE box.phase SET open = $1", is_open)
    return was_open != is_open


async def count_waiting_requests(connection: asyncpg.Connection) -> int:
    """Return how many requests are not on the board yet."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM box.requests r WHERE position IS NULL AND NOT EXISTS "
            "(SELECT FROM board.refused WHERE entry_hash = r.entry_hash)"
        )
    )


# --- after a restore ------------------------------------------------------------------------------


async def find_missing_ballots(connection: asyncpg.Connection, hashes: Iterable[bytes]) -> set[bytes]:
    """Return those of these hashes that neither urn nor board has."""
    rows = await connection.fetch(
        "SELECT hash FROM unnest($1::bytea[]) AS given (hash) "
        "WHERE NOT EXISTS (SELECT FROM box.ballots WHERE entry_hash = hash) "
        "AND NOT EXISTS (SELECT FROM board.entries WHERE entry_hash = hash)",
        list(hashes),
    )
    return {row["hash"] for row in rows}


async def read_chains(
    connection: asyncpg.Connection, voting_keys: Iterable[bytes]
) -> list[tuple[bytes, int, bytes]]:
    """Return voting key, revision and entry hash of all that these voting keys have cast."""
    rows = await connection.fetch(
        "SELECT voting_key, revision, entry_hash FROM box.ballots WHERE voting_key = ANY($1)",
        list(voting_keys),
    )
    return [tuple(row) for row in rows]


async def clear_releasing(connection: asyncpg.Connection, style: str) -> None:
    """Forget which ballots the running release of a style was to bring."""
    await connection.execute("DELETE FROM board.releasing WHERE style = $1", style)


async def restore_ballots(connection: asyncpg.Connection, ballots: Iterable[tuple[bytes, Ballot]]) -> None:
    """Keep that these ballots (with entry hash, lower revisions first) were cast and stand on the board.

    Errors: RecordError if another ballot has the place of one of them.
    """
    rows = [
        (bytes(ballot.voting_key), ballot.revision, entry_hash, ballot.style, bytes(ballot.previous))
        for entry_hash, ballot in ballots
    ]
    await connection.executemany(
        "INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (voting_key, revision) DO UPDATE SET raw = NULL "
        "WHERE box.ballots.entry_hash = excluded.entry_hash",
        rows,
    )
    ousted = await connection.fetchval(
        "SELECT count(*) FROM unnest($1::bytea[]) AS given (hash) "
        "WHERE NOT EXISTS (SELECT FROM box.ballots WHERE entry_hash = hash)",
        [row[2] for row in rows],
    )
    if ousted:
        raise RecordError(
            f"the urn holds other ballots in the place of {ousted} that were published: somebody cast in the "
            "restored database. Stop the service, restore the backup again, and rebuild before the service "
            "starts"
        )


async def forget_placed(connection: asyncpg.Connection) -> None:
    """Let nothing wait that stands on the board."""
    for table in ("board.inbox", "board.releasing"):
        await connection.execute(
            f"DELETE FROM {table} w USING board.entries e WHERE e.entry_hash = w.entry_hash"  # noqa: S608 - two names of our own
        )
