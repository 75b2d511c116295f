"""What the pages ask the database for is found by index."""

import asyncpg

from service.portal.store import FIND_REQUEST, READ_LATER, READ_WALL


async def test_lookups_use_their_indexes(connection: asyncpg.Connection) -> None:
    """Whoever asks for a number or a later ballot makes the database read by index, not the whole board."""
    await connection.execute("SET enable_seqscan = off")
    for query, arguments, index in (
        (READ_LATER, [b"k" * 43], "entries_voting_key"),
        (FIND_REQUEST, [b"k" * 43], "entries_credential"),
        (READ_WALL, [0, 50], "entries_voting_key"),
    ):
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}", *arguments))
        assert index in plan, plan
