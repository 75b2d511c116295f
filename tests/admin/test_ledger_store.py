"""The ledger in a real PostgreSQL: what its constraints, triggers and roles promise."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from admin.ledger.booking import Award, Transaction, commitment, grants
from admin.ledger.errors import StoreError
from admin.ledger.store import Booked, book, open_ledger, read_ledger
from ballots import manifest as m
from ballots.wire import Hash
from service.db.roles import Role, session_settings
from service.portal.ledger_store import Fund, Part, read_pots
from tests.admin.test_booking import CERTIFY, DAY, ELECTION, make_contest, make_pot

CONTEST = make_contest(
    [make_pot("groot", cents=1_500, weights=(8, 7)), make_pot("groen", cents=101, right="labelled")],
    {"plein": 500, "boom": 500, "bankjes": 499, "tuin": 33},
)
WINNERS = [("groot", "boom"), ("groot", "plein"), ("groot", "bankjes"), ("groen", "tuin")]
WRITTEN = ("pots", "accounts", "transactions", "postings")
GRANTS = grants(ELECTION, [CONTEST], DAY)


def certified(certify: Hash = CERTIFY, contest: m.Contest = CONTEST) -> Transaction:
    """The commitments of the winners."""
    awards = [Award(contest=contest.id, pot=pot, project=project) for pot, project in WINNERS]
    transaction = commitment(ELECTION, {contest.id: contest}, awards, certify, DAY)
    assert transaction is not None
    return transaction


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection in the ledger's role, with all pots granted."""
    async with open_ledger(database) as connection:
        for grant in GRANTS:
            assert (await book(connection, grant)).fresh
        yield connection


async def test_what_is_booked_is_read_back(ledger: asyncpg.Connection) -> None:
    """Grants and commitments stand in the ledger as they were made, and every transaction balances."""
    await book(ledger, certified())
    transactions = (await read_ledger(ledger)).transactions
    assert [each.kind for each in transactions] == ["grant", "grant", "commitment"]
    assert [each.certify for each in transactions] == [None, None, CERTIFY]
    assert [(p.account, p.cents) for p in transactions[2].postings] == [
        (p.account.name, p.cents) for p in certified().postings
    ]
    assert all(sum(posting.cents for posting in each.postings) == 0 for each in transactions)


async def test_public_page_sees_every_cent(ledger: asyncpg.Connection, database: str) -> None:
    """Granted, committed and left add up by pot and funder, and each project shows who pays what."""
    await book(ledger, certified())
    public = await asyncpg.connect(database, server_settings=session_settings(Role.PUBLIC))
    big, green = await read_pots(public)
    await public.close()
    assert (big.pot, big.granted, big.committed, big.left) == ("groot", 1_500, 1_499, 1)
    assert (green.right, green.label, green.granted, green.left) == ("labelled", "Groen", 101, 68)
    assert [fund.granted for fund in big.funds] == [800, 700]
    assert all(fund.granted == fund.committed + fund.left for pot in (big, green) for fund in pot.funds)
    assert green.funds[0] == Fund(committed=23, funder="funder-1", granted=71, left=48, title="Funder 1")
    assert [each.project for each in big.commitments] == ["boom", "plein", "bankjes"]
    assert [each.cents for each in big.commitments] == [500, 500, 499]
    assert green.commitments[0].parts == [
        Part(cents=23, funder="funder-1"),
        Part(cents=10, funder="funder-2"),
    ]
    assert {each.certify for each in big.commitments} == {CERTIFY.hex()}


async def test_second_booking_is_the_first(ledger: asyncpg.Connection) -> None:
    """Booking the same certify again, or granting again, gives the transaction that stands already."""
    first = await book(ledger, certified())
    assert await book(ledger, certified()) == Booked(id=first.id, fresh=False)
    assert not (await book(ledger, GRANTS[0])).fresh
    assert len((await read_ledger(ledger)).transactions) == 3


async def test_ten_at_once_book_once(ledger: asyncpg.Connection, database: str) -> None:
    """Of ten simultaneous bookings of one certify, one books and nine find it booked."""
    begin = asyncio.Barrier(10)

    async def race() -> Booked:
        async with open_ledger(database) as connection:
            await begin.wait()
            return await book(connection, certified())

    results = await asyncio.wait_for(asyncio.gather(*[race() for _ in range(10)]), 60)
    assert sorted(each.fresh for each in results) == [False] * 9 + [True]
    assert len({each.id for each in results}) == 1
    assert await ledger.fetchval("SELECT count(*) FROM ledger.transactions WHERE kind = 'commitment'") == 1


