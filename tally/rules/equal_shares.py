"""The Method of Equal Shares: every ballot gets an equal purse and pays only for what it supports.

Each round takes the project with the lowest price rho for a unit of utility; its supporters pay
equally, or all that they have. No completion: money that no group can spend together stays unspent.

Exact without fractions: purses are whole numbers of a unit of 1/D cent, and D grows when a share does
not come out even. Ballots with the same purse are handled together.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import Literal, NamedTuple

import msgspec

from tally.profile import Profile, TieOrder
from tally.rules.result import Payment, Result, Round, Status, format_exact, pick

NAME = "equal-shares-cost"
PAPER = (
    "Peters, Pierczynski and Skowron, Proportional Participatory Budgeting with Additive Utilities, "
    "NeurIPS 2021, https://arxiv.org/abs/2008.13276"
)

Utility = Literal["cost", "points"]
"""What a project is worth to a ballot: its weight times the cost, or its weight alone."""

EMPTY = 0
"""The class of the ballots with nothing left."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rule has no parameters."""


class _Share(NamedTuple):
    """What a supporter pays for each point of weight: money / weight, in units."""

    money: int
    weight: int


class _Support:
    """Who votes for a project: places of votes and the weight that each gives, in columns to take less."""

    def __init__(self) -> None:
        self._votes = array("Q")
        self._weights: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._weights)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._votes, self._weights, strict=True)

    def add(self, vote: int, weight: int) -> None:
        """Add the vote at a place."""
        self._votes.append(vote)
        self._weights.append(weight)


class _Purses:
    """What every ballot still has; ballots with equal purses share a class.

    `amounts[c]` is the purse of class c in units of 1/`unit` cent; `classes[v]` is the class of vote v.
    """

    def __init__(self, profile: Profile) -> None:
        self.unit = profile.count_ballots() or 1
        self.amounts = [0, profile.budget]
        self.ballots = [vote.ballots for vote in profile.votes]
        self.classes = [1] * len(profile.votes)

    def holders(self, support: _Support) -> Counter[tuple[int, int]]:
        """Return how many ballots support with each (class, weight)."""
        found: Counter[tuple[int, int]] = Counter()
        for vote, weight in support:
            found[self.classes[vote], weight] += self.ballots[vote]
        return found

    def money(self, support: _Support) -> int:
        """Return what the supporters have together, in units."""
        return sum(self.amounts[held] * times for (held, _), times in self.holders(support).items())

    def find_share(self, support: _Support, cost: int) -> _Share | None:
        """Return the lowest share that pays `cost` cents, or None if all purses together are too small.

        Starts from equal shares and takes out whoever has less, until nobody has: the shares only rise.
        """
        rest = [
            (self.amounts[held], weight, times) for (held, weight), times in self.holders(support).items()
        ]
        money = cost * self.unit
        if sum(amount * times for amount, _, times in rest) < money:
            return None
        total = sum(weight * times for _, weight, times in rest)
        while True:
            able = [one for one in rest if one[0] * total >= money * one[1]]
            if len(able) == len(rest):
                return _Share(money, total)
            money -= sum(amount * times for amount, weight, times in rest if amount * total < money * weight)
            total = sum(weight * times for _, weight, times in able)
            rest = able

    def pay(self, support: _Support, share: _Share) -> tuple[Payment, ...]:
        """Take the share from every supporter; return who paid what, highest weight and full shares first."""
        finer = share.weight // gcd(share.money, share.weight)
        self.unit *= finer
        self.amounts = [amount * finer for amount in self.amounts]
        each = share.money * finer // share.weight
        becomes: dict[tuple[int, int], int] = {}
        paid: dict[tuple[int, bool], list[tuple[int, int]]] = {}
        for (held, weight), times in self.holders(support).items():
            rest = max(0, self.amounts[held] - each * weight)
            emptied = rest == 0 and each > 0
            paid.setdefault((-weight, emptied), []).append((self.amounts[held] - rest, times))
            becomes[held, weight] = len(self.amounts) if rest else EMPTY
            if rest:
                self.amounts.append(rest)
        for vote, weight in support:
            self.classes[vote] = becomes[self.classes[vote], weight]
        payments = tuple(self._payment(-key[0], key[1], sums) for key, sums in sorted(paid.items()))
        self._merge_equal()
        return payments

    def _payment(self, weight: int, emptied: bool, sums: list[tuple[int, int]]) -> Payment:
        return Payment(
            weight=weight,
            emptied=emptied,
            ballots=sum(times for _, times in sums),
            least=format_exact(Fraction(min(sums)[0], self.unit)),
            most=format_exact(Fraction(max(sums)[0], self.unit)),
            total=format_exact(Fraction(sum(amount * times for amount, times in sums), self.unit)),
        )

    def _merge_equal(self) -> None:
        used = sorted({0, *(self.amounts[held] for held in self.classes)})
        place = {amount: held for held, amount in enumerate(used)}
        self.classes = [place[self.amounts[held]] for held in self.classes]
        self.amounts = used


