"""Equal Shares with bounded overspending: supporters may buy a project of which they can pay a part.

Every ballot gets an equal purse. Each round takes the project of which some part can be bought at the lowest
rho / part; part 1 is what Equal Shares buys. Its supporters then pay rho for a unit of utility, or all that
they have, and the budget pays what this leaves open: others may find it spent. A project that does not fit
what is left of the budget is left out. How prices are found stands in parts.py.
"""

from typing import Literal

import msgspec
from gmpy2 import mpq, mpz

from tally.profile import Profile, TieOrder
from tally.rules.columns import Columns
from tally.rules.openness import refuse_relations
from tally.rules.parts import EqualParts, OpenPurses, Part
from tally.rules.result import Payment, Result, Round, Status, format_exact, pick
from tally.rules.telling import tell_outcome, tell_round, tell_status

NAME = "bos-equal-shares"
PAPER = (
    "Papasotiropoulos, Pishbin, Skibski, Skowron and Was, Method of Equal Shares with Bounded Overspending, "
    "EC 2025, https://arxiv.org/abs/2409.15005 (section 5)"
)


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice that changes winners.

    `utility`: a project is worth its weight times the "cost", or its "points" alone. `equal_parts`: which
    part is bought where two parts of one project have the same rho / part; supporters pay more for a larger.
    `zero_cost`: "take" chooses what costs nothing and has supporters, first and at price 0; "skip" leaves out
    what costs nothing.
    """

    utility: Literal["cost", "points"] = "cost"
    equal_parts: EqualParts = "largest"
    zero_cost: Literal["skip", "take"] = "take"


def count(profile: Profile, parameters: Parameters, ties: TieOrder) -> Result:
    """Return the outcome of "bos-equal-shares". Errors: ProfileError (relations between projects)."""
    columns = Columns(profile)
    refuse_relations(columns)
    purse = mpq(profile.budget, int(columns.ballots.sum()) or 1)
    market = _Market(columns, parameters, purse)
    left, rounds = profile.budget, list[Round]()
    while found := market.find_best(left):
        index, tie = pick(profile, ties, sorted(found))
        left -= columns.costs[index]
        payments = _list_payments(market.purses, index, found[index].share)
        market.buy(index, found[index].share)
        rounds.append(tell_round(columns, index, left, tie, found[index].price, payments))
    winners = frozenset(done.project for done in rounds)
    statuses = _statuses(market.purses, winners, left, take_free=parameters.zero_cost == "take")
    return tell_outcome(NAME, columns, ties, rounds, statuses, purse)


class _Market:
    """The projects that may still be bought. A price once found bounds all later ones from below."""

    def __init__(self, columns: Columns, parameters: Parameters, purse: mpq) -> None:
        self.purses = OpenPurses(columns, purse)
        self._costs = columns.costs
        self._parameters = parameters
        least = 0 if parameters.zero_cost == "take" else 1
        self._known = {
            p: mpq(0)
            for p, supporters in enumerate(columns.total_supporters)
            if supporters and columns.costs[p] >= least
        }

    def find_best(self, left: int) -> dict[int, Part]:
        """Return all projects that fit and have the lowest price, none if there is nothing to buy."""
        self._known = {p: price for p, price in self._known.items() if self._costs[p] <= left}
        found: dict[int, Part] = {}
        for project in sorted(self._known, key=self._known.__getitem__):
            if found and self._known[project] > min(part.price for part in found.values()):
                break
            part = self._look(project)
            if part is None:
                del self._known[project]
            else:
                self._known[project] = part.price
                found[project] = part
        best = min((part.price for part in found.values()), default=None)
        return {project: part for project, part in found.items() if part.price == best}

    def buy(self, project: int, share: mpq) -> None:
        """Let the supporters of a project pay."""
        self.purses.pay(project, share)
        del self._known[project]

    def _look(self, project: int) -> Part | None:
        cost = self._costs[project]
        if cost == 0:
            return Part(price=mpq(0), part=mpq(1), share=mpq(0))
        worth = cost if self._parameters.utility == "cost" else 1
        return self.purses.find_part(project, worth, self._parameters.equal_parts)


def _list_payments(purses: OpenPurses, project: int, share: mpq) -> tuple[Payment, ...]:
    """Return what is about to be paid, the highest weight first, of one weight the full shares first.

    Who had nothing is among the emptied, unless the project costs nothing.
    """
    found: dict[tuple[int, bool], list[tuple[mpq, int]]] = {}
    for units, weight, ballots in purses.held(project):
        purse, asked = mpq(units, purses.units), share * weight
        emptied = share != 0 and purse <= asked
        found.setdefault((-weight, emptied), []).append((purse if emptied else asked, ballots))
    return tuple(
        Payment(
            weight=-weight,
            emptied=emptied,
            ballots=sum(ballots for _, ballots in paid),
            least=format_exact(min(each for each, _ in paid)),
            most=format_exact(max(each for each, _ in paid)),
            total=format_exact(mpq(sum((each * ballots for each, ballots in paid), mpz(0)))),
        )
        for (weight, emptied), paid in sorted(found.items(), key=lambda item: item[0])
    )


def _statuses(
    purses: OpenPurses, winners: frozenset[str], left: int, *, take_free: bool
) -> tuple[Status, ...]:
    """Return how each project ended; who fits and is not chosen has supporters without any money."""
    columns, found = purses.columns, []
    for index, cost in enumerate(columns.costs):
        if columns.ids[index] in winners:
            status = tell_status(columns, index, "chosen")
        elif not columns.total_supporters[index]:
            status = tell_status(columns, index, "no-votes")
        elif cost == 0 and not take_free:
            status = tell_status(columns, index, "costs-nothing")
        elif cost > left:
            status = tell_status(columns, index, "does-not-fit", missing=cost - left)
        else:
            status = tell_status(columns, index, "supporters-cannot-pay", missing=cost, supporters_left=0)
        found.append(status)
    return tuple(found)