async def test_another_booking_of_the_same_certify_is_an_alarm(ledger: asyncpg.Connection) -> None:
    """When what stands moves other money than what is to be booked, somebody is told."""
    await book(ledger, certified())
    other = Transaction(
        kind="commitment",
        booked_on=DAY,
        description="anders",
        certify=CERTIFY,
        postings=certified().postings[:2],
    )
    with pytest.raises(StoreError, match="other money"):
        await book(ledger, other)


async def test_two_outcomes_cannot_spend_one_pot(ledger: asyncpg.Connection, database: str) -> None:
    """Two different certify hashes race for one pot: one is booked, the other would overdraw."""
    begin = asyncio.Barrier(2)

    async def race(certify: Hash) -> str:
        async with open_ledger(database) as connection:
            await begin.wait()
            try:
                await book(connection, certified(certify))
            except StoreError as error:
                return str(error)
        return "booked"

    one, two = await asyncio.wait_for(asyncio.gather(race(CERTIFY), race(Hash(bytes.fromhex("d4" * 32)))), 60)
    assert (one == "booked") != (two == "booked")
    assert "less money left" in (two if one == "booked" else one)


async def test_commitment_needs_a_grant(database: str) -> None:
    """Nothing is committed out of a pot that was never granted, and the error says what to do."""
    async with open_ledger(database) as connection:
        with pytest.raises(StoreError, match="ledger grant"):
            await book(connection, certified())
        assert (await read_ledger(connection)).transactions == []


ADD = "INSERT INTO ledger.transactions (kind, booked_on, description, certify, lines) VALUES"
HEADER = f"{ADD} ('commitment', '2026-03-02', 'x', decode(repeat('ee', 32), 'hex'), %d) RETURNING id"
LINE = "INSERT INTO ledger.postings VALUES ($1, $2, $3, $4)"
POT = "assets:pots:a1a1a1a1a1a1a1a1:wijkbudget:groot:free"


async def write_by_hand(
    ledger: asyncpg.Connection, lines: int, cents: list[int], isolation: str = "read_committed"
) -> None:
    """Move cents from the first funder to the second, past the store."""
    async with ledger.transaction(isolation=isolation):
        number = await ledger.fetchval(HEADER % lines)
        for line, amount in enumerate(cents, 1):
            await ledger.execute(LINE, number, line, f"{POT}:funder-{2 if amount > 0 else 1}", amount)


@pytest.mark.parametrize(
    ("lines", "cents", "constraint"),
    [
        (2, [-5, 4], "balanced"),
        (2, [-5], "complete"),
        (3, [-5, 5], "complete"),
        (2, [-5, 5, 1], "complete"),
        (2, [], "complete"),
        (2, [-801, 801], "never_overdrawn"),
    ],
)
async def test_a_wrong_transaction_does_not_commit(
    ledger: asyncpg.Connection, lines: int, cents: list[int], constraint: str
) -> None:
    """Out of balance, a line too few or too many, or an account below zero: nothing of it stays."""
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await write_by_hand(ledger, lines, cents)
    assert caught.value.constraint_name == constraint
    assert len((await read_ledger(ledger)).transactions) == 2


async def test_a_booked_transaction_gets_no_more_lines(ledger: asyncpg.Connection) -> None:
    """Lines that balance among themselves still cannot be added to what was booked."""
    booked = await book(ledger, certified())
    for line, cents in ((1, 5), (99, 5), (100, -5)):
        with pytest.raises((asyncpg.UniqueViolationError, asyncpg.CheckViolationError)):
            await ledger.execute(LINE, booked.id, line, f"{POT}:funder-1", cents)


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_booking_needs_read_committed(ledger: asyncpg.Connection, isolation: str) -> None:
    """In an isolation level that could not see a booking beside it, nothing is booked."""
    with pytest.raises(asyncpg.PostgresError, match="READ COMMITTED"):
        await write_by_hand(ledger, 2, [-5, 5], isolation)