class _Offers:
    """The price of each project that may still be chosen, looked up only when it can matter.

    Purses only shrink, so a price found earlier is never above the price now.
    """

    def __init__(self, profile: Profile, purses: _Purses, support: list[_Support], utility: Utility):
        self._costs = [project.cost for project in profile.projects]
        self._purses = purses
        self._support = support
        self._utility = utility
        self._known = {index: Fraction(0) for index, voters in enumerate(support) if voters}

    def find_cheapest(self) -> tuple[Fraction, dict[int, _Share]] | None:
        """Return the lowest rho and the shares of all projects that have it, or None if none is left."""
        best: Fraction | None = None
        shares: dict[int, _Share] = {}
        for index in sorted(self._known, key=self._known.__getitem__):
            if best is not None and self._known[index] > best:
                break
            share = self._purses.find_share(self._support[index], self._costs[index])
            if share is None:
                del self._known[index]
                continue
            price = self._known[index] = self._price(share, self._costs[index])
            if best is None or price < best:
                best, shares = price, {}
            if price == best:
                shares[index] = share
        return None if best is None else (best, shares)

    def remove(self, index: int) -> None:
        """Take a chosen project out."""
        del self._known[index]

    def _price(self, share: _Share, cost: int) -> Fraction:
        worth = cost or 1 if self._utility == "cost" else 1
        return Fraction(share.money, share.weight * self._purses.unit * worth)


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "equal-shares-cost": utility is cost, purses are budget / ballots exactly.

    Empty ballots count for the purses. Supported projects that cost nothing have rho 0 and come first.
    For ballots with points, utility is weight times cost.
    """
    return equal_shares(profile, ties, "cost")


def equal_shares(profile: Profile, ties: TieOrder, utility: Utility) -> Result:
    """Return the outcome of the Method of Equal Shares with the given utility, without completion."""
    support = [_Support() for _ in profile.projects]
    for place, vote in enumerate(profile.votes):
        for index, weight in vote.projects:
            support[index].add(place, weight)
    votes, supporters = profile.total_votes(), profile.total_supporters()
    purses = _Purses(profile)
    offers = _Offers(profile, purses, support, utility)
    left = profile.budget
    rounds: list[Round] = []
    while (found := offers.find_cheapest()) is not None:
        price, shares = found
        index, tie = pick(profile, ties, list(shares))
        offers.remove(index)
        payments = purses.pay(support[index], shares[index])
        left -= profile.projects[index].cost
        rounds.append(
            Round(
                project=profile.projects[index].id,
                chosen=True,
                votes=votes[index],
                supporters=supporters[index],
                money_left=left,
                tie=tie,
                price=format_exact(price),
                payments=payments,
            )
        )
    winners = tuple(done.project for done in rounds)
    return Result(
        rule=f"equal-shares-{utility}",
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=winners,
        cost=profile.budget - left,
        rounds=tuple(rounds),
        statuses=_statuses(profile, purses, support, frozenset(winners)),
    )


def _statuses(
    profile: Profile, purses: _Purses, support: list[_Support], winners: frozenset[str]
) -> tuple[Status, ...]:
    votes, supporters = profile.total_votes(), profile.total_supporters()
    found = []
    for index, project in enumerate(profile.projects):
        status = Status(
            project=project.id, reason="no-votes", votes=votes[index], supporters=supporters[index]
        )
        if project.id in winners:
            status = msgspec.structs.replace(status, reason="chosen")
        elif support[index]:
            have = purses.money(support[index]) // purses.unit
            status = msgspec.structs.replace(
                status, reason="supporters-cannot-pay", missing=project.cost - have, supporters_left=have
            )
        found.append(status)
    return tuple(found)
