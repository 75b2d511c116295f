"""Write the ledger as beancount text, so that a program we did not write checks our sums.

Pure: the same ledger gives the same text. Every account closes with a `balance` line: beancount adds up the
postings itself and compares. Format: beancount 3 (https://beancount.github.io/docs/beancount_language_syntax.html).
"""

import datetime
from collections.abc import Iterator

from admin.ledger.errors import LedgerError
from admin.ledger.store import AccountLine, Ledger, TransactionLine

CURRENCY = "EUR"


def format_beancount(ledger: Ledger, title: str = "Wijkaandeel") -> str:
    """Return the whole ledger as beancount text, or only its options if nothing is booked."""
    return "\n".join(
        [
            f'option "title" {quote(title)}',
            f'option "operating_currency" "{CURRENCY}"',
            *_opened(ledger.accounts),
            *(line for each in ledger.transactions for line in _transaction(each)),
            *_balances(ledger),
            "",
        ]
    )


def format_account(name: str) -> str:
    """Return an account's name as beancount spells it: every part begins with a capital or a digit."""
    return ":".join(part[:1].upper() + part[1:] for part in name.split(":"))


def format_cents(cents: int) -> str:
    """Return euros with two decimals and a point."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def quote(text: str) -> str:
    """Return a beancount string on one line: control characters become spaces, quotes are escaped."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _opened(accounts: list[AccountLine]) -> Iterator[str]:
    for account in accounts:
        yield ""
        yield f"{account.opened_on.isoformat()} open {format_account(account.name)} {CURRENCY}"
        yield f"  title: {quote(account.title)}"


def _transaction(transaction: TransactionLine) -> Iterator[str]:
    yield ""
    yield f"{transaction.booked_on.isoformat()} * {quote(transaction.description)}"
    yield f'  kind: "{transaction.kind}"'
    yield f'  number: "{transaction.id}"'
    if transaction.certify is not None:
        yield f'  certify: "{transaction.certify.hex()}"'
    for posting in transaction.postings:
        yield f"  {format_account(posting.account)}  {format_cents(posting.cents)} {CURRENCY}"


def _balances(ledger: Ledger) -> Iterator[str]:
    """Yield what every account holds on the morning after the last transaction.

    `~ 0.00` because beancount would otherwise forgive a cent.
    """
    if not ledger.transactions:
        return
    last = max(transaction.booked_on for transaction in ledger.transactions)
    if last == datetime.date.max:
        raise LedgerError("expected a date before the end of the calendar")
    morning = (last + datetime.timedelta(days=1)).isoformat()
    yield ""
    for account in ledger.accounts:
        amount = f"{format_cents(account.cents)} ~ 0.00 {CURRENCY}"
        yield f"{morning} balance {format_account(account.name)}  {amount}"