CHANGES = [
    *(f"DELETE FROM ledger.{table}" for table in WRITTEN),
    *(f"TRUNCATE ledger.{table} CASCADE" for table in WRITTEN),
    "UPDATE ledger.pots SET title = 'x'",
    "UPDATE ledger.accounts SET title = 'x'",
    "UPDATE ledger.transactions SET booked_on = '2020-01-01'",
    "UPDATE ledger.postings SET cents = cents * 2",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("session", ["origin", "replica"])
async def test_even_the_owner_changes_nothing(
    ledger: asyncpg.Connection, connection: asyncpg.Connection, change: str, session: str
) -> None:
    """UPDATE, DELETE and TRUNCATE are refused for the owner, also where ordinary triggers are off."""
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        await connection.execute(f"SET session_replication_role = {session}")
    with pytest.raises(asyncpg.RestrictViolationError, match="only grows"):
        await connection.execute(change)


@pytest.mark.parametrize("change", CHANGES)
async def test_the_ledgers_role_may_only_add(ledger: asyncpg.Connection, change: str) -> None:
    """The ledger's own role has no right to change or remove."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ledger.execute(change)


async def test_rights_are_exactly_these(connection: asyncpg.Connection) -> None:
    """On every table the ledger reads and adds, the public page reads, and no other role has anything."""
    rows = await connection.fetch(
        "SELECT grantee, string_agg(DISTINCT privilege_type, ' ' ORDER BY privilege_type) AS rights,"
        " count(DISTINCT table_name) AS tables FROM information_schema.role_table_grants"
        " WHERE table_schema = 'ledger' AND grantee <> current_user GROUP BY grantee ORDER BY grantee"
    )
    assert [tuple(row) for row in rows] == [
        ("wijk_ledger", "INSERT SELECT", 4),
        ("wijk_public", "SELECT", 4),
    ]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("INSERT INTO ledger.pots VALUES ($1, $2, 'c', 'p', 'advice', '', 'x')", "residents_decide"),
        ("INSERT INTO ledger.pots VALUES ($1, $2, 'c', 'p', 'labelled', '', 'x')", "label_if_labelled"),
        ("INSERT INTO ledger.pots VALUES ($1, $2, 'c', 'q', 'decide', '', 'x')", "named_by_parts"),
    ],
)
async def test_a_pot_that_is_not_decided_on_cannot_be_there(
    connection: asyncpg.Connection, statement: str, constraint: str
) -> None:
    """An advice pot, a labelled pot without a label and a pot under another id are refused by the table."""
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await connection.execute(statement, "a1a1a1a1a1a1a1a1:c:p", ELECTION)
    assert caught.value.constraint_name == constraint


async def test_odd_cents_add_up(database: str) -> None:
    """One cent more than divisible, three funders, all money spent: every account ends at its exact sum."""
    pot = make_pot("groot", cents=10_001, weights=(1, 1, 1))
    contest = make_contest([pot], {f"p-{n}": 909 for n in range(1, 12)} | {"p-12": 2})
    awards = [Award(contest=contest.id, pot="groot", project=project.id) for project in contest.projects]
    spent = commitment(ELECTION, {contest.id: contest}, awards, CERTIFY, DAY)
    assert spent is not None
    async with open_ledger(database) as connection:
        for transaction in (*grants(ELECTION, [contest], DAY), spent):
            await book(connection, transaction)
        (balance,) = await read_pots(connection)
    assert (balance.granted, balance.committed, balance.left) == (10_001, 10_001, 0)
    assert [fund.committed for fund in balance.funds] == [3_334, 3_334, 3_333]
    assert [each.cents for each in balance.commitments] == [909] * 11 + [2]


async def test_two_bookings_at_once_cannot_overdraw(ledger: asyncpg.Connection, database: str) -> None:
    """Each alone fits in the pot; the second waits for the first at its check, and is then refused."""
    async with open_ledger(database) as other:
        for connection, digit in ((ledger, "ee"), (other, "dd")):
            await connection.execute("BEGIN")
            number = await connection.fetchval((HEADER % 2).replace("'ee'", f"'{digit}'"))
            for line, (funder, cents) in enumerate(((1, -500), (2, 500)), 1):
                await connection.execute(LINE, number, line, f"{POT}:funder-{funder}", cents)
        await ledger.execute("SET CONSTRAINTS ALL IMMEDIATE")
        checking = asyncio.ensure_future(other.execute("SET CONSTRAINTS ALL IMMEDIATE"))
        done, _ = await asyncio.wait([checking], timeout=0.3)
        assert not done
        await ledger.execute("COMMIT")
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            await checking
        assert caught.value.constraint_name == "never_overdrawn"
        await other.execute("ROLLBACK")
