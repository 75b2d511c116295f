"""What the ledger's page shows: for each pot and funder what was granted, promised and is left. Pure."""

from collections.abc import Sequence

import msgspec

from service.portal.follow import Snapshot
from service.portal.ledger_store import PotBalance
from service.portal.words import Words


class FundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A funder's money in a pot, in cents."""

    title: str
    granted: int
    committed: int
    left: int


class CommitmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """Money promised to a project, in parts by the pot's funders, and where the board says so."""

    title: str
    parts: list[int]
    cents: int
    booked_on: str
    position: int | None


class PotRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pot with its tables."""

    title: str
    about: str
    granted: int
    committed: int
    left: int
    funds: list[FundRow]
    commitments: list[CommitmentRow]


def show_ledger(
    words: Words, pots: Sequence[PotBalance], snapshot: Snapshot, positions: dict[bytes, int]
) -> list[PotRow]:
    """Return the ledger's page; `positions` says where the entries stand that commitments name."""
    contests = snapshot.election.contests if snapshot.election else {}
    return [
        PotRow(
            title=pot.title,
            about=_say_about(words, pot, contests[pot.contest].title if pot.contest in contests else ""),
            granted=pot.granted,
            committed=pot.committed,
            left=pot.left,
            funds=[
                FundRow(title=fund.title, granted=fund.granted, committed=fund.committed, left=fund.left)
                for fund in pot.funds
            ],
            commitments=[
                CommitmentRow(
                    title=each.title,
                    parts=[
                        sum(part.cents for part in each.parts if part.funder == fund.funder)
                        for fund in pot.funds
                    ],
                    cents=each.cents,
                    booked_on=words.say_day(each.booked_on),
                    position=positions.get(bytes.fromhex(each.certify)),
                )
                for each in pot.commitments
            ],
        )
        for pot in pots
    ]


def _say_about(words: Words, pot: PotBalance, contest: str) -> str:
    parts = [words.say("page.ledger.for", contest=contest)] if contest else []
    if pot.right == "labelled":
        parts.append(words.say("page.ledger.label", label=pot.label))
    return " ".join(parts)
