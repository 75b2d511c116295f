"""What every count rule hands back: the winners, and enough to explain each step and each refusal.

Money is whole cents. A figure that need not be whole is an exact fraction written as
"numerator/denominator" in lowest terms, which `Fraction(text)` reads back.
"""

from fractions import Fraction
from typing import Literal

import msgspec
from gmpy2 import mpq

from tally.profile import Profile, TieOrder

Measure = Literal["satisfaction", "cost-satisfaction", "exclusion"]
"""What a ballot has from an outcome: its weights of the winners (for approvals their number), the weights
times the costs, or whether it has any winner at all."""
Reason = Literal[
    "chosen",
    "does-not-fit",
    "no-votes",
    "costs-nothing",
    "below-threshold",
    "alternative-chosen",
    "need-not-chosen",
    "supporters-cannot-pay",
]


def format_exact(value: Fraction | mpq) -> str:
    """Return "numerator/denominator" in lowest terms; `Fraction(text)` is the inverse."""
    return f"{value.numerator}/{value.denominator}"


class Tie(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Projects that stood exactly equal, first by the tie rule first, and the step that left one alone."""

    between: tuple[str, ...]
    order: str
    step: str


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the ballots of one weight paid for a project: the full share, or all that they had left.

    `least` and `most` are what one ballot paid, `total` what all of them paid; exact, in cents. All
    who pay the full share (`emptied` false) pay the same. A ballot whose last cents are exactly the
    full share counts as emptied.
    """

    weight: int
    emptied: bool
    ballots: int
    least: str
    most: str
    total: str


class Round(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One project considered: chosen, or passed over because it does not fit.

    `votes` is total weight, `supporters` the number of ballots with any. `price` (Equal Shares) is
    the exact rho: cents paid for one unit of utility. The payments' totals sum to the cost.
    `money_left` is in cents, after this round. `completion` marks rounds in which a second rule spends what
    the first one left.
    """

    project: str
    chosen: bool
    votes: int
    supporters: int
    money_left: int
    tie: Tie | None = None
    price: str | None = None
    payments: tuple[Payment, ...] = ()
    completion: bool = False


class Status(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one project ended, and why.

    `missing` (cents, rounded up): with "does-not-fit" what the pot lacked when it was considered;
    with "supporters-cannot-pay" what its supporters lacked at the end. `supporters_left` (cents,
    rounded down) is what they still had together; the two sum to the cost.
    """

    project: str
    reason: Reason
    votes: int
    supporters: int
    missing: int | None = None
    supporters_left: int | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How two outcomes were compared, and by how many ballots.

    `prefer` ballots are better off with the rule's own outcome, `against` with that of `rival`; the rival's
    stands if more are better off with it. The own outcome and its cost are kept here.
    """

    by: Measure
    rival: str
    prefer: int
    against: int
    winners: tuple[str, ...]
    cost: int


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome of one contest: winners in order of choice, and a status a project in ballot order.

    `cost` and `budget` in cents; `ballots` is the number of counted ballots, empty ones included. `purse` is
    what each ballot began with (Equal Shares), after `increments` of the completion; exact, in cents.
    """

    rule: str
    ties: str
    budget: int
    ballots: int
    winners: tuple[str, ...]
    cost: int
    rounds: tuple[Round, ...]
    statuses: tuple[Status, ...]
    purse: str | None = None
    increments: int = 0
    comparison: Comparison | None = None


def pick(profile: Profile, ties: TieOrder, tied: list[int]) -> tuple[int, Tie | None]:
    """Return the project index that comes first among equals, with the tie as it is to be recorded."""
    first, step = ties.break_tie(tied)
    if step is None:
        return first, None
    between = tuple(profile.projects[index].id for index in sorted(tied, key=ties.keys.__getitem__))
    return first, Tie(between=between, order=ties.name, step=step)
