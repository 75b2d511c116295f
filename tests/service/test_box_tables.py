"""What the box's tables refuse by themselves, whoever writes: PROTOCOL.md sections 5 and 9."""

import asyncpg
import pytest

FIRST = bytes(32)
KEY, OTHER = b"k" * 32, b"o" * 32
INSERT = (
    "INSERT INTO box.ballots (voting_key, revision, entry_hash, style, previous, raw) "
    "VALUES ($1, $2, $3, $4, $5, 'x')"
)


async def insert(
    connection: asyncpg.Connection, revision: int, name: bytes, previous: bytes, style: str = "adult"
) -> None:
    """Store a ballot of one voting key; its entry hash is `name`, 32 times."""
    await connection.execute(INSERT, KEY, revision, name * 32, style, previous)


@pytest.mark.parametrize(
    ("revision", "previous", "style"),
    [(2, OTHER, "adult"), (2, b"1" * 32, "youth"), (3, b"1" * 32, "adult")],
    ids=["another ballot before", "another style", "a gap"],
)
async def test_a_revision_must_follow_the_one_before(
    connection: asyncpg.Connection, revision: int, previous: bytes, style: str
) -> None:
    """Also for the owner, past the statement that the service stores with."""
    await insert(connection, 1, b"1", FIRST)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await insert(connection, revision, b"2", previous, style)
    assert refused.value.constraint_name == "follows"
    await insert(connection, 2, b"2", b"1" * 32)


async def test_one_ballot_a_revision_and_a_first_one_follows_nothing(connection: asyncpg.Connection) -> None:
    """A second ballot of a revision, and a first one that names another, are refused by the table."""
    await insert(connection, 1, b"1", FIRST)
    with pytest.raises(asyncpg.UniqueViolationError):
        await insert(connection, 1, b"2", FIRST)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await connection.execute(INSERT, OTHER, 1, b"3" * 32, "adult", b"1" * 32)
    assert refused.value.constraint_name == "first_has_none_before"


@pytest.mark.parametrize(
    "change",
    [
        "raw = 'y'",
        "raw = NULL, style = 'youth'",
        "raw = NULL, revision = 9",
        "raw = NULL, entry_hash = voting_key",
        "raw = NULL, voting_key = entry_hash",
    ],
)
async def test_a_ballot_may_only_be_emptied(connection: asyncpg.Connection, change: str) -> None:
    """A stored ballot keeps its bytes and its place, even for the owner; emptying it is allowed."""
    await insert(connection, 1, b"1", FIRST)
    with pytest.raises(asyncpg.RestrictViolationError, match="only be emptied"):
        await connection.execute(f"UPDATE box.ballots SET {change}")
    await connection.execute("UPDATE box.ballots SET raw = NULL")
