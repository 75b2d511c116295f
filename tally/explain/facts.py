"""What can be said of an outcome, as records: of each project, of one ballot, of the whole, of the margin.

Money is whole cents; what need not be whole is an exact fraction as in tally/rules/result.py. Each number
here can be recomputed with the rule alone; what "more ballots" and "another cost" mean is said below.
"""

from typing import Literal

import msgspec

from tally.rules.result import Comparison, Reason, Round


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What some ballots paid together for one winner; exact, in cents."""

    project: str
    total: str


class Money(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Under Equal Shares, what the supporters of a project had, paid, largest first, and have left; exact."""

    had: str
    paid: tuple[Flow, ...]
    left: str


class MoreBallots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `ballots` more ballots a project would have won, and with one fewer than that not.

    The added ballots support this project alone and give it `weight`: the most that any ballot gives one
    project. All else stays, but each purse of Equal Shares gets smaller as there are more ballots.
    `least`: no smaller number of them would have been enough; else only the number one below is known not
    to be. (The measure "singleton" of Boehmer, Faliszewski, Janeczko and Kaczmarczyk, Evaluation of Project
    Performance in Participatory Budgeting, IJCAI 2024, https://arxiv.org/abs/2312.14723.)
    """

    ballots: int
    weight: int
    least: bool


class FewerBallots(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A winner would have lost if `ballots` of its ballots had not supported it, with one fewer it wins.

    Only told where it does not matter which ballots: under greedy, with ballots without points.
    """

    ballots: int


class LimitCost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At `cost` cents a project wins and at one cent more it does not, all else equal.

    `only`: it wins at every lower cost and at no higher one; else just those two costs have been counted.
    """

    cost: int
    only: bool


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rules of play ask of a project before it is considered."""

    of: Literal["votes", "ballots"]
    number: int


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one project came to win or to lose, and what would have changed that.

    `number` and `round` are its round, if it was considered; `pot` is what was left in the pot just before
    it, or at the end for who was never considered. `ahead` are the winners chosen before that. `stopper`
    is the project that ended the count before it because it did not fit. `rival` is the winner beside which
    it could not win, `lacked` what it needs and did not win; both only where that is its reason. `asked` is
    the number of votes, or else of ballots, that the rules ask and it lacks. `purse` is what each ballot
    began with where purses decide, and `money` is there for who was not chosen by them. `more`, `fewer` and
    `limit` are absent where there is no such number, or where it was not sought.
    """

    project: str
    cost: int
    votes: int
    supporters: int
    reason: Reason
    pot: int
    ahead: tuple[str, ...]
    number: int | None = None
    round: Round | None = None
    missing: int | None = None
    purse: str | None = None
    stopper: str | None = None
    rival: str | None = None
    lacked: tuple[str, ...] = ()
    asked: Asked | None = None
    money: Money | None = None
    more: MoreBallots | None = None
    fewer: FewerBallots | None = None
    limit: LimitCost | None = None
    searched: bool = False

    @property
    def won(self) -> bool:
        """Say whether it was chosen."""
        return self.reason == "chosen"


class Rival(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome beside that of greedy by votes: who wins in only one, and how many ballots gain by each.

    A ballot gains by an outcome that has more winners that it supports (with points: more points).
    """

    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    prefer_here: int
    prefer_there: int


class Margin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many ballots must at least say something else before the set of winners can be another one.

    The number of ballots stays; a changed ballot may say anything. `least` is proved; `most` ballots have
    been changed and counted, and gave other winners. The two are equal where the margin is known exactly.
    None: no number of changed ballots does it, or none was found.
    """

    least: int | None
    most: int | None


class WholeFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome as a whole. `satisfied[k]` is how many ballots support exactly k of the winners.

    `heaviest` is the most weight that any ballot gives one project: 1 where there are no points.
    `line` is the order in which greedy takes projects, where it decides.
    """

    rule: str
    budget: int
    cost: int
    projects: int
    winners: tuple[str, ...]
    ballots: int
    satisfied: tuple[int, ...]
    purse: str | None = None
    increments: int = 0
    heaviest: int = 1
    line: Literal["votes", "votes-per-cost"] = "votes"
    comparison: Comparison | None = None
    rival: Rival | None = None
    margin: Margin | None = None

    @property
    def with_winner(self) -> int:
        """Return how many ballots support at least one winner."""
        return sum(self.satisfied[1:])


class BallotFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one ballot supported and won; with purses also what it paid for which and has left, exact."""

    supported: tuple[str, ...]
    won: tuple[str, ...]
    purse: str | None = None
    paid: tuple[Flow, ...] = ()
    left: str | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole, and each project in ballot order or the one that was asked for."""

    whole: WholeFacts
    projects: tuple[ProjectFacts, ...]
