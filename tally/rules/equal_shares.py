"""The Method of Equal Shares: every ballot gets an equal purse and pays only for what it supports.

Each round takes the project with the lowest price for a unit of utility; its supporters pay equally, or all
that they have. No completion: money that no group can spend together stays unspent. How it is counted
exactly and fast stands in purses.py, offers.py and method.py.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from gmpy2 import mpq

from tally.profile import Profile, TieOrder
from tally.rules import greedy
from tally.rules.columns import Columns
from tally.rules.comparison import compare
from tally.rules.completion import (
    Growth,
    Start,
    Stop,
    Told,
    find_increments,
    first_purse,
    is_exhaustive,
    open_losers,
)
from tally.rules.method import Run, Step, find_winners
from tally.rules.result import Comparison, Measure, Result, Round, Status, format_exact, pick
from tally.rules.telling import tell_round, tell_status

NAME = "equal-shares"
PAPER = (
    "Peters, Pierczynski and Skowron, Proportional Participatory Budgeting with Additive Utilities, "
    "NeurIPS 2021, https://arxiv.org/abs/2008.13276"
)

Utility = Literal["cost", "points"]
"""What a project is worth to a ballot: its weight times the cost, or its weight alone."""


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice that changes winners.

    `completion`: "none"; "greedy" chooses by votes (utility "points": by votes for each euro) with what is
    left; "add1" lets the purses grow by `increment` cents at a time; "add1-greedy" does both. `stop` and
    `start` are those of completion.py. `comparison` is a measure of comparison.py by which greedy, by votes,
    may take the place of all this. `zero_votes` is for the greedy parts; `zero_cost`: "skip" leaves out what
    costs nothing, with "take" it has price 0 and comes first.
    """

    utility: Utility = "cost"
    completion: Literal["none", "greedy", "add1", "add1-greedy"] = "none"
    stop: Stop = "exhaustive"
    start: Start = "exact"
    increment: Annotated[int, msgspec.Meta(ge=1)] = 100
    comparison: Literal["none"] | Measure = "none"
    zero_cost: Literal["skip", "take"] = "take"
    zero_votes: Literal["skip", "take"] = "skip"

    @property
    def by_cost(self) -> bool:
        """Whether utility is cost."""
        return self.utility == "cost"

    @property
    def take_free(self) -> bool:
        """Whether what costs nothing can win."""
        return self.zero_cost == "take"

    def greedy(self, order: Literal["votes", "votes-per-cost"] = "votes") -> greedy.Parameters:
        """Return the parameters of the greedy parts."""
        return greedy.Parameters(order=order, zero_cost=self.zero_cost, zero_votes=self.zero_votes)


def count(profile: Profile, parameters: Parameters, ties: TieOrder, told: Told = lambda _: None) -> Result:
    """Return the outcome of Equal Shares. `told` is told how many increments have been tried.

    Empty ballots count for the purses.
    """
    columns = Columns(profile)
    purse, times = _find_purse(columns, parameters, ties, told)
    run = Run(columns, purse, by_cost=parameters.by_cost, take_free=parameters.take_free)
    rounds, left = _run(run, profile, ties)
    statuses = _statuses(profile, run, frozenset(each.project for each in rounds))
    if parameters.completion in ("greedy", "add1-greedy"):
        places = {name: place for place, name in enumerate(columns.ids)}
        chosen = [places[each.project] for each in rounds]
        more, ended = _complete(columns, parameters, ties, chosen, left)
        rounds, left = rounds + more, more[-1].money_left if more else left
        statuses = tuple(ended.get(index, status) for index, status in enumerate(statuses))
    result = Result(
        rule=NAME,
        ties=ties.name,
        budget=profile.budget,
        ballots=profile.count_ballots(),
        winners=tuple(each.project for each in rounds if each.chosen),
        cost=profile.budget - left,
        rounds=rounds,
        statuses=statuses,
        purse=format_exact(purse),
        increments=times,
    )
    return result if parameters.comparison == "none" else _compare(columns, parameters, ties, result)


def choose(columns: Columns, parameters: Parameters, ties: TieOrder) -> list[int]:
    """Return who wins and nothing else, in order of choice: `count` for who counts many times."""
    purse, _ = _find_purse(columns, parameters, ties)
    winners = find_winners(columns, purse, ties, by_cost=parameters.by_cost, take_free=parameters.take_free)
    if parameters.completion in ("greedy", "add1-greedy"):
        left = columns.profile.budget - sum(columns.costs[winner] for winner in winners)
        more, _ = _complete(columns, parameters, ties, winners, left)
        places = {name: place for place, name in enumerate(columns.ids)}
        winners += [places[each.project] for each in more if each.chosen]
    if parameters.comparison == "none":
        return winners
    rival = greedy.choose(columns, parameters.greedy(), ties)
    prefer, against = compare(columns, winners, rival, parameters.comparison)
    return winners if against <= prefer else rival


