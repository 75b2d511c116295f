"""How many more or fewer ballots, or which other cost, would have changed how a project ended.

Each number told has been counted with the rule, and so has its neighbour on the other side. Where the rule is
monotone, which is proved here, that also settles all other numbers:

- A lower cost never makes a project lose under greedy, sequential Phragmen, and Equal Shares without
  increments and comparison. Let it win at cost c and take c' < c. As long as it is not chosen, its cost
  changes nothing for the others, so both counts go through the same states until the first of them chooses
  it. Greedy: at c' it comes no later in line (also among equals, where the cheaper comes first if cost
  matters), when no less is left, and needs less. Phragmen: its load (carried + cost) / supporters is smaller
  in every state, so it is the best no later, when no less is left; and the equals beside it were the best, or
  are as good, at that state in the other count too, so they fit. Equal Shares: if a price r raises c, then
  with t = c' / c, sum min(b, r t c w) >= t sum min(b, r c w) = t c, so the price at c' is at most r (with
  utility "points" the payments do not depend on the cost at all); so it is chosen no later; and if not by
  shares, then by the greedy that completes them, as above.
  Where projects exclude or need each other, which are open follows from who was chosen, and so is the same
  in the same states.
- More ballots for it alone never make it lose under greedy without `minimum_share`, and under Phragmen: all
  others have the same votes and loads, and it comes no later. (A share of all ballots is another matter: more
  ballots can put others below it.) By the same argument fewer never make it win.

Equal Shares is not monotone in added ballots: they take from every purse. There all smaller numbers are
counted as well if they are few, and else only those that doubling and halving came by.
"""

from collections.abc import Callable, Iterable
from functools import cache

from tally.explain.facts import FewerBallots, LimitCost, MoreBallots
from tally.explain.recount import Change, Recount
from tally.rules import equal_shares, greedy, phragmen

COUNT_ALL = 16
"""Up to so many added ballots all smaller numbers are counted too."""

Asked = Callable[[int], bool]


def is_monotone_in_cost(recount: Recount) -> bool:
    """Say whether it is proved that a winner would also win at every lower cost."""
    parameters = recount.parameters
    if isinstance(parameters, equal_shares.Parameters):
        return parameters.completion in ("none", "greedy") and parameters.comparison == "none"
    return recount.name in (greedy.NAME, phragmen.NAME)


def is_monotone_in_ballots(recount: Recount) -> bool:
    """Say whether it is proved that a winner would also win with more ballots for it alone."""
    if isinstance(recount.parameters, greedy.Parameters):
        return recount.parameters.minimum_share == 0
    return recount.name == phragmen.NAME


def find_more_ballots(recount: Recount, project: int) -> MoreBallots | None:
    """Return how many more ballots a loser would have won with; None if no number was found.

    A project that costs more than the pot never wins. Else numbers are doubled up to 4 times all ballots.
    """
    if recount.columns.costs[project] > recount.profile.budget:
        return None
    weight = recount.heaviest

    @cache
    def wins(more: int) -> bool:
        return recount.wins(Change(project, more=more, weight=weight))

    low, high, most = 0, 1, 4 * recount.profile.count_ballots() + COUNT_ALL
    while not wins(high):
        low, high = high, 2 * high
        if high > most:
            return None
    found = _halve(wins, low, high)
    least = is_monotone_in_ballots(recount)
    if not least and found <= COUNT_ALL:
        found, least = next(more for more in range(1, found + 1) if wins(more)), True
    return MoreBallots(ballots=found, weight=weight, least=least or found == 1)


def find_fewer_ballots(recount: Recount, project: int) -> FewerBallots | None:
    """Return how many of its ballots a winner of greedy can miss; None if it wins without any, or by points.

    Which ballots those are makes no difference, as greedy looks at totals only.
    """
    if recount.name != greedy.NAME or recount.heaviest > 1 or recount.parameters.minimum_share:
        return None
    votes = recount.columns.total_weights[project]

    def loses(fewer: int) -> bool:
        return project not in recount.choose_with_votes(project, votes - fewer)

    return FewerBallots(ballots=_halve(loses, 0, votes)) if votes and loses(votes) else None


def find_limit_cost(
    recount: Recount, project: int, *, won: bool, guesses: Iterable[int] = ()
) -> LimitCost | None:
    """Return the cost up to which a project wins; None if a loser would not win for nothing.

    A winner's limit lies at its cost or above, as nothing that costs more than the pot wins; a loser's lies
    below its cost. Guesses only save counting.
    """

    def loses(cost: int) -> bool:
        return not recount.wins(Change(project, cost=cost))

    now, budget = recount.columns.costs[project], recount.profile.budget
    low, high = (now, budget + 1) if won else (-1, min(now, budget + 1))
    for guess in guesses:
        for cost in (guess, guess + 1):
            if low < cost < high:
                low, high = (low, cost) if loses(cost) else (cost, high)
    if low < 0:
        if high == 0 or loses(0):
            return None
        low = 0
    cost = _halve(loses, low, high) - 1
    return LimitCost(cost=cost, only=is_monotone_in_cost(recount))


def _halve(holds: Asked, low: int, high: int) -> int:
    """Return a number of which it holds while of the one below not; not of `low`, and of `high` it does."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
