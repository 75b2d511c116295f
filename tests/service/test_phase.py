"""The lock between storing and closing."""

import asyncio

import asyncpg

from service.phase import hold_open


async def test_who_stores_keeps_the_voting_from_closing(
    database: str, connection: asyncpg.Connection
) -> None:
    """While a transaction has read `open`, nobody can close; it holds until the transaction ends."""
    await connection.execute("UPDATE box.phase SET open = true")
    other = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            assert await hold_open(connection)
            closing = asyncio.ensure_future(other.execute("UPDATE box.phase SET open = false"))
            done, _ = await asyncio.wait([closing], timeout=0.3)
            assert not done
        await closing
        assert not await hold_open(connection)
    finally:
        await other.close()