def _find_purse(
    columns: Columns, parameters: Parameters, ties: TieOrder, told: Told = lambda _: None
) -> tuple[mpq, int]:
    """Return what each ballot begins with, and by how many increments that has grown."""
    budget = columns.profile.budget
    purse = first_purse(columns, budget, parameters.start, parameters.increment)
    if parameters.completion not in ("add1", "add1-greedy"):
        return purse, 0
    times = find_increments(columns, budget, ties, _growth(parameters), told)
    return purse + times * parameters.increment, times


def _growth(parameters: Parameters) -> Growth:
    return Growth(
        by_cost=parameters.by_cost,
        take_free=parameters.take_free,
        stop=parameters.stop,
        start=parameters.start,
        increment=parameters.increment,
    )


def _compare(columns: Columns, parameters: Parameters, ties: TieOrder, own: Result) -> Result:
    """Return the outcome that more ballots prefer, the own one or that of greedy; the own one if as many."""
    assert parameters.comparison != "none"
    rival = greedy.count(columns.profile, parameters.greedy(), ties)
    places = {name: place for place, name in enumerate(columns.ids)}
    mine, theirs = ([places[name] for name in each.winners] for each in (own, rival))
    prefer, against = compare(columns, mine, theirs, parameters.comparison)
    comparison = Comparison(
        by=parameters.comparison,
        rival=rival.rule,
        prefer=prefer,
        against=against,
        winners=own.winners,
        cost=own.cost,
    )
    if against <= prefer:
        return msgspec.structs.replace(own, comparison=comparison)
    kept = {name: getattr(rival, name) for name in ("winners", "cost", "rounds", "statuses")}
    return msgspec.structs.replace(own, comparison=comparison, **kept)


def equal_shares(profile: Profile, ties: TieOrder, utility: Utility) -> Result:
    """Return the outcome of the Method of Equal Shares with the given utility, without completion."""
    return count(profile, Parameters(utility=utility), ties)


def _run(run: Run, profile: Profile, ties: TieOrder) -> tuple[tuple[Round, ...], int]:
    """Return all rounds of a run, and the money that is left."""
    left = profile.budget
    rounds: list[Round] = []
    for step in run.steps(ties):
        left -= run.columns.costs[step.project]
        rounds.append(_round_of(profile, run, ties, step, left))
    return tuple(rounds), left


def _complete(
    columns: Columns, parameters: Parameters, ties: TieOrder, chosen: Sequence[int], left: int
) -> tuple[tuple[Round, ...], dict[int, Status]]:
    """Return the rounds of the greedy completion; none if nothing with support would fit."""
    losers = open_losers(columns, chosen, take_free=parameters.take_free)
    if parameters.zero_votes == "skip" and is_exhaustive(columns, losers, left):
        return (), {}
    wishes = parameters.greedy("votes" if parameters.by_cost else "votes-per-cost")
    state = greedy.openness(columns, wishes)
    for winner in chosen:
        state.win(winner)
    waiting = [index for index in range(len(columns.costs)) if index not in set(chosen)]
    rounds, ended = greedy.consider(columns, wishes, ties, waiting, left, state)
    return tuple(msgspec.structs.replace(each, completion=True) for each in rounds), ended


def _round_of(profile: Profile, run: Run, ties: TieOrder, step: Step, left: int) -> Round:
    _, tie = pick(profile, ties, list(step.tied))
    return tell_round(run.columns, step.project, left, tie, step.price, step.payments)


def _statuses(profile: Profile, run: Run, winners: frozenset[str]) -> tuple[Status, ...]:
    columns = run.columns
    found = []
    for index, project in enumerate(profile.projects):
        if project.id in winners:
            status = tell_status(columns, index, "chosen")
        elif not columns.total_weights[index]:
            status = tell_status(columns, index, "no-votes")
        elif reason := run.openness.closed_by(index):
            status = tell_status(columns, index, reason)
        else:
            have = int(run.purses.money(columns.groups(index)) // 1)
            missing = project.cost - have
            status = tell_status(
                columns, index, "supporters-cannot-pay", missing=missing, supporters_left=have
            )
        found.append(status)
    return tuple(found)
