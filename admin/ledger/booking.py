"""Turn what the board says about money into transactions: a grant fills a pot, an outcome commits it.

Pure: contest records, the winners and hashes in, balanced transactions out. A pot about which residents only
advise books nothing. Writing them down is store.py; where the winners come from is awards.py.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from admin.ledger.errors import BookingError, SplitError
from admin.ledger.split import split, split_running
from ballots.manifest import BallotProject, Contest, Funder, Pot
from ballots.wire import Hash, Record

ELECTION_DIGITS = 16
"""How many hex digits of the manifest hash stand in account names."""


class LedgerPot(Record):
    """A pot as the ledger knows it: that of one contest of the election with this manifest hash."""

    contest: str
    election: Hash
    label: str
    pot: str
    right: Literal["decide", "labelled"]
    title: str

    @property
    def id(self) -> str:
        """The parts of account names that belong to this pot."""
        return f"{self.election.hex()[:ELECTION_DIGITS]}:{self.contest}:{self.pot}"


class Account(Record, kw_only=True):
    """A place where money stands: name parts with colons between, the type first."""

    funder: str | None = None
    name: str
    pot: str | None = None
    project: str | None = None
    title: str


class Posting(Record):
    """Cents that come into an account, or leave it when negative."""

    account: Account
    cents: int


class Transaction(Record, kw_only=True):
    """Postings that together come to 0 cents, and why they are made; not booked yet."""

    booked_on: datetime.date
    certify: Hash | None = None
    description: str
    kind: Literal["grant", "commitment"]
    pot: LedgerPot | None = None
    postings: tuple[Posting, ...]


class Award(Record):
    """A project that won in a contest, and the pot that pays it."""

    contest: str
    pot: str
    project: str


def grants(election: Hash, contests: Iterable[Contest], booked_on: datetime.date) -> tuple[Transaction, ...]:
    """Return a grant for each pot of the contests on which residents decide, by the pot's funder mix."""
    return tuple(
        _grant(election, contest, pot, booked_on) for contest in contests for pot in _booked(contest)
    )


def commitment(
    election: Hash,
    contests: Mapping[str, Contest],
    awards: Sequence[Award],
    certify: Hash,
    booked_on: datetime.date,
) -> Transaction | None:
    """Return the one transaction that commits all winners of a certified outcome, or None if no money moves.

    Errors: BookingError (a winner that is no project of its contest, a pot that is not there, a winner twice,
    or winners that cost more than their pot has).
    """
    seen = [(award.contest, award.project) for award in awards]
    if len(set(seen)) != len(seen):
        raise BookingError("expected every winner once")
    for award in awards:
        _find_project(contests, award)
    postings: list[Posting] = []
    for contest in contests.values():
        for pot in _booked(contest):
            mine = [award for award in awards if (award.contest, award.pot) == (contest.id, pot.id)]
            winners = [_find_project(contests, award) for award in mine]
            postings += _commit_pot(_ledger_pot(election, contest, pot), pot, winners)
    if not postings:
        return None
    return Transaction(
        kind="commitment",
        booked_on=booked_on,
        description="Toegezegd volgens de gewaarmerkte uitslag",
        certify=certify,
        postings=tuple(postings),
    )


def _booked(contest: Contest) -> Iterator[Pot]:
    """Yield the contest's pots that hold money which residents decide on."""
    for pot in contest.pots:
        if pot.right != "advice" and pot.cents:
            yield pot


def _ledger_pot(election: Hash, contest: Contest, pot: Pot) -> LedgerPot:
    if pot.right == "advice":
        raise BookingError(f"residents only advise about pot {pot.id}, so nothing is booked")
    return LedgerPot(
        election=election,
        contest=contest.id,
        pot=pot.id,
        right=pot.right,
        label=pot.label,
        title=pot.title,
    )


def _granted(pot: Pot) -> tuple[int, ...]:
    return split(pot.cents, [funder.weight for funder in pot.funders])


def _grant(election: Hash, contest: Contest, pot: Pot, booked_on: datetime.date) -> Transaction:
    filled = _ledger_pot(election, contest, pot)
    postings: list[Posting] = []
    for funder, cents in zip(pot.funders, _granted(pot), strict=True):
        postings += _move(_income(funder), _free(filled, funder), cents)
    return Transaction(
        kind="grant",
        booked_on=booked_on,
        description=f"Toekenning: {pot.title}",
        pot=filled,
        postings=tuple(postings),
    )


def _commit_pot(held: LedgerPot, pot: Pot, winners: Sequence[BallotProject]) -> Iterator[Posting]:
    """Yield the postings of a pot's winners, in the order in which they were chosen."""
    try:
        rows = split_running([project.cost for project in winners], _granted(pot))
    except SplitError as error:
        raise BookingError(f"the winners of pot {pot.id} do not fit in it: {error}") from None
    for project, row in zip(winners, rows, strict=True):
        for funder, cents in zip(pot.funders, row, strict=True):
            yield from _move(_free(held, funder), _committed(held, project, funder), cents)


def _move(source: Account, target: Account, cents: int) -> Iterator[Posting]:
    if cents:
        yield Posting(account=source, cents=-cents)
        yield Posting(account=target, cents=cents)


def _income(funder: Funder) -> Account:
    return Account(name=f"income:grants:{funder.id}", funder=funder.id, title=funder.title)


def _free(pot: LedgerPot, funder: Funder) -> Account:
    name = f"assets:pots:{pot.id}:free:{funder.id}"
    return Account(name=name, pot=pot.id, funder=funder.id, title=funder.title)


def _committed(pot: LedgerPot, project: BallotProject, funder: Funder) -> Account:
    name = f"assets:pots:{pot.id}:committed:{project.id}:{funder.id}"
    return Account(name=name, pot=pot.id, project=project.id, funder=funder.id, title=project.title)


def _find_project(contests: Mapping[str, Contest], award: Award) -> BallotProject:
    contest = contests.get(award.contest)
    if contest is None or award.pot not in {pot.id for pot in contest.pots}:
        raise BookingError(f"expected a pot of a contest, got {award.pot} of {award.contest}")
    for project in contest.projects:
        if project.id == award.project:
            return project
    raise BookingError(f"expected a project of contest {award.contest}, got {award.project}")
