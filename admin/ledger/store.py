"""Write transactions into the ledger and read them back, in the role wijk_ledger.

That they balance, stand once and are never changed is the database's to keep: see 0004_ledger.sql. What to
book is decided in booking.py.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING

from admin.ledger.booking import Account, LedgerPot, Transaction
from admin.ledger.errors import StoreError
from ballots.wire import Hash, Record
from service.db.errors import describe_fault
from service.db.roles import Role, session_settings
from service.faults import reach

if TYPE_CHECKING:
    import asyncpg

ADD_POT = """
-- Make a pot known, if it is not yet.
INSERT INTO ledger.pots (id, election, contest, pot, "right", label, title)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
ADD_TRANSACTION = """
-- Begin a booking; no row if the election is booked or the pot granted. Whoever comes second waits here.
INSERT INTO ledger.transactions (kind, booked_on, description, certify, pot, lines)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id
"""
ADD_ACCOUNTS = """
-- Open the accounts that are not open yet.
INSERT INTO ledger.accounts (name, pot, project, funder, title)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING
"""
ADD_POSTINGS = """
-- Write all lines of a transaction, numbered from 1.
INSERT INTO ledger.postings (transaction, line, account, cents)
SELECT $1, line, account, cents
FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS lines (account, cents, line)
"""
FIND_BOOKED = """
-- The transaction that books this election, or that grants this pot.
SELECT id FROM ledger.transactions WHERE kind = $1 AND (certify = $2 OR pot = $3)
"""
READ_POSTINGS = """
-- The lines of a transaction.
SELECT account, cents FROM ledger.postings WHERE transaction = $1 ORDER BY line
"""
READ_ACCOUNTS = """
-- All accounts, with the day of their first transaction and their balance today.
SELECT a.name, a.title, min(t.booked_on) AS opened_on, sum(p.cents)::bigint AS cents
FROM ledger.accounts a
JOIN ledger.postings p ON p.account = a.name
JOIN ledger.transactions t ON t.id = p.transaction
GROUP BY a.name, a.title ORDER BY a.name
"""
READ_TRANSACTIONS = """
-- All transactions by day, with their lines in order.
SELECT t.id, t.kind, t.booked_on, t.description, t.certify,
       array_agg(p.account ORDER BY p.line) AS accounts, array_agg(p.cents ORDER BY p.line) AS cents
FROM ledger.transactions t JOIN ledger.postings p ON p.transaction = t.id
GROUP BY t.id ORDER BY t.booked_on, t.id
"""


ADVICE = {
    "granted_pot": "a pot has not been granted; run `wijkaandeel ledger grant` first",
    "never_overdrawn": "a pot has less money left than this takes; grant it first, or look into it by hand",
    "balanced": "its lines do not come to 0 cents",
    "complete": "it has more or fewer lines than it says",
    "residents_decide": "residents only advise about this pot, so nothing is booked",
}
"""What to do, by the constraint that refuses a booking."""


class Booked(Record):
    """The number of a transaction in the ledger, and whether this call booked it or an earlier one had."""

    fresh: bool
    id: int


class AccountLine(Record):
    """An account with its balance."""

    cents: int
    name: str
    opened_on: date
    title: str


class PostingLine(Record):
    """One line of a booked transaction."""

    account: str
    cents: int


class TransactionLine(Record):
    """A transaction as it stands in the ledger."""

    booked_on: date
    certify: Hash | None
    description: str
    id: int
    kind: str
    postings: list[PostingLine]


class Ledger(Record):
    """Everything in the ledger at one moment."""

    accounts: list[AccountLine]
    transactions: list[TransactionLine]


