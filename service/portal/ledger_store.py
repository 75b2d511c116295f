"""Read for the public page where the money is: what of every pot is granted, committed and left, by funder.

Read-only, in the role wijk_public. Who books, and what, is admin/ledger's; this never writes.
"""

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import asyncpg

READ_FUNDS = """
-- For every pot and funder: cents granted, and cents not committed yet. In the order of the grants.
SELECT p.id AS pot_id, p.contest, p.pot, p.title, p."right", p.label, a.funder, a.title AS funder_title,
       coalesce(sum(l.cents) FILTER (WHERE t.kind = 'grant'), 0)::bigint AS granted,
       sum(l.cents)::bigint AS remaining
FROM ledger.pots p
JOIN ledger.accounts a ON a.pot = p.id AND a.project IS NULL
JOIN ledger.postings l ON l.account = a.name
JOIN ledger.transactions t ON t.id = l.transaction
GROUP BY p.id, a.name
ORDER BY min(t.id), p.id, min(l.line) FILTER (WHERE t.kind = 'grant'), a.name
"""
READ_PARTS = """
-- What each funder pays of each project, in the order in which projects were chosen.
SELECT a.pot AS pot_id, a.project, a.title, a.funder, sum(l.cents)::bigint AS cents,
       t.id, t.booked_on, encode(t.certify, 'hex') AS certify
FROM ledger.accounts a
JOIN ledger.postings l ON l.account = a.name
JOIN ledger.transactions t ON t.id = l.transaction
WHERE a.project IS NOT NULL AND t.kind = 'commitment'
GROUP BY a.name, t.id
ORDER BY t.id, min(l.line)
"""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one funder pays of a project."""

    cents: int
    funder: str


class Commitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money promised to a project that won; `certify` is the entry hash (hex) of the board's word for it."""

    booked_on: datetime.date
    cents: int
    certify: str
    parts: list[Part]
    project: str
    title: str


class Fund(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One funder's money in a pot, in cents."""

    committed: int
    funder: str
    granted: int
    left: int
    title: str


class PotBalance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pot with its money in cents, its funders in the order of the mix, and what it is promised to."""

    commitments: list[Commitment]
    committed: int
    contest: str
    funds: list[Fund]
    granted: int
    label: str
    left: int
    pot: str
    right: str
    title: str


async def read_pots(connection: "asyncpg.Connection") -> list[PotBalance]:
    """Return every pot of the ledger as it stands at one moment."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        funds = await connection.fetch(READ_FUNDS)
        parts = await connection.fetch(READ_PARTS)
    by_pot: dict[str, list[asyncpg.Record]] = {}
    for row in funds:
        by_pot.setdefault(row["pot_id"], []).append(row)
    return [
        _pot_balance(rows, [part for part in parts if part["pot_id"] == pot]) for pot, rows in by_pot.items()
    ]


def _pot_balance(rows: "list[asyncpg.Record]", parts: "list[asyncpg.Record]") -> PotBalance:
    funds = [
        Fund(
            funder=row["funder"],
            title=row["funder_title"],
            granted=row["granted"],
            committed=sum(part["cents"] for part in parts if part["funder"] == row["funder"]),
            left=row["remaining"],
        )
        for row in rows
    ]
    pot = rows[0]
    return PotBalance(
        contest=pot["contest"],
        pot=pot["pot"],
        title=pot["title"],
        right=pot["right"],
        label=pot["label"],
        granted=sum(fund.granted for fund in funds),
        committed=sum(fund.committed for fund in funds),
        left=sum(fund.left for fund in funds),
        funds=funds,
        commitments=_commitments(parts),
    )


def _commitments(parts: "Iterable[asyncpg.Record]") -> list[Commitment]:
    """Put together what the funders pay of each project."""
    by_project: dict[tuple[int, str], list[asyncpg.Record]] = {}
    for part in parts:
        by_project.setdefault((part["id"], part["project"]), []).append(part)
    return [
        Commitment(
            project=rows[0]["project"],
            title=rows[0]["title"],
            booked_on=rows[0]["booked_on"],
            certify=rows[0]["certify"],
            cents=sum(row["cents"] for row in rows),
            parts=[Part(funder=row["funder"], cents=row["cents"]) for row in rows],
        )
        for rows in by_project.values()
    ]
