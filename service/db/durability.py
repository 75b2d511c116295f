"""Refuse a PostgreSQL that may forget a ballot it has confirmed.

A receipt promises that the ballot is kept. That holds only while the server writes to disk before
it answers. What the disk itself does with a flush is beyond what can be read here.
"""

from typing import TYPE_CHECKING

from service.db.errors import DurabilityError

if TYPE_CHECKING:
    import asyncpg

# Each of these waits at least for this server's own disk; only `off` answers before.
KEPT_BEFORE_ANSWER = ("on", "local", "remote_write", "remote_apply")
ACCEPTABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": KEPT_BEFORE_ANSWER,
}
READ_SETTINGS = "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY($1::text[])"


async def read_durability(connection: "asyncpg.Connection") -> dict[str, str]:
    """Read the three settings as this session has them."""
    rows = await connection.fetch(READ_SETTINGS, list(ACCEPTABLE))
    return {row["name"]: row["setting"] for row in rows}


async def verify_durability(connection: "asyncpg.Connection") -> None:
    """Raise DurabilityError naming every setting that is off."""
    found = await read_durability(connection)
    faults = [
        f"{name} is {found.get(name, 'unknown')} (expected {' or '.join(accepted)})"
        for name, accepted in ACCEPTABLE.items()
        if found.get(name) not in accepted
    ]
    if faults:
        raise DurabilityError(
            "PostgreSQL could lose ballots it has confirmed: "
            + "; ".join(faults)
            + ". Correct postgresql.conf (or ALTER SYSTEM, ALTER ROLE, ALTER DATABASE) and reload."
        )