@asynccontextmanager
async def open_ledger(dsn: str) -> "AsyncIterator[asyncpg.Connection]":
    """Connect in the role of the ledger, and close again. Errors: StoreError (it cannot be used)."""
    import asyncpg

    try:
        connection = await asyncpg.connect(dsn, server_settings=session_settings(Role.LEDGER))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreError(f"cannot connect to the database: {type(error).__name__}: {error}") from None
    try:
        yield connection
    except (ConnectionError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        text = f"the database cannot be used: {type(error).__name__}: {describe_fault(error)}"
        raise StoreError(text) from error
    finally:
        await connection.close()


async def book(connection: "asyncpg.Connection", transaction: Transaction) -> Booked:
    """Book a transaction, all of it or nothing; what stands already is not booked again.

    Errors: StoreError (the database refuses it, or what stands already says something else).
    """
    import asyncpg

    try:
        async with connection.transaction(isolation="read_committed"):
            number = await _insert(connection, transaction)
            reach("ledger-written")
        reach("ledger-booked")
    except asyncpg.IntegrityConstraintViolationError as error:
        advice = ADVICE.get(error.constraint_name or "", "look into it by hand")
        raise StoreError(f"the ledger refuses this booking: {advice} ({error})") from error
    if number is not None:
        return Booked(id=number, fresh=True)
    return await _find_same(connection, transaction)


async def read_ledger(connection: "asyncpg.Connection") -> Ledger:
    """Return all accounts and transactions as they stand at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        accounts = await connection.fetch(READ_ACCOUNTS)
        transactions = await connection.fetch(READ_TRANSACTIONS)
    return Ledger(
        accounts=[AccountLine(**row) for row in accounts],
        transactions=[_transaction_line(row) for row in transactions],
    )


async def _insert(connection: "asyncpg.Connection", transaction: Transaction) -> int | None:
    """Write a transaction inside the one that is open; None if it stands already."""
    if transaction.pot is not None:
        await connection.execute(ADD_POT, *_pot_row(transaction.pot))
    number: int | None = await connection.fetchval(
        ADD_TRANSACTION,
        transaction.kind,
        transaction.booked_on,
        transaction.description,
        transaction.certify,
        _pot_id(transaction),
        len(transaction.postings),
    )
    if number is None:
        return None
    await connection.execute(ADD_ACCOUNTS, *_account_columns([p.account for p in transaction.postings]))
    names = [posting.account.name for posting in transaction.postings]
    await connection.execute(ADD_POSTINGS, number, names, [posting.cents for posting in transaction.postings])
    return number


async def _find_same(connection: "asyncpg.Connection", transaction: Transaction) -> Booked:
    """Return the transaction that stands already; StoreError if it moves other money."""
    number = await connection.fetchval(
        FIND_BOOKED, transaction.kind, transaction.certify, _pot_id(transaction)
    )
    standing = [(row["account"], row["cents"]) for row in await connection.fetch(READ_POSTINGS, number)]
    if standing != [(posting.account.name, posting.cents) for posting in transaction.postings]:
        raise StoreError(f"transaction {number} stands already and moves other money; look into it by hand")
    return Booked(id=number, fresh=False)


def _pot_id(transaction: Transaction) -> str | None:
    return transaction.pot.id if transaction.pot else None


def _pot_row(pot: LedgerPot) -> tuple[str | bytes, ...]:
    return pot.id, pot.election, pot.contest, pot.pot, pot.right, pot.label, pot.title


def _account_columns(accounts: Sequence[Account]) -> list[list[str | None]]:
    """Return the columns of ADD_ACCOUNTS; in one order everywhere, so that two bookings never deadlock."""
    rows = sorted({account.name: account for account in accounts}.items())
    return [
        [name for name, _ in rows],
        [account.pot for _, account in rows],
        [account.project for _, account in rows],
        [account.funder for _, account in rows],
        [account.title for _, account in rows],
    ]


def _transaction_line(row: "asyncpg.Record") -> TransactionLine:
    return TransactionLine(
        id=row["id"],
        kind=row["kind"],
        booked_on=row["booked_on"],
        description=row["description"],
        certify=Hash(row["certify"]) if row["certify"] is not None else None,
        postings=[
            PostingLine(account=account, cents=cents)
            for account, cents in zip(row["accounts"], row["cents"], strict=True)
        ],
    )
