"""The exported ledger, read by beancount itself."""

import datetime
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from beancount import loader
from beancount.core import data, realization
from hypothesis import given
from hypothesis import strategies as st

from admin.ledger.booking import Transaction, grants
from admin.ledger.export import format_account, format_beancount, format_cents, quote
from admin.ledger.store import (
    AccountLine,
    Ledger,
    PostingLine,
    TransactionLine,
    book,
    open_ledger,
    read_ledger,
)
from tests.admin.test_booking import CERTIFY, DAY, ELECTION, make_contest, make_pot
from tests.admin.test_ledger_store import GRANTS, certified

LATER = DAY + datetime.timedelta(days=30)


def as_booked(transactions: list[Transaction]) -> Ledger:
    """The ledger after these transactions, without a database."""
    lines = [
        TransactionLine(
            booked_on=each.booked_on,
            certify=each.certify,
            description=each.description,
            id=number,
            kind=each.kind,
            postings=[PostingLine(account=p.account.name, cents=p.cents) for p in each.postings],
        )
        for number, each in enumerate(transactions, 1)
    ]
    accounts: dict[str, AccountLine] = {}
    for each in transactions:
        for posting in each.postings:
            name = posting.account.name
            before = accounts[name].cents if name in accounts else 0
            first = accounts[name].opened_on if name in accounts else each.booked_on
            accounts[name] = AccountLine(
                name=name, title=posting.account.title, opened_on=first, cents=before + posting.cents
            )
    return Ledger(accounts=[accounts[name] for name in sorted(accounts)], transactions=lines)


def read_strictly(text: str) -> list[Any]:
    """What beancount reads; it must have nothing to complain about."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    return list(entries)


@pytest.fixture
async def exported(database: str) -> str:
    """A ledger of grants and, a month later, commitments."""
    async with open_ledger(database) as connection:
        for transaction in (*GRANTS, msgspec.structs.replace(certified(), booked_on=LATER)):
            await book(connection, transaction)
        return format_beancount(await read_ledger(connection))


async def test_beancount_accepts_the_ledger_and_finds_our_sums(exported: str) -> None:
    """Beancount has no complaint, and its own sums are ours, by project and by funder."""
    entries = read_strictly(exported)
    root = realization.realize(entries)
    pot = f"Assets:Pots:{'A1' + 'a1' * 7}:Wijkbudget:Groot"
    assert balance(root, f"{pot}:Committed:Boom") == Decimal("5.00")
    assert balance(root, f"{pot}:Free") == Decimal("0.01")
    assert balance(root, pot) == Decimal("15.00")
    assert balance(root, "Income:Grants:Funder-1") == Decimal("-8.71")
    assert balance(root, "Income") == Decimal("-16.01")


def balance(root: Any, account: str) -> Decimal:
    """The sum of an account and all below it."""
    total = realization.compute_balance(realization.get(root, account))
    (position,) = total.get_positions()
    assert position.units.currency == "EUR"
    return Decimal(position.units.number)


async def test_accounts_open_on_the_day_of_their_first_booking(exported: str) -> None:
    """Funders' accounts open with the grant, projects' accounts with the commitment; titles are kept."""
    opened = {entry.account: entry for entry in read_strictly(exported) if isinstance(entry, data.Open)}
    for name, entry in opened.items():
        assert entry.date == (LATER if ":Committed:" in name else DAY)
        assert entry.currencies == ["EUR"]
    assert opened["Income:Grants:Funder-1"].meta["title"] == "Funder 1"


async def test_commitments_carry_the_certify_hash(exported: str) -> None:
    """The commitment names the certify entry; the grants name none."""
    booked = [entry for entry in read_strictly(exported) if isinstance(entry, data.Transaction)]
    assert [entry.meta.get("certify") for entry in booked] == [None, None, CERTIFY.hex()]
    assert [entry.meta["kind"] for entry in booked] == ["grant", "grant", "commitment"]


async def test_bean_check_accepts_the_file(exported: str, tmp_path: Path) -> None:
    """The program `bean-check` says nothing and ends with 0."""
    file = tmp_path / "ledger.beancount"
    file.write_text(exported, encoding="utf-8")
    program = Path(sys.executable).with_name("bean-check")
    done = subprocess.run([program, file], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


async def test_beancount_notices_a_moved_cent(exported: str) -> None:
    """A grant that is a cent larger still balances, but not with the closing balances."""
    _, errors, _ = loader.load_string(exported.replace("8.00 EUR", "8.01 EUR"))
    assert {type(error).__name__ for error in errors} == {"BalanceError"}


def test_an_empty_ledger_is_accepted_too() -> None:
    """Before the first booking the export is a beancount file without entries."""
    assert read_strictly(format_beancount(Ledger(accounts=[], transactions=[]))) == []


TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
IDS = st.from_regex(r"\A[a-z][a-z0-9-]{0,12}\Z")


@given(TITLES, IDS, IDS, st.integers(1, 2**53 - 1))
def test_beancount_accepts_any_title_id_and_amount(
    title: str, contest: str, project: str, cents: int
) -> None:
    """Quotes, backslashes, control characters, odd ids and large amounts make no difference."""
    pot = make_pot(cents=cents)
    made = make_contest([pot], {project: cents}, contest)
    (grant,) = grants(ELECTION, [made], DAY)
    ledger = as_booked([grant])
    account = AccountLine(name=f"assets:pots:{project}", title=title, opened_on=DAY, cents=0)
    entries = read_strictly(
        format_beancount(
            Ledger(accounts=[*ledger.accounts, account], transactions=ledger.transactions), title
        )
    )
    opened = [entry for entry in entries if isinstance(entry, data.Open)]
    assert len({entry.account for entry in opened}) == len(opened) == len(ledger.accounts) + 1


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (100, "1.00"),
        (-123_456, "-1234.56"),
        (2**53, "90071992547409.92"),
    ],
)
def test_cents_have_two_decimals(cents: int, text: str) -> None:
    """Amounts are euros with two decimals, exact at any size."""
    assert format_cents(cents) == text


def test_account_names_stay_different() -> None:
    """Parts begin with a capital or digit; quotes and control characters in titles are made harmless."""
    assert format_account("assets:pots:0a:korte-klap") == "Assets:Pots:0a:Korte-klap"
    assert quote('a"b\\c\nd') == '"a\\"b\\\\c d"'
